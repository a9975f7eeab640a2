"""S18, third part: turns of a plan (プランの曲がり角): started at once and sent back, revised twice before the conference, shared and then started, given up."""

from __future__ import annotations

from cli.day.player import Day, pseudonym
from cli.day.rows import Want, permit, recorded
from contracts.coordination import (
    PlanApproved,
    PlanEnded,
    PlanEvaluated,
    PlanExecutionStarted,
    PlanProposed,
    PlanReviewed,
    PlanRevised,
    PlanShared,
)
from contracts.shared import GoalResult, PlanEndReason, PlanKind
from tests.scenarios.stories import applicant
from tests.scenarios.stories.applicant import BASIC, LIFE_HISTORY, MEMBERS, ROLES, Course
from tests.scenarios.stories.desk import HALF_A_YEAR

TITLE = "プランの曲がり角：緊急の開始、差し戻し、重ねての見直し"


def play(day: Day) -> None:
    """The whole story: one plan that never rests, one that is shared before it begins, one that is given up."""
    course = Course(*(pseudonym() for _ in range(5)))
    applicant.taken_up(day, course)
    _sent_back_while_it_runs(day, course)
    _revised_again_and_again(day, course)
    _shared_then_started(day, course)
    _given_up(day, course)


def _sent_back_while_it_runs(day: Day, course: Course) -> None:
    """The lead could not wait for the sitting; the sitting sends the plan back, and a second version too: the first runs on meanwhile."""
    day.say("coordinator", _proposal(day, course, course.plan), course.case)
    day.say("elder", _start(course.plan, 1, urgent=True), course.case, *_others("elder"))
    day.say("coordinator", _review(course.plan, 1, fit=False), course.case, permit("elder"))
    day.say("coordinator", _proposal(day, course, course.plan, 2), course.case)
    day.say("coordinator", _review(course.plan, 2, fit=False), course.case, permit("elder"))


def _revised_again_and_again(day: Day, course: Course) -> None:
    """The third version is urgent and fits afterwards; the fourth fits and is revised before it begins; the fifth is overtaken by the evaluation."""
    day.say("elder", _revision(day, course, 3), course.case, permit("coordinator"))
    day.say("elder", _start(course.plan, 3, urgent=True), course.case, *_others("elder"))
    day.say("coordinator", _review(course.plan, 3), course.case, *_approved())
    day.say("elder", _revision(day, course, 4), course.case, permit("coordinator"))
    day.say("coordinator", _review(course.plan, 4), course.case, *_approved())
    day.say("elder", _revision(day, course, 5), course.case, permit("coordinator"))
    day.say("coordinator", PlanEvaluated(
        person=course.person, plan=course.plan, version=3, result=GoalResult.REACHED, sitting=pseudonym(), remaining="返済の約束は守られている。",
    ), course.case, permit("elder", LIFE_HISTORY))
    day.say("elder", PlanEnded(plan=course.plan, reason=PlanEndReason.GOAL_MET), course.case, *_others("elder"))


def _shared_then_started(day: Day, course: Course) -> None:
    """Whoever acts in it reads it first."""
    day.say("coordinator", _proposal(day, course, course.visits), course.case)
    day.say("coordinator", _review(course.visits, 1), course.case, *_approved())
    day.say("coordinator", PlanShared(
        person=course.person, plan=course.visits, version=1, recipients=("elder",), period_from=day.stage.today,
        period_to=day.stage.today + HALF_A_YEAR, name=applicant.NAME,
    ), course.case, permit("elder", BASIC))
    day.say("elder", _start(course.visits, 1), course.case, *_others("elder"))


def _given_up(day: Day, course: Course) -> None:
    """A place was taken at once; before any sitting has heard of it she does not want it any more."""
    day.say("participation", _proposal(day, course, course.place).changed(kind=PlanKind.PARTICIPATION), course.case, permit("coordinator"))
    day.say("participation", _start(course.place, 1, urgent=True), course.case, permit("coordinator"))
    day.say("participation", PlanEnded(plan=course.place, reason=PlanEndReason.PERSON_DECLINED), course.case, permit("coordinator"))


def _others(doer: str) -> list[Want]:
    return [permit(agency) for agency in MEMBERS if agency != doer]


def _approved() -> list[Want]:
    return [recorded(), *(permit(agency, type=PlanApproved.__name__) for agency in ROLES)]


def _proposal(day: Day, course: Course, plan: str, version: int = 1) -> PlanProposed:
    today = day.stage.today
    return PlanProposed(
        person=course.person, plan=plan, kind=PlanKind.COORDINATION, version=version, period_from=today, period_to=today + HALF_A_YEAR,
        applied_on=today,
    )


def _revision(day: Day, course: Course, version: int) -> PlanRevised:
    today = day.stage.today
    return PlanRevised(
        person=course.person, plan=course.plan, version=version, period_from=today, period_to=today + HALF_A_YEAR, applied_on=today,
    )


def _review(plan: str, version: int, fit: bool = True) -> PlanReviewed:
    return PlanReviewed(plan=plan, version=version, fit=fit, sitting=pseudonym())


def _start(plan: str, version: int, urgent: bool = False) -> PlanExecutionStarted:
    return PlanExecutionStarted(plan=plan, version=version, urgent=urgent)
