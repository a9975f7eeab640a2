"""Desks (窓口): a first contact and what comes of it, and the long course of a coordinated case, as domain.md §5 sizes them."""

from __future__ import annotations

from datetime import date, timedelta

from cli.year.course import Course
from contracts.consent import ConsentGranted, ConsentRequested, ConsentWithdrawn
from contracts.consultation import (
    AssessmentRecorded,
    CaseClosed,
    ConsultationReceived,
    ConsultationScreened,
    ContactRecorded,
    HouseholdMemberAdded,
    InformationProvided,
    LinkAccepted,
    LinkDeclined,
    LinkedToAgency,
    SignalReceived,
)
from contracts.coordination import (
    CoordinationAccepted,
    CoordinationEnded,
    CoordinationNotAccepted,
    CoordinationReferred,
    HandedBackToConsultation,
    LeadAgencyNamed,
    PlanEnded,
    PlanEvaluated,
    PlanExecutionStarted,
    PlanMonitored,
    PlanProposed,
    PlanReviewed,
    PlanShared,
    RolesAssigned,
    WholeStructureMonitored,
)
from contracts.shared import (
    AssessmentForm,
    Channel,
    ClosingReason,
    ConsentMedium,
    ContactMethod,
    DataCategory,
    DeclineReason,
    Field,
    GoalResult,
    HandBackReason,
    LinkReason,
    NotAcceptedReason,
    PlanEndReason,
    PlanKind,
    Purpose,
    ReferralReason,
    Relation,
    Role,
    ScreeningOutcome,
    ServiceCode,
    SupportTask,
    Urgency,
    VisitorRelation,
)

DESKS = {"elder": Field.ELDER, "disability": Field.DISABILITY, "child": Field.CHILD, "poverty": Field.POVERTY}
CATEGORIES = (DataCategory.BASIC, DataCategory.ECONOMIC, DataCategory.WELFARE_USE)
FISCAL_YEAR_ENDS = (3, 31)
"""Consents are given to the end of the fiscal year, so they end all at once."""
A_YEAR = timedelta(days=366)
NAME, WISH, NOTE = "年間の対象者", "暮らしのことを相談したい", "訪ねて話を聞いた"
"""The texts of a generated year: what they say does not matter, that they are sealed does."""


def fiscal_year_end(day: date) -> date:
    """The last day of the fiscal year (年度) in which a day lies."""
    end = date(day.year, *FISCAL_YEAR_ENDS)
    return end if day <= end else date(day.year + 1, *FISCAL_YEAR_ENDS)


def consent(course: Course, person: str, purpose: Purpose, recipients: tuple[str, ...], categories: tuple[DataCategory, ...] = CATEGORIES) -> ConsentGranted:
    """A paper consent up to the end of the fiscal year; what the desk has written down within a year before is meant too."""
    return ConsentGranted(
        consent=course.pseudonym(), person=person, purpose=purpose, categories=categories, recipients=recipients,
        valid_from=course.today, valid_to=fiscal_year_end(course.today), medium=ConsentMedium.PAPER, authored_from=course.today - A_YEAR,
    )


def first_contact(course: Course) -> None:
    """Seven in ten are one talk and no more; the others are advised, kept on, or linked out."""
    desk, person = course.pick(*DESKS), course.pseudonym()
    course.say(desk, ConsultationReceived(
        person=person, field=DESKS[desk], visitor_relation=course.pick(VisitorRelation.SELF, VisitorRelation.FAMILY, VisitorRelation.NEIGHBOUR),
        wish=WISH, name=NAME,
    ))
    fate = course.random.random()
    if fate < 0.70:
        return
    if fate < 0.86:
        course.say(desk, InformationProvided(services=(course.pick(*list(ServiceCode)[1:]),)))
    elif fate < 0.96:
        course.wait(3, 30)
        course.say(desk, ContactRecorded(person=person, method=course.pick(ContactMethod.PHONE, ContactMethod.COME, ContactMethod.VISIT), minutes=30, note=NOTE))
    else:
        _linked_out(course, desk, person)


def _linked_out(course: Course, desk: str, person: str) -> None:
    other = course.pick(*(name for name in DESKS if name != desk))
    course.say(desk, ConsultationScreened(outcome=ScreeningOutcome.LINKED_OUT, urgency=Urgency.LOW))
    course.say(desk, consent(course, person, Purpose.CONSULTATION, (other,), (DataCategory.BASIC,)))
    course.say(desk, LinkedToAgency(person=person, to_agency=other, purpose=Purpose.CONSULTATION, reason=LinkReason.BETTER_PLACED, name=NAME))
    course.wait(1, 6)
    if course.chance(0.1):
        course.say(other, LinkDeclined(reason=DeclineReason.NO_CAPACITY))
        return
    course.say(other, LinkAccepted(method=ContactMethod.PHONE, next_contact=course.today + timedelta(days=7)))
    course.wait(1, 3)
    course.say(desk, CaseClosed(reason=ClosingReason.LINKED_OUT))


def noticed_and_screened(course: Course, desk: str, person: str) -> None:
    """A signal, a consultation, an assessment of the household: complex."""
    channel = course.pick(Channel.RESIDENT, Channel.MEETING, Channel.SUPPORT_AGENCY, Channel.OTHER_FIELD)
    course.say(desk, SignalReceived(person=person, channel=channel, area_code="990019-01", summary=NOTE))
    course.wait(1, 7)
    course.say(desk, ConsultationReceived(
        person=person, field=DESKS[desk], visitor_relation=VisitorRelation.SELF, wish=WISH, name=NAME,
    ))
    course.say(desk, HouseholdMemberAdded(person=person, relation=Relation.HEAD, name=NAME, birth_date="1948-02-29", municipality_code="131016"))
    course.say(desk, AssessmentRecorded(person=person, form=AssessmentForm.NATIONAL_STANDARD, form_version="2026.1", household=NOTE))
    course.say(desk, ConsultationScreened(outcome=ScreeningOutcome.COMPLEX, urgency=Urgency.MIDDLE))


def taken_up(course: Course, desk: str, person: str, with_whom: tuple[str, ...]) -> bool:
    """Asked for consent, referred, accepted, roles divided; False when coordination does not take the case up."""
    course.say(desk, ConsentRequested(
        consent=course.pseudonym(), person=person, purpose=Purpose.COORDINATION, categories=CATEGORIES, recipients=("coordinator",),
    ))
    course.say(desk, CoordinationReferred(person=person, to_agency="coordinator", reason=course.pick(
        ReferralReason.AGENCY_UNCLEAR, ReferralReason.ROLE_DIVISION_NEEDED), name=NAME, wish=WISH))
    course.wait(1, 10)
    course.say(desk, consent(course, person, Purpose.COORDINATION, ("coordinator",)))
    course.wait(1, 5)
    if course.chance(0.08):
        course.say("coordinator", CoordinationNotAccepted(reason=NotAcceptedReason.SINGLE_AGENCY_SUFFICES))
        return False
    course.say("coordinator", CoordinationAccepted())
    course.say("coordinator", consent(course, person, Purpose.COORDINATION, with_whom))
    course.say("coordinator", LeadAgencyNamed(agency=desk, from_date=course.today))
    due = course.today + timedelta(days=90)
    course.say("coordinator", RolesAssigned(person=person, name=NAME, roles=tuple(
        Role(agency=agency, task=SupportTask.WATCH_OVER, due=due) for agency in with_whom)))
    return True


def coordinated(course: Course) -> None:
    """Forty to fifty events over months: referral, roles, plan, contacts, monitoring, end; some are handed back, some withdraw."""
    desk, person, plan = course.pick(*DESKS), course.pseudonym(), course.pseudonym()
    with_whom = (desk, course.pick(*(name for name in DESKS if name != desk)))
    noticed_and_screened(course, desk, person)
    if not taken_up(course, desk, person, with_whom):
        return
    if course.chance(0.1):
        course.wait(7, 30)
        course.say("coordinator", HandedBackToConsultation(lead=desk, reason=HandBackReason.CONSULTATION_SHOULD_LEAD))
        return
    _planned(course, desk, person, plan, with_whom)
    for _ in range(3):
        for _ in range(6):
            course.wait(4, 10)
            course.say(course.pick(*with_whom), ContactRecorded(person=person, method=course.pick(ContactMethod.VISIT, ContactMethod.PHONE), minutes=40, note=NOTE))
        course.say(desk, PlanMonitored(person=person, plan=plan, version=1, next_on=course.today + timedelta(days=75), findings=NOTE))
        course.say("coordinator", WholeStructureMonitored(person=person, next_on=course.today + timedelta(days=75), findings=NOTE))
    if course.chance(0.1):
        course.say(desk, ConsentWithdrawn(person=person, consents=(_last_consent(course),)))
        return
    _ended(course, desk, person, plan)


def _planned(course: Course, desk: str, person: str, plan: str, with_whom: tuple[str, ...]) -> None:
    period = {"period_from": course.today, "period_to": course.today + timedelta(days=180)}
    course.wait(5, 20)
    course.say("coordinator", PlanProposed(person=person, plan=plan, kind=PlanKind.COORDINATION, version=1, applied_on=course.today, **period))
    course.wait(5, 20)
    course.say("coordinator", PlanReviewed(plan=plan, version=1, fit=True, sitting=course.pseudonym()))
    course.say("coordinator", PlanShared(person=person, plan=plan, version=1, recipients=with_whom, name=NAME, **period))
    course.say(desk, PlanExecutionStarted(plan=plan, version=1, urgent=False))


def _ended(course: Course, desk: str, person: str, plan: str) -> None:
    course.wait(5, 20)
    course.say("coordinator", PlanEvaluated(person=person, plan=plan, version=1, result=GoalResult.REACHED, sitting=course.pseudonym()))
    course.say(desk, PlanEnded(plan=plan, reason=PlanEndReason.GOAL_MET))
    course.say("coordinator", CoordinationEnded(issues_sorted=True, outlook_clear=True, lead=desk))
    course.wait(10, 30)
    course.say(desk, CaseClosed(reason=ClosingReason.SETTLED))


def _last_consent(course: Course) -> str:
    return [each.event.consent for each in course.reports if isinstance(each.event, ConsentGranted)][-1]
