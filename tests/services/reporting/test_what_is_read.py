"""Resources: each names columns that are there, in an order that tells rows apart, under Japanese headings; over all that was lived."""

from __future__ import annotations

import asyncpg
import pytest

from services.reporting import generations, projecting
from services.reporting.projections import PROJECTIONS, RESOURCES
from services.reporting.projections.projection import Fact, Projection
from services.reporting.resource import Resource
from services.reporting.store import Connect

each_resource = pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.name)


@each_resource
def test_a_resource_has_japanese_headings(resource: Resource):
    """A title, and another heading for each column."""
    assert all(not heading.isascii() for heading in (resource.title_ja, *resource.headings.values()))
    assert len(resource.headings) == len(set(resource.headings.values()))


@pytest.mark.live
async def test_every_resource_can_be_read_in_its_order_over_all_that_was_lived(database: Connect, lived: list[list[Fact]]):
    """Its columns are there, those that order it are never empty, and tell all rows apart."""
    connection = await database()
    for facts in lived:
        for projection in PROJECTIONS:
            await _build(connection, projection, facts)
        for resource in RESOURCES:
            found = await connection.fetch(f"SELECT {', '.join(resource.headings)} FROM reporting.{resource.view} ORDER BY {', '.join(resource.order)}")
            places = [tuple(row[column] for column in resource.order) for row in found]

            assert None not in {value for place in places for value in place}, resource.name
            assert len(places) == len(set(places)), resource.name
    await connection.close()


async def _build(connection: asyncpg.Connection, projection: Projection, facts: list[Fact]) -> None:
    """Another generation, of this town, and the one that is read."""
    made = await generations.create(connection, projection, generations.State.LIVE)
    await generations.index(connection, projection, made)
    await generations.show(connection, projection, made)
    assert [] == await projecting.project(connection, projection, made, facts, ())
