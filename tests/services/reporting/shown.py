"""What is read of a projection's views once its rows lie in a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.reporting import generations, projecting
from services.reporting.generations import State
from services.reporting.projections.projection import Fact, Projection
from services.reporting.store import Connect


async def shown(connect: Connect, projection: Projection, facts: Sequence[Fact], *views: str, batch: int = 1) -> list[list[dict[str, Any]]]:
    """The rows of each view after these facts, so many written at a time; in no order."""
    connection = await connect()
    try:
        made = await generations.create(connection, projection, State.LIVE)
        await generations.index(connection, projection, made)
        await generations.show(connection, projection, made)
        for start in range(0, len(facts), batch):
            assert [] == await projecting.project(connection, projection, made, facts[start : start + batch], ())
        return [[dict(row) for row in await connection.fetch(f"SELECT * FROM reporting.{view}")] for view in views]
    finally:
        await connection.close()
