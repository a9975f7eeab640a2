"""Participation and community as functions under any course: they answer, always, and alike."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as some

from contracts.envelope import CaseAnnounced, PartGiven, Tick
from contracts.shared import CasePart, Outcome
from kernel.days import DAY_MS
from kernel.memory import START
from kernel.properties import Said, check
from services.participation.app import SERVICE
from tests.kernel.courses import courses
from tests.services.participation import community
from tests.services.participation import firewood as wood
from tests.services.participation import test_function as function

FUNCTIONS = {each.name: each for each in SERVICE.functions}
CASE = function.CASE
PLACE, PROJECT, STORY, NOTICE, PLAN = (letter * 32 for letter in "bc123")
AGENCIES = ("participation", "workshop", "environment", "community", "tax")
ANNOUNCED = CaseAnnounced(agency="participation", persons=(wood.SON,))
COURSES: dict[str, tuple[tuple[Said, ...], tuple[Any, ...], tuple[Any, ...], tuple[str, ...]]] = {
    "participation": (
        (*function.USUAL, Said(Tick(), function.TOWN, at=START + 200 * DAY_MS)),
        (
            wood.OFFERED, wood.VERIFIED, wood.RECONFIRMED, wood.WIDER, wood.SLICED, wood.RETIRED, wood.COUNTS, wood.NAMES, wood.NEED,
            wood.CANDIDATE, wood.TRIAL, wood.CONFIRMED, wood.FOR_HIM, wood.FOR_THE_HOST, wood.HE_DECLINES, wood.HOST_DECLINES, wood.ENDED,
            wood.GAP,
        ),
        (
            ANNOUNCED, PartGiven(agency="workshop", part=CasePart.LINKED), wood.ASKED, wood.DIED, wood.DIED.changed(household_remains=True),
            wood.COUNTED, wood.TAKEN, wood.FREED, *map(function.verdict, Outcome),
        ),
        (CASE, wood.RESOURCE, "d" * 32),
    ),
    "community": (
        (
            Said(community.PLANNED, PLACE, "environment"), Said(community.OPENED, PLACE, "community"), Said(community.HELD, PLACE, "community"),
            Said(community.PAIRED, PROJECT, "community"), Said(community.STARTED, PROJECT, "environment"),
            Said(community.STORY, STORY, "environment"), Said(community.RELAYED, NOTICE, "community"),
            Said(community.ACKNOWLEDGED, NOTICE, "environment"), Said(community.REGISTERED, CASE, "environment"),
            Said(community.DRAFTED, PLAN, "community"), Said(community.CONTRACT, "workshop", "", "registry"),
        ),
        (
            community.PLANNED, community.OPENED, community.HELD, community.PAUSED, community.CLOSED, community.OFFERED,
            community.PAIRED, community.STARTED, community.RESULT, community.REGISTERED, community.CANCELLED,
            community.LIAISON, community.TRAINING, community.EXCHANGE, community.ADVICE, community.STORY, community.APPROVED,
            community.RELAYED, community.ACKNOWLEDGED, community.DRAFTED, community.HEARD, community.PUBLISHED,
        ),
        (ANNOUNCED, PartGiven(agency="environment", part=CasePart.LINKED), community.CONTRACT),
        (PROJECT, PLACE, CASE, STORY, NOTICE, PLAN),
    ),
}
"""For each function a usual course, what is reported to it, what other functions tell it, and the keys."""


@pytest.mark.parametrize("name", COURSES)
@settings(max_examples=60, deadline=None)
@for_all(data=some.data())
def test_a_function_is_sound_under_any_course(name: str, data: some.DataObject):
    """Cases, resources, projects and places, with strangers among the agencies: every property of a function holds."""
    usual, reports, told, keys = COURSES[name]
    check(FUNCTIONS[name], data.draw(courses(usual, reports, told, keys=keys, agencies=AGENCIES)))
