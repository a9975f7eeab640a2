"""Stop of use (利用停止, R12): a grant takes effect at once, on what goes out, what is under way, what waits and what has gone out."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.consent import (
    AccessRequested,
    ConsentRefused,
    DisclosureDecided,
    IdentityVerified,
    RightsDecided,
    StopNoticeAnswered,
    StopNoticeIssued,
    UseStopRequested,
)
from contracts.envelope import DeadlineSet
from contracts.shared import (
    AgencyKind,
    Basis,
    DataCategory,
    Outcome,
    Purpose,
    RefusalCode,
    RightsOutcome,
    RightsReason,
    StopAnswer,
)
from kernel.testing import AT, Given, given
from tests.services.consent.test_stops import delivered, receipt, stops, verdicts
from tests.services.consent.town import CONSENT, GATE, MOTHER, SON, TIMED, TOWN, consent, part, request

BASIC, ECONOMIC, DANGER = DataCategory.BASIC, DataCategory.ECONOMIC, DataCategory.DANGER
REQUEST = "5" * 32
ASKED, VERIFIED = UseStopRequested(request=REQUEST, person=MOTHER, by_proxy=False), IdentityVerified(request=REQUEST)
GRANTED = RightsDecided(request=REQUEST, outcome=RightsOutcome.GRANTED, reasons=(), withheld=())
PARTIAL = RightsDecided(request=REQUEST, outcome=RightsOutcome.PARTIAL, reasons=(RightsReason.NOT_HELD,), withheld=(BASIC,))
REFUSED = RightsDecided(request=REQUEST, outcome=RightsOutcome.REFUSED, reasons=(RightsReason.NOT_HELD,), withheld=())
STOPPED = (ASKED, VERIFIED, GRANTED)
NEED = {
    "basis": Basis.G, "purpose": Purpose.STATUTORY_WORK, "agency": "municipality", "recipient": "welfare", "event_type": "AssessmentRecorded",
}
"""Inside the municipality, for work that a law gives it."""
NOTICE = "11111111222283338444555555555555"
WELFARE = TOWN.changed(agencies={**TOWN.agencies, "welfare": TOWN.agencies["municipality"].changed(kind=AgencyKind.MUNICIPALITY)})


def case(*events: Any, gate: Any = GATE) -> Given:
    """The mother has consented to the coordinator's coordination."""
    return given(gate, consent(BASIC, ECONOMIC, recipients=("coordinator", "poverty")), *events, shared=WELFARE)


def desk(before: Given, decision: RightsDecided = GRANTED) -> Any:
    """She asks at the privacy desk, shows who she is, and it is decided."""
    for step in (ASKED, VERIFIED):
        before = before.when(step, agency="municipality").after()
    return before.when(decision, agency="municipality", at=AT + 1_000)


def asked(before: Given, *parts: Any, **changes: Any) -> list[tuple[Outcome, tuple[str, ...]]]:
    """What becomes of a release."""
    return verdicts(before.when(request(*parts, **changes), source="coordination", message_id="later"))


def test_r12_nothing_goes_out_any_more_on_a_consent_or_another_basis():
    """Whoever asks, for whatever it is."""
    stopped = desk(case()).after()

    assert [(Outcome.DENY, ("USE_STOPPED",))] == asked(stopped, part(BASIC))
    assert [(Outcome.DENY, ("USE_STOPPED",))] == asked(stopped, part(BASIC), **NEED)
    assert [(Outcome.DENY, ("USE_STOPPED",))] == asked(stopped, **{**NEED, "persons": (MOTHER,)})
    assert [(Outcome.PERMIT, ())] == asked(case(), part(BASIC), **NEED)


def test_the_sentence_says_what_would_open_it():
    """A new yes, danger, a law, her own access."""
    (verdict,) = [
        each for each in desk(case()).after().when(request(part(BASIC)), source="c").events if isinstance(each, DisclosureDecided)
    ]

    assert "R12" == verdict.rule
    assert "改めて同意" in verdict.sentence
    assert () == verdict.releases_when  # a no is not pressed


@pytest.mark.parametrize(
    ("changes", "parts"),
    [
        ({"basis": Basis.V, "purpose": Purpose.EMERGENCY, "agency": "outreach", "recipient": "police", "event_type": "EmergencyRaised"}, (part(DANGER),)),
        ({"basis": Basis.L, "purpose": Purpose.STATUTORY_WORK, "recipient": "municipality", "event_type": "EmergencyRaised"}, (part(DANGER),)),
    ],
    ids=["V", "L"],
)
def test_danger_and_the_law_go_on(changes: dict[str, Any], parts: tuple[Any, ...]):
    """R12 stops no help."""
    assert [(Outcome.PERMIT, ())] == asked(desk(case()).after(), *parts, **changes)


def test_another_persons_data_go_on():
    """The son has stopped nothing."""
    sons = consent(BASIC, person=SON, consent="5" * 32)
    stopped = desk(case(sons)).after()

    assert [(Outcome.PERMIT, ())] == asked(stopped, part(BASIC, SON))
    assert [(Outcome.REDACT, ("USE_STOPPED",))] == asked(stopped, part(BASIC, SON), part(BASIC))


def test_a_new_yes_counts_again():
    """Given after the decision; on that consent only."""
    again = desk(case()).after().when(consent(BASIC, consent="d" * 32)).after()

    assert [(Outcome.PERMIT, ())] == asked(again, part(BASIC))
    assert [(Outcome.DENY, ("USE_STOPPED",))] == asked(again, part(BASIC), **NEED)


def test_what_is_under_way_and_what_waits_is_decided_anew():
    """Nobody is told to stop what never arrived."""
    sent = case().when(request(part(BASIC)), source="c", message_id="under way").after()
    both = sent.when(request(part(DataCategory.HEALTH)), source="c", message_id="waits").after()
    assert (["under way"], ["waits"]) == (list(both.state.deliveries), list(both.state.holds))
    decided = desk(both)

    assert [(Outcome.DENY, ("USE_STOPPED",)), (Outcome.DENY, ("USE_STOPPED",))] == verdicts(decided)
    assert [] == stops(decided)
    assert ({}, {}) == (decided.state.deliveries, decided.state.holds)


def test_past_recipients_are_told_to_stop_what_they_have_received():
    """On the consent by its number, on another basis by that of the release; each its own."""
    first = delivered(case().when(request(part(BASIC)), source="c", message_id="1").after())
    second = first.when(request(part(BASIC), part(BASIC, SON), **NEED), source="c", message_id=NOTICE).after()
    (under_way,) = second.state.deliveries.values()
    both = second.when(receipt(under_way.verdict).changed(basis=Basis.G, consents=()), source="tsunagu.courier").after()
    decided = desk(both)

    assert [("coordinator", CONSENT, (BASIC,)), ("welfare", NOTICE, (BASIC,))] == stops(decided)
    assert {Purpose.COORDINATION, Purpose.STATUTORY_WORK} == {each.purpose for each in decided.events if isinstance(each, StopNoticeIssued)}
    answer = StopNoticeAnswered(consent=NOTICE, answer=StopAnswer.STOPPED)
    assert answer == decided.after().when(answer, agency="welfare").events[0]
    decided.after().when(answer, agency="poverty").then_refused(RefusalCode.CONSENT_NOT_FOUND)


def test_a_notice_has_the_days_of_any_stop_notice():
    """Silence escalates as ever."""
    sent = delivered(case(gate=TIMED).when(request(part(BASIC)), source="c", message_id="1").after())
    decided = desk(sent)

    (watched,) = [each for each in decided.events if isinstance(each, DeadlineSet)]
    assert f"{CONSENT}/coordinator" == watched.of


def test_what_arrived_all_the_same_is_stopped_as_soon_as_that_is_known():
    """The courier was quicker; on another basis than consent."""
    sent = case().when(request(part(BASIC), **NEED), source="c", message_id=NOTICE).after()
    (under_way,) = sent.state.deliveries.values()
    late = desk(sent).after().when(receipt(under_way.verdict).changed(basis=Basis.G, consents=()), source="tsunagu.courier")

    assert [("welfare", NOTICE, (BASIC,))] == stops(late)


def test_a_grant_in_part_leaves_in_use_what_it_says():
    """Her name stays; the rest goes out no more."""
    sent = delivered(case().when(request(part(BASIC), part(ECONOMIC)), source="c", message_id="1").after())
    decided = desk(sent, PARTIAL)

    assert [("coordinator", CONSENT, (ECONOMIC,))] == stops(decided)
    assert [(Outcome.REDACT, ("USE_STOPPED",))] == asked(decided.after(), part(BASIC), part(ECONOMIC))
    assert [(Outcome.PERMIT, ())] == asked(decided.after(), part(BASIC), **NEED)


def test_a_refusal_stops_nothing():
    """It has its reasons in writing, and can be appealed."""
    decided = desk(delivered(case().when(request(part(BASIC)), source="c", message_id="1").after()), REFUSED)

    decided.then(REFUSED)
    assert [(Outcome.PERMIT, ())] == asked(decided.after(), part(BASIC))


def test_an_access_that_is_granted_stops_nothing():
    """Only a stop of use does."""
    granted = case(AccessRequested(request=REQUEST, person=MOTHER, by_proxy=False), VERIFIED, GRANTED)

    assert [(Outcome.PERMIT, ())] == asked(granted, part(BASIC))


def test_a_no_of_her_own_stays_the_reason():
    """What she has refused or left out is told as that."""
    refused = desk(case(ConsentRefused(consent="e" * 32, person=MOTHER, purpose=Purpose.COORDINATION))).after()

    assert [(Outcome.DENY, ("PERSON_REFUSED",))] == asked(refused, part(BASIC))


def test_rule_28_what_went_out_before_stays_lawful():
    """Folded from the log up to then, the same request gets the same verdict."""
    sent = case().when(request(part(BASIC)), source="c", message_id="1")
    stopped = desk(sent.after()).after()
    again = given(GATE, *stopped.past[:1], shared=WELFARE).when(request(part(BASIC)), source="c", message_id="1")

    assert sent.events == again.events
