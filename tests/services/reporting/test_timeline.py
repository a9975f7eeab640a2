"""The timeline: one row of codes per event, nothing personal, nothing of other cases."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from contracts.consent import ConsentGranted, DisclosureDecided, StopNoticeIssued
from contracts.consultation import ConsultationReceived, LinkedToAgency
from contracts.coordination import LeadAgencyNamed, TaskAssigned
from contracts.envelope import MessageNoted, MessageRefused, PartNoted, PersonsNoted, VerdictNoted
from contracts.participation import TrialStarted
from contracts.registry import AgencyRegistered
from contracts.shared import (
    AgencyKind,
    Basis,
    CasePart,
    ConsentMedium,
    DataCategory,
    Field,
    FunctionName,
    LinkReason,
    Outcome,
    PartCode,
    Purpose,
    RefusalCode,
    Role,
    SupportTask,
    VisitorRelation,
    WithheldPart,
)
from services.reporting.projections.timeline import TIMELINE, Timeline
from tests.services.reporting.facts import fact
from tests.services.reporting.facts import rows as rows_of

RECEIVED = ConsultationReceived(person="82", field=Field.ELDER, visitor_relation=VisitorRelation.FAMILY)
VERDICT = DisclosureDecided(
    request_id="r", event_id="e", event_type="CoordinationReferred", recipient="coordinator", agency="elder",
    function=FunctionName.COORDINATION, purpose=Purpose.COORDINATION, outcome=Outcome.REDACT, rule="R2", basis=Basis.C,
    released=(PartCode(person="82", category=DataCategory.BASIC), PartCode(person="50", category=DataCategory.BASIC)),
    withheld=(WithheldPart(person="82", category=DataCategory.HEALTH, reason="CATEGORY_NOT_CONSENTED"),
              WithheldPart(person="50", category=DataCategory.HEALTH, reason="NO_CONSENT")),
    reasons=("NO_CONSENT",), policy="hash", at=1,
)
REFUSED = MessageRefused(
    agency="tax", message_id="m", message_type="InformationRequested", code=RefusalCode.CASE_NOT_FOUND, sentence="", coordinates="",
)


def rows(*facts: Any) -> list[dict[str, Any]]:
    """The rows that the timeline gives for these facts, by column."""
    return rows_of(Timeline(), TIMELINE, facts)


def test_an_event_is_one_row_with_its_place_and_time():
    """Who, what, when, and where in which log."""
    (row,) = rows(fact(RECEIVED, key="case", seq=3, partition=7, at=1_780_000_000_123, agency="elder"))

    assert ("case", "consultation", 7, 3) == (row["case_id"], row["log"], row["partition"], row["seq"])
    assert datetime(2026, 5, 28, 20, 26, 40, 123_000, UTC) == row["recorded_at"]
    assert ("ConsultationReceived", "相談受付", "elder", False) == (row["type"], row["title_ja"], row["agency"], row["plumbing"])


def test_a_verdict_shows_outcome_rule_recipient_and_categories_in_codes():
    """What was let through and what not, as categories; whose parts they were is no column."""
    (row,) = rows(fact(VERDICT, "consent"))

    assert ("REDACT", "R2", "C", "coordinator", "CoordinationReferred") == tuple(
        row[name] for name in ("outcome", "rule", "basis", "recipient", "about"))
    assert (["BASIC"], ["HEALTH"], ["NO_CONSENT"]) == (row["released"], row["withheld"], row["reasons"])
    assert not {"82", "50"} & {str(value) for value in row.values()}


def test_a_refusal_shows_what_was_refused_and_why():
    """Code of the refusal and type of the message; the agency it goes to."""
    (row,) = rows(fact(REFUSED, "consent"))

    assert ("REFUSED", "InformationRequested", ["CASE_NOT_FOUND"], "tax") == (row["outcome"], row["about"], row["reasons"], row["recipient"])


@pytest.mark.parametrize("event, recipient", [
    (LinkedToAgency(person="1", to_agency="poverty", purpose=Purpose.CONSULTATION, reason=LinkReason.FOLLOW_UP), "poverty"),
    (TrialStarted(person="1", resource="r", host="workshop"), "workshop"),
    (TaskAssigned(person="1", role=Role(agency="child", task=SupportTask.SCHOOL_LINK, due=date(2026, 6, 1))), "child"),
    (LeadAgencyNamed(agency="elder", from_date=date(2026, 6, 1)), "elder"),
    (StopNoticeIssued(recipient="coordinator", consent="c", purpose=Purpose.COORDINATION, categories=()), "coordinator"),
    (RECEIVED, ""),
])
def test_the_recipient_is_the_agency_that_the_event_speaks_to(event: Any, recipient: str):
    """By whatever name its type calls it; empty where it speaks to nobody in particular."""
    assert recipient == rows(fact(event))[0]["recipient"]


@pytest.mark.parametrize("event, log, plumbing", [
    (RECEIVED, "consultation", False),
    (VERDICT, "consent", False),
    (REFUSED, "consent", False),
    (REFUSED, "coordination", True),
    (PartNoted(agency="elder", part=CasePart.OPENED), "outreach", True),
    (MessageNoted(message_type="ConsultationScreened"), "coordination", True),
    (PersonsNoted(persons=("82",)), "consent", True),
    (VerdictNoted(request_id="r", event_id="e", event_type="t", recipient="x", outcome=Outcome.DENY, rule="R1"), "coordination", True),
])
def test_what_a_function_merely_notes_of_another_is_plumbing(event: Any, log: str, plumbing: bool):
    """A caseworker sees each fact once, from the log that owns it; an auditor sees all."""
    assert plumbing is rows(fact(event, log))[0]["plumbing"]


def test_facts_of_the_whole_municipality_are_in_no_timeline():
    """They lie in every partition and belong to no case."""
    assert [] == rows(fact(AgencyRegistered(agency="elder", kind=AgencyKind.ELDER, name="ひなた"), "consent"))


def test_no_row_holds_a_text_of_the_event():
    """Even what no schema marks as personal stays in the log."""
    consent = ConsentGranted(
        consent="秘密の番号", person="本人の仮名", purpose=Purpose.COORDINATION, categories=(DataCategory.BASIC,), recipients=("coordinator",),
        valid_from=date(2026, 5, 1), valid_to=date(2027, 4, 30), medium=ConsentMedium.PAPER, notice_hash="秘密の要約",
    )

    assert "秘密" not in repr(rows(fact(consent, "consent"))) and "仮名" not in repr(rows(fact(consent, "consent")))
