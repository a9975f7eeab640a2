"""Resources: each names columns that are there, in an order that tells rows apart, under Japanese headings; over all that was lived."""

from __future__ import annotations

import pytest

from services.reporting import generations, projecting
from services.reporting.projections import PROJECTIONS, RESOURCES
from services.reporting.projections.projection import Fact
from services.reporting.resource import Resource
from services.reporting.store import Connect

each_resource = pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.name)


@each_resource
def test_a_resource_has_japanese_headings(resource: Resource):
    """A title, and another heading for each column."""
    assert all(not heading.isascii() for heading in (resource.title_ja, *resource.headings.values()))
    assert len(resource.headings) == len(set(resource.headings.values()))


@pytest.mark.live
async def test_every_resource_can_be_read_in_its_order_over_all_that_was_lived(established: Connect, lived: list[list[Fact]]):
    """Its columns are there, those that order it are never empty, and tell all rows apart. Each town is alone in the tables, and leaves them empty."""
    connection = await established()
    made = {each.projection: each for each in await generations.known(connection)}
    for facts in lived:
        town = connection.transaction()
        await town.start()
        for projection in PROJECTIONS:
            assert [] == await projecting.project(connection, projection, made[projection.name], facts, ())
        for resource in RESOURCES:
            found = await connection.fetch(f"SELECT {', '.join(resource.headings)} FROM reporting.{resource.view} ORDER BY {', '.join(resource.order)}")
            places = [tuple(row[column] for column in resource.order) for row in found]

            assert None not in {value for place in places for value in place}, resource.name
            assert len(places) == len(set(places)), resource.name
        await town.rollback()
    await connection.close()
