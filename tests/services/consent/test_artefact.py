"""The form of a consent in full: dates of the data, number of uses, how long to keep, what is left out, who has signed (rules 1-6, 11, 13)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from contracts.consent import (
    CapacityDoubted,
    ConsentExpired,
    ConsentRefused,
    ConsentWithdrawn,
    DisclosureDecided,
    DisclosureReleased,
    ProxyVerified,
)
from contracts.shared import Basis, ConsentMedium, DataCategory, DoubtKind, Exclusion, Grantor, Outcome, ProxyKind, Purpose, RefusalCode
from kernel.testing import AT, Given, Then, given
from tests.services.consent.town import CONSENT, GATE, MOTHER, SON, TOWN, consent, part, request

BASIC, ECONOMIC, HEALTH = DataCategory.BASIC, DataCategory.ECONOMIC, DataCategory.HEALTH
DENY, HOLD, REDACT, PERMIT = Outcome.DENY, Outcome.HOLD, Outcome.REDACT, Outcome.PERMIT
FORM, GUARDIAN = "f" * 64, "d" * 32


def case(*events: Any) -> Given:
    """A case in which these facts are recorded."""
    return given(GATE, *events, shared=TOWN)


def verdict(then: Then) -> DisclosureDecided:
    """The one verdict that a decision gave."""
    (found,) = (event for event in then.events if isinstance(event, DisclosureDecided))
    return found


def ask(before: Given, *parts: Any, **changes: Any) -> DisclosureDecided:
    """The verdict on one request that cannot wait, unless changed."""
    message_id = changes.pop("message_id", "req")
    asked = request(*parts, **{"event_type": "PlanShared", **changes})
    return verdict(before.when(asked, agency="elder", source="coordination", message_id=message_id))


@pytest.mark.parametrize(
    ("form", "authored", "outcome"),
    [
        ({}, date(2026, 5, 1), PERMIT), ({}, date(2026, 3, 31), DENY), ({}, None, PERMIT),
        ({"signed_on": date(2026, 3, 20)}, date(2026, 3, 31), PERMIT), ({"signed_on": date(2026, 3, 20)}, date(2026, 3, 19), DENY),
        ({"authored_from": date(2025, 1, 1)}, date(2025, 1, 1), PERMIT), ({"authored_from": date(2025, 1, 1)}, date(2024, 12, 31), DENY),
        ({"authored_to": date(2026, 4, 30)}, date(2026, 4, 30), PERMIT), ({"authored_to": date(2026, 4, 30)}, date(2026, 5, 1), DENY),
        ({"authored_from": date(2025, 1, 1)}, None, DENY),
    ],
)
def test_rule_2_of_which_dates_the_data_are_is_tested_apart_from_validity(form: dict[str, Any], authored: date | None, outcome: Outcome):
    """Older data than the signature only where the form says so; where it names dates, data without one are not meant."""
    found = ask(case(consent(BASIC, **form)), part(BASIC), authored=authored)

    assert (outcome, () if outcome is PERMIT else ("OTHER_DATES",)) == (found.outcome, found.reasons)


def released(identity: str) -> DisclosureReleased:
    """The coordinator has received something on the consent."""
    return DisclosureReleased(verdict_id="v", decided_at=AT, request_id=identity, event_id="e", event_type="PlanShared", recipient="coordinator",
                              basis=Basis.C, consents=(CONSENT,), released=(part(BASIC),))


def test_rule_1_a_consent_to_one_use_is_used_up_by_it():
    """Counted from what was released; the same request asked again is the same use."""
    used = case(consent(BASIC, use_limit=1), released("first"))

    assert (DENY, ("USED_UP",), ("CONSENT_OF_PERSON",)) == ((found := ask(used, part(BASIC))).outcome, found.reasons, found.releases_when)
    assert PERMIT is ask(used, part(BASIC), message_id="first").outcome
    assert PERMIT is ask(case(consent(BASIC, use_limit=2), released("first")), part(BASIC)).outcome


def test_rule_1_what_is_under_way_counts_as_used():
    """Two requests at once do not both get the one use."""
    before = case(consent(BASIC, use_limit=1))
    under_way = before.when(request(part(BASIC)), source="coordination", message_id="first").after()

    assert ("USED_UP",) == ask(under_way, part(BASIC)).reasons


def test_rule_29_how_long_it_may_be_kept_travels_with_it():
    """The strictest of the consents on which it rests."""
    mother, son = consent(BASIC, keep_until=date(2026, 12, 31)), consent(BASIC, consent="d" * 32, person=SON, keep_until=date(2026, 9, 30))

    assert "KEEP_UNTIL:2026-12-31" == ask(case(mother, son), part(BASIC)).obligations[-1]
    assert "KEEP_UNTIL:2026-09-30" == ask(case(mother, son), part(BASIC), part(BASIC, SON)).obligations[-1]
    assert not [each for each in ask(case(consent(BASIC)), part(BASIC)).obligations if each.startswith("KEEP")]


LEFT_OUT = Exclusion(recipient="coordinator", category=HEALTH)


@pytest.mark.parametrize(
    "ended", [(), (ConsentWithdrawn(person=MOTHER, consents=("e" * 32,)),), (ConsentExpired(person=MOTHER, consent="e" * 32),)], ids=["stands", "withdrawn", "over"],
)
def test_rule_11_what_one_consent_leaves_out_no_other_opens(ended: tuple[Any, ...]):
    """Collected from all consents, whatever the dates; a later one lifts it only by naming it."""
    narrow = consent(BASIC, consent="e" * 32, purpose=Purpose.PARTICIPATION, exclusions=(LEFT_OUT,))
    found = ask(case(narrow, *ended, consent(BASIC, HEALTH)), part(BASIC), part(HEALTH))

    assert (REDACT, [(HEALTH, "EXCLUDED")]) == (found.outcome, [(each.category, each.reason) for each in found.withheld])
    assert PERMIT is ask(case(narrow, consent(BASIC, HEALTH, supersedes=("e" * 32,))), part(BASIC), part(HEALTH)).outcome


def test_rule_11_a_recipient_that_is_left_out_learns_not_even_of_the_case():
    """Nor does a body about that person reach it."""
    nothing_for_poverty = consent(BASIC, recipients=("coordinator", "poverty"), exclusions=(Exclusion(recipient="poverty"),))

    assert ("EXCLUDED",) == ask(case(nothing_for_poverty), recipient="poverty").reasons
    assert ("EXCLUDED",) == ask(case(nothing_for_poverty), part(BASIC), recipient="poverty", persons=(MOTHER,)).reasons
    assert PERMIT is ask(case(nothing_for_poverty), part(BASIC)).outcome


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"authored_from": date(2026, 5, 1), "authored_to": date(2026, 4, 1)}, RefusalCode.CONTRADICTORY),
        ({"signed_on": date(2026, 12, 1)}, RefusalCode.SIGNED_TOO_LATE), ({"keep_until": date(2026, 3, 1)}, RefusalCode.CONTRADICTORY),
        ({"signed_on": None}, RefusalCode.SIGNED_TOO_LATE), ({"medium": ConsentMedium.ORAL, "witnessed": True, "signed_form_hash": FORM}, RefusalCode.CONTRADICTORY),
        ({"use_limit": -1}, RefusalCode.VALUE_INVALID), ({"previous_hash": FORM}, RefusalCode.PREVIOUS_HASH),
        ({"exclusions": (Exclusion(category=BASIC),)}, RefusalCode.CONTRADICTORY), ({"exclusions": (Exclusion(recipient="coordinator"),)}, RefusalCode.CONTRADICTORY),
        ({"exclusions": (Exclusion(recipient="nobody", category=HEALTH),)}, RefusalCode.RECIPIENT_UNKNOWN),
        ({"given_by": Grantor.RELATIVE}, RefusalCode.PROXY_INVALID), ({"given_by": Grantor.GUARDIAN}, RefusalCode.PROXY_INVALID),
        ({"proxy": GUARDIAN}, RefusalCode.PROXY_INVALID),
    ],
)
def test_rule_1_a_form_that_contradicts_itself_is_not_recorded(changes: dict[str, Any], code: RefusalCode):
    """Days that are none, a yes that is a no, a signature that counts for nothing."""
    case().when(consent(BASIC, **changes)).then_refused(code)


def mandate(**changes: Any) -> ProxyVerified:
    """A guardian for coordination, verified by document, unless changed."""
    return ProxyVerified(**{
        "person": MOTHER, "proxy": GUARDIAN, "proxy_kind": ProxyKind.GUARDIAN, "document_hash": FORM, "purposes": (Purpose.COORDINATION,),
        "valid_from": date(2026, 1, 1), "valid_to": date(2027, 12, 31), **changes,
    })


@pytest.mark.parametrize(
    ("changes", "recorded"),
    [({}, True), ({"proxy": "e" * 32}, False), ({"purposes": (Purpose.PARTICIPATION,)}, False), ({"valid_to": date(2026, 12, 31)}, False),
     ({"proxy_kind": ProxyKind.PARENT}, False)],
)
def test_rule_21_a_proxy_signs_within_what_was_verified(changes: dict[str, Any], recorded: bool):
    """The very proxy, in scope and time."""
    signed = consent(BASIC, given_by=Grantor.GUARDIAN, proxy=GUARDIAN)
    then = case(CapacityDoubted(person=MOTHER, doubt=DoubtKind.ADULT_CAPACITY), mandate(**changes)).when(signed)

    assert then.then(signed) if recorded else then.then_refused(RefusalCode.PROXY_INVALID)


@pytest.mark.parametrize("recipients", [("poverty",), ("poverty", "coordinator")])
def test_rule_1_whoever_benefits_shows_the_signed_form(recipients: tuple[str, ...]):
    """A desk that the person comes to may record a consent to itself, with proof; without, it waits (test_confirmation)."""
    for medium in (ConsentMedium.PAPER, ConsentMedium.ELECTRONIC):
        granted = consent(BASIC, recipients=recipients, signed_form_hash=FORM, medium=medium)
        case().when(granted, agency="poverty").then(granted)


def test_rule_2_a_consent_from_before_its_recording_says_when_it_was_signed():
    """Else a form of today would open what was written down months ago."""
    today = consent(BASIC, valid_from=date(2026, 5, 29), signed_on=None)

    case().when(today).then(today)
    case().when(today.changed(valid_from=date(2026, 5, 28))).then_refused(RefusalCode.SIGNED_TOO_LATE)
    signed = today.changed(valid_from=date(2026, 1, 1), signed_on=date(2025, 12, 31), valid_to=date(2026, 12, 31))
    case().when(signed).then(signed)


def test_rule_13_what_the_pack_does_not_know_waits_for_a_human():
    """Neither permitted nor refused by a machine; what is known goes meanwhile, and a no stays a no."""
    refusal = ConsentRefused(consent="e" * 32, person=MOTHER, purpose=Purpose.COORDINATION, categories=(HEALTH,))
    unmapped = part(DataCategory.UNMAPPED)

    found = ask(case(consent(BASIC)), unmapped)
    assert (HOLD, ("UNMAPPED",), ("CODE_MAPPED",)) == (found.outcome, found.reasons, found.releases_when)
    assert (HOLD, ("UNMAPPED",)) == ((found := ask(case(consent(BASIC)), part(BASIC), purpose=Purpose.UNMAPPED)).outcome, found.reasons)
    assert REDACT is ask(case(consent(BASIC)), part(BASIC), unmapped).outcome
    assert DENY is ask(case(consent(BASIC), refusal), unmapped).outcome


def test_rule_9_what_is_not_said_matches_nothing():
    """No purpose, no label: the most sensitive there is, and no reason to wait."""
    assert (DENY, ("PURPOSE_MISSING",)) == ((found := ask(case(consent(BASIC)), part(BASIC), event_type="CoordinationReferred", purpose="")).outcome, found.reasons)
    assert ("UNLABELLED",) == ask(case(consent(BASIC)), part("")).reasons


def test_rule_13_a_no_to_a_part_is_a_no_to_the_whole_that_holds_it():
    """Asking for the parent of what was refused opens nothing."""
    refusal = ConsentRefused(consent="e" * 32, person=MOTHER, purpose=Purpose.OUTREACH)

    assert ("PERSON_REFUSED",) == ask(case(consent(BASIC), refusal), part(BASIC)).reasons
    assert ("PERSON_REFUSED",) == ask(case(consent(BASIC), refusal), part(BASIC), purpose=Purpose.OUTREACH).reasons


def test_withdrawn_and_asked_again_is_a_no_whatever_else_was_agreed_to():
    """Another consent to the same agency does not undo what was taken back."""
    withdrawn = ConsentWithdrawn(person=MOTHER, consents=(CONSENT,))
    found = ask(case(consent(BASIC), consent(ECONOMIC, consent="d" * 32), withdrawn), part(BASIC), event_type="CoordinationReferred")

    assert (DENY, ("CONSENT_WITHDRAWN",)) == (found.outcome, found.reasons)
