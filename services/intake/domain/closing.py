"""Closing (終結・再開): a case ends when every function has come to rest, and begins again when one resumes; a death ends it, a move may."""

from __future__ import annotations

from contracts.consultation import (
    CaseClosed,
    CaseReopened,
    ClosingAwaited,
    DeathRetracted,
    LeadNoted,
    RegionNoted,
    SubjectDied,
    SubjectMovedAway,
)
from contracts.coordination import LeadAgencyNamed
from contracts.envelope import RegionChanged
from contracts.shared import AgencyKind, ClosingReason, RefusalCode, ReopeningReason
from kernel.deadlines import met
from kernel.decider import Context, Decider
from kernel.parties import refused
from services.intake.domain.regions import EVENTS, Event, Reported, State, evolve
from services.intake.domain.telling import tell

Message = Reported | RegionChanged | LeadAgencyNamed


def decide(state: State, message: Message, context: Context) -> tuple[Event, ...]:
    """What brings a case nearer to its end, or back."""
    if isinstance(message, RegionChanged):
        return _region(state, message, context)
    if isinstance(message, LeadAgencyNamed):
        return () if message.agency == state.lead else (LeadNoted(agency=message.agency),)
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
        case SubjectMovedAway() | SubjectDied() | DeathRetracted():
            return (message,)
        case _:
            return (refused(context, RefusalCode.UNKNOWN_TYPE),)


def _fault(state: State, message: Reported, context: Context) -> RefusalCode | None:
    """Why the report cannot be taken in. Only a case ends, and a closing that still waits can be taken back, as one that is done."""
    if not state.noticed:
        return RefusalCode.WRONG_STATE
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
        case DeathRetracted(person=person) if person not in state.died:
            return RefusalCode.WRONG_STATE
        case _:
            return None


def _fault_of_closing(state: State, message: CaseClosed, context: Context) -> RefusalCode | None:
    """The lead closes, where one is named, or the municipality: the lead's contract may be over. Nobody does while a link is unanswered.

    A reason that is a fact must be on record.
    """
    if state.closed or state.awaited is not None:
        return RefusalCode.ALREADY_DONE
    if state.lead and context.agency != state.lead and context.agency_kind != AgencyKind.MUNICIPALITY:
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


DECIDER: Decider[State] = Decider(
    name="closing",
    initial=State(),
    decide=decide,
    evolve=evolve,
    messages=(CaseClosed, CaseReopened, SubjectMovedAway, SubjectDied, DeathRetracted, RegionChanged, LeadAgencyNamed),
    events=EVENTS,
)
