"""Redriving (再適用): parked records are read again from the log and applied by the code as it is now, each case in its order.

What was parked was not counted, and rows add up in any order of cases: after a redrive they are those of a case that was never parked.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import asyncpg

from kernel.records import LogReader, Position
from services.reporting import facts, generations, projecting
from services.reporting.definition import definition
from services.reporting.facts import Parked
from services.reporting.generations import LIVE_UNIT, Generation
from services.reporting.projections.projection import Fact, Projection

_PARKED = """
    SELECT topic, partition, log_offset, code, key FROM reporting.parked
    WHERE projection = $1 AND generation = $2 AND ($3 = '' OR key = $3) ORDER BY 1, 2, 3"""
_TAKE = "DELETE FROM reporting.parked WHERE projection = $1 AND generation = $2 AND key = $3"
_LIST = """
    SELECT projection, generation, key, count(*) AS records, min(parked_at) AS since,
           (array_agg(code ORDER BY parked_at, topic, partition, log_offset))[1] AS code,
           (array_agg(topic || '/' || partition || '/' || log_offset ORDER BY parked_at, topic, partition, log_offset))[1] AS first
    FROM reporting.parked JOIN reporting.generations USING (projection, generation)
    WHERE state <> 'DROPPED' AND ($1 = '' OR projection = $1) GROUP BY 1, 2, 3 ORDER BY 5, 1, 2, 3"""


_COUNTED = """
    INSERT INTO reporting.sequences (unit, topic, partition, key, seq) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (unit, topic, partition, key) DO UPDATE SET seq = GREATEST(sequences.seq, excluded.seq)"""


@dataclass(frozen=True, slots=True)
class Redriven:
    """What came of one case of one projection: how many records were read again, how many of them stay parked."""

    projection: str
    generation: int
    key: str
    records: int
    left: int


async def listed(connection: asyncpg.Connection, projection: str = "") -> list[asyncpg.Record]:
    """What is parked: one row for each projection and case, the longest parked first."""
    return await connection.fetch(_LIST, projection)


async def parked(connection: asyncpg.Connection, projection: str, generation: int, key: str = "") -> list[Parked]:
    """The parked records of a generation, of all its cases or one, in the order of the log."""
    return [Parked(*row) for row in await connection.fetch(_PARKED, projection, generation, key)]


async def redrive(
    connection: asyncpg.Connection, projections: Sequence[Projection], reader: LogReader, logs: Mapping[str, str], projection: str = "", key: str = "",
) -> list[Redriven]:
    """Apply again what is parked in the generations that are fed, one transaction a case; a generation of other code waits for its rebuild.

    Raises Unavailable, or LookupError where the log does not hold a record any more.
    """
    by_name, done = {each.name: each for each in projections}, []
    for generation in await generations.known(connection):
        ours = by_name.get(generation.projection)
        if not generation.fed or ours is None or definition(ours) != generation.definition or projection not in ("", generation.projection):
            continue
        keys = {each.key for each in await parked(connection, generation.projection, generation.number, key)}
        done += [await _case(connection, ours, generation, reader, logs, each) for each in sorted(keys)]
    return done


async def _case(
    connection: asyncpg.Connection, projection: Projection, generation: Generation, reader: LogReader, logs: Mapping[str, str], key: str,
) -> Redriven:
    """Under the lock of the unit that feeds it: nothing of the case comes between."""
    name, number = generation.projection, generation.number
    async with connection.transaction():
        await generations.lock(connection, LIVE_UNIT)
        waiting = [each for each in await parked(connection, name, number, key) if each.key == key]
        places: list[Position] = [(each.topic, each.partition, each.offset) for each in waiting]
        records = await reader.fetch(places)
        reading = facts.read([records[place] for place in places], logs, projection.wants)
        await connection.execute(_TAKE, name, number, key)
        left = await projecting.project(connection, projection, generation, _once(reading), reading.parked)
        await connection.executemany(_COUNTED, [(LIVE_UNIT, *sequence, fact.envelope.seq) for sequence, fact in reading.facts])
    return Redriven(name, number, key, len(waiting), len(left))


def _once(reading: facts.Reading) -> list[Fact]:
    """Each fact once: what could not be read may have been sent twice."""
    found: defaultdict[tuple[facts.Sequence, int], list[Fact]] = defaultdict(list)
    for sequence, fact in reading.facts:
        found[sequence, fact.envelope.seq].append(fact)
    return [same[0] for same in found.values()]
