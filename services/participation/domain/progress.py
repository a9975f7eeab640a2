"""How far participation (参加支援) has come in a case: what is needed, who was proposed where, and which report comes too early."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import IntEnum

from contracts.participation import (
    CandidateProposed,
    GapNeedAssessed,
    MatchConfirmed,
    MatchDeclined,
    MatchEnded,
    ResourceGapFound,
    SettlementSupported,
    TrialStarted,
)
from contracts.shared import MatchSide, NeedKind, Outcome, RefusalCode, SupportLevel, TaskClass
from kernel.decider import Context

Reported = (
    GapNeedAssessed | CandidateProposed | TrialStarted | MatchConfirmed | SettlementSupported | MatchDeclined | MatchEnded | ResourceGapFound
)
Candidate = tuple[str, TaskClass, SupportLevel]
"""Resource, task, support level."""


class Stage(IntEnum):
    """How far one person has come at one resource (domain.md §2.5); one who was only proposed has no name here yet."""

    AWAITING = 0
    """The trial was asked of the gate: no answer yet, or held. The host knows nothing."""
    TRIAL = 1
    MATCHED = 2
    SETTLING = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """One person at one resource, from the trial on."""

    host: str
    request: str = ""
    """Event id of the trial, by which the gate's verdict names it."""
    stage: Stage = Stage.AWAITING


Matches = dict[tuple[str, str], Match]
"""By resource and person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """The participation of one case. The consent itself is never known here, only the gate's verdict."""

    requested: tuple[str, ...] = ()
    """Agencies that coordination has asked (arrow a7): they alone work on the match."""
    active: bool = False
    """Participation is at work on the case."""
    needs: frozenset[NeedKind] = frozenset()
    candidates: frozenset[Candidate] = frozenset()
    matches: Matches = field(default_factory=dict)

    @property
    def open(self) -> frozenset[str]:
        """Resources where a candidate, a trial or a match is open."""
        return frozenset(resource for resource, _, _ in self.candidates)

    def at(self, resource: str) -> dict[str, Match]:
        """Who is, or wants to be, at a resource: by person."""
        return {person: match for (where, person), match in self.matches.items() if where == resource}

    def hosts(self, resource: str) -> tuple[str, ...]:
        """Hosts that know of the person: the gate has let the trial through."""
        return tuple(dict.fromkeys(match.host for match in self.at(resource).values() if match.stage > Stage.AWAITING))

    def taken(self, resource: str) -> int:
        """Places that this case takes at a resource."""
        return sum(match.stage >= Stage.MATCHED for match in self.at(resource).values())


def fault(state: State, message: Reported, context: Context) -> RefusalCode | None:
    """Why a report cannot be taken in; None when it can."""
    match message:
        case MatchDeclined() | MatchEnded():
            return _fault_of_parting(state, message, context)
        case _ if context.agency not in state.requested:
            return RefusalCode.NOT_REQUESTED
        case GapNeedAssessed(tried=()):  # an existing programme comes first (notice, row 23)
            return RefusalCode.NOTHING_DONE
        case CandidateProposed() if not state.needs:
            return RefusalCode.WRONG_STATE
        case CandidateProposed() if candidate(message) in state.candidates:
            return RefusalCode.ALREADY_DONE
        case ResourceGapFound(need_kind=need) if need not in state.needs:
            return RefusalCode.WRONG_STATE
        case TrialStarted() if message.resource not in state.open:
            return RefusalCode.WRONG_STATE
        case TrialStarted() if (message.resource, message.person) in state.matches:
            return RefusalCode.ALREADY_DONE
        case MatchConfirmed():
            return _fault_of_confirmation(state, message)
        case SettlementSupported() if _stage(state, message) < Stage.MATCHED:
            return RefusalCode.WRONG_STATE
        case _:
            return None


def _fault_of_confirmation(state: State, message: MatchConfirmed) -> RefusalCode | None:
    """Confirmed is what was tried, with the host of the trial, once the gate has let it through."""
    tried = state.matches.get((message.resource, message.person))
    if tried is None or tried.host != message.host:
        return RefusalCode.WRONG_STATE
    if tried.stage is Stage.AWAITING:
        return RefusalCode.AWAITING_CONSENT
    return RefusalCode.ALREADY_DONE if tried.stage >= Stage.MATCHED else None


def _fault_of_parting(state: State, message: MatchDeclined | MatchEnded, context: Context) -> RefusalCode | None:
    """Either side parts, and gives no reason: the host for itself, the agency that accompanies the person for both."""
    if context.agency in state.requested:
        return None if message.resource in state.open else RefusalCode.WRONG_STATE
    if context.agency not in state.hosts(message.resource):
        return RefusalCode.NOT_THE_ADDRESSEE
    spoken_for = isinstance(message, MatchDeclined) and message.side is not MatchSide.HOST
    return RefusalCode.VALUE_INVALID if spoken_for else None


def _stage(state: State, message: SettlementSupported) -> Stage:
    match = state.matches.get((message.resource, message.person))
    return match.stage if match else Stage.AWAITING


def candidate(proposal: CandidateProposed) -> Candidate:
    """Where a proposal puts the candidate."""
    return proposal.resource, proposal.task.task, proposal.task.support_level


def moved(matches: Matches, resource: str, person: str, stage: Stage) -> Matches:
    """The matches with one person at one resource at ``stage``."""
    return {**matches, (resource, person): replace(matches[resource, person], stage=stage)}


def named(matches: Matches, request: str) -> Matches:
    """The matches with the event id of the trial that was just recorded."""
    return {place: match if match.request else replace(match, request=request) for place, match in matches.items()}


_STAGES = {Outcome.PERMIT: Stage.TRIAL, Outcome.REDACT: Stage.TRIAL, Outcome.HOLD: Stage.AWAITING}


def judged(matches: Matches, request: str, outcome: Outcome) -> Matches:
    """The matches after the gate's verdict on a trial: under way, waiting, or (DENY) not begun. The last verdict counts until the match."""
    place = next((place for place, match in matches.items() if match.request == request and match.stage < Stage.MATCHED), None)
    if place is None:
        return matches
    if outcome is Outcome.DENY:
        return {each: match for each, match in matches.items() if each != place}
    return {**matches, place: replace(matches[place], stage=_STAGES.get(outcome, matches[place].stage))}


def stopped(matches: Matches, host: str) -> Matches:
    """The matches after a host was told to stop: a trial there is over and may be tried anew; a match goes on until somebody ends it."""
    return {place: match for place, match in matches.items() if match.host != host or match.stage is not Stage.TRIAL}


def left(state: State, resource: str) -> State:
    """The state after all has ended at a resource: it may be proposed again."""
    return replace(
        state,
        candidates=frozenset(each for each in state.candidates if each[0] != resource),
        matches={place: match for place, match in state.matches.items() if place[0] != resource},
    )
