"""Parts: who takes part in which case, what was given to whom, what is to be used no longer, and where the texts lie."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from contracts.consent import DisclosureReleased, RecallRequested, StopNoticeIssued, UseExpired
from contracts.consultation import ConsultationReceived
from contracts.envelope import PartGiven, PartNoted
from contracts.registry import AgencyEnded, AgencyRegistered
from contracts.shared import (
    AgencyEndReason,
    AgencyKind,
    Basis,
    CasePart,
    DataCategory,
    Field,
    PartCode,
    Purpose,
    RecallReason,
    VisitorRelation,
)
from kernel.testing import AT
from services.reporting.projections.parts import PARTS, REGISTRATIONS, RELEASED, REQUESTS, STOPS, TEXTS, Parts
from services.reporting.projections.table import Table
from tests.services.reporting.facts import fact
from tests.services.reporting.facts import rows as rows_of

CASE, MOTHER = "1" * 32, "a" * 32
RELEASE = DisclosureReleased(
    verdict_id="verdict", decided_at=AT, request_id="re-quest", event_id="event", event_type="CoordinationReferred", recipient="home",
    basis=Basis.C, consents=("consent",), released=(PartCode(person=MOTHER, category=DataCategory.HEALTH), PartCode(person=MOTHER, category=DataCategory.BASIC)),
)
STOP = StopNoticeIssued(recipient="home", consent="consent", purpose=Purpose.COORDINATION, categories=(DataCategory.HEALTH, DataCategory.BASIC))
EXPIRED = UseExpired(recipient="elder", holder="home", request_id="re-quest", notice="request", basis=Basis.V)
RECEIVED = ConsultationReceived(person=MOTHER, field=Field.ELDER, visitor_relation=VisitorRelation.FAMILY)


def rows(table: Table, *facts: Any) -> list[dict[str, Any]]:
    """The rows of one table after these facts."""
    return rows_of(Parts(), table, facts)


def moment(at: int = AT) -> datetime:
    """A moment as the tables have it."""
    return datetime.fromtimestamp(at / 1000, UTC)


def test_an_agency_takes_part_from_the_first_time_that_any_function_says_so():
    """Several functions note the same part, in no order."""
    facts = [
        fact(PartNoted(agency="elder", part=CasePart.OPENED, case=True), "outreach", key=CASE, at=AT + 5),
        fact(PartGiven(agency="elder", part=CasePart.ROLE), "coordination", key=CASE, at=AT),
    ]

    assert [{"agency": "elder", "case_id": CASE, "since": moment()}] == rows(PARTS, *facts) == rows(PARTS, *reversed(facts))


def test_whoever_was_given_something_takes_part():
    """A release says so itself, also where no function noted a part."""
    assert [{"agency": "home", "case_id": CASE, "since": moment()}] == rows(PARTS, fact(RELEASE, key=CASE))


def test_a_release_says_which_parts_of_which_event_were_given():
    """Person and category of each, the consents on which it stands."""
    (row,) = rows(RELEASED, fact(RELEASE, key=CASE, seq=4))

    assert ("home", CASE, 4, "re-quest", "event", "CoordinationReferred", "C") == tuple(
        row[name] for name in ("agency", "case_id", "seq", "request_id", "event_id", "event_type", "basis")
    )
    assert ([f"{MOTHER}/BASIC", f"{MOTHER}/HEALTH"], ["consent"]) == (row["parts"], row["consents"])


def test_a_stop_names_its_notice_and_what_of_it_is_to_be_used_no_longer():
    """The end of a consent names categories, the end of a time everything; it is the holder's matter, whoever is told."""
    found = rows(STOPS, fact(STOP, key=CASE, seq=1), fact(EXPIRED, key=CASE, seq=2))

    assert [("home", "consent", ["BASIC", "HEALTH"]), ("home", "request", [])] == [(row["agency"], row["notice"], row["categories"]) for row in found]


def test_a_recall_is_the_matter_of_whoever_had_it_delivered():
    """The recall knows only the request; the release says who has it, before or after."""
    facts = [fact(RELEASE, key=CASE, at=AT), fact(RecallRequested(request_id="re-quest", reason=RecallReason.WRONG_PERSON), key=CASE, at=AT + 1, seq=2)]
    wanted = [{"case_id": CASE, "request_id": "re-quest", "agency": "home", "recalled_at": moment(AT + 1)}]

    assert wanted == rows(REQUESTS, *facts) == rows(REQUESTS, *reversed(facts))


def test_an_event_with_sealed_parts_says_where_it_lies():
    """In the log of its own function it is the original; elsewhere a copy. What has nothing personal has no text."""
    own, copy = fact(RECEIVED, key=CASE, seq=1), fact(RECEIVED, "outreach", key=CASE, seq=2)

    assert [(True, "consultation"), (False, "outreach")] == [(row["original"], row["log"]) for row in rows(TEXTS, own, copy)]
    assert [] == rows(TEXTS, fact(RELEASE, key=CASE))


def test_an_agency_is_registered_no_more_until_it_is_taken_in_again():
    """The fact stands in every partition; that of one of them counts, in its order."""
    ended = AgencyEnded(agency="home", from_day=date(2026, 5, 28), reason=AgencyEndReason.CLOSED)
    again = AgencyRegistered(agency="home", kind=AgencyKind.ELDER, name="家")

    assert [{"agency": "home", "ended": True}] == rows(REGISTRATIONS, fact(ended, "consent", key="home"), fact(again, "consent", 1, key="home"))
    assert [{"agency": "home", "ended": False}] == rows(REGISTRATIONS, fact(ended, "consent", key="home"), fact(again, "consent", key="home", seq=2))
