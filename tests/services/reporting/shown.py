"""What is read of a projection's views once its rows lie in a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.reporting import generations, store
from services.reporting.folding import fold
from services.reporting.generations import State
from services.reporting.projections.projection import Fact, Projection
from services.reporting.store import Connect


async def shown(connect: Connect, projection: Projection, facts: Sequence[Fact], *views: str) -> list[list[dict[str, Any]]]:
    """The rows of each view after these facts, each fact written by itself; in no order."""
    connection = await connect()
    try:
        made = await generations.create(connection, projection, State.LIVE)
        await generations.index(connection, projection, made)
        await generations.show(connection, projection, made)
        for fact in facts:
            rows, parked = fold(projection, [fact], ())
            assert [] == parked
            await store.write(connection, made, rows)
        return [[dict(row) for row in await connection.fetch(f"SELECT * FROM reporting.{view}")] for view in views]
    finally:
        await connection.close()
