"""Contact: what is written up after a call, when the next one is, who belongs to the household; each rule in a sentence."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from contracts.consultation import ContactRecorded, HouseholdMemberAdded, HouseholdMemberRemoved
from contracts.envelope import DeadlineMet, DeadlineMissed, Tick
from contracts.shared import ContactMethod, Deadline, LeavingReason, RefusalCode, Relation
from kernel.days import DAY_MS
from kernel.deadlines import by_day
from kernel.testing import AT, given
from services.intake.domain.contact import DECIDER
from tests.services.intake.test_consultation import CLOSED, MOTHER, REOPENED

TODAY = date(2026, 5, 29)
"""The day of the tests in Japan."""
MIDNIGHT = 1_780_066_800_000
"""The moment at which the next day begins in Japan; the same day in London."""
NEXT = TODAY + timedelta(days=14)
CALLED = ContactRecorded(person=MOTHER, method=ContactMethod.PHONE, minutes=15)
AGAIN = CALLED.changed(next_contact=NEXT)
SET = by_day(Deadline.NEXT_CONTACT, "elder", "elder", NEXT)
MET = DeadlineMet(deadline=Deadline.NEXT_CONTACT, of="elder")
ADDED = HouseholdMemberAdded(person=MOTHER, relation=Relation.HEAD)
REMOVED = HouseholdMemberRemoved(person=MOTHER, reason=LeavingReason.ENTERED_FACILITY, left_on=TODAY)


@pytest.mark.parametrize("past", [(), (CALLED,), (CLOSED,)])
def test_a_contact_is_written_up_at_any_time(past: tuple[Any, ...]) -> None:
    """In the evening too, when the case was closed in the afternoon; and nobody else is told."""
    given(DECIDER, *past).when(CALLED, agency="elder").then(CALLED)


def test_a_contact_may_name_the_next_one() -> None:
    """The agency has until the end of that day."""
    given(DECIDER).when(AGAIN, agency="elder").then(AGAIN, SET)


def test_a_contact_meets_the_one_that_was_due() -> None:
    """Whoever was in touch is not reminded, and may name another day."""
    given(DECIDER, SET).when(CALLED, agency="elder").then(CALLED, MET).when(CALLED, agency="elder").then(CALLED)
    given(DECIDER, SET).when(AGAIN, agency="elder").then(AGAIN, MET, SET)


def test_each_agency_has_its_own_next_contact() -> None:
    """That the outreach team was there does not mean that the centre has called."""
    other = by_day(Deadline.NEXT_CONTACT, "outreach", "outreach", NEXT)
    given(DECIDER, SET).when(AGAIN, agency="outreach").then(AGAIN, other).when(CALLED, agency="elder").then(CALLED, MET)


def test_a_contact_that_was_missed_is_met_no_more() -> None:
    """It was missed, and stays so."""
    missed = DeadlineMissed(deadline=Deadline.NEXT_CONTACT, of="elder", agency="elder", due=SET.due)
    given(DECIDER, SET, missed).when(CALLED, agency="elder").then(CALLED)


def test_the_next_contact_is_not_yesterday() -> None:
    """Today is still possible."""
    today = CALLED.changed(next_contact=TODAY)
    given(DECIDER).when(today, agency="elder").then(today, by_day(Deadline.NEXT_CONTACT, "elder", "elder", TODAY))
    given(DECIDER).when(CALLED.changed(next_contact=TODAY - timedelta(days=1))).then_refused(RefusalCode.PERIOD_INVALID)


def test_a_closed_case_has_no_next_contact() -> None:
    """It is reopened first."""
    given(DECIDER, CLOSED).when(AGAIN, agency="elder").then_refused(RefusalCode.WRONG_STATE)
    given(DECIDER, CLOSED, REOPENED).when(AGAIN, agency="elder").then(AGAIN, SET)


@pytest.mark.parametrize("past", [(), (ADDED,), (ADDED, REMOVED), (CLOSED,)])
def test_a_member_is_added_and_described_anew(past: tuple[Any, ...]) -> None:
    """The same person again is a correction, or has come back."""
    given(DECIDER, *past).when(ADDED).then(ADDED)


def test_a_member_leaves_once() -> None:
    """Only who belongs to the household can leave it."""
    given(DECIDER).when(REMOVED).then_refused(RefusalCode.WRONG_STATE)
    given(DECIDER, ADDED).when(REMOVED).then(REMOVED).when(REMOVED).then_refused(RefusalCode.WRONG_STATE)


def test_nobody_has_left_tomorrow() -> None:
    """What is recorded has happened."""
    tomorrow = REMOVED.changed(left_on=TODAY + timedelta(days=1))
    given(DECIDER, ADDED).when(tomorrow).then_refused(RefusalCode.PERIOD_INVALID)


def test_a_day_begins_at_midnight_in_japan() -> None:
    """Not at midnight in London."""
    tomorrow = REMOVED.changed(left_on=TODAY + timedelta(days=1))
    assert MIDNIGHT - DAY_MS <= AT < MIDNIGHT
    given(DECIDER, ADDED, at=MIDNIGHT - 1).when(tomorrow).then_refused(RefusalCode.PERIOD_INVALID)
    given(DECIDER, ADDED, at=MIDNIGHT).when(tomorrow).then(tomorrow)


def test_an_unknown_message_is_refused() -> None:
    """What is neither a contact nor about the household is said to be so."""
    given(DECIDER).when(Tick()).then_refused(RefusalCode.UNKNOWN_TYPE)
