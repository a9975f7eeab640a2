"""What may be read, on a real PostgreSQL after the sample day: every resource can be asked for, and its order tells its rows apart."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import asyncpg
import pytest

from services.reporting.projections import PROJECTIONS, RESOURCES
from services.reporting.resource import Resource
from services.reporting.store import Connect, Store
from tests.scenarios.memory_stage import LOGS
from tests.services.reporting.test_whatever_order import Logs, day

pytestmark = pytest.mark.live
__all__ = ["day"]


@pytest.fixture
async def town(day: Logs, established: Connect) -> AsyncIterator[asyncpg.Connection]:
    """The reporting database after the day."""
    store = Store(PROJECTIONS, established, lambda code: None)
    await store.open()
    await store.positions(list(day))
    read = {tp: records for tp, records in sorted(day.items()) if records}
    await store.apply([record for records in read.values() for record in records], [(tp, 0, len(records)) for tp, records in read.items()], LOGS)
    await store.close()
    connection = await established()
    yield connection
    await connection.close()


async def test_every_resource_can_be_read_in_its_order(town: asyncpg.Connection):
    """All its columns are there; no column of the order is empty, and no two rows are alike in it."""
    empty = set()
    for each in RESOURCES:
        rows = await town.fetch(f"SELECT {', '.join(each.headings)} FROM reporting.{each.view} ORDER BY {', '.join(each.order)}")
        places = [tuple(row[name] for name in each.order) for row in rows]
        assert len(places) == len(set(places)), each.name
        assert not any(value is None for place in places for value in place), each.name
        empty |= set() if rows else {each.name}
    assert empty <= NOT_OF_THE_DAY | OVER


NOT_OF_THE_DAY = {"practices", "recalls", "resource-gaps", "plan-targets", "reported-figures", "prefecture-figures", "prefecture-support", "case-library"}
"""What the sample day has none of."""
OVER = {"held", "next-dates", "consents-in-force", "consents-ending", "consents-unanswered"}
"""What the sample day has none of any more by its end, or by the day of reading."""


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda each: each.name)
def test_a_resource_names_only_what_is_there(resource: Resource):
    """Its filters, its order and the columns that row security goes by are among what is read; its projection is one that runs."""
    assert {*resource.order, *resource.filters} | {resource.case, resource.agency} - {""} <= set(resource.headings)
    assert resource.projection in {projection.name for projection in PROJECTIONS}
    assert resource.roles


def test_names_are_given_once():
    """Of resources, and of tables and views over all projections."""
    names = [each.name for each in RESOURCES]
    views = [name for projection in PROJECTIONS for name in (*(table.name for table in projection.tables), *projection.views)]

    assert sorted(set(names)) == sorted(names)
    assert all(re.fullmatch("[a-z]+(-[a-z]+)*", name) for name in names)
    assert sorted(set(views)) == sorted(views)
