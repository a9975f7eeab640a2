"""Case stories: drafted by one agency, approved by another, with nobody recognisable in them."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.envelope import DisclosureRequested, PartGiven, PartNoted, Tick
from contracts.shared import CasePart, RefusalCode
from kernel.testing import given
from services.participation.domain.stories import DECIDER
from tests.services.participation.community import APPROVED, STORY, told

BY_COMMUNITY = PartNoted(agency="community", part=CasePart.OPENED)
DRAFT = (STORY, BY_COMMUNITY)
TELLING = STORY.changed(deidentified=False)
"""A draft in which somebody can be recognised."""


def test_a_draft_without_personal_data_goes_to_its_helpers():
    """So that they can read it, and one of them approve it."""
    then = given(DECIDER).when(STORY, agency="community")

    then.then(*told(then, "environment", "municipality"))


def test_a_draft_in_which_somebody_can_be_recognised_goes_to_nobody():
    """It is kept, and can be drafted anew."""
    given(DECIDER).when(TELLING, agency="community").then(TELLING)


def test_an_approved_story_goes_to_its_helpers_and_to_all_with_a_part():
    """The drafter hears it too."""
    then = given(DECIDER, *DRAFT, PartGiven(agency="elder", part=CasePart.LISTED)).when(APPROVED, agency="municipality")

    then.then(*told(then, "environment", "community", "elder"))


def test_who_drafted_does_not_approve():
    """Four eyes; another agency may."""
    given(DECIDER, *DRAFT).when(APPROVED, agency="community").then_refused(RefusalCode.SAME_AGENCY)


def test_a_story_in_which_somebody_can_be_recognised_is_not_published():
    """The newest draft counts, whichever way it was changed (domain.md §4.3, case 34)."""
    given(DECIDER, TELLING, BY_COMMUNITY).when(APPROVED, agency="municipality").then_refused(RefusalCode.NOT_DEIDENTIFIED)
    given(DECIDER, *DRAFT, TELLING).when(APPROVED, agency="municipality").then_refused(RefusalCode.NOT_DEIDENTIFIED)
    given(DECIDER, TELLING, BY_COMMUNITY, STORY).when(APPROVED, agency="municipality").then(APPROVED, *(DisclosureRequested,) * 2)


def test_a_draft_is_drafted_anew_before_it_is_approved():
    """Its helpers read the new one, and hear of its approval."""
    again = STORY.changed(helpers=("workshop",))
    then = given(DECIDER, *DRAFT).when(again, agency="community")

    approved = then.then(*told(then, "workshop")).when(APPROVED, agency="municipality")
    approved.then(*told(approved, "workshop", "community"))


@pytest.mark.parametrize(("past", "message", "code"), [
    ((), APPROVED, RefusalCode.WRONG_STATE),
    ((*DRAFT, APPROVED), APPROVED, RefusalCode.ALREADY_DONE),
    ((*DRAFT, APPROVED), STORY, RefusalCode.ALREADY_DONE),
    ((), Tick(), RefusalCode.UNKNOWN_TYPE),
])
def test_a_story_is_published_once(past: tuple[Any, ...], message: Any, code: RefusalCode):
    """Nothing is approved that was not drafted; what is published stays as it is."""
    given(DECIDER, *past).when(message, agency="municipality").then_refused(code)
