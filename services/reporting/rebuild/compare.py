"""Comparing (照合): old and new at equal positions, by digests in which the order of rows cannot be seen. What differs is named, never waved through."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg

from services.reporting import generations, store
from services.reporting.generations import LIVE_UNIT, Generation, State, unit_of
from services.reporting.rebuild import ledger

MISCOUNTED = "the rebuild and the live reader have not counted the same events"

_COLUMNS = """
    SELECT table_name, column_name, COALESCE(NULLIF(data_type, 'ARRAY'), udt_name) AS type FROM information_schema.columns
    WHERE table_schema = $1 AND table_name IN (SELECT table_name FROM information_schema.tables WHERE table_schema = $1 AND table_type = 'BASE TABLE')
    ORDER BY 1, 2"""
_DIGEST = "SELECT count(*), COALESCE(sum(hashtextextended(ROW({columns})::text, 0)::numeric), 0)::text FROM {schema}.{table}"
_SEQUENCES = """
    SELECT count(*), COALESCE(sum(hashtextextended(ROW(topic, partition, key, seq)::text, 0)::numeric), 0)::text
    FROM reporting.sequences WHERE unit = $1 AND topic = ANY ($2)"""
_PARKED = "SELECT count(*) FROM reporting.parked WHERE projection = $1 AND generation = $2"


@dataclass(frozen=True, slots=True)
class Compared:
    """What comparing one projection has found."""

    projection: str
    rows: int
    digest: str
    """Of all tables of the new one, over the columns that both have."""
    differences: tuple[str, ...] = ()
    """In words; none where old and new are equal."""
    comparable: bool = True
    """Whether both stand at equal positions."""
    alike: bool = True
    """Whether the new one had counted the same events as the live reader, when it joined it; no change of code explains that it had not."""

    @property
    def equal(self) -> bool:
        """Whether the new one may take the place of the old one without a word."""
        return self.comparable and not self.differences

    @property
    def says(self) -> str:
        """What was found, in words."""
        found = self.differences or (("equal",) if self.comparable else ("the live one does not follow the log: nothing to compare with",))
        return f"{self.projection}: {', '.join(found)}"


@asynccontextmanager
async def snapshot(connection: asyncpg.Connection) -> AsyncIterator[None]:
    """Everything read within is as it was at the first question."""
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        yield


async def compare(connection: asyncpg.Connection, old: Generation | None, new: Generation) -> Compared:
    """Old and new of one projection, in a snapshot."""
    ours, theirs = await _tables(connection, new), await _tables(connection, old) if old else {}
    comparable = old is not None and await _positions(connection, old) == await _positions(connection, new)
    found, rows, digests = [], 0, []
    for table in sorted(ours.keys() | theirs.keys()):
        both = sorted(ours.get(table, frozenset()) & theirs.get(table, frozenset())) if old else sorted(ours[table])
        if table not in ours or (old and table not in theirs):
            found.append(f"{table}: only in the {'new' if table in ours else 'old'} one")
            continue
        found += [f"{table}: only one of the two has {', '.join(only)}"] if old and (only := _only(ours[table], theirs[table])) else []
        count, digest = await _digest(connection, new, table, both)
        rows, digests = rows + count, [*digests, f"{table}:{digest}"]
        if comparable and old and (count, digest) != (was := await _digest(connection, old, table, both)):
            found.append(f"{table}: {was[0]} rows before, {count} now" if was[0] != count else f"{table}: {count} rows, not the same")
    found += [] if old is None else await _parked(connection, old, new)
    alike = await ledger.alike(connection, new.run)
    return Compared(new.projection, rows, " ".join(digests), (*found, *([] if alike else [MISCOUNTED])), comparable, alike)


async def counted_alike(connection: asyncpg.Connection, run: int, logs: Collection[str]) -> bool:
    """Whether the rebuild has counted the same events of every key in these logs as the live reader; while nobody moves, at the join."""
    live, own = [await connection.fetchrow(_SEQUENCES, unit, list(logs)) for unit in (LIVE_UNIT, unit_of(run))]
    return live == own


async def pairs(connection: asyncpg.Connection, names: Sequence[str]) -> list[tuple[Generation | None, Generation]]:
    """Live and rebuilt generation of these projections, as far as there is a rebuilt one."""
    found = await generations.known(connection)
    live = {each.projection: each for each in found if each.state is State.LIVE}
    return [(live.get(each.projection), each) for each in found if each.projection in names and each.state is not State.LIVE]


def _only(ours: frozenset[str], theirs: frozenset[str]) -> list[str]:
    return sorted(column.split(" ")[0] for column in ours ^ theirs)


async def _tables(connection: asyncpg.Connection, generation: Generation) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for table, column, kind in await connection.fetch(_COLUMNS, generation.schema):
        found.setdefault(table, set()).add(f"{column} {kind}")
    return {table: frozenset(columns) for table, columns in found.items()}


async def _digest(connection: asyncpg.Connection, generation: Generation, table: str, columns: Sequence[str]) -> tuple[int, str]:
    names = ", ".join(column.split(" ")[0] for column in columns)
    count, digest = await connection.fetchrow(_DIGEST.format(columns=names, schema=generation.schema, table=table))
    return count, digest


async def _positions(connection: asyncpg.Connection, generation: Generation) -> object:
    """Two that are fed stand where the live reader does; where one stands that is no longer fed, nobody knows."""
    found = {tp: offset for tp, offset in (await store.positions(connection, generation.unit)).items() if offset}
    return found if generation.fed or generation.run else generation


async def _parked(connection: asyncpg.Connection, old: Generation, new: Generation) -> list[str]:
    before, now = [await connection.fetchval(_PARKED, each.projection, each.number) for each in (old, new)]
    return [f"{before} records parked before, {now} now"] if before != now else []
