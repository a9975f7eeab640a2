"""Closing (終結・再開): a case ends when every function has come to rest, and begins again when one resumes; a death ends it, a move may."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import assert_never

from contracts.consultation import (
    CaseClosed,
    CaseReopened,
    ClosingAwaited,
    HandBackNoted,
    LinkAccepted,
    RegionNoted,
    SubjectDied,
    SubjectMovedAway,
)
from contracts.envelope import (
    CaseFrozen,
    DeadlineMet,
    DeadlineMissed,
    DeadlineSet,
    DisclosureRequested,
    MessageRefused,
    PartGiven,
    PartNoted,
    PersonsNoted,
    RegionChanged,
    StopNoted,
    VerdictNoted,
)
from contracts.shared import ClosingReason, FunctionName, RefusalCode, ReopeningReason
from kernel import deadlines
from kernel.deadlines import Watched, met
from kernel.decider import Context, Decider
from kernel.parties import refused
from services.intake.domain.open_links import OpenLinks, follow
from services.intake.domain.telling import tell

Reported = CaseClosed | CaseReopened | SubjectMovedAway | SubjectDied
Message = Reported | RegionChanged
Event = (
    Reported | ClosingAwaited | RegionNoted | HandBackNoted | LinkAccepted | CaseFrozen | PartNoted | PartGiven | PersonsNoted
    | DeadlineSet | DeadlineMet | DeadlineMissed | DisclosureRequested | VerdictNoted | StopNoted | MessageRefused
)


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """The four parallel regions of one case (domain.md §2.1), and what speaks for or against its end."""

    agencies: frozenset[str] = frozenset()
    """Who has a part in the case."""
    persons: frozenset[str] = frozenset()
    """Who is named in it."""
    lead: str = ""
    """主担当, where coordination has handed the case back and not begun again."""
    active: frozenset[FunctionName] = frozenset()
    """The other functions that are at work on it."""
    open: OpenLinks = field(default_factory=dict)
    accepted: bool = False
    """Another agency has taken over since the case was last opened."""
    moves: dict[str, SubjectMovedAway] = field(default_factory=dict)
    """The last move of each person (転出): with one the case is in transfer until it is closed."""
    died: frozenset[str] = frozenset()
    awaited: ClosingReason | None = None
    """Why it is to be closed as soon as the others rest."""
    closed: bool = False
    watched: Watched = field(default_factory=dict)


def decide(state: State, message: Message, context: Context) -> tuple[Event, ...]:
    """What brings a case nearer to its end, or back."""
    if isinstance(message, RegionChanged):
        return _region(state, message, context)
    fault = _fault(state, message, context)
    if fault:
        return (refused(context, fault),)
    match message:
        case CaseClosed(reason=reason):
            return _close(state, reason, context, 0)
        case CaseReopened():
            return (message, *tell(context, 0, CaseReopened, state.agencies))
        case SubjectDied(household_remains=False) if not state.closed:
            return (message, *_close(state, ClosingReason.DIED, context, 1))
        case SubjectMovedAway() | SubjectDied():
            return (message,)
        case _:
            return (refused(context, RefusalCode.UNKNOWN_TYPE),)


def _fault(state: State, message: Reported, context: Context) -> RefusalCode | None:
    """Why the report cannot be taken in. A closing that still waits can be taken back, as one that is done."""
    match message:
        case CaseClosed():
            return _fault_of_closing(state, message, context)
        case CaseReopened() if not state.closed and state.awaited is None:
            return RefusalCode.WRONG_STATE
        case SubjectMovedAway(moved_on=day) | SubjectDied(died_on=day) if day > context.today:
            return RefusalCode.PERIOD_INVALID
        case SubjectMovedAway(person=person) | SubjectDied(person=person) if person not in state.persons:
            return RefusalCode.WRONG_STATE
        case SubjectMovedAway(person=person) if state.moves.get(person) == message:
            return RefusalCode.ALREADY_DONE
        case SubjectDied(person=person) if person in state.died:
            return RefusalCode.ALREADY_DONE
        case _:
            return None


def _fault_of_closing(state: State, message: CaseClosed, context: Context) -> RefusalCode | None:
    """The lead closes, where one is named; nobody while a link is unanswered; and a reason that is a fact must be on record."""
    if state.closed or state.awaited is not None:
        return RefusalCode.ALREADY_DONE
    if state.lead and context.agency != state.lead:
        return RefusalCode.NOT_THE_LEAD
    facts = {ClosingReason.LINKED_OUT: state.accepted, ClosingReason.MOVED_AWAY: state.moves, ClosingReason.DIED: state.died}
    return None if not state.open and facts.get(message.reason, True) else RefusalCode.WRONG_STATE


def _close(state: State, reason: ClosingReason, context: Context, ordinal: int) -> tuple[Event, ...]:
    """The closing waits while another function is at work, and those who take part learn that it does; else all deadlines end with the case."""
    if state.active:
        return (ClosingAwaited(reason=reason, agency=context.agency), *tell(context, ordinal, ClosingAwaited, state.agencies))
    return (
        CaseClosed(reason=reason),
        *tell(context, ordinal, CaseClosed, state.agencies),
        *(met(deadline, of) for deadline, of in sorted(state.watched)),
    )


def _region(state: State, message: RegionChanged, context: Context) -> tuple[Event, ...]:
    """The last function that comes to rest closes a case that waits for it; one that begins anew opens a closed case, and ends no waiting."""
    if message.active is (message.function in state.active):
        return ()
    noted = RegionNoted(function=message.function, active=message.active)
    if message.active and state.closed:
        return (noted, CaseReopened(reason=ReopeningReason.REGION_RESUMED), *tell(context, 1, CaseReopened, state.agencies))
    now = evolve(state, noted)
    if now.awaited is None or now.active:
        return (noted,)
    return (noted, *_close(now, now.awaited, context, 1))


def evolve(state: State, event: Event) -> State:
    """The state after ``event``."""
    match event:
        case CaseClosed():
            return replace(state, closed=True, awaited=None, open={})
        case CaseReopened():
            return replace(state, closed=False, awaited=None, accepted=False)
        case ClosingAwaited(reason=reason):
            return replace(state, awaited=reason)
        case CaseFrozen():
            return replace(state, awaited=None)
        case RegionNoted(function=function, active=True):
            lead = "" if function is FunctionName.COORDINATION else state.lead
            return replace(state, active=state.active | {function}, lead=lead)
        case RegionNoted(function=function):
            return replace(state, active=state.active - {function})
        case HandBackNoted(agency=lead):
            return replace(state, lead=lead)
        case LinkAccepted():
            return replace(state, accepted=True)
        case SubjectMovedAway(person=person):
            return replace(state, moves={**state.moves, person: event})
        case SubjectDied(person=person):
            return replace(state, died=state.died | {person})
        case PartNoted(agency=agency) | PartGiven(agency=agency):
            return replace(state, agencies=state.agencies | {agency})
        case PersonsNoted(persons=persons):
            return replace(state, persons=state.persons.union(persons))
        case DisclosureRequested() | VerdictNoted() | StopNoted():
            return replace(state, open=follow(state.open, event))
        case DeadlineSet() | DeadlineMet() | DeadlineMissed():
            return replace(state, watched=deadlines.evolve(state.watched, event))
        case MessageRefused():
            return state
        case _:
            assert_never(event)


DECIDER: Decider[State] = Decider(
    name="closing",
    initial=State(),
    decide=decide,
    evolve=evolve,
    messages=(CaseClosed, CaseReopened, SubjectMovedAway, SubjectDied, RegionChanged),
    events=(
        CaseClosed, CaseReopened, SubjectMovedAway, SubjectDied, ClosingAwaited, RegionNoted, HandBackNoted, LinkAccepted, CaseFrozen,
        PartNoted, PartGiven, PersonsNoted, DeadlineSet, DeadlineMet, DeadlineMissed, DisclosureRequested, VerdictNoted, StopNoted, MessageRefused,
    ),
)
