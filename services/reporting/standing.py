"""Standing (現在位置): how far a projection has read each log, what it could not read, and which code it is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

import asyncpg

from services.reporting import projections
from services.reporting.queries import parked

_POSITIONS = "SELECT topic, partition, next_offset FROM reporting.progress WHERE projection = $1"


@dataclass(frozen=True, slots=True)
class Standing:
    """One projection at one moment."""

    positions: dict[str, dict[int, int]]
    """The offset up to which it had read, by topic and partition."""
    missing: int
    """Log records that it could not read: with any, its rows are incomplete."""
    definition: str
    """64 hex digits over the code that made the rows."""


async def standing(connection: asyncpg.Connection, projection: str) -> Standing:
    """To be asked in the transaction (repeatable read) in which the rows are read: only then they belong together."""
    positions: dict[str, dict[int, int]] = {}
    for row in await connection.fetch(_POSITIONS, projection):
        positions.setdefault(row["topic"], {})[row["partition"]] = row["next_offset"]
    return Standing(positions, await parked(connection, projection), definition())


@cache
def definition() -> str:
    """Of all projections together: whatever changes in one of them changes it."""
    digest = sha256()
    for path in sorted(Path(projections.__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()
