"""Community (地域づくり): places open to all, and cooperation of environment and welfare; every partner is told, no personal data."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import assert_never

from contracts.community import CooperationStarted, IssuesPaired, PlaceOpened, SessionHeld, SupplyOffered
from contracts.envelope import DisclosureRequested, MessageRefused
from contracts.shared import Basis, FunctionName, Purpose, RefusalCode
from kernel.asking import ask
from kernel.decider import Context, Decider
from kernel.parties import refused

Message = IssuesPaired | CooperationStarted | PlaceOpened | SessionHeld | SupplyOffered
Event = Message | DisclosureRequested | MessageRefused

Partners = tuple[str, ...]
"""Agency ids, as listed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """One cooperation project, or one place (居場所)."""

    paired: Partners | None = None
    """Partners of the project; None = no issues paired under this key."""
    started: bool = False
    place: Partners | None = None
    """Partners of the place; None = no place open under this key."""


def decide(state: State, message: Message, context: Context) -> tuple[Event, ...]:
    """Record the fact and ask the gate once per partner, or refuse."""
    fault = _fault(state, message, context)
    if fault is not None:
        return (refused(context, fault),)
    return message, *_requests(message, _partners(state, message), context)


def _fault(state: State, message: Message, context: Context) -> RefusalCode | None:
    """Why the message cannot be recorded, or None."""
    match message:
        case IssuesPaired():
            return RefusalCode.ALREADY_DONE if state.paired is not None else _nobody_to_tell(message.partners, context)
        case CooperationStarted():
            if state.paired is None:
                return RefusalCode.WRONG_STATE
            return RefusalCode.ALREADY_DONE if state.started else None
        case PlaceOpened():
            return None if state.place is None else RefusalCode.ALREADY_DONE
        case SessionHeld():
            return RefusalCode.WRONG_STATE if state.place is None else None
        case SupplyOffered():
            return RefusalCode.WRONG_STATE if state.place is None else _nobody_to_tell(message.partners, context)
        case _:
            return RefusalCode.UNKNOWN_TYPE


def _nobody_to_tell(partners: Partners, context: Context) -> RefusalCode | None:
    return None if _others(partners, context) else RefusalCode.RECIPIENTS_MISSING


def _partners(state: State, message: Message) -> Partners:
    """Those whom the fact names, or those of its project or place."""
    match message:
        case CooperationStarted():
            return state.paired or ()
        case SessionHeld():
            return state.place or ()
        case IssuesPaired() | PlaceOpened() | SupplyOffered():
            return message.partners
        case _:
            assert_never(message)


def _requests(event: Message, partners: Partners, context: Context) -> Iterable[DisclosureRequested]:
    return (
        ask(context, FunctionName.COMMUNITY, 0, type(event), partner, Purpose.COMMUNITY, Basis.B0)
        for partner in _others(partners, context)
    )


def _others(partners: Partners, context: Context) -> Partners:
    """Each partner once, in the order listed, without the sender."""
    return tuple(partner for partner in dict.fromkeys(partners) if partner != context.agency)


def evolve(state: State, event: Event) -> State:
    """The project or place after ``event``."""
    match event:
        case IssuesPaired():
            return replace(state, paired=event.partners)
        case CooperationStarted():
            return replace(state, started=True)
        case PlaceOpened():
            return replace(state, place=event.partners)
        case SessionHeld() | SupplyOffered() | DisclosureRequested() | MessageRefused():
            return state
        case _:
            assert_never(event)


DECIDER: Decider[State] = Decider(
    name="community",
    initial=State(),
    decide=decide,
    evolve=evolve,
    messages=(IssuesPaired, CooperationStarted, PlaceOpened, SessionHeld, SupplyOffered),
    events=(IssuesPaired, CooperationStarted, PlaceOpened, SessionHeld, SupplyOffered, DisclosureRequested, MessageRefused),
)
