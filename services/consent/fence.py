"""The fence: a later withdrawal or protection flag in the gate's log voids a verdict that has not been delivered yet (rule 24)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from contracts.consent import ConsentWithdrawn, DisclosureDecided, ProtectionFlagSet
from kernel import envelope, serde
from kernel.records import TP, Record

_FACTS = (ConsentWithdrawn, ProtectionFlagSet)


class Voidings:
    """The facts that can void a verdict; fed with the gate's log, each partition in its order, what was read already passed over."""

    def __init__(self) -> None:
        self._found: dict[TP, dict[int, tuple[bytes | None, str, Any]]] = {}
        self.ahead: dict[TP, int] = {}
        """The offset up to which each partition has been read."""

    def read(self, record: Record) -> None:
        """Take one record of the gate's log into account, once."""
        place = TP(record.topic, record.partition)
        if record.offset < self.ahead.get(place, 0):
            return
        self.ahead[place] = record.offset + 1
        if serde.event_type(record.value).cls in _FACTS:
            identity = envelope.read(record.key, record.headers).id
            self._found.setdefault(place, {})[record.offset] = (record.key, identity, serde.decode(record.value))

    def forget_before(self, starts: Mapping[TP, int]) -> None:
        """Drop the facts before these offsets: they can only void verdicts that were delivered or voided long ago."""
        for place, start in starts.items():
            self._found[place] = {offset: fact for offset, fact in self._found.get(place, {}).items() if offset >= start}

    def after(self, verdict_record: Record, verdict: DisclosureDecided) -> str | None:
        """The id of the first later fact that voids ``verdict``, or None."""
        facts = self._found.get(TP(verdict_record.topic, verdict_record.partition), {})
        for offset in sorted(offset for offset in facts if offset > verdict_record.offset):
            key, identity, fact = facts[offset]
            if _voids(fact, verdict, same_case=key == verdict_record.key):
                return identity
        return None


def _voids(fact: Any, verdict: DisclosureDecided, same_case: bool) -> bool:
    match fact:
        case ConsentWithdrawn():
            return same_case and not set(fact.consents).isdisjoint(verdict.consents)
        case ProtectionFlagSet():
            return verdict.recipient in fact.blocked_agencies and any(part.person == fact.person for part in verdict.released)
        case _:
            return False
