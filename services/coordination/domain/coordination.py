"""Coordination (多機関協働): take over a complex case once the person agrees, name who leads, divide the roles, end when the outlook is clear."""

from __future__ import annotations

from collections.abc import Iterator

from contracts.consultation import ConsultationScreened
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
    RolesAssigned,
    TaskAssigned,
    WholeStructureMonitored,
)
from contracts.envelope import DisclosureRequested, PartGiven, RegionChanged
from contracts.shared import CasePart, Deadline, FunctionName, Purpose, ReferralReason, RefusalCode, ScreeningOutcome
from kernel.asking import ask
from kernel.deadlines import after_days, by_day
from kernel.decider import Context, Decider
from kernel.parties import refused
from services.coordination.domain.region import EVENTS, Event, Stage, State, evolve
from services.coordination.domain.telling import told
from services.coordination.domain.watching import done

Referral = CoordinationReferred | BroughtToSupportConference | CoordinationAccepted | CoordinationNotAccepted
Work = LeadAgencyNamed | RolesAssigned | OutreachRequested | ParticipationRequested | WholeStructureMonitored
Rest = HandedBackToConsultation | CoordinationEnded
Message = ConsultationScreened | Referral | Work | Rest


def decide(state: State, message: Message, context: Context) -> tuple[Event, ...]:
    """What a report about the coordination gives."""
    fault = _fault(state, message, context)
    if fault:
        return (refused(context, fault),)
    match message:
        case ConsultationScreened(outcome=outcome):
            found = outcome is ScreeningOutcome.COMPLEX
            return () if found is state.complex else (ComplexityNoted(complex=found),)
        case CoordinationReferred() | BroughtToSupportConference() | CoordinationAccepted() | CoordinationNotAccepted():
            return (message, *_referral(state, message, context))
        case LeadAgencyNamed() | RolesAssigned() | OutreachRequested() | ParticipationRequested() | WholeStructureMonitored():
            return (message, *_work(state, message, context))
        case HandedBackToConsultation() | CoordinationEnded():
            return (message, *_rest(state, message, context))
        case _:
            return (refused(context, RefusalCode.UNKNOWN_TYPE),)


def _fault(state: State, message: Message, context: Context) -> RefusalCode | None:
    """Why the message cannot be taken in; None when it can."""
    match message:
        case CoordinationReferred():
            return _fault_of_referral(state, message)
        case BroughtToSupportConference():
            return _fault_of_closed_review(state, message)
        case CoordinationAccepted() | CoordinationNotAccepted():
            return _fault_of_answer(state, message, context)
        case HandedBackToConsultation() if state.stage in (Stage.AWAITING_CONSENT, Stage.REFERRED):
            return _fault_of_answer(state, message, context)
        case CoordinationEnded() if state.stage is Stage.ENDED:
            return RefusalCode.ALREADY_DONE
        case _ if not isinstance(message, Work | Rest):
            return None
        case _ if state.stage < Stage.ASSESSING:
            return RefusalCode.WRONG_STATE
        case _:
            return _fault_of_work(state, message) if context.agency == state.coordinator else RefusalCode.NOT_THE_ADDRESSEE


def _fault_of_referral(state: State, message: CoordinationReferred) -> RefusalCode | None:
    """One referral at a time, of a complex case, with its reason (notice, note ※１); after a no of the gate another may follow."""
    if message.reason is ReferralReason.UNMAPPED:
        return RefusalCode.REASON_MISSING
    if not state.complex:
        return RefusalCode.NOT_COMPLEX
    return RefusalCode.ALREADY_DONE if state.stage >= Stage.AWAITING_CONSENT else None


def _fault_of_closed_review(state: State, message: BroughtToSupportConference) -> RefusalCode | None:
    """Only where there is no consent (notice: 同意が得られない場合); what the person agreed to is coordinated in the open."""
    if not state.complex:
        return RefusalCode.NOT_COMPLEX
    if state.stage is Stage.UNDER_CLOSED_REVIEW and message.sitting == state.sitting:
        return RefusalCode.ALREADY_DONE
    return RefusalCode.WRONG_STATE if state.stage > Stage.AWAITING_CONSENT else None


def _fault_of_answer(state: State, message: Referral | Rest, context: Context) -> RefusalCode | None:
    """Only the addressee answers (受理・不受理・戻し), and only what the gate let through."""
    if state.stage < Stage.AWAITING_CONSENT:
        return RefusalCode.WRONG_STATE
    if context.agency != state.coordinator:
        return RefusalCode.NOT_THE_ADDRESSEE
    if state.stage >= Stage.ASSESSING:
        return RefusalCode.ALREADY_DONE if isinstance(message, CoordinationAccepted) else RefusalCode.WRONG_STATE
    return RefusalCode.AWAITING_CONSENT if state.stage is Stage.AWAITING_CONSENT else None


def _fault_of_work(state: State, message: Work | Rest) -> RefusalCode | None:
    """What the coordinator in charge may do at this stage."""
    match message:
        case LeadAgencyNamed(agency=lead) if lead == state.lead:
            return RefusalCode.ALREADY_DONE
        case RolesAssigned(roles=()):
            return RefusalCode.RECIPIENTS_MISSING
        case OutreachRequested() | ParticipationRequested() if (type(message).__name__, message.to_agency) in state.requested:
            return RefusalCode.ALREADY_DONE
        case WholeStructureMonitored() if state.stage < Stage.EXECUTING:
            return RefusalCode.WRONG_STATE
        case HandedBackToConsultation() if state.stage >= Stage.EXECUTING:  # the conference says so over the plan (図 a5): not later
            return RefusalCode.WRONG_STATE
        case CoordinationEnded():
            return _fault_of_end(state, message)
        case _:
            return None


def _fault_of_end(state: State, message: CoordinationEnded) -> RefusalCode | None:
    """A plan was carried out and none runs unevaluated (a10), the issues are sorted, the outlook is clear, somebody goes on accompanying (row 16).

    Before a plan was started the case is handed back instead: the conference has found that consultation should go on with it.
    """
    if state.stage < Stage.EXECUTING or state.running:
        return RefusalCode.WRONG_STATE
    if not (message.issues_sorted and message.outlook_clear):
        return RefusalCode.NOT_SORTED
    return None if message.lead and message.lead == state.lead else RefusalCode.LEAD_MISSING


def _referral(state: State, message: Referral, context: Context) -> Iterator[Event]:
    """The addressee gets a part and waits for the gate; whoever referred hears the answer. A closed review asks nobody."""
    match message:
        case CoordinationReferred(to_agency=agency):
            yield ask(context, FunctionName.COORDINATION, 0, CoordinationReferred, agency, Purpose.COORDINATION)
            yield PartGiven(agency=agency, part=CasePart.LINKED)
        case CoordinationAccepted():
            yield RegionChanged(function=FunctionName.COORDINATION, active=True)
            if not state.lead:
                yield from after_days(context, Deadline.NO_LEAD_AGENCY, "", context.agency)
            yield from told(context, 0, CoordinationAccepted, (state.referrer,))
        case CoordinationNotAccepted():
            yield from told(context, 0, CoordinationNotAccepted, (state.referrer,))


def _work(state: State, message: Work, context: Context) -> Iterator[Event]:
    """Who is named, given a task or asked learns of it; the next look at the whole structure (全体モニタリング) has its day."""
    match message:
        case LeadAgencyNamed(agency=lead):
            yield from done(state.watched, "", Deadline.NO_LEAD_AGENCY)
            yield from told(context, 0, LeadAgencyNamed, (lead, state.lead))
            yield PartGiven(agency=lead, part=CasePart.ROLE)
        case RolesAssigned():
            yield from _tasks(message, context)
        case OutreachRequested(to_agency=agency) | ParticipationRequested(to_agency=agency):
            purpose = Purpose.OUTREACH if isinstance(message, OutreachRequested) else Purpose.PARTICIPATION
            yield ask(context, FunctionName.COORDINATION, 0, type(message), agency, purpose)
            yield PartGiven(agency=agency, part=CasePart.LINKED)
        case WholeStructureMonitored(next_on=day):
            yield from done(state.watched, "", Deadline.PLAN_REVIEW)
            yield by_day(Deadline.PLAN_REVIEW, "", context.agency, day)


def _tasks(message: RolesAssigned, context: Context) -> Iterator[TaskAssigned | DisclosureRequested | PartGiven]:
    """For each role the task as a fact of its own, and the request to tell it to that agency alone; then a part in the case for each."""
    for number, role in enumerate(message.roles):
        yield TaskAssigned(person=message.person, role=role)
        yield ask(context, FunctionName.COORDINATION, 2 * number + 1, TaskAssigned, role.agency, Purpose.COORDINATION)  # after RolesAssigned
    for agency in dict.fromkeys(role.agency for role in message.roles):
        yield PartGiven(agency=agency, part=CasePart.ROLE)


def _rest(state: State, message: Rest, context: Context) -> Iterator[Event]:
    """Coordination rests (戻し・終結): nothing is watched any more, and who goes on with the case hears of it."""
    if state.stage >= Stage.ASSESSING:
        yield RegionChanged(function=FunctionName.COORDINATION, active=False)
    yield from done(state.watched)
    yield from told(context, 0, type(message), (message.lead, *state.roles))
    if isinstance(message, HandedBackToConsultation):
        yield PartGiven(agency=message.lead, part=CasePart.ROLE)


DECIDER: Decider[State] = Decider(
    name="coordination",
    initial=State(),
    decide=decide,
    evolve=evolve,
    messages=(
        ConsultationScreened, CoordinationReferred, BroughtToSupportConference, CoordinationAccepted, CoordinationNotAccepted,
        LeadAgencyNamed, RolesAssigned, OutreachRequested, ParticipationRequested, WholeStructureMonitored, HandedBackToConsultation,
        CoordinationEnded,
    ),
    events=EVENTS,
)
