"""Routes: where a recorded event travels on to as a message, as its schema says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from contracts.catalogue import EventType
from contracts.envelope import DisclosureRequested
from contracts.shared import Basis
from kernel.partitioner import partition_of
from kernel.records import MESSAGE, REQUEST
from kernel.topics import Topics

GATE = "consent"
URGENT = frozenset((Basis.V, Basis.L))
"""Bases whose verdict does not rest on consent: their requests take the urgent lane."""


@dataclass(frozen=True, slots=True)
class Route:
    """One place to which a message goes. ``stage`` as in ``records``."""

    topic: str
    partition: int
    key: bytes
    stage: int


@dataclass(frozen=True, slots=True)
class Routes:
    """The topics of one municipality; every inbox has the same number of ``partitions``."""

    topics: Topics
    partitions: int

    def of(self, kind: EventType, event: Any, key: str) -> Iterator[Route]:
        """Where an event recorded under ``key`` is sent on to."""
        name = key if kind.forward_key is None else getattr(event, kind.forward_key)
        target = name.encode()
        stage = REQUEST if kind.cls is DisclosureRequested else MESSAGE
        for inbox in kind.forwards:
            topic = self._topic(inbox, event)
            everywhere = kind.broadcast and inbox == GATE
            numbers = range(self.partitions) if everywhere else (partition_of(target, self.partitions),)
            for number in numbers:
                yield Route(topic, number, target, stage)

    def _topic(self, inbox: str, event: Any) -> str:
        if type(event) is DisclosureRequested and event.basis in URGENT and not event.wanted:
            return self.topics.urgent
        return self.topics.inbox(inbox)
