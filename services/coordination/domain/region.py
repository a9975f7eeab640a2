"""Region (多機関協働の段階): how far the coordination of one case has come, folded from the function's own events (domain.md §2.1)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import assert_never

from contracts.coordination import (
    BroughtToSupportConference,
    ComplexityNoted,
    CoordinationAccepted,
    CoordinationEnded,
    CoordinationNotAccepted,
    CoordinationReferred,
    HandedBackToConsultation,
    LeadAgencyNamed,
    OutreachRequested,
    ParticipationRequested,
    PlanEnded,
    PlanEvaluated,
    PlanExecutionStarted,
    PlanProposed,
    RolesAssigned,
    TaskAssigned,
    WholeStructureMonitored,
)
from contracts.envelope import (
    DeadlineMet,
    DeadlineMissed,
    DeadlineSet,
    DisclosureRequested,
    MessageRefused,
    PartGiven,
    RegionChanged,
    StopNoted,
    VerdictNoted,
)
from contracts.shared import Outcome, PlanKind
from services.coordination.domain.watching import Watched, watched_after

Own = (
    ComplexityNoted | CoordinationReferred | BroughtToSupportConference | CoordinationAccepted | CoordinationNotAccepted | LeadAgencyNamed
    | RolesAssigned | TaskAssigned | OutreachRequested | ParticipationRequested | WholeStructureMonitored | HandedBackToConsultation
    | CoordinationEnded
)
OfPlans = PlanProposed | PlanExecutionStarted | PlanEvaluated | PlanEnded
Event = (
    Own | OfPlans | RegionChanged | PartGiven | DisclosureRequested | VerdictNoted | StopNoted | DeadlineSet | DeadlineMet | DeadlineMissed | MessageRefused
)


class Stage(IntEnum):
    """Where coordination stands. Below ``AWAITING_CONSENT`` a complex case may be referred."""

    NOT_REFERRED = 0
    ENDED = 1
    UNDER_CLOSED_REVIEW = 2
    """Brought to the support conference (支援会議), since there is no consent."""
    AWAITING_CONSENT = 3
    """Asked of the gate: no answer yet, or held."""
    REFERRED = 4
    ASSESSING = 5
    """Accepted (受理)."""
    PLANNED = 6
    """The roles are divided."""
    EXECUTING = 7
    """A coordination plan was started."""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """The coordination of one case. The consent itself is never known here, only the gate's verdict."""

    complex: bool = False
    stage: Stage = Stage.NOT_REFERRED
    coordinator: str = ""
    """Agency to which the case was referred last."""
    referral: str = ""
    """Event id of that referral, as long as a verdict on it counts."""
    referrer: str = ""
    """紹介元."""
    sitting: str = ""
    """The support conference to which the case was brought last."""
    lead: str = ""
    """主担当."""
    roles: tuple[str, ...] = ()
    """Agencies with a role since the acceptance, each once."""
    requested: dict[tuple[str, str], str] = field(default_factory=dict)
    """Event ids of the requests for outreach and participation that the gate has not denied, by type and agency."""
    plans: frozenset[str] = frozenset()
    """Plans of the kind coordination."""
    running: frozenset[str] = frozenset()
    """Those of them that are carried out and not yet evaluated."""
    watched: Watched = frozenset()


def evolve(state: State, event: Event) -> State:
    """The state after ``event``."""
    match event:
        case ComplexityNoted():
            return replace(state, complex=event.complex)
        case CoordinationReferred():
            return replace(state, stage=Stage.AWAITING_CONSENT, coordinator=event.to_agency)
        case BroughtToSupportConference(sitting=sitting):
            return replace(state, stage=Stage.UNDER_CLOSED_REVIEW, sitting=sitting)
        case DisclosureRequested():
            return _asked(state, event)
        case VerdictNoted():
            return _judged(state, event)
        case StopNoted(recipient=agency) if state.stage is Stage.REFERRED and agency == state.coordinator:
            return _rested(state, Stage.NOT_REFERRED)  # the consent ended before anybody took the case up: it may be referred anew
        case CoordinationAccepted():
            return replace(state, stage=Stage.ASSESSING)
        case CoordinationNotAccepted():
            return _rested(state, Stage.NOT_REFERRED)
        case HandedBackToConsultation(lead=lead):
            return replace(_rested(state, Stage.NOT_REFERRED), complex=False, lead=lead)
        case CoordinationEnded():
            return _rested(state, Stage.ENDED)
        case RegionChanged(active=False) if state.stage > Stage.ENDED:
            return _rested(state, Stage.NOT_REFERRED)
        case LeadAgencyNamed(agency=lead):
            return replace(state, lead=lead)
        case RolesAssigned(roles=roles):
            agencies = dict.fromkeys((*state.roles, *(role.agency for role in roles)))
            return replace(state, stage=max(state.stage, Stage.PLANNED), roles=tuple(agencies))
        case PlanProposed() | PlanExecutionStarted() | PlanEvaluated() | PlanEnded():
            return _planned(state, event)
        case DeadlineSet() | DeadlineMet() | DeadlineMissed():
            return replace(state, watched=watched_after(state.watched, event))
        case (
            RegionChanged() | TaskAssigned() | OutreachRequested() | ParticipationRequested() | WholeStructureMonitored() | PartGiven()
            | StopNoted() | MessageRefused()
        ):
            return state
        case _:
            assert_never(event)


def _asked(state: State, event: DisclosureRequested) -> State:
    """Who referred and what was asked of others is read from the requests to the gate: they name the agency and the event."""
    if event.event_type == CoordinationReferred.__name__:
        return replace(state, referral=event.event_id, referrer=event.agency)
    if event.event_type in (OutreachRequested.__name__, ParticipationRequested.__name__):
        return replace(state, requested={**state.requested, (event.event_type, event.recipient): event.event_id})
    return state


def _judged(state: State, verdict: VerdictNoted) -> State:
    """The gate moves a referral until it is accepted; a case under closed review stays there until consent lets the referral through."""
    if verdict.event_id == state.referral and state.stage < Stage.ASSESSING:
        stage = _STAGES.get(verdict.outcome, state.stage)
        stays = state.stage is Stage.UNDER_CLOSED_REVIEW and stage is not Stage.REFERRED
        return state if stays else replace(state, stage=stage)
    if verdict.outcome is Outcome.DENY and verdict.event_id in state.requested.values():
        return replace(state, requested={place: each for place, each in state.requested.items() if each != verdict.event_id})
    return state


def _rested(state: State, stage: Stage) -> State:
    """Coordination has come to rest; the lead goes on accompanying (伴走), and what was asked may be asked anew."""
    return replace(state, stage=stage, referral="", roles=(), requested={})


def _planned(state: State, event: OfPlans) -> State:
    plan = frozenset((event.plan,))
    match event:
        case PlanProposed(kind=PlanKind.COORDINATION):
            return replace(state, plans=state.plans | plan)
        case PlanExecutionStarted() if plan <= state.plans:
            stage = Stage.EXECUTING if state.stage >= Stage.ASSESSING else state.stage
            return replace(state, stage=stage, running=state.running | plan)
        case PlanEvaluated() | PlanEnded():
            return replace(state, running=state.running - plan)
        case _:
            return state


_STAGES = {
    Outcome.HOLD: Stage.AWAITING_CONSENT,
    Outcome.PERMIT: Stage.REFERRED,
    Outcome.REDACT: Stage.REFERRED,
    Outcome.DENY: Stage.NOT_REFERRED,
}
EVENTS = (
    ComplexityNoted, CoordinationReferred, BroughtToSupportConference, CoordinationAccepted, CoordinationNotAccepted, LeadAgencyNamed,
    RolesAssigned, TaskAssigned, OutreachRequested, ParticipationRequested, WholeStructureMonitored, HandedBackToConsultation,
    CoordinationEnded, PlanProposed, PlanExecutionStarted, PlanEvaluated, PlanEnded, RegionChanged, PartGiven, DisclosureRequested,
    VerdictNoted, StopNoted, DeadlineSet, DeadlineMet, DeadlineMissed, MessageRefused,
)
