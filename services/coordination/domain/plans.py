"""Plans (プランの段階): how far each plan of one case has come, and who has to do with it, folded from the function's own events (domain.md §2.2)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import assert_never

from contracts.coordination import (
    BroughtToSupportConference,
    CoordinationAccepted,
    CoordinationEnded,
    CoordinationNotAccepted,
    CoordinationReferred,
    HandedBackToConsultation,
    LeadAgencyNamed,
    PlanApproved,
    PlanEnded,
    PlanEvaluated,
    PlanExecutionStarted,
    PlanMonitored,
    PlanProposed,
    PlanReviewed,
    PlanRevised,
    PlanShared,
    RolesAssigned,
)
from contracts.envelope import (
    DeadlineMet,
    DeadlineMissed,
    DeadlineSet,
    DisclosureRequested,
    MessageRefused,
    PartNoted,
    RegionChanged,
    StopNoted,
    VerdictNoted,
)
from contracts.shared import Outcome, PlanKind, Purpose
from services.coordination.domain.watching import Watched, watched_after

OfCoordination = (
    CoordinationReferred | BroughtToSupportConference | CoordinationAccepted | CoordinationNotAccepted | HandedBackToConsultation
    | CoordinationEnded | LeadAgencyNamed | RolesAssigned | RegionChanged
)
OfPlan = (
    PlanProposed | PlanReviewed | PlanApproved | PlanShared | PlanExecutionStarted | PlanMonitored | PlanRevised | PlanEvaluated | PlanEnded
)
Event = (
    OfCoordination | OfPlan | PartNoted | DisclosureRequested | VerdictNoted | StopNoted | DeadlineSet | DeadlineMet | DeadlineMissed
    | MessageRefused
)
RELEASED = (Outcome.PERMIT, Outcome.REDACT)


class Stage(StrEnum):
    """How far the newest version of a plan has come; whether an older one is carried out meanwhile is another matter."""

    DRAFT = "DRAFT"
    PROPOSED = "PROPOSED"
    APPROVED = "APPROVED"
    EVALUATED = "EVALUATED"
    ENDED = "ENDED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One plan in all its versions. A plan nobody has proposed is a draft of version 0."""

    kind: PlanKind = PlanKind.UNMAPPED
    person: str = ""
    proposer: str = ""
    version: int = 0
    """The newest."""
    stage: Stage = Stage.DRAFT
    applied: bool = False
    """The person has applied for the newest version (利用申込)."""
    approved: int = 0
    """The version that was found to fit last; 0 = none."""
    running: int = 0
    """The version that is carried out; 0 = none."""
    shared: dict[str, str] = field(default_factory=dict)
    """With whom the gate let it be shared, each with the event that was released."""


UNKNOWN = Plan()


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """The plans of one case, by their ids, and what of its coordination they rest on."""

    begun: bool = False
    """Coordination was asked for and does not rest."""
    accepted: bool = False
    coordinator: str = ""
    lead: str = ""
    """主担当."""
    roles: tuple[str, ...] = ()
    plans: dict[str, Plan] = field(default_factory=dict)
    at_hand: str = ""
    """The plan that was proposed or shared just now: whose proposer and releases the next events name."""
    releases: dict[str, str] = field(default_factory=dict)
    """The plans of shared events, by event id."""
    watched: Watched = frozenset()

    def plan(self, plan: str) -> Plan:
        """One plan of the case."""
        return self.plans.get(plan, UNKNOWN)

    def responsible(self, plan: Plan) -> str:
        """Who carries a plan out: the lead; for a plan of outreach or participation its proposer."""
        return self.lead if plan.kind is PlanKind.COORDINATION else plan.proposer

    def concerned(self, plan: Plan) -> tuple[str, ...]:
        """Who takes part in a plan: those responsible, those with a role in a coordination plan, those with whom it was shared."""
        roles = self.roles if plan.kind is PlanKind.COORDINATION else ()
        return (self.coordinator if self.accepted else "", self.responsible(plan), *roles, *plan.shared)


def evolve(state: State, event: Event) -> State:
    """The state after ``event``."""
    match event:
        case CoordinationReferred(to_agency=agency):
            return replace(state, begun=True, coordinator=agency)
        case BroughtToSupportConference():
            return replace(state, begun=True)
        case CoordinationAccepted():
            return replace(state, accepted=True)
        case HandedBackToConsultation(lead=lead):
            return replace(state, begun=False, accepted=False, roles=(), lead=lead)
        case CoordinationNotAccepted() | CoordinationEnded() | RegionChanged(active=False):
            return replace(state, begun=False, accepted=False, roles=())
        case LeadAgencyNamed(agency=lead):
            return replace(state, lead=lead)
        case RolesAssigned(roles=roles):
            return replace(state, roles=tuple(dict.fromkeys((*state.roles, *(role.agency for role in roles)))))
        case PartNoted(agency=agency) if state.at_hand in state.plans and not state.plans[state.at_hand].proposer:
            return _with(state, state.at_hand, proposer=agency)
        case DisclosureRequested(event_type=PlanShared.__name__, event_id=event_id):
            return replace(state, releases={**state.releases, event_id: state.at_hand})
        case VerdictNoted(event_id=event_id) if event_id in state.releases:
            return _shared(state, event, state.releases[event_id])
        case StopNoted(purpose=Purpose.COORDINATION, recipient=agency):
            return _stopped(state, agency)
        case DeadlineSet() | DeadlineMet() | DeadlineMissed():
            return replace(state, watched=watched_after(state.watched, event))
        case RegionChanged() | PartNoted() | DisclosureRequested() | VerdictNoted() | StopNoted() | MessageRefused():
            return state
        case _:
            return _of_plan(state, event)


def _of_plan(state: State, event: OfPlan) -> State:
    match event:
        case PlanProposed(kind=kind, person=person):
            proposer = state.coordinator if kind is PlanKind.COORDINATION else state.plan(event.plan).proposer
            proposed = _put_up(state, event, kind=kind, person=person, proposer=proposer)
            return replace(proposed, at_hand=event.plan)
        case PlanRevised():
            return _put_up(state, event)
        case PlanReviewed():
            return _with(state, event.plan, stage=Stage.DRAFT)
        case PlanApproved(version=version):
            return _with(state, event.plan, stage=Stage.APPROVED, approved=version)
        case PlanShared():
            return replace(state, at_hand=event.plan)
        case PlanExecutionStarted(version=version):
            return _with(state, event.plan, running=version)
        case PlanMonitored():
            return state
        case PlanEvaluated():
            return _with(state, event.plan, stage=Stage.EVALUATED)
        case PlanEnded():
            return _with(state, event.plan, stage=Stage.ENDED, running=0)
        case _:
            assert_never(event)


def _put_up(state: State, event: PlanProposed | PlanRevised, **more: object) -> State:
    return _with(state, event.plan, version=event.version, stage=Stage.PROPOSED, applied=event.applied_on is not None, **more)


def _shared(state: State, verdict: VerdictNoted, plan: str) -> State:
    """The last verdict on a release counts; a no to another sharing does not take back what the recipient has."""
    shared = state.plan(plan).shared
    if verdict.outcome in RELEASED:
        return _with(state, plan, shared={**shared, verdict.recipient: verdict.event_id})
    return _with(state, plan, shared={agency: each for agency, each in shared.items() if each != verdict.event_id})


def _stopped(state: State, agency: str) -> State:
    """Whoever was told to stop has the plans no more: it is not among those who take part until it is shared anew."""
    plans = {
        name: replace(plan, shared={other: each for other, each in plan.shared.items() if other != agency}) if agency in plan.shared else plan
        for name, plan in state.plans.items()
    }
    return replace(state, plans=plans)


def _with(state: State, plan: str, **fields: object) -> State:
    return replace(state, plans={**state.plans, plan: replace(state.plan(plan), **fields)})


EVENTS = (
    CoordinationReferred, BroughtToSupportConference, CoordinationAccepted, CoordinationNotAccepted, HandedBackToConsultation,
    CoordinationEnded, LeadAgencyNamed, RolesAssigned, RegionChanged, PlanProposed, PlanReviewed, PlanApproved, PlanShared,
    PlanExecutionStarted, PlanMonitored, PlanRevised, PlanEvaluated, PlanEnded, PartNoted, DisclosureRequested, VerdictNoted, StopNoted, DeadlineSet,
    DeadlineMet, DeadlineMissed, MessageRefused,
)
