"""A case before the gate: what is recorded in it, what is asked, and the one verdict."""

from __future__ import annotations

from typing import Any

from contracts.consent import DisclosureDecided
from contracts.coordination import SegmentNoted
from contracts.shared import ConferenceBasis, DataCategory
from kernel.testing import AT, Given, Then, given
from tests.services.consent.town import GATE, TOWN, request

BASIC, ECONOMIC, HEALTH, ADDRESS, DANGER = (
    DataCategory.BASIC, DataCategory.ECONOMIC, DataCategory.HEALTH, DataCategory.ADDRESS, DataCategory.DANGER,
)


def case(*events: Any, shared: Any = TOWN) -> Given:
    """A case in which these facts are recorded."""
    return given(GATE, *events, shared=shared)


def verdict(then: Then) -> DisclosureDecided:
    """The one verdict that a decision gave."""
    (found,) = (event for event in then.events if isinstance(event, DisclosureDecided))
    return found


def ask(before: Given, *parts: Any, at: int = AT, **changes: Any) -> DisclosureDecided:
    """The verdict on one request."""
    return verdict(before.when(request(*parts, **changes), agency="elder", source="coordination", at=at, position="log/3/14"))


def noted(*members: str, basis: ConferenceBasis = ConferenceBasis.SWA106_6, open: bool = True, convener: str = "municipality") -> SegmentNoted:
    """A conference segment about this case, as coordination has noted it."""
    return SegmentNoted(sitting="s", segment="seg", basis=basis, members=members, present=("workshop",), open=open, convener=convener)
