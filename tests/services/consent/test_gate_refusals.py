"""The gate and a no: what a refusal meets, and what lifts it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from contracts.consent import ConsentRefused, ConsentWithdrawn
from contracts.shared import DataCategory, Outcome, Purpose, RefusalCode
from tests.services.consent.gate_cases import BASIC, HEALTH, ask, case, verdict
from tests.services.consent.town import CONSENT, MOTHER, SON, consent, part, request


def test_rule_8_an_explicit_refusal_is_not_held():
    """Rule 8: a refusal with no other basis is DENY and triggers nothing."""
    refusal = ConsentRefused(consent="e" * 32, person=MOTHER, purpose=Purpose.COORDINATION)
    found = ask(case(refusal), part(BASIC))

    assert (Outcome.DENY, ("PERSON_REFUSED",)) == (found.outcome, found.reasons)


def test_a_refusal_of_something_else_is_no_refusal_of_this():
    """Another purpose, another recipient: the referral waits for a consent, and nobody is told that the person refuses."""
    other = ConsentRefused(consent="e" * 32, person=MOTHER, purpose=Purpose.PARTICIPATION, recipients=("workshop",))

    assert (Outcome.HOLD, ("NO_CONSENT",)) == ((found := ask(case(other), part(BASIC))).outcome, found.reasons)


@pytest.mark.parametrize("person", [MOTHER, SON])
def test_an_event_without_sealed_parts_does_not_cross_against_a_refusal(person: str):
    """Rule 11: whoever of the household has refused this recipient, even a bare notice of concern stays."""
    refusal = ConsentRefused(consent="e" * 32, person=person, purpose=Purpose.COORDINATION, recipients=("coordinator",))
    found = ask(case(consent(BASIC), refusal), event_type="TaskAssigned")

    assert (Outcome.DENY, ("PERSON_REFUSED",)) == (found.outcome, found.reasons)


def test_rule_11_a_no_to_a_purpose_meets_what_stands_above_and_below_it():
    """Outreach is a part of coordination: who refuses it is not coordinated either, as with categories; other purposes go on."""
    yes, no = consent(BASIC), ConsentRefused(consent="e" * 32, person=MOTHER, purpose=Purpose.OUTREACH)

    for parts in ((part(BASIC),), ()):
        assert ("PERSON_REFUSED",) == ask(case(yes, no), *parts).reasons
        assert ("PERSON_REFUSED",) == ask(case(yes, no.changed(purpose=Purpose.COORDINATION)), *parts, purpose=Purpose.OUTREACH).reasons
        assert Outcome.PERMIT is ask(case(yes, no.changed(purpose=Purpose.COMMUNITY)), *parts).outcome


def test_rule_11_a_no_to_one_category_does_not_stop_a_body_without_parts():
    """Which says no more than the body of an event with parts does: of health nothing goes in either."""
    yes, no = consent(BASIC), ConsentRefused(consent="e" * 32, person=MOTHER, purpose=Purpose.COORDINATION, categories=(HEALTH,))

    assert Outcome.PERMIT is ask(case(yes, no), persons=(MOTHER,)).outcome
    assert Outcome.PERMIT is ask(case(yes, no), part(BASIC), persons=(MOTHER,)).outcome
    assert ("PERSON_REFUSED",) == ask(case(yes, no), part(HEALTH), persons=(MOTHER,)).reasons


def test_a_refusal_cancels_what_waits():
    """A no that arrives during a hold ends it as DENY."""
    held = case().when(request(part(BASIC)), source="coordination").after()
    ended = held.when(ConsentRefused(consent="e" * 32, person=MOTHER, purpose=Purpose.COORDINATION))

    assert Outcome.DENY is verdict(ended).outcome


@pytest.mark.parametrize(("supersedes", "outcome"), [((), Outcome.DENY), (("e" * 32,), Outcome.PERMIT)])
def test_rule_11_a_later_consent_lifts_a_refusal_only_by_naming_it(supersedes: tuple[str, ...], outcome: Outcome):
    """Rule 11: no 'newest wins'."""
    refusal = ConsentRefused(consent="e" * 32, person=MOTHER, purpose=Purpose.COORDINATION)
    found = ask(case(refusal, consent(BASIC, supersedes=supersedes)), part(BASIC))

    assert outcome is found.outcome


def test_a_new_yes_that_has_not_begun_is_later_than_an_old_no():
    """Withdrawn once, agreed to anew from a later day on: it waits for that day."""
    again = consent(BASIC, consent="d" * 32, valid_from=date(2026, 12, 1))
    found = ask(case(consent(BASIC), ConsentWithdrawn(person=MOTHER, consents=(CONSENT,)), again), part(BASIC))

    assert (Outcome.HOLD, ("CONSENT_NOT_YET",)) == (found.outcome, found.reasons)


def test_an_essential_part_that_the_person_has_refused_is_no_reason_to_wait():
    """Rule 8: a refusal is DENY, not pressed; nothing is offered that would open it."""
    refusal = ConsentRefused(consent="e" * 32, person=MOTHER, purpose=Purpose.COORDINATION, categories=(HEALTH,))
    found = ask(case(consent(BASIC, HEALTH), refusal), part(BASIC), part(HEALTH, essential=True))

    assert (Outcome.DENY, (), ()) == (found.outcome, found.released, found.releases_when)


def test_a_refusal_is_recorded_once():
    """Its number is taken, by itself or by a consent."""
    refusal = ConsentRefused(consent=CONSENT, person=MOTHER, purpose=Purpose.COORDINATION)

    case(refusal).when(refusal).then_refused(RefusalCode.ALREADY_DONE)
    case(consent(BASIC)).when(refusal).then_refused(RefusalCode.ALREADY_DONE)
    case(refusal).when(consent(BASIC)).then_refused(RefusalCode.ALREADY_DONE)


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"purpose": Purpose.UNMAPPED}, RefusalCode.PURPOSE_MISSING), ({"categories": (DataCategory.UNMAPPED,)}, RefusalCode.CATEGORIES_MISSING)],
)
def test_a_refusal_that_would_stop_nothing_is_not_recorded(changes: dict[str, Any], code: RefusalCode):
    """Otherwise the person would have said no, and nobody would have heard it."""
    case().when(ConsentRefused(**{"consent": "e" * 32, "person": MOTHER, "purpose": Purpose.COORDINATION, **changes})).then_refused(code)
