"""Continuation (引継ぎ): two cases of one person or household go on as one; the old one is frozen, never re-keyed, never lost.

A key is either the old case or the new one. The old one offers itself, the new one notes it, and only then is the old one frozen.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import assert_never

from contracts.consultation import CaseContinued, CaseOffered, PredecessorNoted
from contracts.envelope import (
    CaseFrozen,
    DeadlineMet,
    DeadlineMissed,
    DeadlineSet,
    DisclosureRequested,
    MessageRefused,
    PartGiven,
    PartNoted,
)
from contracts.shared import CasePart, Deadline, RefusalCode
from kernel import deadlines
from kernel.deadlines import Watched, met
from kernel.decider import Context, Decider
from kernel.parties import refused
from services.intake.domain.telling import tell

Message = CaseContinued | CaseOffered | PredecessorNoted
Event = (
    Message | CaseFrozen | PartNoted | PartGiven | DeadlineSet | DeadlineMet | DeadlineMissed | DisclosureRequested | MessageRefused
)


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Of an old case: ``offered_to``, ``frozen``. Of a new one: ``predecessors``. Of both: ``agencies``."""

    agencies: frozenset[str] = frozenset()
    """Who has a part in the case."""
    offered_to: str = ""
    """The case that was last asked to take this one over."""
    frozen: bool = False
    predecessors: frozenset[str] = frozenset()
    """The cases that this one continues."""
    watched: Watched = field(default_factory=dict)


def decide(state: State, message: Message, context: Context) -> tuple[Event, ...]:
    """What the wish to continue a case under another id gives, on either side of it."""
    match message:
        case CaseContinued():
            return _offer(state, message, context)
        case CaseOffered():
            return _take_over(state, message, context)
        case PredecessorNoted():
            return _freeze(state, message, context)
        case _:
            return (refused(context, RefusalCode.UNKNOWN_TYPE),)


def _offer(state: State, message: CaseContinued, context: Context) -> tuple[Event, ...]:
    """The new case is asked. Nothing has changed here until it answers, so it may be said again, or of another case."""
    if message.into_case == context.key:
        return (refused(context, RefusalCode.WRONG_STATE),)
    return (message, CaseOffered(case=context.key, into_case=message.into_case, agencies=tuple(sorted(state.agencies))))


def _take_over(state: State, message: CaseOffered, context: Context) -> tuple[Event, ...]:
    """Whoever continues a case has a part in both; those of the old one get a part here. Their facts stay where they were recorded.

    Of two cases that are continued into each other at the same time the one whose id comes first is left. An offer to any third case
    hinders nothing: it may have been refused there, and this case is not told so.
    """
    if context.agency not in state.agencies:
        return (refused(context, RefusalCode.CASE_NOT_FOUND),)
    if state.frozen:
        return (refused(context, RefusalCode.CASE_FROZEN),)
    if message.case in state.predecessors:
        return ()
    if state.offered_to == message.case and context.key > message.case:
        return (refused(context, RefusalCode.WRONG_STATE),)
    fresh = sorted(set(message.agencies) - state.agencies)
    noted = PredecessorNoted(case=message.case, into_case=context.key)
    return (noted, *(PartGiven(agency=agency, part=CasePart.LINKED) for agency in fresh))


def _freeze(state: State, message: PredecessorNoted, context: Context) -> tuple[Event, ...]:
    """From here on everybody writes under the new id, and is told so. An unanswered link is still missed: it must be made anew there."""
    if state.frozen:
        return ()
    waiting = sorted(of for deadline, of in state.watched if deadline is Deadline.NEXT_CONTACT)
    return (
        CaseFrozen(into_case=message.into_case),
        *tell(context, 0, CaseFrozen, state.agencies),
        *(met(Deadline.NEXT_CONTACT, of) for of in waiting),
    )


def evolve(state: State, event: Event) -> State:
    """The state after ``event``."""
    match event:
        case PartNoted(agency=agency) | PartGiven(agency=agency):
            return replace(state, agencies=state.agencies | {agency})
        case CaseContinued(into_case=case):
            return replace(state, offered_to=case)
        case PredecessorNoted(case=case):
            return replace(state, predecessors=state.predecessors | {case})
        case CaseFrozen():
            return replace(state, frozen=True)
        case DeadlineSet() | DeadlineMet() | DeadlineMissed():
            return replace(state, watched=deadlines.evolve(state.watched, event))
        case CaseOffered() | DisclosureRequested() | MessageRefused():
            return state
        case _:
            assert_never(event)


DECIDER: Decider[State] = Decider(
    name="continuation",
    initial=State(),
    decide=decide,
    evolve=evolve,
    messages=(CaseContinued, CaseOffered, PredecessorNoted),
    events=(
        CaseContinued, CaseOffered, PredecessorNoted, CaseFrozen, PartNoted, PartGiven,
        DeadlineSet, DeadlineMet, DeadlineMissed, DisclosureRequested, MessageRefused,
    ),
)
