"""Places: planned, opened to all, held, paused, closed; every step is told to all who take part, no personal data."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.envelope import DisclosureRequested, PartGiven, PartNoted, Tick
from contracts.shared import CasePart, CommunityProgramme, RefusalCode
from kernel.testing import given
from services.participation.domain.places import DECIDER, State
from tests.services.participation.community import CLOSED, HELD, OFFERED, OPENED, PAUSED, PLANNED, TOMORROW, listed, told

IDEA, PREPARING, OPEN = (), (PLANNED,), (OPENED,)
PAUSED_PLACE, CLOSED_PLACE = (OPENED, PAUSED), (OPENED, CLOSED)
BY_COMMUNITY = PartNoted(agency="community", part=CasePart.OPENED)


def asked_and_listed(partners: int) -> tuple[type, ...]:
    """Requests and parts of an opening, by type."""
    return (DisclosureRequested,) * partners + (PartGiven,) * partners


def test_a_planned_place_goes_to_its_partners_who_take_part_from_then_on():
    """The plan of an environmental group is opened by the community's operator, whom the plan names."""
    then = given(DECIDER).when(PLANNED, agency="environment")

    then.then(*told(then, "community", "elder"), *listed("community", "elder"))


def test_a_planned_place_opens():
    """Those of the plan hear it, beside those of the opening."""
    then = given(DECIDER, PLANNED, PartNoted(agency="environment", part=CasePart.OPENED)).when(OPENED, agency="community")

    then.then(*told(then, "elder", "child", "environment"), *listed("elder", "child"))


def test_a_place_that_was_there_before_opens_without_a_plan():
    """An existing salon joins the programme as it is."""
    then = given(DECIDER).when(OPENED, agency="community")

    then.then(*told(then, "elder", "child"), *listed("elder", "child"))


def test_a_place_may_be_planned_and_opened_without_partners():
    """Then it is recorded and nobody is asked for."""
    for alone in (PLANNED.changed(partners=()), OPENED.changed(partners=())):
        given(DECIDER).when(alone, agency="community").then(alone)


def test_a_programme_whose_standard_is_not_confirmed_does_not_open():
    """Each of the five keeps the standard of its own law; more may be confirmed than is carried."""
    both = (CommunityProgramme.MUTUAL_AID, CommunityProgramme.CHILD_BASE)

    given(DECIDER).when(OPENED.changed(programmes=both)).then_refused(RefusalCode.STANDARD_NOT_MET)
    given(DECIDER).when(OPENED.changed(standards_met=both)).then(OPENED.changed(standards_met=both), *asked_and_listed(2))


def test_a_place_with_a_programme_is_open_to_all():
    """Whatever household or generation; a workshop without a programme may choose its guests."""
    given(DECIDER).when(OPENED.changed(open_to_all=False)).then_refused(RefusalCode.NOT_OPEN_TO_ALL)
    given(DECIDER).when(OPENED.changed(open_to_all=False, programmes=(), partners=())).then(
        OPENED.changed(open_to_all=False, programmes=(), partners=()),
    )


@pytest.mark.parametrize("message", [HELD, PAUSED, CLOSED])
def test_what_happens_at_a_place_goes_to_all_who_take_part(message: Any):
    """Whoever opened it and its partners; not to the one who reports."""
    then = given(DECIDER, OPENED, BY_COMMUNITY, PartGiven(agency="elder", part=CasePart.LISTED)).when(message, agency="child")

    then.then(*told(then, "elder", "community"))


def test_every_session_counts():
    """The same place, day after day."""
    then = given(DECIDER, OPENED, HELD).when(HELD, agency="child")

    then.then(*told(then, "elder"))


def test_a_session_of_tomorrow_was_not_held():
    """Attendance is counted, never foreseen."""
    given(DECIDER, OPENED).when(HELD.changed(held_on=TOMORROW)).then_refused(RefusalCode.PERIOD_INVALID)


def test_a_paused_place_opens_again():
    """Opening is told anew, and sessions are held again."""
    again = given(DECIDER, *PAUSED_PLACE).when(OPENED, agency="community")

    again.then(*told(again, "elder", "child"), *listed("elder", "child")).when(HELD, agency="community").then(HELD, DisclosureRequested, DisclosureRequested)


def test_a_supply_goes_to_those_whom_it_names_and_to_the_place():
    """Surplus food is offered to whoever runs the place, and to more."""
    then = given(DECIDER, OPENED, BY_COMMUNITY).when(OFFERED, agency="environment")

    then.then(*told(then, "community", "elder", "child"))


def test_a_supply_needs_somebody_to_tell():
    """A place without partners, and an offer that names only its sender."""
    alone = (OPENED.changed(partners=()), BY_COMMUNITY)

    given(DECIDER, *alone).when(OFFERED.changed(partners=("community",)), agency="community").then_refused(RefusalCode.RECIPIENTS_MISSING)
    given(DECIDER, *alone).when(OFFERED.changed(partners=()), agency="environment").then(OFFERED.changed(partners=()), DisclosureRequested)


@pytest.mark.parametrize(("past", "message", "code"), [
    (PREPARING, PLANNED, RefusalCode.ALREADY_DONE),
    (OPEN, PLANNED, RefusalCode.ALREADY_DONE),
    (PAUSED_PLACE, PLANNED, RefusalCode.ALREADY_DONE),
    (CLOSED_PLACE, PLANNED, RefusalCode.WRONG_STATE),
    (OPEN, OPENED, RefusalCode.ALREADY_DONE),
    (CLOSED_PLACE, OPENED, RefusalCode.WRONG_STATE),
    (IDEA, HELD, RefusalCode.WRONG_STATE),
    (PREPARING, HELD, RefusalCode.WRONG_STATE),
    (PAUSED_PLACE, HELD, RefusalCode.WRONG_STATE),
    (CLOSED_PLACE, HELD, RefusalCode.WRONG_STATE),
    (IDEA, PAUSED, RefusalCode.WRONG_STATE),
    (PREPARING, PAUSED, RefusalCode.WRONG_STATE),
    (PAUSED_PLACE, PAUSED, RefusalCode.ALREADY_DONE),
    (CLOSED_PLACE, PAUSED, RefusalCode.WRONG_STATE),
    (IDEA, CLOSED, RefusalCode.WRONG_STATE),
    (CLOSED_PLACE, CLOSED, RefusalCode.ALREADY_DONE),
    (IDEA, OFFERED, RefusalCode.WRONG_STATE),
    (PREPARING, OFFERED, RefusalCode.WRONG_STATE),
    (PAUSED_PLACE, OFFERED, RefusalCode.WRONG_STATE),
    (CLOSED_PLACE, OFFERED, RefusalCode.WRONG_STATE),
    (IDEA, Tick(), RefusalCode.UNKNOWN_TYPE),
])
def test_what_a_place_cannot_do_now_is_refused(past: tuple[Any, ...], message: Any, code: RefusalCode):
    """What has been done is told apart from what cannot be done; a closed place stays closed."""
    given(DECIDER, *past).when(message, agency="community").then_refused(code)


@pytest.mark.parametrize("past", [PREPARING, PAUSED_PLACE])
def test_a_place_closes_from_a_pause_and_a_plan_may_be_given_up(past: tuple[Any, ...]):
    """Closing is for good, wherever the place stands."""
    then = given(DECIDER, *past).when(CLOSED, agency="elder")

    assert CLOSED == then.events[0]
    then.after().when(OPENED).then_refused(RefusalCode.WRONG_STATE)


def test_parts_in_what_is_no_place_are_not_kept():
    """A case of the same function's log costs nothing here."""
    assert State() == given(DECIDER, BY_COMMUNITY).state
