"""Place: what a rebuild's processes need to reach the logs and the tables; goes to worker processes as it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module

import asyncpg

from kernel.clients import Clients
from kernel.logreader import KafkaLogReader
from kernel.postgres import Server
from kernel.records import TP
from services.reporting.projections.projection import Projection

CONNECT_S = 10.0
MEMORY = "256MB"
"""What the database may take to sort one index."""
PROJECTIONS = "services.reporting.projections:PROJECTIONS"
OF_TOWNS = "services.reporting.projections:OF_TOWNS"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Database, broker, logs and projections of one installation."""

    server: Server
    database: str
    user: str
    password: str = field(repr=False)
    clients: Clients = field(repr=False)
    logs: Mapping[str, str]
    """The function by log topic."""
    partitions: int
    source: str = PROJECTIONS
    """Module and name of the projections."""

    @property
    def projections(self) -> Mapping[str, Projection]:
        """The projections of this code, by name."""
        module, _, name = self.source.partition(":")
        return {each.name: each for each in getattr(import_module(module), name)}

    def named(self, names: Sequence[str]) -> list[Projection]:
        """These projections. Raises KeyError for one that this code has not."""
        return [self.projections[name] for name in names]

    @property
    def places(self) -> list[TP]:
        """Every partition of every log."""
        return [TP(topic, number) for topic in sorted(self.logs) for number in range(self.partitions)]

    async def connect(self) -> asyncpg.Connection:
        """A connection whose statements may take long: indexes, comparisons."""
        return await self.server.connect(
            database=self.database, role=self.user, password=self.password, timeout=CONNECT_S,
            server_settings={"maintenance_work_mem": MEMORY, "application_name": "tsunagu rebuild", "timezone": "UTC"},
        )

    def reader(self, name: str) -> KafkaLogReader:
        """A reader of the logs, to be started."""
        return KafkaLogReader(self.clients.reader(f"rebuild-{name}"))
