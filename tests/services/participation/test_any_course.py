"""Participation and community as functions under any course: they answer, always, and alike."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as some

from contracts.envelope import CaseAnnounced, PartGiven
from contracts.shared import CasePart
from kernel.properties import Said, check
from services.participation.app import SERVICE
from tests.kernel.courses import courses
from tests.services.participation import community
from tests.services.participation import test_participation as resources

FUNCTIONS = {function.name: function for function in SERVICE.functions}
CASE, PLACE, PROJECT, STORY, NOTICE, PLAN = (letter * 32 for letter in "abc123")
AGENCIES = ("participation", "workshop", "environment", "community", "tax")
OPENED = Said(CaseAnnounced(agency="participation", persons=(resources.SON,)), CASE, "participation", "tsunagu.intake")
COURSES: dict[str, tuple[tuple[Said, ...], tuple[Any, ...], tuple[Any, ...], tuple[str, ...]]] = {
    "participation": (
        (
            OPENED, Said(resources.OFFERED, resources.RESOURCE, "workshop"), Said(resources.NEED, CASE, "participation"),
            Said(resources.CANDIDATE, CASE, "participation"), Said(resources.COUNTS, resources.RESOURCE, "environment"),
            Said(resources.TRIAL, CASE, "participation"),
        ),
        (resources.OFFERED, resources.NEED, resources.CANDIDATE, resources.TRIAL, resources.COUNTS, resources.NAMES),
        (OPENED.message, PartGiven(agency="workshop", part=CasePart.LINKED), resources.COUNTED),
        (CASE, resources.RESOURCE, "d" * 32),
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
        (OPENED.message, PartGiven(agency="environment", part=CasePart.LINKED), community.CONTRACT),
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
