"""Projecting: what new facts give to generations, inside the transaction of whoever moves them; what one cannot hold is parked with its case (保留).

A batch costs the database a few questions of a fixed price, however few its records: all generations of a unit share them, and a table's rows are one statement.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

import asyncpg

from services.reporting.facts import Parked
from services.reporting.folding import fold
from services.reporting.generations import Generation
from services.reporting.projections.projection import Fact, Projection
from services.reporting.projections.table import Rows, Table

_KEYS = "SELECT DISTINCT topic, key FROM reporting.parked WHERE projection = $1 AND generation = $2 AND key <> ''"
_ALL_KEYS = "SELECT DISTINCT projection, generation, topic, key FROM reporting.parked WHERE key <> ''"
_PARK = """
    INSERT INTO reporting.parked (projection, generation, topic, partition, log_offset, key, code) VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT DO NOTHING"""
UNFIT = (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError)
"""What the database says of a row that it cannot hold."""


async def project_all(
    connection: asyncpg.Connection, moved: Sequence[tuple[Projection, Generation]], new: Sequence[Fact], unread: Sequence[Parked] = (),
) -> list[Parked]:
    """``project`` for every generation that moves together; each by itself only where the database does not take a row of some of them."""
    keys = await _keys_by_generation(connection)
    folded = [(each, *fold(projection, new, keys.get((each.projection, each.number), ()), unread)) for projection, each in moved]
    try:
        async with connection.transaction():
            for generation, rows, _ in folded:
                await _write(connection, generation, rows)
    except UNFIT:
        return [bad for projection, generation in moved for bad in await project(connection, projection, generation, new, unread)]
    found = []
    for generation, _, parked in folded:
        await park(connection, generation, [*unread, *parked])
        found += [*unread, *parked]
    return found


async def project(
    connection: asyncpg.Connection, projection: Projection, generation: Generation, new: Sequence[Fact], unread: Sequence[Parked] = (),
) -> list[Parked]:
    """Write the rows of new facts; returns what stays out: what was not read, what cannot be applied, and what follows it in its case."""
    keys = await keys_of(connection, generation)
    rows, parked = fold(projection, new, keys, unread)
    try:
        async with connection.transaction():
            await _write(connection, generation, rows)
    except UNFIT:
        parked = await _one_by_one(connection, projection, generation, new, keys, unread)
    parked = [*unread, *parked]
    await park(connection, generation, parked)
    return parked


async def keys_of(connection: asyncpg.Connection, generation: Generation) -> set[tuple[str, str]]:
    """The cases of a generation that are parked, by topic and key."""
    return {(topic, key) for topic, key in await connection.fetch(_KEYS, generation.projection, generation.number)}


async def _keys_by_generation(connection: asyncpg.Connection) -> Mapping[tuple[str, int], set[tuple[str, str]]]:
    """``keys_of`` for every generation that has any, in one question."""
    found: defaultdict[tuple[str, int], set[tuple[str, str]]] = defaultdict(set)
    for projection, number, topic, key in await connection.fetch(_ALL_KEYS):
        found[projection, number].add((topic, key))
    return found


async def _one_by_one(
    connection: asyncpg.Connection, projection: Projection, generation: Generation, new: Sequence[Fact], keys: set[tuple[str, str]], unread: Sequence[Parked],
) -> list[Parked]:
    """Slowly, so that only the fact is parked whose rows the database does not take, and what follows it in its case."""
    out: list[Parked] = []
    for fact in new:
        rows, parked = fold(projection, (fact,), keys, unread)
        try:
            async with connection.transaction():
                await _write(connection, generation, rows)
        except UNFIT as fault:
            parked = [Parked(fact.topic, fact.partition, fact.offset, type(fault).__name__, fact.envelope.subject)]
        keys |= {(each.topic, each.key) for each in parked}
        out += parked
    return out


async def _write(connection: asyncpg.Connection, generation: Generation, rows: Rows) -> None:
    """Each row added to what is there under its key."""
    for table, found in rows.sorted():
        await connection.execute(_statement(generation.schema, table), found)


def _statement(schema: str, table: Table) -> str:
    """Writes rows of which no two have the same key; they come as one value, an array of the table's own row type."""
    names, rows = ", ".join(table.names), f"unnest($1::{schema}.{table.name}[])"
    return f"INSERT INTO {schema}.{table.name} ({names}) SELECT {names} FROM {rows}" if table.each else table.merge_from(schema, rows)


async def park(connection: asyncpg.Connection, generation: Generation, parked: Sequence[Parked]) -> None:
    """Remember what a generation does not hold."""
    if parked:
        name, number = generation.projection, generation.number
        await connection.executemany(_PARK, [(name, number, bad.topic, bad.partition, bad.offset, bad.key, bad.code) for bad in parked])
