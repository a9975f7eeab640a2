"""Resources: each names columns that are there, in an order that tells rows apart, under Japanese headings; over all that was lived."""

from __future__ import annotations

from collections import Counter

import asyncpg
import pytest

from services.reporting import generations, store
from services.reporting.folding import fold
from services.reporting.projections import PROJECTIONS, RESOURCES
from services.reporting.projections.projection import Fact, Projection
from services.reporting.resource import Resource
from services.reporting.store import Connect

each_resource = pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.name)
_TABLES = Counter(name for projection in PROJECTIONS for name in (*(table.name for table in projection.tables), *projection.views))


@each_resource
def test_a_resource_is_of_a_projection_and_has_japanese_headings(resource: Resource):
    """It can be ordered and asked for by what it shows, and rows of a case or an agency say which."""
    projection = {each.name: each for each in PROJECTIONS}[resource.projection]

    assert resource.view in (*(table.name for table in projection.tables), *projection.views)
    assert {*resource.order, *resource.filters, resource.case, resource.agency} - {""} <= set(resource.headings)
    assert all(not heading.isascii() for heading in (resource.title_ja, *resource.headings.values()))
    assert len(resource.headings) == len(set(resource.headings.values()))
    assert resource.roles


def test_every_name_is_there_once():
    """Resources, and all tables and views, which share one schema."""
    assert [] == [name for name, count in (Counter(resource.name for resource in RESOURCES) + _TABLES).items() if count > 1 and _TABLES[name] > 1]
    assert len(RESOURCES) == len({resource.name for resource in RESOURCES})


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
    rows, parked = fold(projection, facts, ())
    assert [] == parked
    await store.write(connection, made, rows)
