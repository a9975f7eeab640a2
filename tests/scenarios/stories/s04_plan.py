"""S4: plans in all their versions: none without an application, none unreviewed but an urgent one, each shared as far as consent goes."""

from __future__ import annotations

from datetime import timedelta

from cli.day.player import Day, pseudonym
from cli.day.rows import deny, permit, recorded, redact, refused
from contracts.coordination import (
    PlanApproved,
    PlanEnded,
    PlanEvaluated,
    PlanExecutionStarted,
    PlanMonitored,
    PlanProposed,
    PlanReviewed,
    PlanRevised,
    PlanShared,
)
from contracts.shared import GoalResult, PlanEndReason, PlanKind, RefusalCode
from tests.scenarios.stories import desk
from tests.scenarios.stories.applicant import BASIC, ECONOMIC, HEALTH, LIFE_HISTORY, MEMBERS, NAME, ROLES, Course, items, taken_up
from tests.scenarios.stories.desk import HALF_A_YEAR

TITLE = "プランの版"


def play(day: Day) -> None:
    """One plan of coordination through three versions; beside it one that was urgent, and one that she gives up."""
    course = Course(*(pseudonym() for _ in range(5)))
    taken_up(day, course)
    without_application(day, course)
    found_to_fit(day, course)
    shared(day, course)
    carried_out(day, course)
    urgent_start(day, course)
    revised(day, course)
    evaluated(day, course)
    given_up(day, course)


def without_application(day: Day, course: Course) -> None:
    """She has not applied: it cannot be found to fit; sent back, the lead hears why nothing begins."""
    proposal = _proposal(day, course, course.plan, PlanKind.COORDINATION)
    day.say("coordinator", proposal.changed(applied_on=None), course.case)
    sitting, segment = desk.convened(day, MEMBERS, course.case)
    review = PlanReviewed(plan=course.plan, version=1, fit=True, sitting=sitting)
    day.say("coordinator", review, course.case, refused(RefusalCode.APPLICATION_MISSING))
    day.say("coordinator", review.changed(fit=False), course.case, permit("elder"))
    desk.closed(day, sitting, segment)
    day.say("coordinator", proposal, course.case, refused(RefusalCode.ALREADY_DONE))


def found_to_fit(day: Day, course: Course) -> None:
    """The second version, with her application, fits; whoever has a role hears that it is decided."""
    day.say("coordinator", _proposal(day, course, course.plan, PlanKind.COORDINATION, 2), course.case)
    day.say("coordinator", _sharing(day, course, 2), course.case, refused(RefusalCode.WRONG_STATE))
    day.say("elder", _start(course.plan, 2), course.case, refused(RefusalCode.WRONG_STATE))
    _reviewed(day, course, course.plan, 2, *ROLES)


def shared(day: Day, course: Course) -> None:
    """Recipient by recipient: all of it, without her health, nothing."""
    day.say("coordinator", _sharing(day, course, 2), course.case,
            permit("elder", BASIC, ECONOMIC, HEALTH), redact("poverty", BASIC, ECONOMIC), deny("disability"))


def carried_out(day: Day, course: Course) -> None:
    """The lead begins, and looks how it goes."""
    day.say("poverty", _start(course.plan, 2), course.case, refused(RefusalCode.NOT_THE_LEAD))
    day.say("elder", _start(course.plan, 2), course.case, *(permit(agency) for agency in MEMBERS if agency != "elder"))
    day.say("elder", _start(course.plan, 2), course.case, refused(RefusalCode.ALREADY_DONE))
    day.say("elder", PlanMonitored(
        person=course.person, plan=course.plan, version=2, next_on=day.stage.today + timedelta(days=60), findings="家計簿は三週続いている。",
    ), course.case)
    day.say("elder", PlanEnded(plan=course.plan, reason=PlanEndReason.GOAL_MET), course.case, refused(RefusalCode.WRONG_STATE))


def urgent_start(day: Day, course: Course) -> None:
    """A place is free from tomorrow: participation does not wait for the sitting; the next one hears of it and finds that it fits."""
    day.say("participation", _proposal(day, course, course.place, PlanKind.PARTICIPATION), course.case, permit("coordinator", ECONOMIC, HEALTH))
    day.say("participation", _start(course.place), course.case, refused(RefusalCode.WRONG_STATE))
    day.say("participation", _start(course.place, urgent=True), course.case, permit("coordinator"))
    _reviewed(day, course, course.place, 1, "participation")


def revised(day: Day, course: Course) -> None:
    """The lead revises the plan; the new version goes to the coordinator and the conference again, and only then runs."""
    today = day.stage.today
    day.say("elder", PlanRevised(
        person=course.person, plan=course.plan, version=3, period_from=today, period_to=today + HALF_A_YEAR, applied_on=today, items=items(course),
    ), course.case, permit("coordinator", ECONOMIC, HEALTH))
    day.say("elder", _start(course.plan, 3), course.case, refused(RefusalCode.WRONG_STATE))
    _reviewed(day, course, course.plan, 3, *ROLES)
    day.say("elder", _start(course.plan, 3), course.case, *(permit(agency) for agency in MEMBERS if agency != "elder"))


def evaluated(day: Day, course: Course) -> None:
    """The conference evaluates both (図 a10); whoever carried a plan out reads what remains, and ends it."""
    sitting, segment = desk.convened(day, MEMBERS, course.case)
    for plan, version, doer in ((course.plan, 3, "elder"), (course.place, 1, "participation")):
        evaluation = PlanEvaluated(
            person=course.person, plan=plan, version=version, result=GoalResult.PARTLY, sitting=sitting, remaining="返済は続く。通う先は決まった。",
        )
        day.say("coordinator", evaluation, course.case, permit(doer, LIFE_HISTORY))
        day.say("coordinator", evaluation, course.case, refused(RefusalCode.ALREADY_DONE))
    desk.closed(day, sitting, segment)
    ended = PlanEnded(plan=course.plan, reason=PlanEndReason.HANDED_OVER)
    day.say("poverty", ended, course.case, refused(RefusalCode.NOT_THE_LEAD))
    day.say("elder", ended, course.case, *(permit(agency) for agency in MEMBERS if agency != "elder"))
    day.say("participation", PlanEnded(plan=course.place, reason=PlanEndReason.GOAL_MET), course.case, permit("coordinator"))


def given_up(day: Day, course: Course) -> None:
    """A plan of visits fits and begins; she wants no more of them, and it ends without waiting for a conference."""
    day.say("outreach", _proposal(day, course, course.visits, PlanKind.OUTREACH), course.case, permit("coordinator", ECONOMIC, HEALTH))
    _reviewed(day, course, course.visits, 1, "outreach")
    day.say("outreach", _start(course.visits), course.case, permit("coordinator"))
    day.say("outreach", PlanEnded(plan=course.visits, reason=PlanEndReason.PERSON_DECLINED), course.case, permit("coordinator"))


def _reviewed(day: Day, course: Course, plan: str, version: int, *told: str) -> None:
    """A sitting finds that the version fits."""
    sitting, segment = desk.convened(day, MEMBERS, course.case)
    day.say("coordinator", PlanReviewed(plan=plan, version=version, fit=True, sitting=sitting), course.case,
            recorded(), *(permit(agency, type=PlanApproved.__name__) for agency in told))
    desk.closed(day, sitting, segment)


def _proposal(day: Day, course: Course, plan: str, kind: PlanKind, version: int = 1) -> PlanProposed:
    today = day.stage.today
    return PlanProposed(
        person=course.person, plan=plan, kind=kind, version=version, period_from=today, period_to=today + HALF_A_YEAR, items=items(course),
        applied_on=today,
    )


def _sharing(day: Day, course: Course, version: int) -> PlanShared:
    return PlanShared(
        person=course.person, plan=course.plan, version=version, recipients=("elder", "poverty", "disability"), period_from=day.stage.today,
        period_to=day.stage.today + HALF_A_YEAR, name=NAME, items=items(course),
    )


def _start(plan: str, version: int = 1, urgent: bool = False) -> PlanExecutionStarted:
    return PlanExecutionStarted(plan=plan, version=version, urgent=urgent)
