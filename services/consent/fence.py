"""The fence (rule 24): of several verdicts on one request the last counts, as far as the gate has written.

The gate itself decides anew what is still under way when a consent ends or a protection flag is set, so that the fence has no rules.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from contracts.consent import DisclosureDecided
from kernel import envelope, serde
from kernel.envelope import Envelope
from kernel.records import TP, Record


@dataclass(frozen=True, slots=True)
class Fact:
    """One record of the gate's log."""

    record: Record
    envelope: Envelope
    event: Any


class Fence:
    """The gate's log as far as it has been read, each partition in its order; kept from where the courier stands."""

    def __init__(self) -> None:
        self._facts: dict[TP, dict[int, Fact]] = {}
        self._last: dict[TP, dict[str, int]] = {}
        self.ahead: dict[TP, int] = {}
        """The offset up to which each partition has been read."""

    def read(self, record: Record) -> Fact:
        """One record of the gate's log as a fact; decoded once, however often it is read."""
        place = TP(record.topic, record.partition)
        known = self._facts.setdefault(place, {}).get(record.offset)
        if known is not None:
            return known
        fact = Fact(record, envelope.read(record.key, record.headers), serde.decode(record.value))
        if record.offset >= self.ahead.get(place, 0):
            self.ahead[place] = record.offset + 1
            self._facts[place][record.offset] = fact
            if isinstance(fact.event, DisclosureDecided):
                self._last.setdefault(place, {})[fact.event.request_id] = record.offset
        return fact

    def forget_before(self, starts: Mapping[TP, int]) -> None:
        """Drop what lies before these offsets: it has been dealt with."""
        for place, start in starts.items():
            self._facts[place] = {offset: fact for offset, fact in self._facts.get(place, {}).items() if offset >= start}
            self._last[place] = {request: offset for request, offset in self._last.get(place, {}).items() if offset >= start}

    def overtaken(self, fact: Fact) -> bool:
        """Whether a later verdict on the same request has been read."""
        place = TP(fact.record.topic, fact.record.partition)
        return self._last.get(place, {}).get(fact.event.request_id, -1) > fact.record.offset
