"""S17, second part: what comes too early, from the wrong agency or without what the notice asks for (段階・担当・要件), along one coordinated case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from cli.day import cast
from cli.day.player import Day, pseudonym
from cli.day.rows import hold, permit, recorded, refused
from contracts.consent import ConsentGranted, ConsentWithdrawn
from contracts.consultation import CaseContinued, CaseReopened, ConsultationReceived, ConsultationScreened, InformationRequested
from contracts.coordination import (
    CoordinationAccepted,
    CoordinationEnded,
    CoordinationReferred,
    LeadAgencyNamed,
    ParticipationRequested,
    PlanApproved,
    PlanExecutionStarted,
    PlanProposed,
    PlanReviewed,
)
from contracts.envelope import CaseFrozen
from contracts.participation import CandidateProposed, GapNeedAssessed, HandsRequested, ResourceProposed, ResourceVerified
from contracts.shared import (
    ConsentMedium,
    ContinuationReason,
    DataCategory,
    Field,
    HandsWanted,
    NeedKind,
    PlanKind,
    Programme,
    Purpose,
    ReferralReason,
    RefusalCode,
    ReopeningReason,
    ScreeningOutcome,
    SupportLevel,
    TaskClass,
    TaskSlice,
    Urgency,
    VisitorRelation,
)
from tests.scenarios.stories.in_vain import say_in_vain

TITLE = "順序と担当：早すぎる、担当でない、要件が足りない"
BASIC = DataCategory.BASIC
NAME = "𠮷野 進"


@dataclass(frozen=True, slots=True)
class Course:
    """What the poverty desk has made ids for."""

    case: str
    person: str
    consent: str
    plan: str


def play(day: Day) -> None:
    """The whole story."""
    course = Course(*(pseudonym() for _ in range(4)))
    _referred_too_early(day, course)
    _no_consent_at_all(day, course)
    _waiting(day, course)
    _without_lead_or_application(day, course)
    _not_asked_for_participation(day, course)
    _no_place_free(day, course)
    _ended_too_early(day, course)
    _written_under_the_old_number(day)


def _referred_too_early(day: Day, course: Course) -> None:
    """No referral before the screening has found a complex case; an open case is not reopened; a question says what it wants and why."""
    day.say("poverty", ConsultationReceived(
        person=course.person, field=Field.POVERTY, visitor_relation=VisitorRelation.SELF, name=NAME,
    ), course.case)
    say_in_vain(day, "poverty", _referral(course), course.case, RefusalCode.NOT_COMPLEX)
    say_in_vain(day, "poverty", CaseReopened(reason=ReopeningReason.CAME_BACK), course.case, RefusalCode.WRONG_STATE)
    question = InformationRequested(purpose=Purpose.UNMAPPED, wanted=(BASIC,))
    say_in_vain(day, "tax", question, course.case, RefusalCode.PURPOSE_MISSING, stranger=True)
    say_in_vain(day, "tax", question.changed(purpose=Purpose.TAX_COLLECTION, wanted=()), course.case, RefusalCode.CATEGORIES_MISSING, stranger=True)
    day.say("poverty", ConsultationScreened(outcome=ScreeningOutcome.COMPLEX, urgency=Urgency.MIDDLE), course.case)
    say_in_vain(day, "poverty", _referral(course).changed(reason=ReferralReason.UNMAPPED), course.case, RefusalCode.REASON_MISSING)


def _no_consent_at_all(day: Day, course: Course) -> None:
    """What is no consent: without purpose, categories or recipients, by silence, by word without a witness."""
    consent = _consent(day, course)
    for wrong, code in (
        (consent.changed(purpose=Purpose.UNMAPPED), RefusalCode.PURPOSE_MISSING),
        (consent.changed(categories=()), RefusalCode.CATEGORIES_MISSING),
        (consent.changed(recipients=()), RefusalCode.RECIPIENTS_MISSING),
        (consent.changed(medium=ConsentMedium.SILENCE), RefusalCode.NOT_A_CONSENT),
        (consent.changed(medium=ConsentMedium.ORAL), RefusalCode.WITNESS_MISSING),
        (consent.changed(valid_to=consent.valid_from + timedelta(days=800)), RefusalCode.CEILING_PERIOD),
        (consent.changed(supersedes=(pseudonym(),)), RefusalCode.CONSENT_NOT_FOUND),
        (ConsentWithdrawn(person=course.person, consents=(course.consent,)), RefusalCode.CONSENT_NOT_FOUND),
    ):
        say_in_vain(day, "poverty", wrong, course.case, code)


def _waiting(day: Day, course: Course) -> None:
    """The referral waits for his consent; the coordinator, who has heard of it by telephone, cannot accept what has not come."""
    day.say("poverty", _referral(course), course.case, hold("coordinator"))
    say_in_vain(day, "coordinator", CoordinationAccepted(), course.case, RefusalCode.AWAITING_CONSENT)
    say_in_vain(day, "poverty", _referral(course), course.case, RefusalCode.ALREADY_DONE)
    day.say("poverty", _consent(day, course), course.case, recorded(), permit("coordinator", BASIC, type=CoordinationReferred.__name__))
    day.say("coordinator", CoordinationAccepted(), course.case, permit("poverty"))


def _without_lead_or_application(day: Day, course: Course) -> None:
    """No plan is carried out without a lead, none approved that he has not applied for, none started by another than the lead."""
    today, sitting = day.stage.today, pseudonym()
    proposal = PlanProposed(
        person=course.person, plan=course.plan, kind=PlanKind.COORDINATION, version=1, period_from=today, period_to=today + timedelta(days=120),
        items=(cast.item(course.person, BASIC, "goal", "週に二日、外に出る用事をつくる。"),),
    )
    say_in_vain(day, "coordinator", proposal.changed(period_to=today - timedelta(days=1)), course.case, RefusalCode.PERIOD_INVALID)
    day.say("coordinator", proposal, course.case)
    start = PlanExecutionStarted(plan=course.plan, version=1, urgent=True)
    say_in_vain(day, "coordinator", start, course.case, RefusalCode.LEAD_MISSING)
    day.say("coordinator", LeadAgencyNamed(agency="poverty", from_date=today), course.case, permit("poverty"))
    say_in_vain(day, "coordinator", start, course.case, RefusalCode.NOT_THE_LEAD)
    fit = PlanReviewed(plan=course.plan, version=1, fit=True, sitting=sitting)
    say_in_vain(day, "coordinator", fit, course.case, RefusalCode.APPLICATION_MISSING)
    day.say("coordinator", fit.changed(fit=False), course.case, permit("poverty"))
    day.say("coordinator", proposal.changed(version=2, applied_on=today), course.case)
    day.say("coordinator", fit.changed(version=2), course.case, recorded(), permit("poverty", type=PlanApproved.__name__))


def _not_asked_for_participation(day: Day, course: Course) -> None:
    """Participation support follows coordination's request, and only where an existing programme was tried and does not fit (狭間のニーズ)."""
    need = GapNeedAssessed(person=course.person, need_kind=NeedKind.WORK, tried=())
    say_in_vain(day, "participation", need, course.case, RefusalCode.CASE_NOT_FOUND, stranger=True)
    day.say("coordinator", _consent(day, course).changed(
        consent=pseudonym(), purpose=Purpose.PARTICIPATION, recipients=("participation",),
    ), course.case)
    day.say("coordinator", ParticipationRequested(
        person=course.person, to_agency="participation", need_kind=NeedKind.WORK, name=NAME,
    ), course.case, permit("participation", BASIC))
    say_in_vain(day, "participation", need, course.case, RefusalCode.NOTHING_DONE)
    day.say("participation", need.changed(tried=(Programme.WORK_PREPARATION,)), course.case)


def _no_place_free(day: Day, course: Course) -> None:
    """The only place is kept for the site's main users: the proposal stays in the case, the agency learns that nothing is free."""
    resource, slice_ = pseudonym(), TaskSlice(task=TaskClass.PACKING, support_level=SupportLevel.SOME, count=1)
    hands = HandsRequested(wanted=HandsWanted.COUNTS)
    say_in_vain(day, "environment", hands, resource, RefusalCode.RESOURCE_NOT_FOUND)
    offer = ResourceProposed(host="workshop", name="袋詰めの作業場", tasks=(slice_,), confirmed_at=day.stage.today, capacity=1, reserved=2)
    say_in_vain(day, "workshop", offer, resource, RefusalCode.VALUE_INVALID)
    day.say("workshop", offer.changed(reserved=1), resource)
    day.say("municipality", ResourceVerified(confirmed_on=day.stage.today), resource, permit("workshop"))
    day.say("participation", CandidateProposed(resource=resource, task=slice_), course.case, refused(RefusalCode.RESOURCE_FULL))


def _ended_too_early(day: Day, course: Course) -> None:
    """The plan runs, nothing is sorted yet: coordination does not end."""
    ended = CoordinationEnded(issues_sorted=False, outlook_clear=False, lead="poverty")
    say_in_vain(day, "coordinator", ended, course.case, RefusalCode.WRONG_STATE)


def _written_under_the_old_number(day: Day) -> None:
    """Two cases of one household go on as one; what is still written under the old number is sent back with the reason."""
    old, new, person = pseudonym(), pseudonym(), pseudonym()
    received = ConsultationReceived(person=person, field=Field.ELDER, visitor_relation=VisitorRelation.FAMILY)
    for case in (old, new):
        day.say("elder", received, case)
    day.say("elder", CaseContinued(into_case=new, reason=ContinuationReason.SAME_HOUSEHOLD), old, recorded(), permit("elder", type=CaseFrozen.__name__))
    screened = ConsultationScreened(outcome=ScreeningOutcome.INFO_ONLY, urgency=Urgency.LOW)
    say_in_vain(day, "elder", screened, old, RefusalCode.CASE_FROZEN)
    day.say("elder", screened, new)


def _referral(course: Course) -> CoordinationReferred:
    return CoordinationReferred(person=course.person, to_agency="coordinator", reason=ReferralReason.ROLE_DIVISION_NEEDED, name=NAME)


def _consent(day: Day, course: Course) -> ConsentGranted:
    return ConsentGranted(
        consent=course.consent, person=course.person, purpose=Purpose.COORDINATION, categories=(BASIC,), recipients=("coordinator",),
        valid_from=day.stage.today, valid_to=day.stage.today + timedelta(days=180), medium=ConsentMedium.PAPER,
    )
