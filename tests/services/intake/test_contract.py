"""Contracts (委託): an agency speaks for the municipality from the first to the last day of its contract; what outlasts it stands in the schemas."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from contracts.catalogue import CATALOGUE, EventType
from contracts.consultation import ConsultationScreened
from contracts.shared import AgencyKind, RefusalCode, ScreeningOutcome, Urgency
from services.intake.domain.front_door import Admitted, Listed, Rejected, examine
from tests import publishable
from tests.services.intake.outbox import ID, TOPICS, Town, record

FIRST, LAST = date(2026, 4, 1), date(2027, 3, 31)
SCREENED = ConsultationScreened(outcome=ScreeningOutcome.COMPLEX, urgency=Urgency.LOW)
LASTING = {"StopNoticeAnswered", "DisclosureAcknowledged", "EmergencyRaised", "PersonTold", "PersonTellingDelayed"}


def milliseconds(text: str) -> int:
    """A time in Japan as the broker's clock has it."""
    return round(datetime.fromisoformat(f"{text}+09:00").astimezone(UTC).timestamp() * 1000)


def judged(at: int, event: Any = SCREENED, kind: str = "ELDER", first: date | None = FIRST, last: date | None = LAST) -> Admitted | Rejected:
    """What the door says at this moment to an agency with such a contract."""
    town = {"elder": Listed(kind=AgencyKind(kind), contract_from=first, contract_until=last)}
    return examine(replace(record(event), timestamp=at), "elder", town)


def refused(found: Admitted | Rejected) -> RefusalCode | None:
    """With which code, if at all."""
    return found.error.code if isinstance(found, Rejected) else None


@pytest.mark.parametrize(
    ("at", "open_"),
    [
        ("2026-03-31T23:59:59.999", False), ("2026-04-01T00:00:00.000", True), ("2026-04-01T08:59:59.999", True), ("2026-12-31T12:00:00.000", True),
        ("2027-03-31T23:59:59.999", True), ("2027-04-01T00:00:00.000", False), ("2027-04-01T09:00:00.000", False), ("2030-01-01T00:00:00.000", False),
    ],
)
def test_both_days_count_and_they_are_days_in_japan(at: str, open_: bool) -> None:
    """From midnight to midnight in Japan, by the broker's clock, whatever time the sender claims."""
    assert (None if open_ else RefusalCode.CONTRACT_ENDED) is refused(judged(milliseconds(at)))


@pytest.mark.parametrize(
    ("first", "last", "at", "open_"),
    [
        (None, None, "1970-01-01T09:00:00", True), (None, None, "2100-12-31T00:00:00", True), (FIRST, None, "2099-01-01T00:00:00", True),
        (FIRST, None, "2026-03-31T00:00:00", False), (None, LAST, "2020-01-01T00:00:00", True), (None, LAST, "2027-04-01T00:00:00", False),
        (FIRST, FIRST, "2026-04-01T23:59:59", True), (LAST, FIRST, "2026-10-01T00:00:00", False),
    ],
)
def test_a_bound_that_is_not_agreed_bounds_nothing(first: date | None, last: date | None, at: str, open_: bool) -> None:
    """No contract at all, an open end, an open beginning, one day; one that ends before it begins is none."""
    assert (None if open_ else RefusalCode.CONTRACT_ENDED) is refused(judged(milliseconds(at), first=first, last=last))


@pytest.mark.parametrize("at", ["2026-03-31T12:00:00", "2027-04-01T12:00:00"], ids=["before", "after"])
@pytest.mark.parametrize("kind", publishable.KINDS, ids=lambda kind: kind.name)
def test_outside_the_contract_only_duties_and_danger_are_heard(kind: EventType, at: str) -> None:
    """The answer to a stop notice, the receipt of what was given, a danger to life; every other type of every publisher is refused."""
    event = kind.cls.from_avro(publishable.record_of(kind))
    codes = {refused(judged(milliseconds(at), event, publisher)) for publisher in kind.publishers}

    assert {None if kind.name in LASTING else RefusalCode.CONTRACT_ENDED} == codes


def test_the_schemas_name_what_outlasts_a_contract() -> None:
    """As data beside each type, so that the code holds no list."""
    assert LASTING == {kind.name for kind in CATALOGUE.values() if kind.after_contract}


def test_whose_kind_may_not_say_it_learns_no_more() -> None:
    """The kind is looked at first: a contract would not help."""
    assert RefusalCode.NOT_PUBLISHABLE is refused(judged(milliseconds("2027-04-01T12:00:00"), kind="TAX"))


@pytest.fixture
def town() -> Iterator[Town]:
    """A town in which the contract of the elder centre is over."""
    found = Town(elder=LAST)
    found.log.now = milliseconds("2027-04-01T12:00:00")
    yield found
    found.close()


def test_the_end_is_told_and_a_renewal_counts_at_once(town: Town) -> None:
    """What came too late is among the dead letters; what comes after the renewal is judged by it, within the same second."""
    town.put(record(SCREENED))
    assert 1 == len(town.seen(TOPICS.dead_letters("intake")))
    assert not town.seen(TOPICS.inbox("consultation"))

    town.register("elder", AgencyKind.ELDER, date(2028, 3, 31))
    town.put(record(SCREENED, id=ID.replace("1b", "2c")))
    assert 1 == len(town.seen(TOPICS.inbox("consultation")))
