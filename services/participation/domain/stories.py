"""Case stories (連携事例): drafted by one agency, approved by another, and only where nobody can be recognised in them.

A draft without personal data goes to its helpers at once, so that they, and among them whoever approves, can read it; any other goes to nobody.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import assert_never

from contracts.community import CaseStoryApproved, CaseStoryDrafted
from contracts.envelope import DisclosureRequested, MessageRefused, PartGiven, PartNoted
from contracts.shared import RefusalCode
from kernel.decider import Context, Decider
from kernel.parties import refused
from services.participation.domain.partners import Agencies, joined, told

Message = CaseStoryDrafted | CaseStoryApproved
Event = Message | DisclosureRequested | PartNoted | PartGiven | MessageRefused


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """One story."""

    drafted: bool = False
    deidentified: bool = False
    """Whether the newest draft lets nobody be recognised."""
    helpers: Agencies = ()
    """Who helped, after the newest draft (協力した機関)."""
    approved: bool = False
    agencies: Agencies = ()
    """Who has a part in the story: only they can have drafted it."""


def decide(state: State, message: Message, context: Context) -> tuple[Event, ...]:
    """Record the draft or its approval and tell those whom it concerns, or refuse."""
    fault = _fault(state, message, context)
    if fault is not None:
        return (refused(context, fault),)
    match message:
        case CaseStoryDrafted():
            return message, *told(context, CaseStoryDrafted, message.helpers if message.deidentified else ())
        case CaseStoryApproved():
            return message, *told(context, CaseStoryApproved, (*state.helpers, *state.agencies))
        case _:
            assert_never(message)


def _fault(state: State, message: Message, context: Context) -> RefusalCode | None:
    """Why the message cannot be recorded, or None."""
    match message:
        case CaseStoryDrafted():
            return RefusalCode.ALREADY_DONE if state.approved else None
        case CaseStoryApproved():
            return _fault_of_approval(state, context)
        case _:
            return RefusalCode.UNKNOWN_TYPE


def _fault_of_approval(state: State, context: Context) -> RefusalCode | None:
    """Four eyes: whoever could have drafted the story does not approve it."""
    if not state.drafted:
        return RefusalCode.WRONG_STATE
    if state.approved:
        return RefusalCode.ALREADY_DONE
    if context.agency in state.agencies:
        return RefusalCode.SAME_AGENCY
    return None if state.deidentified else RefusalCode.NOT_DEIDENTIFIED


def evolve(state: State, event: Event) -> State:
    """The story after ``event``."""
    match event:
        case CaseStoryDrafted():
            return replace(state, drafted=True, deidentified=event.deidentified, helpers=event.helpers)
        case CaseStoryApproved():
            return replace(state, approved=True)
        case PartNoted(agency=agency) | PartGiven(agency=agency):
            return replace(state, agencies=joined(state.agencies, (agency,)))
        case DisclosureRequested() | MessageRefused():
            return state
        case _:
            assert_never(event)


DECIDER: Decider[State] = Decider(
    name="stories",
    initial=State(),
    decide=decide,
    evolve=evolve,
    messages=(CaseStoryDrafted, CaseStoryApproved),
    events=(CaseStoryDrafted, CaseStoryApproved, DisclosureRequested, PartNoted, PartGiven, MessageRefused),
)
