"""A database of its own for each test, on the real server, with the tables of reporting."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest_asyncio

import services.reporting
from services.reporting.store import Connect
from tests.installation import Broker
from tests.services.reporting import api_town
from tests.services.reporting.api_town import Town

SCHEMA = Path(services.reporting.__file__).with_name("schema.sql")
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


@pytest_asyncio.fixture
async def town(broker: Broker, database: Connect, tmp_path: Path) -> AsyncIterator[Town]:
    """Two agencies' cases, and the API that shows them."""
    async with api_town.town(broker, database, tmp_path) as found:
        yield found
