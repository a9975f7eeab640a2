"""Desk (閲覧の窓口): what the API needs of the world, as a value; whoever starts it brings these."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from kernel.failures import Unavailable
from kernel.records import LogReader
from kernel.sender import Sender
from kernel.topics import Topics
from services.reporting.api.database import Database
from services.reporting.api.reader import Check
from services.reporting.api.texts import Keys
from services.reporting.projections import RESOURCES
from services.reporting.reads import Read
from services.reporting.resource import Resource

RECORDED_S = 10.0
"""How long a reading waits until it is recorded; then nothing is handed out."""


class Reads(Protocol):
    """Where it is recorded that somebody has read personal data."""

    async def record(self, reads: Sequence[Read]) -> None:
        """Return when all are durable. Raises Unavailable: then nothing may be handed out."""


@dataclass(frozen=True, slots=True)
class PersonLedger:
    """What a person's ledger shows, and the cases that it is about."""

    cases: tuple[str, ...]
    entries: Sequence[Mapping[str, Any]]


class LedgerReader(Protocol):
    """Folds a person's ledger from the gate's log."""

    async def __call__(self, person: str, proxy: bool) -> PersonLedger:
        """As it may be shown now: to the person, or (``proxy``) to somebody of the household. Raises Unavailable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Everything that answers requests."""

    database: Database
    checks: tuple[Check, ...]
    reads: Reads
    log: LogReader
    keys: Keys
    ledger: LedgerReader
    resources: tuple[Resource, ...] = RESOURCES


class RecordedReads:
    """Reads in the gate's lane ``consent.reads``: recorded is what the broker has on all its replicas."""

    def __init__(self, sender: Sender, topics: Topics, partitions: int) -> None:
        self._sender, self._topics, self._partitions = sender, topics, partitions

    async def record(self, reads: Sequence[Read]) -> None:
        """See Reads."""
        time = datetime.now(UTC).isoformat(timespec="milliseconds")
        try:
            async with asyncio.timeout(RECORDED_S):
                await self._sender.send([read.outgoing(self._topics, self._partitions, time) for read in reads])
        except Exception as error:  # whatever it is: there is no record, so there is no reading
            raise Unavailable("broker") from error
