"""Practice-area register (実践地域登録制度): registered on application, cancelled with a reason, and registered again where that is asked for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import assert_never

from contracts.community import PracticeAreaCancelled, PracticeAreaRegistered
from contracts.envelope import DisclosureRequested, MessageRefused, PartGiven, PartNoted
from contracts.shared import RefusalCode
from kernel.decider import Context, Decider
from kernel.parties import refused
from services.participation.domain.partners import Agencies, joined, told

Message = PracticeAreaRegistered | PracticeAreaCancelled
Event = Message | DisclosureRequested | PartNoted | PartGiven | MessageRefused


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """One organisation (地域・団体／企業)."""

    registered: bool | None = None
    """None = never registered; False = the registration was cancelled."""
    agencies: Agencies = ()
    """Who has a part in the organisation since it was first registered."""


def decide(state: State, message: Message, context: Context) -> tuple[Event, ...]:
    """Record the entry and tell it to whoever else takes part, or refuse."""
    fault = _fault(state, message)
    return (refused(context, fault),) if fault else (message, *told(context, type(message), state.agencies))


def _fault(state: State, message: Message) -> RefusalCode | None:
    """Why the message cannot be recorded, or None."""
    match message:
        case PracticeAreaRegistered():
            return RefusalCode.ALREADY_DONE if state.registered else None
        case PracticeAreaCancelled() if state.registered is None:
            return RefusalCode.WRONG_STATE
        case PracticeAreaCancelled():
            return None if state.registered else RefusalCode.ALREADY_DONE
        case _:
            return RefusalCode.UNKNOWN_TYPE


def evolve(state: State, event: Event) -> State:
    """The organisation after ``event``."""
    match event:
        case PracticeAreaRegistered():
            return replace(state, registered=True)
        case PracticeAreaCancelled():
            return replace(state, registered=False)
        case PartNoted(agency=agency) | PartGiven(agency=agency) if state.registered is not None:
            return replace(state, agencies=joined(state.agencies, (agency,)))
        case DisclosureRequested() | PartNoted() | PartGiven() | MessageRefused():
            return state
        case _:
            assert_never(event)


DECIDER: Decider[State] = Decider(
    name="practice_areas",
    initial=State(),
    decide=decide,
    evolve=evolve,
    messages=(PracticeAreaRegistered, PracticeAreaCancelled),
    events=(PracticeAreaRegistered, PracticeAreaCancelled, DisclosureRequested, PartNoted, PartGiven, MessageRefused),
)
