"""Database (閲覧用の接続): one read-only snapshot for each request, inside the walls of whoever asks."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg

from kernel import postgres
from kernel.failures import Unavailable
from kernel.settings import Settings
from services.reporting import towns
from services.reporting.api.problems import Code, Problem
from services.reporting.api.reader import Reader
from services.reporting.generations import LIVE_UNIT
from services.reporting.resource import Role
from services.reporting.store import CONNECT_S, DATABASE, outage
from services.reporting.walls import AGENCY_SETTING, API, ROLE_SETTING

STATEMENT_MS = 5_000
"""No question takes longer."""
KEPT_CONNECTIONS, MOST_CONNECTIONS, ACQUIRE_S = 4, 8, 5.0
"""How many are open from the start, and at most. None is closed for want of questions: nobody is to wait for one to be opened, whose first questions take longest."""
_KEEP_ALIVE_S = 60
"""How often a silent connection is heard of, so that no firewall forgets it."""
_WALLS = f"SELECT set_config('{ROLE_SETTING}', $1, true), set_config('{AGENCY_SETTING}', $2, true)"
_ENDED = "SELECT reporting.is_ended($1)"
_STANDING = f"""
    SELECT generation, fed, reporting.is_incomplete(projection, $2) AS incomplete, (
        SELECT string_agg(CASE WHEN several THEN town || '.' ELSE '' END || log || ':' || offsets, '/' ORDER BY town, log) FROM (
            SELECT split_part(topic, '.', 1) AS town, split_part(topic, '.', -2) AS log, string_agg(next_offset::text, ',' ORDER BY partition) AS offsets,
                min(split_part(topic, '.', 1)) OVER () <> max(split_part(topic, '.', 1)) OVER () AS several
            FROM reporting.progress WHERE fed AND unit = '{LIVE_UNIT}' GROUP BY topic
        ) AS logs
    ) AS positions
    FROM reporting.generations WHERE projection = $1 AND state = 'LIVE'"""
_STALE = "SELECT projection FROM reporting.generations WHERE state = 'LIVE' AND NOT fed ORDER BY 1"


@dataclass(frozen=True, slots=True)
class Standing:
    """From where in the logs what is read comes. ``positions``: as in FigureReported, ``consent:12,7/…``, of several towns ``990019.community:12,7/…``; empty where the
    log is followed no more."""

    generation: int
    positions: str
    incomplete: bool
    """Something that cannot be applied is missing: of the case that is asked for, or of any where none is."""
    stale: bool
    """It follows the log no more until it is rebuilt."""


class Database:
    """The account of the API. A statement that means something else since a projection was switched is asked anew by whoever comes again."""

    def __init__(self, pool: asyncpg.Pool, own: str, towns: Collection[str] = ()) -> None:
        """``own``: the municipality of the site; ``towns``: those of a prefecture's site."""
        self._pool, self._own, self._towns = pool, own, towns

    @asynccontextmanager
    async def reading(self, reader: Reader) -> AsyncIterator[asyncpg.Connection]:
        """A snapshot in which only this reader's rows are there. Raises Unavailable, or Problem where an answer takes too long or a value has no sense."""
        try:
            with outage():
                async with self._pool.acquire(timeout=ACQUIRE_S) as connection, connection.transaction(isolation="repeatable_read", readonly=True):
                    await connection.execute(_WALLS, reader.role.value, reader.agency)
                    await towns.see(connection, self._seen(reader))
                    if reader.agency and await connection.fetchval(_ENDED, reader.agency):
                        raise Problem(Code.TOKEN_INVALID)  # registered no more, whoever has vouched for the reader
                    yield connection
        except Unavailable as error:
            raise Problem(Code.BUSY) if isinstance(error.__cause__, asyncpg.QueryCanceledError) else error from error
        except asyncpg.DataError as error:
            raise Problem(Code.PARAMETER_INVALID) from error
        except (asyncpg.InvalidCachedStatementError, asyncpg.UndefinedTableError) as error:
            raise Unavailable("database") from error  # a projection is just being switched

    def _seen(self, reader: Reader) -> Collection[str]:
        """The towns whose rows there are: a prefecture's, or the own one."""
        return self._towns if self._towns and reader.role is Role.PREFECTURE else (self._own,)

    async def stale(self) -> list[str]:
        """The projections that follow the log no more. Raises Unavailable."""
        with outage():
            return [name for name, in await self._pool.fetch(_STALE)]


async def standing(connection: asyncpg.Connection, projection: str, case: str = "") -> Standing:
    """Where a projection stands; ``case`` is the one that is asked for. Raises Problem where the projection is not there."""
    live = await connection.fetchrow(_STANDING, projection, case)
    if live is None:
        raise Problem(Code.UNAVAILABLE)
    return Standing(live["generation"], live["positions"] or "", live["incomplete"], not live["fed"])


@asynccontextmanager
async def database(settings: Settings, name: str = DATABASE) -> AsyncIterator[Database]:
    """The reporting database, by the API's account. Raises SettingsMissing, Unavailable."""
    with outage():
        pool = await postgres.projections(settings).pool(
            role=API, password=settings.password(API), database=name,
            min_size=KEPT_CONNECTIONS, max_size=MOST_CONNECTIONS, max_inactive_connection_lifetime=0, timeout=CONNECT_S,
            server_settings={
                "statement_timeout": str(STATEMENT_MS), "timezone": "UTC", "default_transaction_read_only": "on",
                "tcp_keepalives_idle": str(_KEEP_ALIVE_S),
                "jit": "off",  # takes longer than any question of ours
                "plan_cache_mode": "force_custom_plan",  # agencies have few cases or thousands
            },
        )
    try:
        yield Database(pool, settings.municipality, settings.towns)
    finally:
        pool.terminate()
