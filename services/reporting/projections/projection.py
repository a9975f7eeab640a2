"""What a projection is: a pure function from logged facts to rows. It records and counts; it never decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from contracts.catalogue import EventType
from kernel.envelope import Envelope


@dataclass(frozen=True, slots=True)
class Fact:
    """One event of a log. Its personal fields are empty: sealed parts are never opened here."""

    log: str
    """The function whose log it lies in."""
    partition: int
    envelope: Envelope
    kind: EventType
    event: Any
    """None where the projection did not want it: decoding costs more than anything else here."""


@dataclass(frozen=True, slots=True)
class Write:
    """One statement and the rows it takes, in an order that does not depend on anything but the facts."""

    statement: str
    rows: list[tuple[Any, ...]]


class Projection(Protocol):
    """A named fold of the logs into tables. No row may depend on the order of facts across partitions."""

    name: str

    def wants(self, log: str, kind: EventType) -> bool:
        """Whether ``writes`` looks into events of this type in this log, and not only at type and envelope."""

    def writes(self, facts: Sequence[Fact]) -> list[Write]:
        """The rows that a batch of new facts gives, coalesced. Each fact comes exactly once."""
