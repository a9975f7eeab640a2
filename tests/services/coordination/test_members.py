"""Members: who is on the list of a sitting, and what a closed segment asks of it; each rule in a sentence."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from contracts.coordination import CaseSegmentOpened
from contracts.envelope import PartGiven
from contracts.shared import CasePart, ConferenceBasis, Purpose, RefusalCode
from kernel.testing import given
from services.coordination.domain.sitting import DECIDER
from tests.services.coordination.test_sitting import (
    CANCELLED,
    CLOSED,
    CONVENED,
    ENDED,
    LIST,
    OPENED,
    PART,
    PLAIN,
    PLANNED,
    SITTING,
    TOLD_CLOSED,
    acknowledged,
    appointed,
    released,
    told,
)

STATUTORY = [basis for basis in ConferenceBasis if basis not in (ConferenceBasis.UNMAPPED, ConferenceBasis.NON_STATUTORY)]
BOUND = (*LIST, acknowledged("elder"))
MIDNIGHT = 1_780_066_800_000
"""The first moment of 30 May 2026 in Japan."""


def test_the_agency_of_a_member_is_told_and_gets_a_part() -> None:
    """It has to know the sitting to acknowledge secrecy in it."""
    then = given(DECIDER, CONVENED).when(appointed("child"), agency="municipality")
    then.then(
        appointed("child"), told(then.context.event_id(0), "MemberAppointed", "child", Purpose.SUPPORT_CONFERENCE),
        PartGiven(agency="child", part=CasePart.LISTED),
    )


def test_a_town_appoints_its_own_staff_without_telling_itself() -> None:
    """It knows."""
    given(DECIDER, CONVENED).when(appointed("municipality"), agency="municipality").then(appointed("municipality"))


def test_a_member_is_appointed_once_but_its_days_may_change() -> None:
    """The same again is known; another last day is not, and what was acknowledged stands."""
    longer = appointed("child", to_date=date(2027, 3, 31))
    sitting = given(DECIDER, CONVENED, *LIST)
    sitting.when(appointed("child")).then_refused(RefusalCode.ALREADY_DONE)
    assert "2026.1" == sitting.when(longer).state.roll[longer.member].text


@pytest.mark.parametrize("past", [(released("child"),), (appointed("child").changed(agency="poverty"),)])
def test_who_comes_back_or_changes_agency_acknowledges_anew(past: tuple[Any, ...]) -> None:
    """An appointment of its own, with a duty of its own."""
    state = given(DECIDER, CONVENED, *LIST, *past).when(appointed("child")).state
    assert "" == state.roll[appointed("child").member].text


def test_the_agency_is_told_that_its_member_was_released() -> None:
    """Its codes only; a member of the town itself is released without telling the town."""
    sitting = given(DECIDER, CONVENED, *LIST)
    then = sitting.when(released("child"), agency="municipality")
    then.then(released("child"), told(then.context.event_id(0), "MemberReleased", "child", Purpose.SUPPORT_CONFERENCE))
    sitting.when(released("municipality"), agency="municipality").then(released("municipality"))


@pytest.mark.parametrize(
    ("past", "message", "code"),
    [
        ((), released("child"), RefusalCode.NOT_LISTED),
        ((*LIST, released("child")), released("child"), RefusalCode.ALREADY_DONE),
        (LIST, released("child", date(2026, 3, 31)), RefusalCode.PERIOD_INVALID),
    ],
)
def test_only_who_is_on_the_list_leaves_it_once_and_not_before_coming(past: tuple[Any, ...], message: Any, code: RefusalCode) -> None:
    """Unknown, gone already, or gone before the first day."""
    given(DECIDER, CONVENED, *past).when(message, agency="municipality").then_refused(code)


def test_a_member_may_leave_on_its_first_day_and_after_the_sitting() -> None:
    """Leaving is a fact, whenever it happens."""
    given(DECIDER, CONVENED, *LIST, ENDED).when(released("child", date(2026, 4, 1)), agency="child").then(released("child", date(2026, 4, 1)))


def test_the_convener_hears_that_secrecy_was_acknowledged() -> None:
    """Whoever opens the closed segment must know who may sit in it."""
    then = given(DECIDER, CONVENED, PART, *LIST).when(acknowledged("elder"), agency="elder")
    then.then(acknowledged("elder"), told(then.context.event_id(0), "SecrecyAcknowledged", "municipality", Purpose.SUPPORT_CONFERENCE, "elder"))


def test_secrecy_is_acknowledged_once_for_each_version_of_the_text() -> None:
    """The same text again is known; a new one is another acknowledgement; after the sitting it is not too late."""
    sitting = given(DECIDER, CONVENED, *LIST, ENDED)
    sitting.when(acknowledged("child"), agency="child").then_refused(RefusalCode.ALREADY_DONE)
    sitting.when(acknowledged("child", "2027.1"), agency="child").then(acknowledged("child", "2027.1"))


@pytest.mark.parametrize(("past", "agency"), [((), "elder"), (LIST, "child"), ((*LIST, released("elder")), "elder")])
def test_only_the_members_own_agency_says_that_it_acknowledged(past: tuple[Any, ...], agency: str) -> None:
    """Not on the list, spoken for by another agency, or gone."""
    given(DECIDER, CONVENED, *past).when(acknowledged("elder"), agency=agency).then_refused(RefusalCode.NOT_LISTED)


@pytest.mark.parametrize("message", [released("child"), acknowledged("elder")])
def test_nothing_follows_a_cancelled_sitting(message: Any) -> None:
    """Its list is closed too."""
    given(DECIDER, PLANNED, *LIST, CANCELLED).when(message, agency="elder").then_refused(RefusalCode.WRONG_STATE)


@pytest.mark.parametrize("basis", STATUTORY)
def test_a_closed_segment_opens_when_its_members_are_listed_and_those_present_bound(basis: ConferenceBasis) -> None:
    """The guest in the room is no member, and the absent member may acknowledge later."""
    opening = OPENED.changed(basis=basis)
    given(DECIDER, CONVENED, *LIST, key=SITTING).when(opening).then(opening, CaseSegmentOpened, CaseSegmentOpened)


@pytest.mark.parametrize("basis", STATUTORY)
def test_a_closed_segment_has_only_members_that_are_on_the_list(basis: ConferenceBasis) -> None:
    """Nobody of that agency was ever appointed."""
    past = (CONVENED, *(each for each in LIST if each.member != appointed("elder").member))
    given(DECIDER, *past).when(OPENED.changed(basis=basis)).then_refused(RefusalCode.NOT_LISTED)


@pytest.mark.parametrize("basis", STATUTORY)
def test_no_member_sits_in_a_closed_segment_without_having_acknowledged_secrecy(basis: ConferenceBasis) -> None:
    """The elder centre is on the list and in the room, and has acknowledged nothing; once it has, the segment opens."""
    opening = OPENED.changed(basis=basis, present=("municipality", "elder"))
    sitting = given(DECIDER, CONVENED, *LIST, key=SITTING)
    sitting.when(opening).then_refused(RefusalCode.SECRECY_MISSING)
    sitting.when(acknowledged("elder"), agency="elder").after().when(opening).then(opening, CaseSegmentOpened, CaseSegmentOpened)


def test_a_segment_that_rests_on_consent_needs_no_list() -> None:
    """重層的支援会議: whether each person agrees is for the gate to say (R10)."""
    given(DECIDER, CONVENED, key=SITTING).when(PLAIN).then(PLAIN, CaseSegmentOpened, CaseSegmentOpened)


@pytest.mark.parametrize(
    ("days", "at", "counts"),
    [
        ({"from_date": date(2026, 5, 30)}, MIDNIGHT, True),
        ({"from_date": date(2026, 5, 30)}, MIDNIGHT - 1, False),
        ({"to_date": date(2026, 5, 29)}, MIDNIGHT - 1, True),
        ({"to_date": date(2026, 5, 29)}, MIDNIGHT, False),
    ],
)
def test_a_member_counts_from_the_first_day_to_the_last_in_japan(days: dict[str, date], at: int, counts: bool) -> None:
    """Both days belong to it, and days begin at midnight in Japan."""
    then = given(DECIDER, CONVENED, *BOUND, appointed("elder", **days), key=SITTING).when(OPENED, at=at)
    if counts:
        then.then(OPENED, CaseSegmentOpened, CaseSegmentOpened)
    else:
        then.then_refused(RefusalCode.NOT_LISTED)


def test_the_acknowledgement_of_who_has_left_binds_nobody_else() -> None:
    """A colleague takes over and has not acknowledged: the agency is listed, but not bound."""
    colleague = appointed("child").changed(member="9" * 32)
    sitting = given(DECIDER, CONVENED, *LIST, colleague, released("child"))
    sitting.when(OPENED).then_refused(RefusalCode.SECRECY_MISSING)


def test_who_has_left_stands_for_nobody() -> None:
    """The agency is no member any more (R9)."""
    given(DECIDER, CONVENED, *LIST, released("elder")).when(OPENED).then_refused(RefusalCode.NOT_LISTED)


def test_a_closed_segment_ends_when_the_last_member_of_an_agency_leaves() -> None:
    """What is said from then on is not for that agency; another segment may be opened without it."""
    then = given(DECIDER, CONVENED, *LIST, OPENED, key=SITTING).when(released("elder"), agency="municipality")
    then.then(
        released("elder"), CLOSED, *TOLD_CLOSED,
        told(then.context.event_id(0), "MemberReleased", "elder", Purpose.SUPPORT_CONFERENCE),
    ).when(OPENED).then_refused(RefusalCode.ALREADY_DONE)


@pytest.mark.parametrize(
    "past",
    [
        (*LIST, appointed("elder").changed(member="9" * 32), OPENED),
        (*LIST, PLAIN),
        (*LIST, OPENED.changed(members=("municipality", "child"))),
        (*LIST, OPENED, CLOSED),
    ],
)
def test_a_segment_goes_on_where_the_one_who_leaves_is_not_its_last(past: tuple[Any, ...]) -> None:
    """A colleague stays, consent is the ground, the agency is no member, or the segment is over."""
    given(DECIDER, CONVENED, *past).when(released("elder"), agency="elder").then(released("elder"))
