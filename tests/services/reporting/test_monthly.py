"""Monthly activity: what counts, how it is divided, in which month; contacts (延べ) and distinct cases (実)."""

from __future__ import annotations

from datetime import date

import pytest

from contracts.community import SessionHeld
from contracts.consent import DisclosureReleased
from contracts.consultation import ConsultationReceived, ConsultationScreened, SignalReceived
from contracts.envelope import MessageNoted, MessageRefused
from contracts.outreach import ContactAttempted
from contracts.shared import (
    AgeBand,
    AgeCount,
    Basis,
    Channel,
    ContactMethod,
    ContactResult,
    Field,
    Outcome,
    RefusalCode,
    ScreeningOutcome,
    Urgency,
    VisitorRelation,
)
from services.reporting.projections.metrics import METRICS
from services.reporting.projections.monthly import CASES, MONTHLY, Monthly, period
from services.reporting.projections.projection import Fact
from tests.services.reporting.facts import fact, rows
from tests.services.reporting.test_timeline import REFUSED, VERDICT

ELDER = ConsultationReceived(person="82", field=Field.ELDER, visitor_relation=VisitorRelation.FAMILY)
CHILD = ConsultationReceived(person="9", field=Field.CHILD, visitor_relation=VisitorRelation.SELF)
VISIT = ContactAttempted(method=ContactMethod.VISIT, result=ContactResult.NO_ANSWER)
RELEASED = DisclosureReleased(
    verdict_id="v", decided_at=1, request_id="r", event_id="e", event_type="CoordinationReferred", recipient="coordinator", basis=Basis.C,
    consents=("c",), released=(),
)


def counted(*facts: Fact) -> dict[tuple[str, str], int]:
    """Amount by metric and dimension."""
    return {(row["metric"], row["dimension"]): row["value"] for row in rows(Monthly(), MONTHLY, facts)}


def cases(*facts: Fact) -> dict[tuple[str, str], set[str]]:
    """Cases by metric and dimension."""
    found: dict[tuple[str, str], set[str]] = {}
    for row in rows(Monthly(), CASES, facts):
        found.setdefault((row["metric"], row["dimension"]), set()).add(row["case_id"])
    return found


def test_consultations_are_counted_by_field_and_added_up_before_they_are_written():
    """Three consultations in two fields are two rows."""
    found = counted(fact(ELDER, key="a"), fact(ELDER, key="b"), fact(CHILD, key="c"))

    assert {("consultations", "ELDER"): 2, ("consultations", "CHILD"): 1} == found


def test_the_same_case_counts_twice_as_contacts_and_once_as_a_case():
    """延べ and 実 are both asked for."""
    twice = (fact(VISIT, key="a", seq=1), fact(VISIT, key="a", seq=2))

    assert 2 == counted(*twice)["outreach_contacts", "VISIT"]
    assert {"a"} == cases(*twice)["outreach_cases", ""]


def test_attendance_adds_up_by_age_band():
    """One session is one sitting and as many visitors as came."""
    held = SessionHeld(held_on=date(2026, 5, 28), attendance=(AgeCount(band=AgeBand.UNDER_15, count=4), AgeCount(band=AgeBand.AGE_65_OVER, count=7)))

    assert {("sessions", ""): 2, ("attendance", "UNDER_15"): 8, ("attendance", "AGE_65_OVER"): 14} == counted(fact(held), fact(held, seq=2))


@pytest.mark.parametrize("outcome", [Outcome.PERMIT, Outcome.REDACT, Outcome.HOLD, Outcome.DENY])
def test_every_verdict_counts_and_none_is_a_release(outcome: Outcome):
    """What the gate allows has not gone out yet."""
    assert {("verdicts", outcome): 1} == counted(fact(VERDICT.changed(outcome=outcome), "consent"))


def test_what_was_delivered_counts_by_its_basis():
    """A release is what the courier has put into an inbox."""
    with_consent, in_danger = fact(RELEASED, "consent"), fact(RELEASED.changed(basis=Basis.V), "consent", seq=2)

    assert {("releases", "C"): 2, ("releases", "V"): 1} == counted(with_consent, in_danger, fact(RELEASED, "consent", seq=3))


def test_a_refusal_counts_where_every_refusal_passes():
    """A function's refusal travels on to the gate, so it lies in two logs; those of the front door only in the gate's."""
    assert {} == counted(fact(REFUSED, "coordination"))
    assert {("refusals", "CASE_NOT_FOUND"): 1} == counted(fact(REFUSED, "consent"))


def test_a_case_is_active_in_each_function_that_recorded_a_fact_of_its_own():
    """A refusal is no activity of the case, nor is taking note of a message."""
    refused = MessageRefused(agency="a", message_id="1", message_type="t", code=RefusalCode.WRONG_STATE, sentence="", coordinates="")
    screened = ConsultationScreened(outcome=ScreeningOutcome.COMPLEX, urgency=Urgency.HIGH)

    found = cases(fact(ELDER, key="a"), fact(screened, key="a", seq=2), fact(VISIT, key="b"), fact(refused, "coordination", key="c"),
                  fact(MessageNoted(message_type="t"), "participation", key="d"))

    assert {"a"} == found["active_cases", "consultation"] and {"b"} == found["active_cases", "outreach"]
    assert {"consultation", "outreach"} == {function for metric, function in found if metric == "active_cases"}


@pytest.mark.parametrize("at, month", [
    (1_780_239_599_999, "2026-05"),
    (1_780_239_600_000, "2026-06"),
    (1_767_193_200_000, "2026-01"),
])
def test_a_month_begins_at_midnight_in_japan(at: int, month: str):
    """The last millisecond of 31 May, the first of 1 June, New Year: as the town's clocks show."""
    assert month == period(at)


def test_a_batch_across_midnight_is_counted_in_two_months():
    """The month is that of the fact, not of the batch."""
    signal = SignalReceived(person="1", channel=Channel.RESIDENT, area_code="", reporter_person="")

    assert [("2026-05", 1), ("2026-06", 1)] == [
        (row["period"], row["value"]) for row in rows(Monthly(), MONTHLY, [fact(signal, at=1_780_239_599_999), fact(signal, at=1_780_239_600_000, seq=2)])]


def test_every_metric_has_a_code_and_a_title_of_its_own():
    """One definition per figure."""
    assert len(METRICS) == len({metric.code for metric in METRICS}) == len({metric.title_ja for metric in METRICS})
