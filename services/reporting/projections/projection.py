"""What a projection is (投影): a pure function from one logged fact to rows. It records and counts; it never decides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from contracts.catalogue import EventType
from kernel.envelope import Envelope
from services.reporting.projections.table import Row, Table


@dataclass(slots=True)
class Fact:
    """One event of a log. Its personal fields are empty: sealed parts are never opened here. To be changed by nobody; not frozen, since that takes thrice as long."""

    log: str
    """The function whose log it lies in."""
    partition: int
    envelope: Envelope
    kind: EventType
    event: Any
    """None where no projection wants it: decoding costs more than anything else here."""
    topic: str = ""
    offset: int = -1
    value: bytes = b""
    """The record's value as it lies in the log."""
    fault: str = ""
    """Why its event cannot be read; whoever looks into it parks it."""

    @property
    def recorded_at(self) -> datetime:
        """When what caused it was taken in."""
        return datetime.fromtimestamp(self.envelope.recorded_time / 1000, UTC)


Written = Iterable[tuple[Table, Row]]


class Projection(Protocol):
    """A named fold of the logs into tables. No row may depend on the order of facts across partitions or logs."""

    name: str
    version: int
    """Counts up when its rows come to mean something else."""
    tables: tuple[Table, ...]
    views: Mapping[str, str]
    """What is read of the tables in another shape: a SELECT by name, ``{schema}`` before each table."""

    def wants(self, log: str, kind: EventType) -> bool:
        """Whether ``rows`` looks into events of this type in this log, and not only at type and envelope."""

    def rows(self, fact: Fact) -> Written:
        """The rows that one fact gives; each fact comes exactly once. May raise anything: what this log says of the fact's case is then parked."""
