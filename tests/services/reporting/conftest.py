"""A database of its own for each test, on the real server, copied from one with the tables of reporting; and what the functions have written in days that were lived."""

from __future__ import annotations

import asyncio
import itertools
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio

import services.reporting
from cli.day import story
from cli.day.player import Day
from services.reporting import facts, generations
from services.reporting.projections import PROJECTIONS
from services.reporting.projections.projection import Fact
from services.reporting.store import Connect
from tests.installation import Broker
from tests.scenarios.memory_stage import LOGS, MemoryStage
from tests.scenarios.memory_year import played
from tests.scenarios.stories import stories
from tests.services.reporting import api_town
from tests.services.reporting.api_town import Town

SCHEMA = Path(services.reporting.__file__).with_name("schema.sql")
PEOPLE = int(os.environ.get("TSUNAGU_TEST_PEOPLE", "200"))
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


@pytest.fixture(scope="session")
def templates(broker: Broker) -> tuple[str, str]:
    """Two databases to copy: with what is the same for every generation; and with the first generation of every projection besides."""

    async def make() -> None:
        administrator = await connector(broker, "postgres")()
        await administrator.execute("CREATE DATABASE reporting_empty")
        owner = await connector(broker, "reporting_empty")()
        await owner.execute(SCHEMA.read_text("utf-8"))
        await owner.close()
        await administrator.execute("CREATE DATABASE reporting_established TEMPLATE reporting_empty")
        owner = await connector(broker, "reporting_established")()
        await generations.establish(owner, PROJECTIONS)
        await owner.close()
        await administrator.close()

    asyncio.run(make())
    return "reporting_empty", "reporting_established"


@asynccontextmanager
async def copied(broker: Broker, template: str) -> AsyncIterator[Connect]:
    """How to connect to a copy that nothing else uses."""
    name = f"reporting_test_{next(_numbers)}"
    administrator = await connector(broker, "postgres")()
    await administrator.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    yield connector(broker, name)
    await administrator.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await administrator.close()


@pytest_asyncio.fixture
async def database(broker: Broker, templates: tuple[str, str]) -> AsyncIterator[Connect]:
    """How to connect to an empty reporting database that nothing else uses."""
    async with copied(broker, templates[0]) as connect:
        yield connect


@pytest_asyncio.fixture
async def established(broker: Broker, templates: tuple[str, str]) -> AsyncIterator[Connect]:
    """How to connect to a reporting database with the first, empty generation of every projection."""
    async with copied(broker, templates[1]) as connect:
        yield connect


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
async def town(broker: Broker, established: Connect, tmp_path: Path) -> AsyncIterator[Town]:
    """Two agencies' cases, and the API that shows them."""
    async with api_town.town(broker, established, tmp_path) as found:
        yield found
