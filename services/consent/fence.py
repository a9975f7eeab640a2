"""The fence: a later withdrawal or protection flag in the gate's log voids a verdict that has not been delivered yet (rule 24)."""

from __future__ import annotations

from typing import Any

from contracts.consent import ConsentWithdrawn, DisclosureDecided, ProtectionFlagSet
from kernel import envelope, serde
from kernel.records import Record

_FACTS = (ConsentWithdrawn, ProtectionFlagSet)


class Voidings:
    """The facts that can void a verdict, with their places; fed with the gate's log in any order."""

    def __init__(self) -> None:
        self._found: dict[tuple[int, int], tuple[bytes | None, str, Any]] = {}

    def read(self, record: Record) -> None:
        """Take one record of the gate's log into account."""
        if serde.event_type(record.value).cls in _FACTS:
            identity = envelope.read(record.key, record.headers).id
            self._found[record.partition, record.offset] = (record.key, identity, serde.decode(record.value))

    def after(self, verdict_record: Record, verdict: DisclosureDecided) -> str | None:
        """The id of the first later fact that voids ``verdict``, or None."""
        later = sorted(
            place for place in self._found if place[0] == verdict_record.partition and place[1] > verdict_record.offset
        )
        for place in later:
            key, identity, fact = self._found[place]
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
