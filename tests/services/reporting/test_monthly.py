"""Monthly activity: what counts, how it is divided, in which month; contacts (延べ) and distinct cases (実)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from contracts.community import PlaceOpened, SessionHeld
from contracts.consent import DisclosureReleased
from contracts.consultation import ConsultationReceived, ConsultationScreened, SignalReceived
from contracts.envelope import MessageNoted, MessageRefused
from contracts.outreach import ContactAttempted
from contracts.participation import GapNeedAssessed
from contracts.shared import (
    AgeBand,
    AgeCount,
    Basis,
    Channel,
    CommunityProgramme,
    ConsultationTopic,
    ContactMethod,
    ContactResult,
    Field,
    NeedKind,
    Outcome,
    PlaceKind,
    RefusalCode,
    ScreeningOutcome,
    Urgency,
    VisitorRelation,
)
from contracts.shared import Metric as ReportedMetric
from services.reporting.projections.metrics import METRICS, REPORTED
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


def part(row: dict[str, Any]) -> str:
    """Empty for the whole, else as in ``field:ELDER``."""
    return f"{row['divided']}:{row['dimension']}" if row["divided"] else ""


def counted(*facts: Fact) -> dict[tuple[str, str], int]:
    """Amount by metric and part."""
    return {(row["metric"], part(row)): row["value"] for row in rows(Monthly(), MONTHLY, facts)}


def cases(*facts: Fact) -> dict[tuple[str, str], set[str]]:
    """Cases by metric and part."""
    found: dict[tuple[str, str], set[str]] = {}
    for row in rows(Monthly(), CASES, facts):
        found.setdefault((row["metric"], part(row)), set()).add(row["case_id"])
    return found


def of(metric: str, found: dict[tuple[str, str], Any]) -> dict[str, Any]:
    """One metric, by part."""
    return {dimension: value for (name, dimension), value in found.items() if name == metric}


def test_consultations_are_counted_whole_and_divided_and_added_up_before_they_are_written():
    """Three consultations in two fields: by field, age, channel, topic, visitor and agency."""
    said = CHILD.changed(age_band=AgeBand.UNDER_15, channel=Channel.MEETING, topic=ConsultationTopic.FAMILY)

    found = of("consultations", counted(fact(ELDER, key="a"), fact(ELDER, key="b"), fact(said, key="c", agency="child")))

    assert {
        "": 3, "field:ELDER": 2, "field:CHILD": 1, "age:UNMAPPED": 2, "age:UNDER_15": 1, "channel:UNMAPPED": 2, "channel:MEETING": 1, "topic:UNMAPPED": 2,
        "topic:FAMILY": 1, "visitor:FAMILY": 2, "visitor:SELF": 1, "agency:elder": 2, "agency:child": 1,
    } == found


def test_the_same_case_counts_twice_as_contacts_and_once_as_a_case():
    """延べ and 実 are both asked for; a case that was visited and telephoned is one case of each."""
    twice = (fact(VISIT, key="a", seq=1), fact(VISIT.changed(method=ContactMethod.PHONE), key="a", seq=2))

    assert {"": 2, "method:VISIT": 1, "method:PHONE": 1, "result:NO_ANSWER": 2, "agency:elder": 2} == of("outreach_contacts", counted(*twice))
    assert {"": {"a"}, "method:VISIT": {"a"}, "method:PHONE": {"a"}, "result:NO_ANSWER": {"a"}, "agency:elder": {"a"}} == of("outreach_cases", cases(*twice))


def test_attendance_adds_up_by_age_band():
    """One session is one sitting and as many visitors as came; an age that is named twice adds up."""
    held = SessionHeld(held_on=date(2026, 5, 28), attendance=(AgeCount(band=AgeBand.UNDER_15, count=4), AgeCount(band=AgeBand.AGE_65_OVER, count=7)))
    found = counted(fact(held), fact(held, seq=2), fact(held.changed(attendance=(*held.attendance, held.attendance[0])), seq=3))

    assert {"": 3, "agency:elder": 3} == of("sessions", found)
    assert {"": 37, "age:UNDER_15": 16, "age:AGE_65_OVER": 21, "agency:elder": 37} == of("attendance", found)


def test_a_place_of_two_programmes_is_one_place():
    """It counts in each, so that the programmes do not add up to the places."""
    opened = PlaceOpened(name="x", kind=PlaceKind.SALON, open_to_all=True, partners=(),
                         programmes=(CommunityProgramme.CHILD_BASE, CommunityProgramme.MUTUAL_AID))

    assert {"": 1, "kind:SALON": 1, "programme:CHILD_BASE": 1, "programme:MUTUAL_AID": 1, "agency:elder": 1} == of("places_opened", counted(fact(opened)))


def test_a_persons_participation_counts_once():
    """Two events of one person in two cases: 延べ 2, 実 1."""
    need = GapNeedAssessed(person="p", need_kind=NeedKind.WORK, tried=())
    both = (fact(need, key="a"), fact(need, key="b"))

    assert 2 == counted(*both)["participation_contacts", ""]
    assert {"p"} == cases(*both)["participation_persons", ""]


def test_the_working_set_is_reported_and_nothing_of_the_gate():
    """Every name of a reported figure but the empty one has its metric."""
    assert set(ReportedMetric) - {ReportedMetric.UNMAPPED} == set(REPORTED)
    assert not {"verdicts", "releases", "consents_granted", "active_cases"} & {metric.code for metric in REPORTED.values()}


@pytest.mark.parametrize("outcome", [Outcome.PERMIT, Outcome.REDACT, Outcome.HOLD, Outcome.DENY])
def test_every_verdict_counts_and_none_is_a_release(outcome: Outcome):
    """What the gate allows has not gone out yet."""
    assert {("verdicts", ""): 1, ("verdicts", f"outcome:{outcome}"): 1} == counted(fact(VERDICT.changed(outcome=outcome), "consent"))


def test_what_was_delivered_counts_by_its_basis():
    """A release is what the courier has put into an inbox."""
    with_consent, in_danger = fact(RELEASED, "consent"), fact(RELEASED.changed(basis=Basis.V), "consent", seq=2)

    assert {("releases", ""): 3, ("releases", "basis:C"): 2, ("releases", "basis:V"): 1} == counted(with_consent, in_danger, fact(RELEASED, "consent", seq=3))


def test_a_refusal_counts_where_every_refusal_passes():
    """A function's refusal travels on to the gate, so it lies in two logs; those of the front door only in the gate's."""
    assert {} == counted(fact(REFUSED, "coordination"))
    assert {("refusals", ""): 1, ("refusals", "code:CASE_NOT_FOUND"): 1} == counted(fact(REFUSED, "consent"))


def test_a_case_is_active_in_each_function_that_recorded_a_fact_of_its_own():
    """A refusal is no activity of the case, nor is taking note of a message."""
    refused = MessageRefused(agency="a", message_id="1", message_type="t", code=RefusalCode.WRONG_STATE, sentence="", coordinates="")
    screened = ConsultationScreened(outcome=ScreeningOutcome.COMPLEX, urgency=Urgency.HIGH)

    found = cases(fact(ELDER, key="a"), fact(screened, key="a", seq=2), fact(VISIT, key="b"), fact(refused, "coordination", key="c"),
                  fact(MessageNoted(message_type="t"), "participation", key="d"))

    assert {"a"} == found["active_cases", "function:consultation"] and {"b"} == found["active_cases", "function:outreach"]
    assert {"", "function:consultation", "function:outreach"} == set(of("active_cases", found))


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
        (row["period"], row["value"]) for row in rows(Monthly(), MONTHLY, [fact(signal, at=1_780_239_599_999), fact(signal, at=1_780_239_600_000, seq=2)])
        if not row["divided"]]


def test_every_metric_has_a_code_and_a_title_of_its_own():
    """One definition per figure."""
    assert len(METRICS) == len({metric.code for metric in METRICS}) == len({metric.title_ja for metric in METRICS})
