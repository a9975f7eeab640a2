"""Contact (支援経過): keep in touch with the person and the family, know when the next time is, and who belongs to the household."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import assert_never

from contracts.consultation import CaseClosed, CaseReopened, ContactRecorded, HouseholdMemberAdded, HouseholdMemberRemoved
from contracts.envelope import DeadlineMet, DeadlineMissed, DeadlineSet, MessageRefused
from contracts.shared import Deadline, RefusalCode
from kernel import deadlines
from kernel.deadlines import Watched, by_day, met
from kernel.decider import Context, Decider
from kernel.parties import refused

Message = ContactRecorded | HouseholdMemberAdded | HouseholdMemberRemoved
Event = Message | CaseClosed | CaseReopened | DeadlineSet | DeadlineMet | DeadlineMissed | MessageRefused


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Who belongs to the household of one case, and which agency wants to be in touch by when."""

    members: frozenset[str] = frozenset()
    """Persons who were added to the household (世帯員) and have not left it."""
    closed: bool = False
    watched: Watched = field(default_factory=dict)


def decide(state: State, message: Message, context: Context) -> tuple[Event, ...]:
    """What is written up after a call or a visit. Nothing of it leaves the function: it crosses to nobody (catalogue row 9).

    It may be written up after the case was closed, as what is typed in the evening is; only a next contact needs an open case.
    """
    fault = _fault(state, message, context)
    if fault:
        return (refused(context, fault),)
    match message:
        case ContactRecorded():
            return (message, *_next(state, message, context))
        case HouseholdMemberAdded() | HouseholdMemberRemoved():
            return (message,)
        case _:
            return (refused(context, RefusalCode.UNKNOWN_TYPE),)


def _fault(state: State, message: Message, context: Context) -> RefusalCode | None:
    """Why the message cannot be taken in. A member may be described anew as often as there is something to correct."""
    match message:
        case ContactRecorded(next_contact=None):
            return None
        case ContactRecorded(next_contact=day) if day and day < context.today:
            return RefusalCode.PERIOD_INVALID
        case ContactRecorded() if state.closed:
            return RefusalCode.WRONG_STATE
        case HouseholdMemberRemoved(left_on=day) if day > context.today:
            return RefusalCode.PERIOD_INVALID
        case HouseholdMemberRemoved(person=person) if person not in state.members:
            return RefusalCode.WRONG_STATE
        case _:
            return None


def _next(state: State, message: ContactRecorded, context: Context) -> Iterator[DeadlineMet | DeadlineSet]:
    """Each agency has its own next contact (次の連絡日): this one met it, and may name another."""
    agency = context.agency
    if (Deadline.NEXT_CONTACT, agency) in state.watched:
        yield met(Deadline.NEXT_CONTACT, agency)
    if message.next_contact:
        yield by_day(Deadline.NEXT_CONTACT, agency, agency, message.next_contact)


def evolve(state: State, event: Event) -> State:
    """The state after ``event``."""
    match event:
        case HouseholdMemberAdded(person=person):
            return replace(state, members=state.members | {person})
        case HouseholdMemberRemoved(person=person):
            return replace(state, members=state.members - {person})
        case CaseClosed():
            return replace(state, closed=True)
        case CaseReopened():
            return replace(state, closed=False)
        case DeadlineSet() | DeadlineMet() | DeadlineMissed():
            return replace(state, watched=deadlines.evolve(state.watched, event))
        case ContactRecorded() | MessageRefused():
            return state
        case _:
            assert_never(event)


DECIDER: Decider[State] = Decider(
    name="contact",
    initial=State(),
    decide=decide,
    evolve=evolve,
    messages=(ContactRecorded, HouseholdMemberAdded, HouseholdMemberRemoved),
    events=(
        ContactRecorded, HouseholdMemberAdded, HouseholdMemberRemoved, CaseClosed, CaseReopened,
        DeadlineSet, DeadlineMet, DeadlineMissed, MessageRefused,
    ),
)
