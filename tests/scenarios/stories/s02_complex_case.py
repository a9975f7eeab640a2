"""S2: a complex case: referred, asked anew, taken over, its roles divided, carried out together, and closed once everybody has come to rest."""

from __future__ import annotations

from datetime import timedelta

from cli.day.player import Day, pseudonym
from cli.day.rows import deny, permit, recorded, redact, refused
from contracts.consultation import AssessmentRecorded, CaseClosed, ClosingAwaited
from contracts.coordination import (
    CoordinationEnded,
    DecisionRecorded,
    OutreachRequested,
    ParticipationRequested,
    PlanApproved,
    PlanEnded,
    PlanEvaluated,
    PlanExecutionStarted,
    PlanMonitored,
    PlanProposed,
    PlanReviewed,
    WholeStructureMonitored,
)
from contracts.outreach import ContactAttempted, FirstContactMade, OutreachEnded, RelationStabilised, RelationStepRecorded, SupportAccepted
from contracts.participation import GapNeedAssessed, ResourceGapFound
from contracts.shared import (
    AssessmentForm,
    ClosingReason,
    ConferenceDecision,
    ContactMethod,
    ContactResult,
    GoalResult,
    NeedKind,
    OutreachEndReason,
    PersonalItem,
    PlanEndReason,
    PlanKind,
    Programme,
    Purpose,
    RefusalCode,
    RelationStage,
)
from tests.scenarios.stories import desk, family
from tests.scenarios.stories.desk import HALF_A_YEAR, consent
from tests.scenarios.stories.family import BASIC, LIFE_HISTORY, THREE, Family

TITLE = "複雑化・複合化した事例"
AREA = "990019-42"


def play(day: Day) -> None:
    """From the desk to the end."""
    home = Family(*(pseudonym() for _ in range(4)))
    family.referred(day, home)
    family.not_accepted_yet(day, home)
    family.roles_divided(day, home)
    family.asked_for(day, home)
    plan_carried_out(day, home)
    closing_waits(day, home)
    everybody_rests(day, home)
    coordination_ends(day, home)


def plan_carried_out(day: Day, home: Family) -> None:
    """Put up, found to fit, started by the lead; then the whole structure is looked at (図 a3, a9), and a place is missing (図 a11)."""
    today, members = day.stage.today, ("coordinator", *THREE)
    day.say("coordinator", WholeStructureMonitored(person=home.father, next_on=today), home.case, refused(RefusalCode.WRONG_STATE))
    day.say("coordinator", PlanProposed(
        person=home.father, plan=home.plan, kind=PlanKind.COORDINATION, version=1, period_from=today, period_to=today + HALF_A_YEAR,
        items=(PersonalItem(person=home.father, category=LIFE_HISTORY, code="goal", text="夜勤を減らし、夕食を娘と食べる。"),), applied_on=today,
    ), home.case)
    sitting, segment = desk.convened(day, members, home.case)
    day.say("coordinator", PlanReviewed(plan=home.plan, version=1, fit=True, sitting=sitting), home.case,
            recorded(), *(permit(agency, type=PlanApproved.__name__) for agency in THREE))
    day.say("coordinator", DecisionRecorded(
        person=home.father, segment=segment, plan_changed=False, note="昼の居場所を町内に作ることを検討する。",
        decisions=(ConferenceDecision.PLAN_FITS, ConferenceDecision.RESOURCE_TO_DEVELOP),
    ), home.case, *(permit(agency, LIFE_HISTORY) for agency in THREE))
    desk.closed(day, sitting, segment)
    day.say("child", PlanExecutionStarted(plan=home.plan, version=1, urgent=False), home.case,
            *(permit(agency) for agency in ("coordinator", "poverty", "outreach")))
    day.say("coordinator", WholeStructureMonitored(
        person=home.father, next_on=today + timedelta(days=30), findings="役割の重なりはない。学校との連絡は子ども家庭センターに一本化。",
    ), home.case)
    day.say("child", PlanMonitored(
        person=home.father, plan=home.plan, version=1, next_on=today + timedelta(days=60), findings="週二日は夕食を共にできている。",
    ), home.case)


def closing_waits(day: Day, home: Family) -> None:
    """The child centre would close; the others are still at work, and hear that the closing waits for them."""
    others = ("coordinator", "outreach", "participation", "poverty")
    day.say("child", CaseClosed(reason=ClosingReason.SETTLED), home.case, *(permit(agency, type=ClosingAwaited.__name__) for agency in others))
    day.say("child", CaseClosed(reason=ClosingReason.SETTLED), home.case, refused(RefusalCode.ALREADY_DONE))


def everybody_rests(day: Day, home: Family) -> None:
    """The visits have led to ties that hold; no place was found, which is a task for the conference, not for her."""
    case = day.learned("outreach", OutreachRequested, home.case).subject
    day.say("outreach", ContactAttempted(method=ContactMethod.LETTER, result=ContactResult.NO_ANSWER), case)
    day.say("outreach", FirstContactMade(person=home.daughter, stage=RelationStage.CONTACTED, note="猫の話を少し。"), case)
    day.say("outreach", RelationStepRecorded(person=home.daughter, stage=RelationStage.TRUSTING, note="絵を見せてくれた。"), case)
    day.say("outreach", SupportAccepted(
        person=home.daughter, linked_agency="child", purpose=Purpose.OUTREACH, name="𠮷川 ひなの",
    ), case, deny("child"))
    day.say("outreach", consent(day, home.daughter, Purpose.OUTREACH, (BASIC,), ("child",)), case)
    day.say("outreach", SupportAccepted(person=home.daughter, linked_agency="child", purpose=Purpose.OUTREACH, name="𠮷川 ひなの", items=(
        PersonalItem(person=home.daughter, category=LIFE_HISTORY, code="likes", text="動物と絵が好き。"),
    )), case, redact("child", BASIC))
    day.say("outreach", RelationStabilised(linked_agency="child"), case, permit("child"))
    day.say("outreach", OutreachEnded(reason=OutreachEndReason.TIES_STEADY), case, permit("child"))
    case = day.learned("participation", ParticipationRequested, home.case).subject
    day.say("participation", GapNeedAssessed(person=home.daughter, need_kind=NeedKind.PLACE_TO_BE, tried=(Programme.YOUTH_SUPPORT,)), case)
    day.say("participation", ResourceGapFound(need_kind=NeedKind.PLACE_TO_BE, area=AREA), case)


def coordination_ends(day: Day, home: Family) -> None:
    """Evaluated in the conference (図 a10), ended by the lead; coordination ends last, and the case closes by itself."""
    sitting, segment = desk.convened(day, ("coordinator", *THREE), home.case)
    day.say("coordinator", PlanEvaluated(
        person=home.father, plan=home.plan, version=1, result=GoalResult.REACHED, sitting=sitting, remaining="夜勤の調整は続く。",
    ), home.case, permit("child", LIFE_HISTORY))
    desk.closed(day, sitting, segment)
    day.say("child", PlanEnded(plan=home.plan, reason=PlanEndReason.GOAL_MET), home.case,
            *(permit(agency) for agency in ("coordinator", "poverty", "outreach")))
    end = CoordinationEnded(issues_sorted=True, outlook_clear=True, lead="child")
    day.say("coordinator", end.changed(outlook_clear=False), home.case, refused(RefusalCode.NOT_SORTED))
    day.say("coordinator", end.changed(lead="poverty"), home.case, refused(RefusalCode.LEAD_MISSING))
    everybody = (*THREE, "coordinator", "participation")
    day.say("coordinator", end, home.case, *(permit(agency) for agency in THREE), *(permit(agency, type=CaseClosed.__name__) for agency in everybody))
    day.say("child", AssessmentRecorded(
        person=home.father, form=AssessmentForm.NATIONAL_STANDARD, form_version="2026.1",
    ), home.case, refused(RefusalCode.WRONG_STATE))
