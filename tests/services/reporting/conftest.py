"""A database of its own for each test, on the real server, with the tables of reporting; and what the functions have written in days that were lived."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio

import services.reporting
from cli.day import story
from cli.day.player import Day
from services.reporting import facts
from services.reporting.projections.projection import Fact
from services.reporting.store import Connect
from tests.installation import Broker
from tests.scenarios.memory_stage import LOGS, MemoryStage
from tests.scenarios.memory_year import played
from tests.scenarios.stories import stories
from tests.services.reporting import api_town
from tests.services.reporting.api_town import Town

SCHEMA = Path(services.reporting.__file__).with_name("schema.sql")
PEOPLE = 600
"""Inhabitants of the town whose year is lived."""
_numbers = itertools.count()


def connector(broker: Broker, database: str) -> Connect:
    """How the administrator reaches a database."""
    settings = broker.settings

    async def connect() -> asyncpg.Connection:
        return await asyncpg.connect(
            host=settings.database_host, port=settings.database_port, user="postgres", password=settings.password("postgres"),
            database=database, timeout=10,
        )

    return connect


@pytest_asyncio.fixture
async def database(broker: Broker) -> AsyncIterator[Connect]:
    """How to connect to an empty reporting database that nothing else uses."""
    name = f"reporting_test_{next(_numbers)}"
    administrator = await connector(broker, "postgres")()
    await administrator.execute(f"CREATE DATABASE {name}")
    connect = connector(broker, name)
    owner = await connect()
    await owner.execute(SCHEMA.read_text("utf-8"))
    await owner.close()
    yield connect
    await administrator.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await administrator.close()


def written(stage: MemoryStage) -> list[Fact]:
    """Everything that lies in the logs, one partition after the other."""
    reading = facts.read((record for topic in LOGS for record in stage.log.records(topic)), LOGS)
    assert [] == reading.parked
    return [fact for _, fact in reading.facts]


@pytest.fixture(scope="session")
def lived() -> list[list[Fact]]:
    """The logs of a day, of every story, of a year: each a town of its own."""
    found = []
    for play in (story.play, *(each.play for each in stories())):
        with closing(MemoryStage(batch=50)) as stage:
            play(Day(stage))
            found.append(written(stage))
    with played(PEOPLE) as (stage, _):
        found.append(written(stage))
    return found


@pytest_asyncio.fixture
async def town(broker: Broker, database: Connect, tmp_path: Path) -> AsyncIterator[Town]:
    """Two agencies' cases, and the API that shows them."""
    async with api_town.town(broker, database, tmp_path) as found:
        yield found
