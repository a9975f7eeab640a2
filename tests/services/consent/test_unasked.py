"""After a release that did not ask the person (V, L): who is told, until when it may be used, who looks at it, and what comes of that."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from contracts.consent import (
    CorrectionMade,
    CorrectionRequested,
    DisclosureAcknowledged,
    DisclosureDecided,
    EmergencyUseFrequent,
    IdentityVerified,
    PersonTellingDelayed,
    PersonTold,
    RecallRequested,
    ReviewClosed,
    ReviewOpened,
    RightsDecided,
    StopNoticeAnswered,
    UseExpired,
)
from contracts.envelope import DeadlineMet, DeadlineMissed, DeadlineSet, Tick
from contracts.shared import (
    Basis,
    DataCategory,
    Deadline,
    Outcome,
    Purpose,
    RecallReason,
    RefusalCode,
    ReviewFinding,
    RightsOutcome,
    StopAnswer,
    TellingDelayReason,
)
from kernel.days import DAY_MS, HOUR_MS, day_in_japan, end_of
from kernel.testing import AT, Given, given
from services.consent.domain import pack as packs
from services.consent.domain.gate import gate
from tests.services.consent.test_aftercare import told
from tests.services.consent.test_stops import receipt
from tests.services.consent.town import MOTHER, TOWN, consent, part, request

ADDRESS, DANGER = DataCategory.ADDRESS, DataCategory.DANGER
FIRST, SECOND = (packs.read(yaml.safe_load(Path(f"policies/{name}.yaml").read_text("utf-8")), "hash") for name in ("national", "national-2"))
BEFORE = gate({"hash": replace(FIRST, deadlines={})})
"""The first version of the national pack, without deadlines."""
AFTER = gate({"hash": replace(SECOND, deadlines={**SECOND.deadlines, Deadline.RECEIPT_ACKNOWLEDGED: 3})})
"""By the second version of the national pack, which counts and lets nobody forget; and receipts are to be acknowledged."""
TODAY = day_in_japan(AT)
REQUEST = "11111111-2222-8333-8444-555555555555"
NUMBER = REQUEST.replace("-", "")
END = AT + 72 * HOUR_MS
TOLD = PersonTold(request_id=REQUEST, told_on=TODAY)
LATER = PersonTellingDelayed(request_id=REQUEST, reason=TellingDelayReason.DANGER_TO_PERSON, until=TODAY + timedelta(days=30))
RIGHT = ReviewClosed(request_id=REQUEST, finding=ReviewFinding.JUSTIFIED)
WRONG = RIGHT.changed(finding=ReviewFinding.NOT_JUSTIFIED)
CALL = request(
    part(ADDRESS), part(DANGER), recipient="police", agency="outreach", event_type="EmergencyRaised", basis=Basis.V, purpose=Purpose.EMERGENCY,
)


def called(pack: Any = AFTER, before: Given | None = None, asked: str = REQUEST, at: int = AT) -> Given:
    """The outreach team has called the police; the copy is on its way."""
    return (before or given(pack, shared=TOWN)).when(CALL, source="consultation", agency="outreach", message_id=asked, at=at).after()


def given_out(before: Given | None = None) -> Given:
    """It has arrived."""
    for each in (before := before or called()).state.deliveries.values():
        before = before.when(receipt(each.verdict).changed(basis=each.verdict.basis), source="tsunagu.courier").after()
    return before


def kinds(events: tuple[Any, ...]) -> list[type]:
    """The types of what was decided."""
    return [type(event) for event in events]


def test_rule_19_whoever_gave_has_the_days_of_the_pack_to_tell_the_person():
    """From the delivery on, once; told is told."""
    watched = DeadlineSet(deadline=Deadline.PERSON_TOLD, of=REQUEST, agency="outreach", due=AT + 14 * DAY_MS)
    out = given_out()

    assert [watched] == [each for each in out.past if isinstance(each, DeadlineSet) and each.deadline is Deadline.PERSON_TOLD]
    out.when(TOLD, agency="outreach").then(TOLD, DeadlineMet(deadline=Deadline.PERSON_TOLD, of=REQUEST)).when(
        TOLD, agency="outreach",
    ).then_refused(RefusalCode.ALREADY_DONE)


def test_a_pack_without_such_days_sets_none_and_takes_the_word_all_the_same():
    """As in the first version of the national pack."""
    out = given_out(called(BEFORE))

    assert not [each for each in out.past if isinstance(each, DeadlineSet)]
    out.when(TOLD, agency="outreach").then(TOLD)


def test_rule_19_a_person_who_was_not_told_is_a_matter_of_the_municipality():
    """Whoever gave and the municipality learn it, by codes alone."""
    missed = given_out().when(Tick(), agency="", at=AT + 14 * DAY_MS)

    place = [each.deadline for each in missed.events if isinstance(each, DeadlineMissed)].index(Deadline.PERSON_TOLD)
    asked = [each.recipient for each in missed.events if getattr(each, "event_id", "") == missed.context.event_id(place)]
    assert ["outreach", "municipality"] == list(dict.fromkeys(asked))
    assert {Outcome.PERMIT} == {outcome for *_, outcome in told(missed)}


@pytest.mark.parametrize(
    ("message", "agency", "code"),
    [
        (TOLD, "police", RefusalCode.CONSENT_NOT_FOUND),
        (TOLD.changed(request_id="another"), "outreach", RefusalCode.CONSENT_NOT_FOUND),
        (TOLD.changed(told_on=TODAY + timedelta(days=1)), "outreach", RefusalCode.PERIOD_INVALID),
        (LATER, "police", RefusalCode.CONSENT_NOT_FOUND),
        (LATER.changed(until=TODAY + timedelta(days=31)), "outreach", RefusalCode.DELAY_NOT_PERMITTED),
        (LATER.changed(until=TODAY - timedelta(days=1)), "outreach", RefusalCode.PERIOD_INVALID),
    ],
)
def test_who_gave_tells_and_when_it_has_done_so(message: Any, agency: str, code: RefusalCode):
    """Nobody else; not tomorrow; not later than the pack permits."""
    given_out().when(message, agency=agency).then_refused(code)


def test_nothing_is_told_of_what_has_not_arrived():
    """It is still under way."""
    called().when(TOLD, agency="outreach").then_refused(RefusalCode.CONSENT_NOT_FOUND)


def test_rule_20_a_delay_ends_on_a_day_that_is_named():
    """The deadline moves there, and is missed there."""
    watched = DeadlineSet(deadline=Deadline.PERSON_TOLD, of=REQUEST, agency="outreach", due=end_of(LATER.until))
    late = given_out().when(LATER, agency="outreach").then(LATER, watched)

    before = late.when(Tick(), agency="", at=AT + 29 * DAY_MS)
    assert Deadline.PERSON_TOLD not in {each.deadline for each in before.events if isinstance(each, DeadlineMissed)}
    after = before.after().when(Tick(), agency="", at=end_of(LATER.until))
    assert Deadline.PERSON_TOLD in {each.deadline for each in after.events if isinstance(each, DeadlineMissed)}


def test_rule_20_one_delay_after_another_leads_no_further_than_the_first_could():
    """It is counted from the release."""
    late = given_out().when(LATER, agency="outreach").after()

    late.when(LATER.changed(until=TODAY + timedelta(days=50)), agency="outreach", at=AT + 25 * DAY_MS).then_refused(RefusalCode.DELAY_NOT_PERMITTED)


def test_rule_20_a_basis_without_such_days_permits_no_delay():
    """As V in the first version of the national pack; not even until today."""
    given_out(called(BEFORE)).when(LATER.changed(until=TODAY), agency="outreach").then_refused(RefusalCode.DELAY_NOT_PERMITTED)


def test_rule_19_the_time_of_use_ends_and_recipient_and_giver_are_told_at_that_time():
    """As the duty said that travelled with it; once; not before."""
    out = given_out()
    over = UseExpired(recipient="police", holder="police", request_id=REQUEST, notice=NUMBER, basis=Basis.V)
    assert END == AFTER.due(out.state)

    out.when(Tick(), agency="", at=END - 1).then_nothing()
    ended = out.when(Tick(), agency="", at=END)
    assert [over, over.changed(recipient="outreach")] == [each for each in ended.events if isinstance(each, UseExpired)]
    assert UseExpired not in kinds(ended.after().when(Tick(), agency="", at=END + DAY_MS).events)


def test_the_end_of_use_is_answered_as_a_stop_notice_is():
    """By the number of the notice; the giver learns it; silence escalates."""
    ended = given_out().when(Tick(), agency="", at=END).after()
    answer = StopNoticeAnswered(consent=NUMBER, answer=StopAnswer.DELETED)

    assert [("StopNoticeAnswered", "outreach", Outcome.PERMIT)] == told(ended.when(answer, agency="police"))
    ended.when(answer, agency="tax").then_refused(RefusalCode.CONSENT_NOT_FOUND)
    silent = ended.when(Tick(), agency="", at=END + 7 * DAY_MS)
    assert f"{NUMBER}/police" in [each.of for each in silent.events if isinstance(each, DeadlineMissed)]
    assert {("police", Outcome.PERMIT), ("outreach", Outcome.PERMIT)} <= {(to, outcome) for _, to, outcome in told(silent)}


def test_what_is_given_on_a_consent_may_be_used_as_long_as_that_says():
    """No end of use without a duty to end it, and nobody to tell."""
    granted = given(AFTER, consent(ADDRESS), shared=TOWN).when(request(part(ADDRESS)), source="coordination", message_id=REQUEST).after()
    out = given_out(granted)

    assert ({}, {}) == (out.state.aftercare.unasked.ends, out.state.aftercare.unasked.released)
    out.when(TOLD, agency="elder").then_refused(RefusalCode.CONSENT_NOT_FOUND)


def test_rule_19_a_review_is_opened_for_each_reviewer_and_closed_once():
    """Right: the giver learns it."""
    out = given_out()
    assert [ReviewOpened] == [type(each) for each in out.past if isinstance(each, ReviewOpened)]
    closed = out.when(RIGHT, agency="municipality")

    assert (RIGHT, DeadlineMet(deadline=Deadline.EMERGENCY_REVIEW, of=f"{REQUEST}/municipality")) == closed.events[:2]
    assert [("ReviewClosed", "outreach", Outcome.PERMIT)] == told(closed)
    closed.after().when(WRONG, agency="municipality").then_refused(RefusalCode.ALREADY_DONE)


@pytest.mark.parametrize("agency", ["outreach", "police", "tax"])
def test_nobody_but_the_reviewer_closes_a_review(agency: str):
    """Least of all whoever gave."""
    given_out().when(RIGHT, agency=agency).then_refused(RefusalCode.CONSENT_NOT_FOUND)
    given_out().when(RIGHT.changed(request_id="another"), agency="municipality").then_refused(RefusalCode.CONSENT_NOT_FOUND)


def test_rule_19_what_was_not_justified_is_recalled():
    """Both sides learn it; it is recalled once."""
    recall = RecallRequested(request_id=REQUEST, reason=RecallReason.NOT_JUSTIFIED)
    closed = given_out().when(WRONG, agency="municipality")

    assert recall in closed.events
    assert [("ReviewClosed", "outreach"), ("RecallRequested", "police"), ("RecallRequested", "outreach")] == [(kind, to) for kind, to, _ in told(closed)]
    assert {Outcome.PERMIT} == {outcome for *_, outcome in told(closed)}
    closed.after().when(recall, agency="outreach").then_refused(RefusalCode.ALREADY_DONE)


def test_what_was_recalled_before_is_not_recalled_again():
    """The finding alone is recorded and told."""
    recalled = given_out().when(RecallRequested(request_id=REQUEST, reason=RecallReason.WRONG_RECIPIENT), agency="outreach").after()

    assert RecallRequested not in kinds(recalled.when(WRONG, agency="municipality").events)


def test_what_is_still_under_way_is_not_found_wrong():
    """There is nothing to recall yet; right it may be."""
    called().when(WRONG, agency="municipality").then_refused(RefusalCode.WRONG_STATE)
    assert RIGHT == called().when(RIGHT, agency="municipality").events[0]


def test_a_finding_has_no_road_in_a_pack_from_before_there_were_any():
    """It is recorded, met, and told to nobody."""
    given_out(called(BEFORE)).when(RIGHT, agency="municipality").then(RIGHT, DeadlineMet)


def test_r16_a_review_that_nobody_closes_in_its_hours_is_missed():
    """Told to the reviewer itself."""
    missed = given_out().when(Tick(), agency="", at=END)

    (late,) = [each for each in missed.events if isinstance(each, DeadlineMissed) and each.deadline is Deadline.EMERGENCY_REVIEW]
    assert (Deadline.EMERGENCY_REVIEW, f"{REQUEST}/municipality", "municipality") == (late.deadline, late.of, late.agency)


def test_rule_19_more_uses_than_the_pack_expects_are_told_to_the_reviewer():
    """The fourth within a day; each further one too; three are none."""
    calls = given(AFTER, shared=TOWN)
    for number in range(3):
        calls = called(before=calls, asked=f"{number}", at=AT + number)
    assert EmergencyUseFrequent not in kinds(calls.past)

    alarm = EmergencyUseFrequent(recipient="municipality", agency="outreach", uses=4, hours=24, request_id="3")
    assert alarm == called(before=calls, asked="3", at=AT + 24 * HOUR_MS - 1).past[-1]
    assert EmergencyUseFrequent not in kinds(called(before=calls, asked="3", at=AT + 24 * HOUR_MS).past)  # the first is a day ago


def test_uses_of_other_agencies_and_what_was_refused_do_not_count():
    """The tax office has no such right."""
    calls = given(AFTER, shared=TOWN)
    for number in range(5):
        calls = calls.when(CALL.changed(agency="tax"), source="consultation", agency="tax", message_id=f"t{number}").after()

    assert EmergencyUseFrequent not in kinds(called(before=calls).past)


def test_a_pack_without_a_rate_gives_no_alarm():
    """As the first version of the national pack."""
    calls = given(BEFORE, shared=TOWN)
    for number in range(9):
        calls = called(before=calls, asked=f"{number}")

    assert EmergencyUseFrequent not in kinds(calls.past)


def test_rule_29_a_receipt_is_to_be_acknowledged_where_the_pack_gives_days_for_it():
    """Met by the acknowledgement; silence is told to both."""
    watched = DeadlineSet(deadline=Deadline.RECEIPT_ACKNOWLEDGED, of=REQUEST, agency="police", due=AT + 3 * DAY_MS)
    out = given_out()
    assert watched in out.past

    acknowledged = out.when(DisclosureAcknowledged(request_id=REQUEST), agency="police")
    assert DeadlineMet(deadline=Deadline.RECEIPT_ACKNOWLEDGED, of=REQUEST) == acknowledged.events[1]
    silent = out.when(Tick(), agency="", at=AT + 3 * DAY_MS)
    missed = DeadlineMissed(deadline=Deadline.RECEIPT_ACKNOWLEDGED, of=REQUEST, agency="police", due=AT + 3 * DAY_MS)
    assert missed in silent.events
    assert {("DeadlineMissed", "police"), ("DeadlineMissed", "outreach")} <= {(kind, to) for kind, to, _ in told(silent)}


def test_a_second_copy_sets_no_second_deadline():
    """The courier may deliver twice; the days run from the first."""
    out = given_out()
    (verdict,) = [each for each in out.past if isinstance(each, DisclosureDecided)]
    again = out.when(receipt(verdict).changed(basis=Basis.V), source="tsunagu.courier", at=AT + DAY_MS)

    assert DeadlineSet not in kinds(again.events)


def test_l_has_no_end_of_use_and_may_wait_ninety_days():
    """A notice of abuse must not warn whoever harms."""
    notice = CALL.changed(
        basis=Basis.L, recipient="municipality", parts=(part(DataCategory.ABUSE),), agency="elder", purpose=Purpose.STATUTORY_WORK,
    )
    out = given_out(given(AFTER, shared=TOWN).when(notice, source="consultation", agency="elder", message_id=REQUEST).after())
    wait = LATER.changed(reason=TellingDelayReason.WOULD_WARN_THE_HARMER, until=TODAY + timedelta(days=90))

    assert {} == out.state.aftercare.unasked.ends
    assert wait == out.when(wait, agency="elder").events[0]
    out.when(wait.changed(until=date(2027, 1, 1)), agency="elder").then_refused(RefusalCode.DELAY_NOT_PERMITTED)


def test_r12_a_correction_is_told_to_those_who_have_received_it_without_being_asked():
    """The police went to the wrong house; nobody else is told, and not of what it has not received."""
    request_id = "4" * 32
    asked = CorrectionRequested(request=request_id, person=MOTHER, by_proxy=False)
    decided = RightsDecided(request=request_id, outcome=RightsOutcome.GRANTED, reasons=(), withheld=())
    desk = given(AFTER, *given_out().past, asked, IdentityVerified(request=request_id), decided, shared=TOWN)
    corrected = CorrectionMade(request=request_id, person=MOTHER, categories=(ADDRESS,))

    assert [("CorrectionMade", "police", Outcome.PERMIT)] == told(desk.when(corrected, agency="municipality", persons=(MOTHER,)))
    assert [] == told(desk.when(corrected.changed(categories=(DataCategory.HEALTH,)), agency="municipality", persons=(MOTHER,)))
