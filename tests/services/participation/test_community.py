"""Community: places, sessions, supplies, and cooperation of environment and welfare; told to every partner, no personal data."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from contracts.community import CooperationStarted, IssuesPaired, PlaceOpened, SessionHeld, SupplyOffered
from contracts.envelope import DisclosureRequested, Tick
from contracts.shared import (
    AgeBand,
    AgeCount,
    Basis,
    CommunityProgramme,
    FunctionName,
    PlaceKind,
    Purpose,
    RefusalCode,
    SupportLevel,
    TaskClass,
    TaskSlice,
)
from kernel.testing import Then, given
from services.participation.domain.community import DECIDER

PARTNERS = ("environment", "workshop", "community", "workshop")
PAIRED = IssuesPaired(env_issue="里山の手入れの担い手不足", welfare_issue="働く場の不足", partners=PARTNERS)
STARTED = CooperationStarted(
    steps=(TaskSlice(task=TaskClass.WOOD_SPLITTING, support_level=SupportLevel.SOME, count=2),), product="薪", share_to="こども食堂",
)
OPENED = PlaceOpened(
    name="えんがわ食堂", kind=PlaceKind.COMMUNITY_DINING, programmes=(CommunityProgramme.MUTUAL_AID,), open_to_all=True,
    partners=("elder", "child"),
)
HELD = SessionHeld(held_on=date(2026, 5, 28), attendance=(AgeCount(band=AgeBand.AGE_65_OVER, count=7),))
OFFERED = SupplyOffered(item="大根", quantity_grams=12_000, available_on=date(2026, 5, 28), partners=("community", "environment"))


def told(then: Then, *recipients: str) -> tuple[Any, ...]:
    """The recorded fact and one request per recipient, each without personal data."""
    fact, agency = then.events[0], then.context.agency
    return (fact, *(DisclosureRequested(
        event_id=then.context.event_id(0), event_type=type(fact).__name__, recipient=recipient, agency=agency,
        function=FunctionName.COMMUNITY, purpose=Purpose.COMMUNITY, basis=Basis.B0,
    ) for recipient in recipients))


def test_paired_issues_go_to_each_partner_once_and_not_to_the_sender():
    """Environment ↔ welfare: every partner named hears of it, whatever the list repeats."""
    then = given(DECIDER).when(PAIRED, agency="community")

    then.then(*told(then, "environment", "workshop"))
    assert PAIRED == then.events[0]


def test_a_project_is_paired_once():
    """The same project key a second time is told that it stands."""
    given(DECIDER, PAIRED).when(PAIRED, agency="community").then_refused(RefusalCode.ALREADY_DONE)


def test_a_cooperation_goes_to_the_partners_of_the_pairing():
    """Who was paired is told that it starts; the one who says so is not told."""
    then = given(DECIDER, PAIRED).when(STARTED, agency="environment")

    then.then(*told(then, "workshop", "community"))


def test_a_cooperation_needs_paired_issues():
    """Nothing starts that was not paired."""
    given(DECIDER).when(STARTED).then_refused(RefusalCode.WRONG_STATE)


def test_a_cooperation_starts_once():
    """Starting again what runs is refused."""
    given(DECIDER, PAIRED, STARTED).when(STARTED).then_refused(RefusalCode.ALREADY_DONE)


def test_an_opened_place_goes_to_its_partners():
    """A place for all ages is made known to those who work with it."""
    then = given(DECIDER).when(OPENED, agency="community")

    then.then(*told(then, "elder", "child"))


def test_a_place_may_open_without_partners():
    """Then it is recorded and nobody is asked for."""
    alone = OPENED.changed(partners=())

    given(DECIDER).when(alone, agency="community").then(alone)


def test_a_place_opens_once():
    """The same place a second time is told that it is open."""
    given(DECIDER, OPENED).when(OPENED).then_refused(RefusalCode.ALREADY_DONE)


def test_a_session_goes_to_the_partners_of_the_place():
    """The day's attendance, numbers only, for those who work with the place; every session counts."""
    then = given(DECIDER, OPENED, HELD).when(HELD, agency="child")

    then.then(*told(then, "elder"))


def test_a_session_needs_an_open_place():
    """No session at a place that is not open."""
    given(DECIDER).when(HELD).then_refused(RefusalCode.WRONG_STATE)


def test_a_supply_goes_to_those_whom_it_names():
    """Surplus food is offered to a place through the partners that the offer names."""
    then = given(DECIDER, OPENED).when(OFFERED, agency="environment")

    then.then(*told(then, "community"))


def test_a_supply_needs_an_open_place():
    """Food for no place is refused, not kept."""
    given(DECIDER).when(OFFERED).then_refused(RefusalCode.WRONG_STATE)


@pytest.mark.parametrize("past, message", [((), PAIRED), ((OPENED,), OFFERED)])
def test_what_concerns_nobody_else_is_refused(past: tuple[Any, ...], message: Any):
    """A pairing or an offer needs at least one partner beside its sender."""
    given(DECIDER, *past).when(message.changed(partners=("community",)), agency="community").then_refused(RefusalCode.RECIPIENTS_MISSING)


def test_an_unknown_message_is_refused():
    """Nothing is ignored."""
    given(DECIDER).when(Tick()).then_refused(RefusalCode.UNKNOWN_TYPE)
