"""Resources (社会資源) of one area: what is short was discussed in a conference, and each gap found becomes a task of its fourth role (資源開発)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import assert_never

from contracts.coordination import DevelopmentTaskOpened, ResourceSituationDiscussed
from contracts.envelope import DisclosureRequested, MessageRefused, PartGiven
from contracts.participation import ResourceGapFound
from contracts.shared import Basis, CasePart, FunctionName, NeedKind, Purpose, RefusalCode
from kernel.asking import tell
from kernel.decider import Context, Decider
from kernel.parties import refused

Message = ResourceSituationDiscussed | ResourceGapFound
Event = ResourceSituationDiscussed | DevelopmentTaskOpened | PartGiven | DisclosureRequested | MessageRefused

_AREA = re.compile(r"[0-9]{6}-[0-9]{2}")
"""地域（団体コード-地区）, as ResourceGapFound names it: a key of no other form, so that the part given here is never one in a case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """One area (地域): numbers and agencies only; no case and no person is known here."""

    discussing: tuple[str, ...] = ()
    """Agencies that have discussed its resources, in the order in which they began."""
    gaps: dict[NeedKind, int] = field(default_factory=dict)
    """How often no resource was found, by kind of need."""


def decide(state: State, message: Message, context: Context) -> tuple[Event, ...]:
    """What a discussion about the area gives, and what a gap that participation found in it. Whoever discusses it first gets a part in it."""
    match message:
        case ResourceSituationDiscussed() if not _AREA.fullmatch(context.key):
            return (refused(context, RefusalCode.VALUE_INVALID),)
        case ResourceSituationDiscussed() if context.agency in state.discussing:
            return (message,)
        case ResourceSituationDiscussed():
            return (message, PartGiven(agency=context.agency, part=CasePart.ROLE))
        case ResourceGapFound(need_kind=kind):
            return (DevelopmentTaskOpened(need_kind=kind, count=state.gaps.get(kind, 0) + 1), *_told(state, context))
        case _:
            return (refused(context, RefusalCode.UNKNOWN_TYPE),)


def _told(state: State, context: Context) -> Iterator[DisclosureRequested]:
    """Whoever works on the resources of the area learns what is missing, and how often; not in whose case (arrow a11)."""
    return tell(context, FunctionName.COORDINATION, 0, DevelopmentTaskOpened, state.discussing, Purpose.COMMUNITY, Basis.B0)


def evolve(state: State, event: Event) -> State:
    """The state after ``event``."""
    match event:
        case PartGiven(agency=agency, part=CasePart.ROLE) if agency not in state.discussing:
            return replace(state, discussing=(*state.discussing, agency))
        case DevelopmentTaskOpened():
            return replace(state, gaps={**state.gaps, event.need_kind: event.count})
        case ResourceSituationDiscussed() | PartGiven() | DisclosureRequested() | MessageRefused():
            return state
        case _:
            assert_never(event)


DECIDER: Decider[State] = Decider(
    name="resources",
    initial=State(),
    decide=decide,
    evolve=evolve,
    messages=(ResourceSituationDiscussed, ResourceGapFound),
    events=(ResourceSituationDiscussed, DevelopmentTaskOpened, PartGiven, DisclosureRequested, MessageRefused),
)
