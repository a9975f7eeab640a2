"""Matching (マッチング) in a case: a gap need (狭間のニーズ) meets a resource; the host learns a number first, a name only by the gate."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import assert_never

from contracts.consultation import SubjectDied
from contracts.coordination import ParticipationRequested
from contracts.envelope import DisclosureRequested, MessageRefused, PartGiven, RegionChanged, StopNoted, VerdictNoted
from contracts.participation import (
    CandidateCounted,
    CandidateProposed,
    GapNeedAssessed,
    MatchConfirmed,
    MatchDeclined,
    MatchEnded,
    OccupancyChanged,
    ParticipationRequestNoted,
    ResourceGapFound,
    SettlementSupported,
    TrialStarted,
)
from contracts.shared import Basis, CasePart, FunctionName, MatchEndReason, MatchSide, Purpose, RefusalCode
from kernel.asking import ask, tell
from kernel.decider import Context, Decider
from kernel.parties import refused
from services.participation.domain.progress import Match, Reported, Stage, State, candidate, fault, judged, left, moved, named, stopped

Message = Reported | ParticipationRequested | SubjectDied
Event = (
    Reported | ParticipationRequestNoted | CandidateCounted | OccupancyChanged | RegionChanged | VerdictNoted | StopNoted | PartGiven
    | DisclosureRequested | MessageRefused
)


def decide(state: State, message: Message, context: Context) -> tuple[Event, ...]:
    """What follows from one message about a case."""
    match message:
        case ParticipationRequested(to_agency=agency):
            return tuple(_noted(state, agency))  # the region begins with the first work: the gate may still say no to the request
        case SubjectDied():
            return _died(state, message, context)
        case (
            GapNeedAssessed() | CandidateProposed() | TrialStarted() | MatchConfirmed() | SettlementSupported() | MatchDeclined()
            | MatchEnded() | ResourceGapFound()
        ):
            code = fault(state, message, context)
            return (refused(context, code),) if code else _taken_in(state, message, context)
        case _:
            return (refused(context, RefusalCode.UNKNOWN_TYPE),)


def _taken_in(state: State, message: Reported, context: Context) -> tuple[Event, ...]:
    """What a report gives that has no fault."""
    match message:
        case GapNeedAssessed():
            return (message, *_region(state, active=True))
        case CandidateProposed():
            return (message, _counted(message), *_region(state, active=True))
        case TrialStarted(host=host):
            return (message, _ask(context, TrialStarted, host), PartGiven(agency=host, part=CasePart.LINKED))
        case MatchConfirmed(resource=resource, host=host):
            return (message, OccupancyChanged(resource=resource, change=1), _ask(context, MatchConfirmed, host))
        case SettlementSupported():
            return (message, *_supported(state, message, context))
        case MatchDeclined():
            return _parted(state, message, 0, context)
        case MatchEnded(resource=resource):
            return (*_parted(state, message, 0, context), *_rest(state, state.open <= {resource}))
        case ResourceGapFound():
            return (message, *_rest(state, not state.open))
        case _:
            assert_never(message)


def _noted(state: State, agency: str) -> Iterator[ParticipationRequestNoted]:
    if agency not in state.requested:
        yield ParticipationRequestNoted(agency=agency)


def _region(state: State, *, active: bool) -> Iterator[RegionChanged]:
    if state.active is not active:
        yield RegionChanged(function=FunctionName.PARTICIPATION, active=active)


def _rest(state: State, nothing_open: bool) -> Iterator[RegionChanged]:
    """With no candidate, trial or match left, participation comes to rest; a decline is none: another resource is sought."""
    return _region(state, active=False) if nothing_open else iter(())


def _counted(message: CandidateProposed) -> CandidateCounted:
    """A candidate stays in the case; only a number travels to the resource, and no answer comes back to the case.

    Where the resource refuses (full, stale), the agency is told, says that the host declines, and may propose again.
    """
    return CandidateCounted(resource=message.resource, task=message.task.changed(count=max(1, message.task.count)))


def _supported(state: State, message: SettlementSupported, context: Context) -> Iterator[DisclosureRequested]:
    """Support of the host (受入先支援) is told to the host; what is done for the person stays where it is."""
    if message.side is MatchSide.HOST:
        yield _ask(context, SettlementSupported, state.matches[message.resource, message.person].host)


def _parted(state: State, fact: MatchDeclined | MatchEnded, ordinal: int, context: Context) -> tuple[Event, ...]:
    """The fact, the ``ordinal``-th of the decision, each place that it frees, and the request to tell the other side, codes only."""
    freed = (OccupancyChanged(resource=fact.resource, change=-1),) * state.taken(fact.resource)
    others = (*state.hosts(fact.resource), *state.requested)
    return (fact, *freed, *tell(context, FunctionName.PARTICIPATION, ordinal, type(fact), others, Purpose.PARTICIPATION, Basis.K))


def _died(state: State, message: SubjectDied, context: Context) -> tuple[Event, ...]:
    """Every match of the person ends; where a household remains, only those that are known to be that person's alone."""
    over = [each for each in sorted(state.open) if not message.household_remains or state.at(each).keys() == {message.person}]
    events: tuple[Event, ...] = ()
    for resource in over:
        events += _parted(state, MatchEnded(resource=resource, reason=MatchEndReason.DIED), len(events), context)
    return (*events, *_rest(state, len(over) == len(state.open) and (bool(over) or not message.household_remains)))


def _ask(context: Context, event: type[Event], recipient: str) -> DisclosureRequested:
    return ask(context, FunctionName.PARTICIPATION, 0, event, recipient, Purpose.PARTICIPATION)


def evolve(state: State, event: Event) -> State:
    """The case after ``event``."""
    match event:
        case ParticipationRequestNoted(agency=agency):
            return replace(state, requested=(*state.requested, agency))
        case RegionChanged(function=FunctionName.PARTICIPATION, active=active):
            return replace(state, active=active)
        case GapNeedAssessed(need_kind=need):
            return replace(state, needs=state.needs | {need})
        case CandidateProposed():
            return replace(state, candidates=state.candidates | {candidate(event)})
        case TrialStarted(resource=resource, person=person, host=host):
            return replace(state, matches={**state.matches, (resource, person): Match(host=host)})
        case DisclosureRequested(event_type=TrialStarted.__name__, event_id=request):
            return replace(state, matches=named(state.matches, request))
        case VerdictNoted(event_id=request, outcome=outcome):
            return replace(state, matches=judged(state.matches, request, outcome))
        case StopNoted(purpose=Purpose.PARTICIPATION, recipient=host):
            return replace(state, matches=stopped(state.matches, host))
        case MatchConfirmed(resource=resource, person=person):
            return replace(state, matches=moved(state.matches, resource, person, Stage.MATCHED))
        case SettlementSupported(resource=resource, person=person):
            return replace(state, matches=moved(state.matches, resource, person, Stage.SETTLING))
        case MatchDeclined(resource=resource) | MatchEnded(resource=resource):
            return left(state, resource)
        case (
            CandidateCounted() | ResourceGapFound() | OccupancyChanged() | RegionChanged() | StopNoted() | PartGiven() | DisclosureRequested()
            | MessageRefused()
        ):
            return state
        case _:
            assert_never(event)


DECIDER: Decider[State] = Decider(
    name="match",
    initial=State(),
    decide=decide,
    evolve=evolve,
    messages=(
        ParticipationRequested, GapNeedAssessed, CandidateProposed, TrialStarted, MatchConfirmed, SettlementSupported, MatchDeclined,
        MatchEnded, ResourceGapFound, SubjectDied,
    ),
    events=(
        ParticipationRequestNoted, GapNeedAssessed, CandidateProposed, CandidateCounted, TrialStarted, MatchConfirmed, SettlementSupported,
        MatchDeclined, MatchEnded, ResourceGapFound, OccupancyChanged, RegionChanged, VerdictNoted, StopNoted, PartGiven, DisclosureRequested,
        MessageRefused,
    ),
)
