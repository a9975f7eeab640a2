"""The courier and who has ended: nothing is carried to an agency that is registered no more, not even a notice in codes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from contracts.consent import StopNoticeIssued
from contracts.envelope import MessageRefused
from contracts.registry import AgencyEnded, AgencyRegistered
from contracts.shared import AgencyEndReason, AgencyKind, DataCategory, Outcome, Purpose, RefusalCode
from tests.services.consent.test_courier import BASIC, TOPICS, Town
from tests.services.consent.town import CONSENT

LOG = TOPICS.log("consent")
REFUSED = MessageRefused(agency="elder", message_id="m", message_type="t", code=RefusalCode.WRONG_STATE, sentence="s")


@pytest.fixture
def town() -> Iterator[Town]:
    """A fresh town."""
    made = Town()
    yield made
    made.memory.close()


def ends(town: Town, agency: str) -> None:
    """The gate has recorded that an agency is registered no more."""
    fact = AgencyEnded(agency=agency, from_day=date(2026, 5, 28), reason=AgencyEndReason.CLOSED)
    town.append(LOG, fact, "consent", f"end of {agency}")


def comes_back(town: Town, agency: str) -> None:
    """The gate has recorded that it is registered again."""
    town.append(LOG, AgencyRegistered(agency=agency, kind=AgencyKind.ELDER, name=agency), "consent", f"return of {agency}")


def test_a_release_is_not_carried_to_who_has_ended_meanwhile(town: Town):
    """The fence reads on: the end counts before the gate has written what follows from it."""
    town.decided(Outcome.REDACT, BASIC)
    ends(town, "coordinator")
    town.memory.pump()

    assert [] == town.inbox("coordinator")
    assert [] == town.receipts()
    assert 1 == len(town.inbox("elder"))


def test_a_release_is_carried_where_another_has_ended(town: Town):
    """An end is that of one agency."""
    ends(town, "workshop")
    town.decided(Outcome.REDACT, BASIC)
    town.memory.pump()

    assert 1 == len(town.inbox("coordinator"))


def test_no_notice_goes_to_who_has_ended(town: Town):
    """Verdicts on what it has sent, refusals, stop notices: nobody is there to read them."""
    ends(town, "elder")
    town.decided(Outcome.DENY)
    town.append(LOG, REFUSED, "consent", "refused")
    town.append(LOG, StopNoticeIssued(
        recipient="elder", consent=CONSENT, purpose=Purpose.COORDINATION, categories=(DataCategory.BASIC,)), "consent", "stop")
    town.memory.pump()

    assert [] == town.inbox("elder")


def test_who_comes_back_hears_what_comes_then_and_not_what_came_meanwhile(town: Town):
    """Each record is carried by the state at its own place."""
    ends(town, "elder")
    town.append(LOG, REFUSED, "consent", "meanwhile")
    comes_back(town, "elder")
    town.append(LOG, REFUSED.changed(message_id="then"), "consent", "then")
    town.memory.pump()

    assert ["then"] == [event.message_id for event in town.inbox("elder")]


def test_a_courier_that_starts_anew_knows_who_has_ended(town: Town):
    """The gate's log says it."""
    ends(town, "elder")
    town.memory.pump()
    town.append(LOG, REFUSED, "consent", "refused")
    town.memory.restart("courier", again=0)
    town.memory.pump()

    assert [] == town.inbox("elder")
