"""Projecting: what new facts give to one generation, inside the transaction of whoever moves it; what it cannot hold is parked with its case (保留)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence

import asyncpg

from services.reporting.facts import Parked
from services.reporting.folding import FOLLOWS, fold
from services.reporting.generations import Generation
from services.reporting.projections.projection import Fact, Projection
from services.reporting.projections.table import Rows

_KEYS = "SELECT DISTINCT key FROM reporting.parked WHERE projection = $1 AND generation = $2 AND key <> ''"
_PARK = """
    INSERT INTO reporting.parked (projection, generation, topic, partition, log_offset, key, code) VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT DO NOTHING"""
UNFIT = (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError)
"""What the database says of a row that it cannot hold."""


async def project(
    connection: asyncpg.Connection, projection: Projection, generation: Generation, new: Sequence[Fact], unread: Sequence[Parked] = (),
) -> list[Parked]:
    """Write the rows of new facts; returns what stays out: what was not read, what cannot be applied, and what follows it in its case."""
    keys = {row[0] for row in await connection.fetch(_KEYS, generation.projection, generation.number)}
    rows, parked = fold(projection, new, keys, unread)
    try:
        async with connection.transaction():
            await _write(connection, generation, rows)
    except UNFIT:
        parked = await _case_by_case(connection, projection, generation, new, keys, unread)
    parked = [*unread, *parked]
    await park(connection, generation, parked)
    return parked


async def _case_by_case(
    connection: asyncpg.Connection, projection: Projection, generation: Generation, new: Sequence[Fact], keys: Collection[str], unread: Sequence[Parked],
) -> list[Parked]:
    """Slowly, so that only the case is parked whose rows the database does not take."""
    cases: defaultdict[str, list[Fact]] = defaultdict(list)
    for fact in new:
        cases[fact.envelope.subject].append(fact)
    out: list[Parked] = []
    for key, facts in sorted(cases.items()):
        rows, parked = fold(projection, facts, keys, unread)
        try:
            async with connection.transaction():
                await _write(connection, generation, rows)
        except UNFIT as fault:
            codes = [type(fault).__name__, *[FOLLOWS] * (len(facts) - 1)]
            parked = [Parked(fact.topic, fact.partition, fact.offset, code, key) for fact, code in zip(facts, codes, strict=True)]
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
