"""Generations (世代): a projection's tables, once for each time that they were built, and the stable names under which one of them is read.

Every generation has a PostgreSQL schema of its own, ``rpt_<projection>_<generation>``; ``reporting.<table>`` shows the live one.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import asyncpg

from services.reporting import walls
from services.reporting.definition import definition
from services.reporting.projections import RESOURCES
from services.reporting.projections.projection import Projection

READERS = ("tsunagu_reader",)
"""Accounts that may read every generation."""
LIVE_UNIT = "live"
"""The reader that feeds all generations that are ``fed``, in one transaction a batch: they always stand at equal positions."""

_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('reporting.' || $1, 0))"
_ALL = "SELECT projection, generation, version, definition, state, fed, run FROM reporting.generations WHERE state <> 'DROPPED' ORDER BY 1, 2"
_NOTE = """
    INSERT INTO reporting.generations (projection, generation, version, definition, state, fed, run) VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (projection, generation) DO UPDATE SET state = excluded.state, fed = excluded.fed, run = excluded.run, changed_at = now()"""
_KEYED = """
    SELECT relname FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid
    WHERE contype = 'p' AND relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = $1)"""
_NEXT = "SELECT COALESCE(max(generation), 0) + 1 FROM reporting.generations WHERE projection = $1"
_OURS = "SELECT COALESCE(max(generation), 0) FROM reporting.generations WHERE projection = $1 AND definition = $2"
_BEGUN = "SELECT EXISTS (SELECT FROM reporting.progress WHERE unit = $1 AND next_offset > 0)"


class State(StrEnum):
    """What a generation is for now."""

    PLANNED = "PLANNED"
    LOADING = "LOADING"
    INDEXING = "INDEXING"
    CATCHING_UP = "CATCHING_UP"
    VERIFYING = "VERIFYING"
    READY = "READY"
    """Equal to the live one and fed beside it; nobody reads it yet."""
    LIVE = "LIVE"
    WARM = "WARM"
    """Was live, and is fed still: the way back."""
    DROPPED = "DROPPED"


@dataclass(frozen=True, slots=True)
class Generation:
    """One generation, as the database has it."""

    projection: str
    number: int
    version: int
    definition: str
    state: State
    fed: bool
    run: int = 0
    """The rebuild that made it; 0 for the first."""

    @property
    def schema(self) -> str:
        """The PostgreSQL schema that holds its tables."""
        return f"rpt_{self.projection}_{self.number}"

    @property
    def unit(self) -> str:
        """The reader that moves it."""
        return LIVE_UNIT if self.fed else unit_of(self.run) if self.run else f"{self.projection}:{self.number}"


def unit_of(run: int) -> str:
    """The reader that moves all generations of one rebuild together."""
    return f"rebuild:{run}"


async def lock(connection: asyncpg.Connection, unit: str) -> None:
    """Until the transaction ends nobody else moves this unit."""
    await connection.execute(_LOCK, unit)


async def known(connection: asyncpg.Connection) -> list[Generation]:
    """Every generation that still has its tables, by projection and number."""
    return [Generation(row[0], row[1], row[2], row[3], State(row[4]), row[5], row[6]) for row in await connection.fetch(_ALL)]


async def note(connection: asyncpg.Connection, generation: Generation) -> None:
    """Record a generation as it now is."""
    found = generation
    await connection.execute(_NOTE, found.projection, found.number, found.version, found.definition, found.state, found.fed, found.run)


async def create(connection: asyncpg.Connection, projection: Projection, state: State, fed: bool = False, run: int = 0) -> Generation:
    """Make the tables and views of a new generation; the indexes come with ``index``. One of a rebuild gets keys only where rows meet."""
    number = await connection.fetchval(_NEXT, projection.name)
    made = Generation(projection.name, number, projection.version, definition(projection), state, fed, run)
    await connection.execute(f"CREATE SCHEMA {made.schema}")
    for table in projection.tables:
        await connection.execute(table.ddl(made.schema, keyed=not (run and table.each)))
    for name, select in projection.views.items():
        await connection.execute(f"CREATE VIEW {made.schema}.{name} WITH (security_invoker = true) AS {select.format(schema=made.schema)}")
    for reader in READERS:
        await connection.execute(f"GRANT USAGE ON SCHEMA {made.schema} TO {reader}; GRANT SELECT ON ALL TABLES IN SCHEMA {made.schema} TO {reader}")
    await walls.build(connection, projection, made.schema, RESOURCES, READERS)
    await note(connection, made)
    return made


async def index(connection: asyncpg.Connection, projection: Projection, generation: Generation) -> None:
    """Make the indexes of a generation, and the keys that it has not got yet. May be done again."""
    keyed = {row[0] for row in await connection.fetch(_KEYED, generation.schema)}
    for table in projection.tables:
        if table.name not in keyed:
            await connection.execute(table.key_ddl(generation.schema))
        for statement in table.index_ddl(generation.schema):
            await connection.execute(statement)


async def show(connection: asyncpg.Connection, projection: Projection, generation: Generation) -> None:
    """Let the stable names show this generation."""
    for name in (*(table.name for table in projection.tables), *projection.views):
        await connection.execute(f"DROP VIEW IF EXISTS reporting.{name}")
        await connection.execute(f"CREATE VIEW reporting.{name} WITH (security_invoker = true) AS SELECT * FROM {generation.schema}.{name}")
        for reader in READERS:
            await connection.execute(f"GRANT SELECT ON reporting.{name} TO {reader}")
    await walls.open_door(connection, projection, RESOURCES)


async def establish(connection: asyncpg.Connection, projections: Sequence[Projection]) -> None:
    """Give every projection its first generation, and stop feeding those whose definition is not that of this code: they need a rebuild.

    A projection that comes when the log has been read already stays empty until it is rebuilt. A generation that was begun after the last one of
    this code is fed on: this code is the older one, still running or started by mistake. Begin a rebuild by it to go back to it.
    """
    async with connection.transaction():
        await lock(connection, LIVE_UNIT)
        found, begun = await known(connection), await connection.fetchval(_BEGUN, LIVE_UNIT)
        by_name = {projection.name: projection for projection in projections}
        for projection in projections:
            if not any(each.projection == projection.name and each.state is State.LIVE for each in found):
                made = await create(connection, projection, State.LIVE, fed=not begun)
                await index(connection, projection, made)
                await show(connection, projection, made)
        for each in found:
            ours = definition(by_name[each.projection]) if each.projection in by_name else ""
            if each.fed and ours != each.definition and each.number > await connection.fetchval(_OURS, each.projection, ours) > 0:
                continue
            if each.fed and ours != each.definition:
                await note(connection, replace(each, fed=False))
            if each.projection in by_name:
                await walls.build(connection, by_name[each.projection], each.schema, RESOURCES, READERS)


def outdated(found: Collection[Generation]) -> list[str]:
    """Projections of which what is read does not follow the log: made by other code, or come later than the log began."""
    return sorted(each.projection for each in found if each.state is State.LIVE and not each.fed)
