"""Standing (現在位置): how far what is read of a projection has followed the logs, what it lacks, and which code made it."""

from __future__ import annotations

from dataclasses import dataclass

import asyncpg

from services.reporting import store
from services.reporting.generations import LIVE_UNIT
from services.reporting.queries import parked

_LIVE = "SELECT definition, fed FROM reporting.generations WHERE projection = $1 AND state = 'LIVE'"


@dataclass(frozen=True, slots=True)
class Standing:
    """One projection at one moment."""

    positions: dict[str, dict[int, int]]
    """The offset up to which it had read, by topic and partition; empty where it is outdated: nobody keeps where it stopped."""
    missing: int
    """Log records that it could not read or apply: with any, its rows are incomplete."""
    definition: str
    """64 hex digits over the code that made the rows."""
    outdated: bool
    """Whether it does not follow the logs any more: other code made it, and it waits for its rebuild."""


async def standing(connection: asyncpg.Connection, projection: str) -> Standing:
    """To be asked in the transaction (repeatable read) in which the rows are read: only then they belong together."""
    live = await connection.fetchrow(_LIVE, projection)
    outdated, positions = live is None or not live["fed"], dict[str, dict[int, int]]()
    for (topic, partition), offset in ({} if outdated else await store.positions(connection, LIVE_UNIT)).items():
        positions.setdefault(topic, {})[partition] = offset
    return Standing(positions, await parked(connection, projection), live["definition"] if live else "", outdated)
