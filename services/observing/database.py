"""The database, looked at through a role that may come in, sees counts, and of the tables only where the writer of the projections will read on."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import asyncpg

from kernel import postgres
from kernel.settings import Settings
from services.observing.domain.lag import Place
from services.observing.reads import LIVE, REPORTING

ROLE, DATABASE = "tsunagu_observer", "tsunagu_reporting"
LOOK_S = 3.0
_COUNTS = "SELECT (SELECT sum(numbackends) FROM pg_stat_database), (SELECT count(*) FROM pg_locks WHERE NOT granted)"
_POSITIONS = "SELECT topic, partition, next_offset FROM reporting.progress WHERE unit = $1"


@dataclass(slots=True)
class Counts:
    """What one look has found; ``positions``: where the writer of the projections will read on."""

    up: bool = False
    connections: int = 0
    waiting: int = 0
    positions: dict[Place, int] = field(default_factory=dict)


class Database:
    """One connection, made again when it is lost."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._connection: asyncpg.Connection | None = None

    async def look(self) -> Counts:
        """Look; within ``LOOK_S``, whatever the server does. Raises SettingsMissing."""
        try:
            async with asyncio.timeout(LOOK_S):
                return await self._look()
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
            self.close()
            return Counts()

    def close(self) -> None:
        """Let go of the connection, without asking anybody."""
        if self._connection is not None:
            self._connection.terminate()
            self._connection = None

    async def _look(self) -> Counts:
        if self._connection is None or self._connection.is_closed():
            self._connection = await postgres.projections(self._settings).connect(
                role=ROLE, password=self._settings.password(ROLE), database=DATABASE,
                timeout=LOOK_S, statement_cache_size=8, server_settings={"application_name": "tsunagu-observer"},
            )
        connections, waiting = await self._connection.fetchrow(_COUNTS)
        return Counts(True, int(connections or 0), int(waiting), await self._positions(self._connection))

    async def _positions(self, connection: asyncpg.Connection) -> dict[Place, int]:
        """Empty in a database that was not provisioned since there is an observer."""
        try:
            rows = await connection.fetch(_POSITIONS, LIVE)
        except (asyncpg.UndefinedTableError, asyncpg.InsufficientPrivilegeError, asyncpg.InvalidSchemaNameError):
            return {}
        return {Place(REPORTING, LIVE, topic, number): offset for topic, number, offset in rows}
