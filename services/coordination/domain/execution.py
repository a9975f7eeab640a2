"""Execution (プラン実行): a plan is started, monitored, revised, evaluated in a conference, ended; a death ends it by itself."""

from __future__ import annotations

from collections.abc import Iterator

from contracts.consultation import SubjectDied
from contracts.coordination import PlanEnded, PlanEvaluated, PlanExecutionStarted, PlanMonitored, PlanRevised
from contracts.envelope import DisclosureRequested, RegionChanged
from contracts.shared import Deadline, FunctionName, PlanEndReason, PlanKind, Purpose, RefusalCode
from kernel.asking import ask
from kernel.deadlines import after_days, by_day
from kernel.decider import Context, Decider
from kernel.parties import refused
from services.coordination.domain.plan import fault_of_chair, put_up
from services.coordination.domain.plans import EVENTS, Event, Plan, Stage, State, evolve
from services.coordination.domain.telling import told
from services.coordination.domain.watching import done

Reported = PlanExecutionStarted | PlanMonitored | PlanRevised | PlanEvaluated | PlanEnded
Message = Reported | SubjectDied
_UNEVALUATED = (PlanEndReason.MOVED_AWAY, PlanEndReason.DIED, PlanEndReason.PERSON_DECLINED)
"""Reasons for which a plan ends without waiting for a conference."""


def decide(state: State, message: Message, context: Context) -> tuple[Event, ...]:
    """What a report about a plan that is carried out gives, and what is left of plans after a death."""
    match message:
        case SubjectDied():
            return _died(state, message, context)
        case PlanExecutionStarted() | PlanMonitored() | PlanRevised() | PlanEvaluated() | PlanEnded():
            plan = state.plan(message.plan)
            fault = _fault(state, plan, message, context)
            return (refused(context, fault),) if fault else (message, *_consequences(state, plan, message, context))
        case _:
            return (refused(context, RefusalCode.UNKNOWN_TYPE),)


def _fault(state: State, plan: Plan, message: Reported, context: Context) -> RefusalCode | None:
    """Why the message cannot be taken in; None when it can."""
    if plan.version == 0:
        return RefusalCode.WRONG_STATE
    match message:
        case PlanExecutionStarted():
            return _fault_of_doer(state, plan, context) or _fault_of_start(state, plan, message)
        case PlanMonitored(version=version):
            return _fault_of_doer(state, plan, context) or (None if _runs(plan, version) else RefusalCode.WRONG_STATE)
        case PlanRevised():
            return _fault_of_doer(state, plan, context) or _fault_of_revision(plan, message)
        case PlanEvaluated(version=version):
            return fault_of_chair(state, plan, context) or _fault_of_evaluation(plan, version)
        case PlanEnded(reason=reason):
            return _fault_of_end(state, plan, reason, context)


def _fault_of_doer(state: State, plan: Plan, context: Context) -> RefusalCode | None:
    """The lead carries a plan of coordination out; whoever proposed it, one of outreach or participation."""
    doer = state.responsible(plan)
    if not doer:
        return RefusalCode.LEAD_MISSING
    return None if context.agency == doer else RefusalCode.NOT_THE_LEAD


def _fault_of_start(state: State, plan: Plan, message: PlanExecutionStarted) -> RefusalCode | None:
    """The approved version is started; an urgent one does not wait for the conference, which hears of it at its next sitting."""
    if message.version == plan.running:
        return RefusalCode.ALREADY_DONE
    rests = plan.kind is PlanKind.COORDINATION and not state.accepted
    ready = plan.stage is Stage.APPROVED or (message.urgent and plan.stage is Stage.PROPOSED)
    return None if ready and message.version == plan.version and not rests else RefusalCode.WRONG_STATE


def _fault_of_revision(plan: Plan, message: PlanRevised) -> RefusalCode | None:
    """A running plan is revised in its next version, unless one is before the conference already."""
    if message.version == plan.version:
        return RefusalCode.ALREADY_DONE
    amendable = plan.running and plan.stage in (Stage.DRAFT, Stage.APPROVED)
    return None if amendable and message.version == plan.version + 1 else RefusalCode.WRONG_STATE


def _fault_of_evaluation(plan: Plan, version: int) -> RefusalCode | None:
    """The version that is carried out is evaluated, once."""
    if plan.stage is Stage.EVALUATED and version == plan.running:
        return RefusalCode.ALREADY_DONE
    return None if _runs(plan, version) else RefusalCode.WRONG_STATE


def _fault_of_end(state: State, plan: Plan, reason: PlanEndReason, context: Context) -> RefusalCode | None:
    """The lead or the proposer ends a plan, after its evaluation; where the person has gone or wants it no more, at any time."""
    if context.agency not in (state.responsible(plan), plan.proposer):
        return RefusalCode.NOT_THE_LEAD
    if plan.stage is Stage.ENDED:
        return RefusalCode.ALREADY_DONE
    return None if plan.stage is Stage.EVALUATED or reason in _UNEVALUATED else RefusalCode.WRONG_STATE


def _runs(plan: Plan, version: int) -> bool:
    return version == plan.running > 0 and plan.stage is not Stage.EVALUATED


def _consequences(state: State, plan: Plan, message: Reported, context: Context) -> Iterator[Event]:
    """The next look at the plan has its day; who takes part hears of start and end, who has to act reads what was written."""
    match message:
        case PlanExecutionStarted():
            yield from _started(state, plan, message, context)
        case PlanMonitored(next_on=day):
            yield from done(state.watched, message.plan, Deadline.PLAN_REVIEW)
            yield by_day(Deadline.PLAN_REVIEW, message.plan, context.agency, day)
        case PlanRevised():
            yield from put_up(state, PlanRevised, context)
        case PlanEvaluated():
            yield from done(state.watched, message.plan, Deadline.PLAN_REVIEW)
            yield from _to_doer(state, plan, context)
        case PlanEnded():
            yield from done(state.watched, message.plan)
            yield from told(context, 0, PlanEnded, state.concerned(plan))


def _started(state: State, plan: Plan, message: PlanExecutionStarted, context: Context) -> Iterator[Event]:
    yield from done(state.watched, message.plan, Deadline.PLAN_REVIEW)
    yield from after_days(context, Deadline.PLAN_REVIEW, message.plan, context.agency)
    if plan.stage is Stage.PROPOSED:
        reporter = state.coordinator if state.accepted else context.agency
        yield from after_days(context, Deadline.URGENT_START_UNREPORTED, message.plan, reporter)
    yield from told(context, 0, PlanExecutionStarted, state.concerned(plan))


def _to_doer(state: State, plan: Plan, context: Context) -> Iterator[DisclosureRequested]:
    """Whoever carries the plan out is to read its evaluation: the plan is then theirs to end."""
    doer = state.responsible(plan)
    if doer and doer != context.agency:
        yield ask(context, FunctionName.COORDINATION, 0, PlanEvaluated, doer, Purpose.COORDINATION)


def _died(state: State, message: SubjectDied, context: Context) -> tuple[Event, ...]:
    """The plans of the dead person end (死亡); where nobody of the household remains every plan does, and coordination rests."""
    rests = not message.household_remains
    ended = [name for name, plan in state.plans.items() if plan.stage is not Stage.ENDED and (rests or plan.person == message.person)]
    events: list[Event] = [PlanEnded(plan=name, reason=PlanEndReason.DIED) for name in ended]
    if rests and state.begun:
        events.append(RegionChanged(function=FunctionName.COORDINATION, active=False))
    for name in (*ended, "") if rests else ended:
        events += done(state.watched, name)
    for ordinal, name in enumerate(ended):
        events += told(context, ordinal, PlanEnded, state.concerned(state.plan(name)))
    return tuple(events)


DECIDER: Decider[State] = Decider(
    name="execution",
    initial=State(),
    decide=decide,
    evolve=evolve,
    messages=(PlanExecutionStarted, PlanMonitored, PlanRevised, PlanEvaluated, PlanEnded, SubjectDied),
    events=EVENTS,
)
