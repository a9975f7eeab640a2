"""Plan (プラン): proposed, reviewed in a conference, approved once it fits and the person has applied, shared recipient by recipient."""

from __future__ import annotations

from collections.abc import Iterator

from contracts.coordination import PlanApproved, PlanProposed, PlanReviewed, PlanShared
from contracts.envelope import DisclosureRequested, PartNoted
from contracts.shared import CasePart, Deadline, FunctionName, PlanKind, Purpose, RefusalCode
from kernel.asking import ask
from kernel.decider import Context, Decider
from kernel.parties import refused
from services.coordination.domain.plans import EVENTS, Event, Plan, Stage, State, evolve
from services.coordination.domain.telling import told
from services.coordination.domain.watching import done

Message = PlanProposed | PlanReviewed | PlanShared


def decide(state: State, message: Message, context: Context) -> tuple[Event, ...]:
    """What a report about a plan gives."""
    fault = _fault(state, message, context)
    if fault:
        return (refused(context, fault),)
    match message:
        case PlanProposed():
            return (message, *_proposed(state, message, context))
        case PlanReviewed():
            return (message, *_reviewed(state, message, context))
        case PlanShared():
            recipients = dict.fromkeys(message.recipients)
            return (message, *(ask(context, FunctionName.COORDINATION, 0, PlanShared, recipient, Purpose.COORDINATION) for recipient in recipients))
        case _:
            return (refused(context, RefusalCode.UNKNOWN_TYPE),)


def _fault(state: State, message: Message, context: Context) -> RefusalCode | None:
    """Why the message cannot be taken in; None when it can."""
    match message:
        case PlanProposed():
            return _fault_of_proposer(state, message, context) or _fault_of_proposal(state.plan(message.plan), message)
        case PlanReviewed():
            plan = state.plan(message.plan)
            return fault_of_chair(state, plan, context) or _fault_of_review(plan, message)
        case PlanShared(recipients=()):
            return RefusalCode.RECIPIENTS_MISSING
        case PlanShared():
            plan = state.plan(message.plan)
            shareable = message.version == plan.approved > 0 and plan.stage is not Stage.ENDED
            return fault_of_chair(state, plan, context) or (None if shareable else RefusalCode.WRONG_STATE)
        case _:
            return None


def fault_of_chair(state: State, plan: Plan, context: Context) -> RefusalCode | None:
    """The coordinator in charge speaks for the conference; where nobody coordinates (outreach alone), any coordinator who takes part."""
    if not state.accepted:
        return RefusalCode.WRONG_STATE if plan.kind is PlanKind.COORDINATION else None
    return None if context.agency == state.coordinator else RefusalCode.NOT_THE_ADDRESSEE


def _fault_of_proposer(state: State, message: PlanProposed, context: Context) -> RefusalCode | None:
    """A plan of coordination comes from the coordinator in charge; one of outreach or participation stays with whoever proposed it first."""
    if message.kind is PlanKind.COORDINATION and not state.accepted:
        return RefusalCode.WRONG_STATE
    if message.kind is PlanKind.COORDINATION and context.agency != state.coordinator:
        return RefusalCode.NOT_THE_ADDRESSEE
    proposer = "" if message.kind is PlanKind.COORDINATION else state.plan(message.plan).proposer
    return RefusalCode.NOT_THE_LEAD if proposer and proposer != context.agency else None


def _fault_of_proposal(plan: Plan, message: PlanProposed) -> RefusalCode | None:
    """Versions count from one, one by one; a version that went back to draft is followed by the next, so that none names two texts."""
    if message.version == plan.version > 0:
        return RefusalCode.ALREADY_DONE
    other_kind = plan.version > 0 and message.kind is not plan.kind
    if message.version != plan.version + 1 or plan.stage is not Stage.DRAFT or other_kind:
        return RefusalCode.WRONG_STATE
    return RefusalCode.PERIOD_INVALID if message.period_to < message.period_from else None


def _fault_of_review(plan: Plan, message: PlanReviewed) -> RefusalCode | None:
    """Each proposed version is reviewed once (適切性の協議); none is approved for which the person has not applied."""
    if message.version != plan.version or plan.version == 0:
        return RefusalCode.WRONG_STATE
    if plan.stage is not Stage.PROPOSED:
        return RefusalCode.ALREADY_DONE
    return RefusalCode.APPLICATION_MISSING if message.fit and not plan.applied else None


def _proposed(state: State, message: PlanProposed, context: Context) -> Iterator[PartNoted | DisclosureRequested]:
    """Who proposed it is noted with it; the coordinator, who brings it to the conference (図 a3), is to read it."""
    if message.kind is not PlanKind.COORDINATION and not state.plan(message.plan).proposer:
        yield PartNoted(agency=context.agency, part=CasePart.ROLE)
    yield from put_up(state, type(message), context)


def put_up(state: State, event: type, context: Context) -> Iterator[DisclosureRequested]:
    """Ask that the coordinator in charge may read a version that another agency has put up."""
    if state.accepted and state.coordinator != context.agency:
        yield ask(context, FunctionName.COORDINATION, 0, event, state.coordinator, Purpose.COORDINATION)


def _reviewed(state: State, message: PlanReviewed, context: Context) -> Iterator[Event]:
    """A yes approves the version and reaches all who take part; a no reaches who has to amend it. An urgent start is reported by either."""
    plan = state.plan(message.plan)
    if message.fit:
        yield PlanApproved(plan=message.plan, version=message.version)
    yield from done(state.watched, message.plan, Deadline.URGENT_START_UNREPORTED)
    if message.fit:
        yield from told(context, 1, PlanApproved, state.concerned(plan))
    else:
        yield from told(context, 0, PlanReviewed, (state.responsible(plan),))


DECIDER: Decider[State] = Decider(
    name="plan", initial=State(), decide=decide, evolve=evolve, messages=(PlanProposed, PlanReviewed, PlanShared), events=EVENTS,
)
