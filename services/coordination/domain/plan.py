"""Plan (プラン): proposed by the coordinator, reviewed in a conference, shared only once it is found to fit."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import assert_never

from contracts.coordination import CoordinationAccepted, PlanApproved, PlanProposed, PlanReviewed, PlanShared
from contracts.envelope import DisclosureRequested, MessageRefused
from contracts.shared import FunctionName, Purpose, RefusalCode
from kernel.asking import ask
from kernel.decider import Context, Decider
from kernel.parties import refused

Message = PlanProposed | PlanReviewed | PlanShared
Event = PlanProposed | PlanReviewed | PlanApproved | PlanShared | CoordinationAccepted | DisclosureRequested | MessageRefused


class Stage(StrEnum):
    """How far one version of a plan has come (domain.md §2.2)."""

    DRAFT = "DRAFT"
    PROPOSED = "PROPOSED"
    APPROVED = "APPROVED"


@dataclass(frozen=True, slots=True)
class Plan:
    """The newest version of one plan. A plan nobody has proposed is a draft of version 0."""

    version: int = 0
    stage: Stage = Stage.DRAFT


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """The plans of one case, by their ids."""

    accepted: bool = False
    """The coordination of the case has been taken over."""
    plans: dict[str, Plan] = field(default_factory=dict)


def decide(state: State, message: Message, context: Context) -> tuple[Event, ...]:
    """What a report about a plan gives."""
    fault = _fault(state, message)
    if fault:
        return (refused(context, fault),)
    match message:
        case PlanProposed():
            return (message,)
        case PlanReviewed(fit=fit):
            return (message, PlanApproved(plan=message.plan, version=message.version)) if fit else (message,)
        case PlanShared():
            recipients = dict.fromkeys(message.recipients)
            return (message, *(ask(context, FunctionName.COORDINATION, 0, PlanShared, recipient, Purpose.COORDINATION) for recipient in recipients))
        case _:
            return (refused(context, RefusalCode.UNKNOWN_TYPE),)


def _fault(state: State, message: Message) -> RefusalCode | None:
    """Why the message cannot be taken in; None when it can."""
    match message:
        case PlanProposed():
            return _fault_of_proposal(state, message)
        case PlanReviewed():
            return _fault_of_review(_plan(state, message), message)
        case PlanShared(recipients=()):
            return RefusalCode.RECIPIENTS_MISSING
        case PlanShared():
            approved = Plan(message.version, Stage.APPROVED)
            return None if _plan(state, message) == approved else RefusalCode.WRONG_STATE
        case _:
            return None


def _plan(state: State, message: Message) -> Plan:
    return state.plans.get(message.plan, Plan())


def _fault_of_proposal(state: State, message: PlanProposed) -> RefusalCode | None:
    """A version that went back to draft is followed by a higher one, so that a version never names two texts."""
    plan = _plan(state, message)
    if not state.accepted:
        return RefusalCode.WRONG_STATE
    if message.version == plan.version > 0:
        return RefusalCode.ALREADY_DONE
    if message.version <= plan.version or plan.stage is not Stage.DRAFT:
        return RefusalCode.WRONG_STATE
    return RefusalCode.PERIOD_INVALID if message.period_to < message.period_from else None


def _fault_of_review(plan: Plan, message: PlanReviewed) -> RefusalCode | None:
    """Each proposed version is reviewed once (適切性の協議)."""
    if message.version != plan.version or plan.version == 0:
        return RefusalCode.WRONG_STATE
    return None if plan.stage is Stage.PROPOSED else RefusalCode.ALREADY_DONE


def evolve(state: State, event: Event) -> State:
    """The state after ``event``."""
    match event:
        case CoordinationAccepted():
            return replace(state, accepted=True)
        case PlanProposed():
            return _with(state, event, Stage.PROPOSED)
        case PlanReviewed():
            return _with(state, event, Stage.DRAFT)
        case PlanApproved():
            return _with(state, event, Stage.APPROVED)
        case PlanShared() | DisclosureRequested() | MessageRefused():
            return state
        case _:
            assert_never(event)


def _with(state: State, event: PlanProposed | PlanReviewed | PlanApproved, stage: Stage) -> State:
    return replace(state, plans={**state.plans, event.plan: Plan(event.version, stage)})


DECIDER: Decider[State] = Decider(
    name="plan",
    initial=State(),
    decide=decide,
    evolve=evolve,
    messages=(PlanProposed, PlanReviewed, PlanShared),
    events=(CoordinationAccepted, PlanProposed, PlanReviewed, PlanApproved, PlanShared, DisclosureRequested, MessageRefused),
)
