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
from tests.services.participation import test_community as places
from tests.services.participation import test_participation as resources

FUNCTIONS = {function.name: function for function in SERVICE.functions}
CASE, PLACE, PROJECT = "a" * 32, "b" * 32, "c" * 32
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
            Said(places.PAIRED, PROJECT, "community"), Said(places.STARTED, PROJECT, "environment"), Said(places.OPENED, PLACE, "community"),
            Said(places.HELD, PLACE, "community"), Said(places.OFFERED, PLACE, "environment"),
        ),
        (places.PAIRED, places.STARTED, places.OPENED, places.HELD, places.OFFERED),
        (OPENED.message, PartGiven(agency="environment", part=CasePart.LINKED)),
        (PROJECT, PLACE, CASE),
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
