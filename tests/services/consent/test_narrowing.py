"""A consent made smaller or longer (縮小・延長): what it then permits, and who is told."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from contracts.consent import (
    ConsentWithdrawn,
    DisclosureDecided,
)
from contracts.envelope import Tick
from contracts.shared import Outcome, RefusalCode
from tests.services.consent.lifecycle_cases import (
    BASIC,
    ECONOMIC,
    EXTENDED,
    HEALTH,
    MIDNIGHT,
    NARROWED,
    case,
)
from tests.services.consent.test_stops import delivered, permitted, receipt, stops, verdicts
from tests.services.consent.town import CONSENT, MOTHER, SON, consent, part, request


def test_what_remains_of_a_narrowed_consent_permits_and_what_went_does_not():
    """Active → Active (v+1)."""
    narrowed = case(consent(BASIC, ECONOMIC)).when(NARROWED).then(NARROWED)

    (_, verdict) = narrowed.when(request(part(BASIC), part(ECONOMIC)), source="coordination").events
    assert (Outcome.REDACT, (part(BASIC),)) == (verdict.outcome, verdict.released)


def test_narrowing_tells_each_recipient_to_stop_what_went_of_its_share():
    """Rule 27: to one a category, to the other everything; the former is told of the rest when that ends."""
    two = delivered(permitted(part(BASIC), recipient="poverty", before=delivered(permitted(part(BASIC), part(ECONOMIC))), asked="2"))
    told = two.when(NARROWED)

    assert [("coordinator", CONSENT, (ECONOMIC,)), ("poverty", CONSENT, (BASIC,))] == stops(told)
    withdrawn = told.after().when(ConsentWithdrawn(person=MOTHER, consents=(CONSENT,)))
    assert ["coordinator"] == [recipient for recipient, _, _ in stops(withdrawn)]


def test_what_is_under_way_when_a_consent_is_narrowed_is_decided_anew():
    """The last verdict counts."""
    under_way = permitted(part(BASIC), part(ECONOMIC))

    assert [(Outcome.REDACT, ("CATEGORY_NOT_CONSENTED",))] == verdicts(under_way.when(NARROWED))


def test_what_arrives_after_the_narrowing_is_followed_by_a_stop_notice():
    """It was in flight."""
    under_way = permitted(part(BASIC), part(ECONOMIC))
    (verdict,) = (each.verdict for each in under_way.state.deliveries.values())
    narrowed = under_way.when(NARROWED).after()

    assert [("coordinator", CONSENT, (ECONOMIC,))] == stops(narrowed.when(receipt(verdict), source="tsunagu.courier"))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"consent": "9" * 32}, RefusalCode.CONSENT_NOT_FOUND),
        ({"person": SON}, RefusalCode.CONSENT_NOT_FOUND),
        ({"categories": (BASIC, HEALTH)}, RefusalCode.VALUE_INVALID),
        ({"recipients": ("coordinator", "poverty")}, RefusalCode.VALUE_INVALID),
        ({"categories": (BASIC, ECONOMIC)}, RefusalCode.ALREADY_DONE),
    ],
)
def test_narrowing_leaves_less_of_a_consent_of_that_person(changes: dict[str, Any], code: RefusalCode):
    """It is no way to consent to more."""
    case(consent(BASIC, ECONOMIC)).when(NARROWED.changed(**changes)).then_refused(code)


@pytest.mark.parametrize("changed", [NARROWED, EXTENDED])
def test_what_was_withdrawn_is_neither_narrowed_nor_extended(changed: Any):
    """It is to be asked for anew."""
    case(consent(BASIC, ECONOMIC), ConsentWithdrawn(person=MOTHER, consents=(CONSENT,))).when(changed).then_refused(RefusalCode.WRONG_STATE)


@pytest.mark.parametrize("changed", [NARROWED, EXTENDED])
def test_what_is_over_is_neither_narrowed_nor_extended(changed: Any):
    """From the first moment of the day after, whether it has been noted or not."""
    over = case(consent(BASIC, ECONOMIC))

    over.when(changed, at=MIDNIGHT).then_refused(RefusalCode.WRONG_STATE)
    over.when(Tick(), at=MIDNIGHT).after().when(changed, at=MIDNIGHT).then_refused(RefusalCode.WRONG_STATE)


def test_an_extended_consent_permits_on_the_days_it_has_gained():
    """Active → Active (v+1)."""
    extended = case(consent(BASIC)).when(EXTENDED).then(EXTENDED)

    extended.when(Tick(), at=MIDNIGHT).then_nothing()
    (_, verdict) = extended.when(request(part(BASIC)), source="coordination", at=MIDNIGHT).events
    assert Outcome.PERMIT is verdict.outcome


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"consent": "9" * 32}, RefusalCode.CONSENT_NOT_FOUND),
        ({"person": SON}, RefusalCode.CONSENT_NOT_FOUND),
        ({"valid_to": date(2027, 3, 31)}, RefusalCode.PERIOD_INVALID),
        ({"valid_to": date(2027, 5, 30)}, RefusalCode.CEILING_PERIOD),
    ],
)
def test_an_extension_is_later_and_not_too_late(changes: dict[str, Any], code: RefusalCode):
    """Later than now, and within the longest days from today (rule 4)."""
    case(consent(BASIC)).when(EXTENDED.changed(**changes)).then_refused(code)


def test_the_last_day_within_the_longest_is_taken():
    """366 days with today: the other edge."""
    longest = EXTENDED.changed(valid_to=date(2027, 5, 29))

    case(consent(BASIC)).when(longest).then(longest)


def test_nobody_records_an_extension_for_what_it_receives_itself():
    """As with the consent."""
    case(consent(BASIC)).when(EXTENDED, agency="coordinator").then_refused(RefusalCode.RECORDER_BENEFITS)


def test_an_extension_that_comes_in_time_releases_nothing_by_itself():
    """It only changes how long; what waits for another reason waits on."""
    held = case(consent(BASIC)).when(request(part(HEALTH)), source="coordination").after()

    assert [] == [event for event in held.when(EXTENDED).events if isinstance(event, DisclosureDecided)]
