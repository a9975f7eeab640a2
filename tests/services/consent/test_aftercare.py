"""After a release: what recipients answer, what is recalled, what went wrong; and who is told of it, by codes alone."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from contracts.consent import (
    BreachReported,
    ConsentWithdrawn,
    DisclosureAcknowledged,
    DisclosureDecided,
    RecallRequested,
    StopNoticeAnswered,
)
from contracts.envelope import DeadlineMet, DeadlineMissed, DisclosureRequested, PartNoted, Tick
from contracts.shared import (
    Basis,
    BreachKind,
    CasePart,
    DataCategory,
    Deadline,
    FunctionName,
    Outcome,
    RecallReason,
    RefusalCode,
    StopAnswer,
)
from kernel.days import DAY_MS
from kernel.testing import AT, Given, Then, given
from tests.services.consent.test_stops import delivered, permitted
from tests.services.consent.town import CONSENT, DAYS, GATE, MOTHER, TIMED, TOWN, consent, part, request

BASIC = DataCategory.BASIC
PARTIES = (PartNoted(agency="elder", part=CasePart.OPENED), PartNoted(agency="coordinator", part=CasePart.LINKED))
STOPPED = StopNoticeAnswered(consent=CONSENT, answer=StopAnswer.STOPPED)
KEPT = StopNoticeAnswered(consent=CONSENT, answer=StopAnswer.KEPT, basis=Basis.L, until=date(2027, 1, 1))
RECALLED = RecallRequested(request_id="asked", reason=RecallReason.TOO_MUCH)
ACKNOWLEDGED = DisclosureAcknowledged(request_id="asked")
LEAK = BreachReported(kind=BreachKind.SPECIAL_CARE, persons=1, found_on=date(2026, 5, 1), notified=("elder", "coordinator"))
STOP = f"{CONSENT}/coordinator"


def handed_over(gate: Any = GATE) -> Given:
    """On the mother's consent the coordinator has received something that the elder centre had recorded; the request is ``asked``."""
    granted = given(gate, *PARTIES, consent(BASIC, recipients=("coordinator", "poverty")), shared=TOWN)
    return delivered(granted.when(request(part(BASIC)), agency="elder", source="coordination", message_id="asked").after())


def told_to_stop(gate: Any = GATE) -> Given:
    """The consent is withdrawn, and the coordinator has its notice."""
    return handed_over(gate).when(ConsentWithdrawn(person=MOTHER, consents=(CONSENT,)), agency="elder").after()


def told(then: Then) -> list[tuple[str, str, Outcome]]:
    """What is told to whom, and whether the gate lets it; every request stands right before its verdict and names an event of the decision."""
    pairs = [(asked, verdict) for asked, verdict in zip(then.events, then.events[1:]) if isinstance(asked, DisclosureRequested)]
    for number, (asked, verdict) in enumerate(pairs):
        place = then.events.index(asked)
        assert then.context.event_id(place) == verdict.request_id, number
        assert asked.event_id in [then.context.event_id(ordinal) for ordinal in range(place)]
        assert (Basis.K, FunctionName.CONSENT, "") == (asked.basis, asked.function, verdict.position)
    return [(asked.event_type, asked.recipient, verdict.outcome) for asked, verdict in pairs if isinstance(verdict, DisclosureDecided)]


@pytest.mark.parametrize("answer", [STOPPED, STOPPED.changed(answer=StopAnswer.DELETED), KEPT])
def test_the_answer_to_a_stop_notice_is_told_to_whoever_had_given(answer: StopNoticeAnswered):
    """Rule 27: stopped, deleted, or kept under another basis until a day."""
    answered = told_to_stop().when(answer, agency="coordinator")

    assert answer == answered.events[0]
    assert [("StopNoticeAnswered", "elder", Outcome.PERMIT)] == told(answered)


def test_what_was_kept_at_first_may_be_deleted_later():
    """Each answer is told."""
    kept = told_to_stop().when(KEPT, agency="coordinator").after()

    assert [("StopNoticeAnswered", "elder", Outcome.PERMIT)] == told(kept.when(STOPPED, agency="coordinator"))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"basis": Basis.NONE}, RefusalCode.VALUE_INVALID),
        ({"until": None}, RefusalCode.PERIOD_INVALID),
        ({"until": date(2026, 5, 27)}, RefusalCode.PERIOD_INVALID),
    ],
)
def test_who_keeps_says_on_which_basis_and_until_when(changes: dict[str, Any], code: RefusalCode):
    """A basis other than none, a day that is not over."""
    told_to_stop().when(KEPT.changed(**changes), agency="coordinator").then_refused(code)


def test_only_who_was_told_to_stop_answers():
    """A stranger learns nothing: the same refusal as for a consent that does not exist."""
    told_to_stop().when(STOPPED, agency="poverty").then_refused(RefusalCode.CONSENT_NOT_FOUND)
    told_to_stop().when(STOPPED.changed(consent="9" * 32), agency="coordinator").then_refused(RefusalCode.CONSENT_NOT_FOUND)
    handed_over().when(STOPPED, agency="coordinator").then_refused(RefusalCode.CONSENT_NOT_FOUND)


def test_an_answer_meets_its_deadline_once():
    """Afterwards nothing is watched; a second answer meets nothing."""
    answered = told_to_stop(TIMED).when(STOPPED, agency="coordinator")

    assert DeadlineMet(deadline=Deadline.STOP_NOTICE_ANSWER, of=STOP) == answered.events[1]
    assert [("StopNoticeAnswered", "elder", Outcome.PERMIT)] == told(answered)
    assert {} == answered.state.watched
    again = answered.after().when(KEPT, agency="coordinator")
    assert [StopNoticeAnswered, DisclosureRequested, DisclosureDecided] == [type(event) for event in again.events]


def test_rule_27_silence_is_an_event_told_to_who_is_silent_and_to_who_had_given():
    """Rule 27: silence escalates, once."""
    over = AT + DAYS * DAY_MS
    waiting = told_to_stop(TIMED)
    assert over == TIMED.due(waiting.state)
    waiting.when(Tick(), agency="", at=over - 1).then_nothing()
    missed = waiting.when(Tick(), agency="", at=over)

    assert DeadlineMissed(deadline=Deadline.STOP_NOTICE_ANSWER, of=STOP, agency="coordinator", due=over) == missed.events[0]
    assert [("DeadlineMissed", "coordinator", Outcome.PERMIT), ("DeadlineMissed", "elder", Outcome.PERMIT)] == told(missed)
    missed.after().when(Tick(), agency="", at=over + DAY_MS).then_nothing()


def test_a_late_answer_still_counts():
    """The deadline is missed; the answer is recorded and told."""
    late = told_to_stop(TIMED).when(Tick(), agency="", at=AT + DAYS * DAY_MS).after().when(STOPPED, agency="coordinator")

    assert [("StopNoticeAnswered", "elder", Outcome.PERMIT)] == told(late)


def test_two_missed_deadlines_are_each_told_as_what_they_are():
    """Facts first, in the order in which they were due; then who is told of which."""
    two = delivered(permitted(part(BASIC), recipient="poverty", before=handed_over(TIMED), asked="2"))
    withdrawn = two.when(ConsentWithdrawn(person=MOTHER, consents=(CONSENT,)), agency="elder").after()
    missed = withdrawn.when(Tick(), agency="", at=AT + DAYS * DAY_MS)

    assert ["coordinator", "poverty"] == [event.agency for event in missed.events if isinstance(event, DeadlineMissed)]
    asked = [(event.recipient, event.event_id) for event in missed.events if isinstance(event, DisclosureRequested)]
    first, second = missed.context.event_id(0), missed.context.event_id(1)
    assert [("coordinator", first), ("elder", first), ("poverty", second), ("elder", second)] == asked


def test_rule_29_a_receipt_is_acknowledged_once_by_who_has_received_and_told_to_who_has_given():
    """Rule 29: obligations are acknowledged on receipt."""
    acknowledged = handed_over().when(ACKNOWLEDGED, agency="coordinator")

    assert [("DisclosureAcknowledged", "elder", Outcome.PERMIT)] == told(acknowledged)
    acknowledged.after().when(ACKNOWLEDGED, agency="coordinator").then_refused(RefusalCode.ALREADY_DONE)


def test_nobody_acknowledges_what_it_has_not_received():
    """Another recipient's, an unknown one, one that is still under way."""
    handed_over().when(ACKNOWLEDGED, agency="elder").then_refused(RefusalCode.CONSENT_NOT_FOUND)
    handed_over().when(DisclosureAcknowledged(request_id="another"), agency="coordinator").then_refused(RefusalCode.CONSENT_NOT_FOUND)
    permitted(part(BASIC)).when(ACKNOWLEDGED, agency="coordinator").then_refused(RefusalCode.CONSENT_NOT_FOUND)


def test_what_the_gate_tells_is_not_acknowledged_in_turn():
    """Else two agencies' machines would thank each other for ever."""
    answered = delivered(handed_over().when(ACKNOWLEDGED, agency="coordinator").after())

    assert {"asked"} == set(answered.state.aftercare.handed)


@pytest.mark.parametrize("agency", ["elder", "municipality"])
def test_who_has_given_or_the_municipality_recalls_once(agency: str):
    """Released → Recalled: the recipient is told, though it has no part in the case but what it received."""
    recalled = handed_over().when(RECALLED, agency=agency)

    assert [("RecallRequested", "coordinator", Outcome.PERMIT)] == told(recalled)
    recalled.after().when(RECALLED, agency=agency).then_refused(RefusalCode.ALREADY_DONE)


def test_a_recipient_without_a_part_in_the_case_is_told_of_the_recall():
    """It knows of the case: it has received something of it."""
    strayed = delivered(permitted(part(BASIC), recipient="poverty", before=handed_over(), asked="strayed"))

    assert [("RecallRequested", "poverty", Outcome.PERMIT)] == told(strayed.when(RECALLED.changed(request_id="strayed"), agency="elder"))


@pytest.mark.parametrize("agency", ["coordinator", "tax", "nobody"])
def test_nobody_else_recalls(agency: str):
    """A stranger learns nothing."""
    handed_over().when(RECALLED, agency=agency).then_refused(RefusalCode.CONSENT_NOT_FOUND)
    handed_over().when(RECALLED.changed(request_id="another"), agency="elder").then_refused(RefusalCode.CONSENT_NOT_FOUND)


def test_a_breach_is_told_to_those_whom_it_concerns_and_to_nobody_who_does_not_know_the_case():
    """R13: the desk names them; the desk itself is not told what it has said."""
    reported = handed_over().when(LEAK.changed(notified=("elder", "coordinator", "tax", "municipality")), agency="municipality")

    assert [
        ("BreachReported", "elder", Outcome.PERMIT), ("BreachReported", "coordinator", Outcome.PERMIT), ("BreachReported", "tax", Outcome.DENY),
    ] == told(reported)


def test_r13_a_breach_of_many_is_of_more_than_a_hundred():
    """R13, both edges."""
    many = LEAK.changed(kind=BreachKind.OVER_100_PERSONS, persons=101)

    handed_over().when(many.changed(persons=100), agency="municipality").then_refused(RefusalCode.VALUE_INVALID)
    assert many == handed_over().when(many, agency="municipality").events[0]


def test_a_breach_was_found_before_it_is_reported():
    """Today at the latest."""
    handed_over().when(LEAK.changed(found_on=date(2099, 1, 1)), agency="municipality").then_refused(RefusalCode.PERIOD_INVALID)
