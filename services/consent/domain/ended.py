"""Ended (終了した機関): who was registered once and is no more takes part in nothing, whatever the basis."""

from __future__ import annotations

from contracts.coordination import SegmentNoted
from contracts.envelope import DisclosureRequested
from services.consent.domain.reasons import Reason
from services.consent.domain.registry import Registry


def gone(request: DisclosureRequested, registry: Registry) -> Reason | None:
    """Why nothing may go, on any basis: one of the two sides is there no more. Who was never there is another question."""
    if request.recipient in registry.ended:
        return Reason.RECIPIENT_ENDED
    return Reason.SENDER_ENDED if request.agency in registry.ended else None


def of_those_there(noted: SegmentNoted, registry: Registry) -> SegmentNoted:
    """A conference segment as it is told, without members that are there no more: its sitting need not know of their end."""
    if registry.ended.isdisjoint(noted.members):
        return noted
    return noted.changed(members=tuple([member for member in noted.members if member not in registry.ended]))
