"""Projecting: what new facts give to one generation, inside the transaction of whoever moves it; what it cannot hold is parked with its case (保留)."""

from __future__ import annotations

from collections.abc import Sequence

import asyncpg

from services.reporting.facts import Parked
from services.reporting.folding import fold
from services.reporting.generations import Generation
from services.reporting.projections.projection import Fact, Projection
from services.reporting.projections.table import Rows

_KEYS = "SELECT DISTINCT topic, key FROM reporting.parked WHERE projection = $1 AND generation = $2 AND key <> ''"
_PARK = """
    INSERT INTO reporting.parked (projection, generation, topic, partition, log_offset, key, code) VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT DO NOTHING"""
UNFIT = (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError)
"""What the database says of a row that it cannot hold."""


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
        await connection.executemany(table.upsert.format(table=f"{generation.schema}.{table.name}"), found)


async def park(connection: asyncpg.Connection, generation: Generation, parked: Sequence[Parked]) -> None:
    """Remember what a generation does not hold."""
    if parked:
        name, number = generation.projection, generation.number
        await connection.executemany(_PARK, [(name, number, bad.topic, bad.partition, bad.offset, bad.key, bad.code) for bad in parked])
