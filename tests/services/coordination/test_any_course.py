"""The deciders of coordination under any course of a case: they answer, always, and alike."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as some

from contracts.envelope import CaseAnnounced, MessageRefused, PartGiven
from contracts.shared import CasePart, Outcome, ScreeningOutcome
from kernel.decider import Decider
from kernel.properties import Said, check
from kernel.testing import Given, given
from services.coordination.app import COORDINATION
from services.coordination.domain import conference, coordination, execution, plan, resources, sitting
from tests.kernel.courses import courses
from tests.services.coordination import (
    test_conference,
    test_coordination,
    test_coordination_rest,
    test_function,
    test_plan,
    test_plan_execution,
    test_resources,
    test_sitting,
)

LEFT = test_sitting.released("child")
COURSES: dict[str, tuple[Decider[Any], tuple[Any, ...], tuple[Any, ...]]] = {
    "coordination": (
        coordination.DECIDER,
        (
            *map(test_coordination.screened, ScreeningOutcome), test_coordination.REFERRED, test_coordination.BROUGHT,
            test_coordination.ACCEPTED, test_coordination.NOT_ACCEPTED, test_coordination.LEAD, test_coordination.ROLES,
            *test_coordination_rest.WORK, test_coordination_rest.HANDED_BACK,
        ),
        (
            *map(test_coordination.verdict, Outcome), test_coordination.RESTS, test_coordination_rest.PROPOSED, test_coordination_rest.STARTED,
            test_coordination_rest.EVALUATED, test_coordination_rest.WATCHED,
        ),
    ),
    "plan": (
        plan.DECIDER,
        (
            test_plan.PROPOSED, test_plan.PROPOSED.changed(version=2, applied_on=None), test_plan.OF_OUTREACH, test_plan.FIT, test_plan.UNFIT,
            test_plan.FIT.changed(version=2), test_plan.SHARED,
        ),
        (
            *test_plan.TAKEN_OVER, test_plan.LEAD, test_plan.ROLES, test_plan.RESTS, *test_plan.shared_with("child", Outcome.PERMIT),
            test_plan_execution.STARTED, test_plan_execution.REVISED,
        ),
    ),
    "execution": (
        execution.DECIDER,
        (
            test_plan_execution.STARTED, test_plan_execution.URGENT, test_plan_execution.MONITORED, test_plan_execution.REVISED,
            test_plan_execution.EVALUATED, test_plan_execution.ENDED, test_plan_execution.DIED,
            test_plan_execution.DIED.changed(household_remains=True),
            *(test_plan_execution.ENDED.changed(reason=reason) for reason in test_plan_execution.EARLY),
        ),
        (*test_plan.IN_FORCE, test_plan.LEAD, test_plan.UNFIT, *test_plan.BY_OUTREACH, test_plan.RESTS),
    ),
    "conference": (
        conference.DECIDER,
        (
            test_conference.ASKED, test_conference.GIVEN, test_conference.DECIDED, test_sitting.TOLD_OPEN[0], test_sitting.TOLD_CLOSED[0],
        ),
        (test_conference.PART,),
    ),
    "sitting": (sitting.DECIDER, (*test_sitting.ANSWERS, test_sitting.OPENED, *test_sitting.LIST, LEFT, test_sitting.CANCELLED), (test_sitting.PART,)),
    "resources": (
        resources.DECIDER,
        (test_resources.DISCUSSED, test_resources.GAP),
        (test_resources.part("elder"),),
    ),
}
"""Each decider, what is reported to it, and events of the same log that another decider writes."""
AGENCIES = ("coordinator", "elder", "child", "municipality")
CASE = test_function.CASE
OPENED = test_sitting.OPENED.changed(cases=(CASE, test_sitting.CASES[1]))
USUAL = (
    *test_function.BEFORE, test_function.decided(Outcome.HOLD), test_function.decided(Outcome.REDACT),
    Said(test_coordination.ACCEPTED, CASE, "coordinator"), Said(test_coordination.ROLES, CASE, "coordinator"),
    Said(test_plan.PROPOSED, CASE, "coordinator"), Said(test_plan.FIT, CASE, "coordinator"), Said(test_plan.SHARED, CASE, "coordinator"),
    Said(test_coordination.LEAD, CASE, "coordinator"), Said(test_plan_execution.STARTED, CASE, "elder"),
    Said(test_plan_execution.MONITORED, CASE, "elder"), Said(test_coordination_rest.MONITORED, CASE, "coordinator"),
    Said(test_sitting.CONVENED, test_sitting.SITTING, "elder"),
    *(Said(each, test_sitting.SITTING, "elder") for each in test_sitting.LIST[:3]),
    *(Said(test_sitting.acknowledged(each), test_sitting.SITTING, each) for each in ("child", "municipality")),
    Said(OPENED, test_sitting.SITTING, "elder"), Said(test_conference.DECIDED, CASE, "elder"), Said(LEFT, test_sitting.SITTING, "elder"),
    Said(test_plan_execution.EVALUATED, CASE, "coordinator"), Said(test_plan_execution.ENDED, CASE, "elder"),
    Said(test_coordination_rest.ENDED, CASE, "coordinator"),
)
"""A case that is referred, divided, planned and helped, then a sitting about it and about a case of others, then the end."""
DEATHS = (test_plan_execution.DIED, test_plan_execution.DIED.changed(household_remains=True))
FORWARDED = (test_sitting.TOLD_OPEN[0], test_sitting.TOLD_CLOSED[0], test_resources.GAP, *DEATHS)
REPORTS = tuple(report for _, reports, _ in COURSES.values() for report in reports if report not in FORWARDED)
TOLD = (
    CaseAnnounced(agency="elder", persons=(test_coordination.MOTHER,)), PartGiven(agency="child", part=CasePart.LINKED),
    *map(test_function.verdict, Outcome), *FORWARDED,
)


@pytest.mark.parametrize("name", COURSES)
@settings(max_examples=300, deadline=None)
@for_all(data=some.data())
def test_any_course_of_a_case_is_answered_and_always_alike(name: str, data: some.DataObject) -> None:
    """Whatever is reported, by whom and in whatever order: it is recorded, known already, or refused, and the same twice over."""
    decider, reports, noted = COURSES[name]
    case = given(decider)
    steps = some.tuples(some.sampled_from((*reports, *noted)), some.sampled_from(AGENCIES))
    for message, agency in data.draw(some.lists(steps, max_size=14)):
        case = given(decider, *case.past, message) if message in noted else _told(case, message, agency)


@settings(max_examples=60, deadline=None)
@for_all(said=courses(USUAL, (*REPORTS, OPENED), TOLD, keys=(CASE, *test_sitting.CASES, test_sitting.SITTING, test_resources.AREA), agencies=AGENCIES))
def test_coordination_is_a_sound_function_under_any_course(said: list[Said]) -> None:
    """Cases and sittings side by side, strangers among the agencies: every property of a function holds."""
    check(COORDINATION, said)


def _told(case: Given, message: Any, agency: str) -> Given:
    then = case.when(message, agency=agency)
    assert then.events == case.when(message, agency=agency).events
    refused = [event for event in then.events if isinstance(event, MessageRefused)]
    assert not refused or 1 == len(then.events)
    return then.after()
