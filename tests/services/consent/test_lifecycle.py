"""The life of a consent: asked, answered, narrowed, extended, over; whether the person can decide, and who can instead."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.consent import (
    ConsentRefused,
)
from contracts.envelope import Tick
from contracts.outreach import ContactStateChanged
from contracts.shared import DataCategory, Purpose, RefusalCode
from kernel.days import DAY_MS
from kernel.testing import AT
from tests.services.consent.lifecycle_cases import (
    BASIC,
    HEALTH,
    YES,
    case,
)
from tests.services.consent.town import ASKED, CONSENT, MOTHER, SON, consent, part, request


def test_r3_a_person_is_asked_and_silence_is_no_yes():
    """R3: however much time passes, a request stays a request."""
    asked = case().when(ASKED).then(ASKED)

    asked.when(Tick(), at=AT + 1_000 * DAY_MS).then_nothing()
    assert {ASKED.consent} == set(asked.state.standing.asked)
    (_, verdict) = asked.when(request(part(BASIC)), source="coordination").events
    assert ("NO_CONSENT",) == verdict.reasons


@pytest.mark.parametrize("answer", [YES, ConsentRefused(consent=ASKED.consent, person=MOTHER, purpose=Purpose.COORDINATION)])
def test_a_yes_or_a_no_answers_the_request(answer: Any):
    """Asked → Active, Asked → Refused."""
    assert {} == case(ASKED).when(answer).then(answer).state.standing.asked


def test_rule_5_after_a_no_the_person_may_be_asked_again():
    """Refused → Asked: with a request of its own."""
    refused = case(ConsentRefused(consent="7" * 32, person=MOTHER, purpose=Purpose.COORDINATION))

    refused.when(ASKED).then(ASKED)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"purpose": Purpose.UNMAPPED}, RefusalCode.PURPOSE_MISSING),
        ({"categories": ()}, RefusalCode.CATEGORIES_MISSING),
        ({"categories": (DataCategory.UNMAPPED,)}, RefusalCode.CATEGORIES_MISSING),
        ({"recipients": ()}, RefusalCode.RECIPIENTS_MISSING),
        ({"recipients": ("nobody",)}, RefusalCode.RECIPIENT_UNKNOWN),
        ({"consent": CONSENT}, RefusalCode.ALREADY_DONE),
    ],
)
def test_a_request_says_what_for_of_what_and_to_whom(changes: dict[str, Any], code: RefusalCode):
    """Rules 1 and 4: nobody is asked for everything at once, nor twice in one."""
    case(consent(BASIC)).when(ASKED.changed(**changes)).then_refused(code)


def test_nobody_is_asked_twice_by_the_same_request():
    """It stands already."""
    case(ASKED).when(ASKED).then_refused(RefusalCode.ALREADY_DONE)


def test_nobody_is_asked_before_the_first_contact():
    """domain.md §2.6: who visits asks for a consent only from Contacted on; what outreach has told counts."""
    away, there = (ContactStateChanged(agency="outreach", reached=reached) for reached in (False, True))
    unmet = case().when(away, source="tsunagu.outreach").then(away)

    unmet.when(ASKED, agency="outreach").then_refused(RefusalCode.NO_CONTACT_YET)
    unmet.when(there, source="tsunagu.outreach").after().when(ASKED, agency="outreach").then(ASKED)


def test_who_does_not_visit_asks_whenever_it_likes():
    """A desk that the person comes to has met the person, whatever the visitors have seen; another visitor's contact is not one's own."""
    unmet = case(ContactStateChanged(agency="outreach", reached=False))

    unmet.when(ASKED, agency="elder").then(ASKED)
    other = ContactStateChanged(agency="elder", reached=True)
    unmet.when(other, source="tsunagu.outreach").after().when(ASKED, agency="outreach").then_refused(RefusalCode.NO_CONTACT_YET)


@pytest.mark.parametrize("said", [consent(BASIC), ConsentRefused(consent="8" * 32, person=MOTHER, purpose=Purpose.PARTICIPATION)])
def test_who_visits_asks_before_the_first_contact_only_whoever_has_answered_before(said: Any):
    """Outreach that coordination asks for (図 a6) silences nobody who has spoken with another desk; of the others it asks nobody."""
    unmet = case(said, ContactStateChanged(agency="outreach", reached=False))

    unmet.when(ASKED, agency="outreach").then(ASKED)
    unmet.when(ASKED.changed(person=SON), agency="outreach").then_refused(RefusalCode.NO_CONTACT_YET)


@pytest.mark.parametrize(
    "changes",
    [
        {"person": SON}, {"purpose": Purpose.PARTICIPATION}, {"categories": (BASIC, HEALTH)}, {"recipients": ("coordinator", "workshop")},
    ],
)
def test_a_yes_is_to_what_was_asked(changes: dict[str, Any]):
    """What goes beyond is to be asked for by a request of its own."""
    case(ASKED).when(YES.changed(**changes)).then_refused(RefusalCode.VALUE_INVALID)


def test_a_no_is_that_of_the_person_who_was_asked():
    """The son cannot refuse for his mother."""
    refusal = ConsentRefused(consent=ASKED.consent, person=SON, purpose=Purpose.COORDINATION)

    case(ASKED).when(refusal).then_refused(RefusalCode.VALUE_INVALID)
