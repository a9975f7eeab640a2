"""Disclosures: one row per request; the last verdict counts, what was delivered is what the courier opened."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from contracts.consent import DisclosureAcknowledged, DisclosureReleased, RecallRequested
from contracts.shared import Basis, DataCategory, Outcome, PartCode, RecallReason, WithheldPart
from kernel.testing import AT
from services.reporting.projections.disclosures import DISCLOSURES, Disclosures
from services.reporting.projections.projection import Fact
from services.reporting.store import Connect
from tests.services.reporting.facts import fact, rows
from tests.services.reporting.shown import shown
from tests.services.reporting.test_timeline import VERDICT

live = pytest.mark.live
DAY = 86_400_000
HELD = VERDICT.changed(
    outcome=Outcome.HOLD, rule="R16", basis=Basis.NONE, released=(), reasons=("NO_CONSENT",), releases_when=("CONSENT_OF_PERSON",), at=AT, deadline=AT + 14 * DAY,
)
REDACTED = VERDICT.changed(at=AT + DAY)
DENIED = VERDICT.changed(outcome=Outcome.DENY, rule="R1", basis=Basis.NONE, released=(), reasons=("WITHDRAWN",), at=AT + 2 * DAY)
RECEIPT = DisclosureReleased(
    verdict_id="v", decided_at=AT + DAY, request_id="r", event_id="e", event_type="CoordinationReferred", recipient="coordinator", basis=Basis.C, consents=("c",),
    released=(PartCode(person="82", category=DataCategory.BASIC),),
)


def told(*events: Any, key: str = "case") -> list[Fact]:
    """What the gate's log holds of one case, a day apart."""
    return [fact(event, "consent", key=key, seq=number + 1, at=AT + number * DAY) for number, event in enumerate(events)]


def row(*events: Any) -> dict[str, Any]:
    """The one row of the request."""
    (found,) = rows(Disclosures(), DISCLOSURES, told(*events))
    return found


def moment(at: int) -> datetime:
    """As a column has it."""
    return datetime.fromtimestamp(at / 1000, UTC)


def test_a_request_is_asked_when_its_first_verdict_is_given():
    """Who asked, for whom, about what, for what; and what of it was kept back, by category alone."""
    found = row(REDACTED)

    assert ("case", "r", moment(AT + DAY), 1) == (found["case_id"], found["request_id"], found["asked_at"], found["verdicts"])
    assert ("elder", "coordinator", "CoordinationReferred", "COORDINATION") == tuple(found[name] for name in ("agency", "recipient", "event_type", "purpose"))
    assert ("REDACT", "R2", "C", ["BASIC"], ["HEALTH"]) == tuple(found[name] for name in ("outcome", "rule", "basis", "released", "withheld"))
    assert not {"82", "50"} & {str(value) for value in found.values()}


def test_what_waits_says_since_when_why_and_what_would_release_it():
    """And until when."""
    found = row(HELD)

    assert (moment(AT), moment(AT + 14 * DAY)) == (found["held_since"], found["deadline"])
    assert (["NO_CONSENT"], ["CONSENT_OF_PERSON"]) == (found["reasons"], found["releases_when"])


@pytest.mark.parametrize("last", [REDACTED, DENIED, HELD.changed(at=AT + 3 * DAY)])
def test_the_last_verdict_counts(last: Any):
    """Whatever came before; the day on which it was first asked, and first held, stays."""
    found = row(HELD, VERDICT.changed(at=AT + 1), last)

    assert (last.outcome, last.rule, list(last.reasons)) == (found["outcome"], found["rule"], found["reasons"])
    assert (moment(AT), moment(AT), moment(last.at), 3) == tuple(found[name] for name in ("asked_at", "held_since", "decided_at", "verdicts"))


def test_what_was_delivered_is_what_was_opened():
    """A key that was destroyed meanwhile leaves its part out; a later verdict does not take back what has arrived."""
    found = row(REDACTED.changed(released=(PartCode(person="82", category=DataCategory.BASIC), PartCode(person="82", category=DataCategory.HEALTH))), DENIED, RECEIPT)

    assert ("DENY", ["BASIC"], moment(AT + 2 * DAY)) == (found["outcome"], found["delivered"], found["delivered_at"])


def test_a_receipt_may_be_acknowledged_and_recalled():
    """Each with its day; without, there is none."""
    found = row(REDACTED, RECEIPT, DisclosureAcknowledged(request_id="r"), RecallRequested(request_id="r", reason=RecallReason.UNMAPPED))

    assert (moment(AT + 2 * DAY), moment(AT + 3 * DAY)) == (found["acknowledged_at"], found["recalled_at"])
    assert (None, None, None) == tuple(row(REDACTED)[name] for name in ("delivered_at", "acknowledged_at", "recalled_at"))


def test_the_copy_that_a_function_notes_of_a_verdict_is_none():
    """Only the gate's log says what the gate has decided."""
    assert [] == rows(Disclosures(), DISCLOSURES, [fact(REDACTED, "coordination")])


def test_two_requests_of_a_case_are_two_rows():
    """Even about the same event."""
    assert 2 == len(rows(Disclosures(), DISCLOSURES, told(HELD, HELD.changed(request_id="other"))))


@live
async def test_what_is_held_and_what_was_refused_is_found(database: Connect):
    """What was let through after all is neither; a deadline goes with the hold that had it."""
    now = int(datetime.now(UTC).timestamp() * 1000)
    waits = HELD.changed(at=now - 3 * DAY - DAY // 2, deadline=now + 4 * DAY + DAY // 2)
    facts = [*told(waits, key="waits"), *told(HELD, REDACTED, key="free"), *told(HELD, DENIED, key="refused"), *told(DENIED, RECEIPT, key="too late")]
    states, held, refused = await shown(database, Disclosures(), facts, "disclosure_states", "disclosures_held", "disclosures_refused")

    assert [("waits", 3, 4, ["CONSENT_OF_PERSON"])] == [(each["case_id"], each["days"], each["days_left"], each["releases_when"]) for each in held]
    assert {("refused", True, False), ("too late", False, True)} == {(each["case_id"], each["held_before"], each["delivered_at"] is not None) for each in refused}
    assert {"waits"} == {each["case_id"] for each in states if each["deadline"] or each["releases_when"]}
    assert 4 == len(states)


def test_whose_parts_are_kept_back_is_no_column():
    """Nor is the sentence that is told to the sender."""
    verdict = HELD.changed(withheld=(WithheldPart(person="50", category=DataCategory.HEALTH, reason="NO_CONSENT"),), sentence="秘密")

    assert not {"50", "秘密"} & {str(value) for value in row(verdict).values()}
