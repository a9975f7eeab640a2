"""The gate and consent: what a yes lets across, part by part; each rule in a sentence."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from contracts.consent import ConfirmationAwaited
from contracts.envelope import DisclosureRequested
from contracts.shared import Basis, ConsentMedium, DataCategory, Outcome, Purpose, RefusalCode
from tests.services.consent.gate_cases import BASIC, ECONOMIC, HEALTH, ask, case
from tests.services.consent.town import CONSENT, MOTHER, SON, consent, part, request


def test_r2_consent_that_covers_every_part_permits():
    """Case 1: signed consent for the coordinator, coordination, basic and economic."""
    found = ask(case(consent(BASIC, ECONOMIC)), part(BASIC), part(ECONOMIC))

    assert (Outcome.PERMIT, Basis.C, (CONSENT,), "log/3/14", "hash") == (found.outcome, found.basis, found.consents, found.position, found.policy)


def test_r2_a_category_without_consent_is_withheld():
    """Case 2: the same event also carries a diagnosis."""
    found = ask(case(consent(BASIC, ECONOMIC)), part(BASIC), part(HEALTH))

    assert Outcome.REDACT == found.outcome
    assert [(HEALTH, "CATEGORY_NOT_CONSENTED")] == [(entry.category, entry.reason) for entry in found.withheld]


def test_rule_10_two_consents_that_each_cover_half_permit_no_whole():
    """The illness is consented to, but for another purpose, to another recipient, or in another month: it stays."""
    for half in ({"purpose": Purpose.OUTREACH}, {"recipients": ("poverty",)}, {"valid_to": date(2026, 4, 30)}):
        assert ("CATEGORY_NOT_CONSENTED",) == ask(case(consent(BASIC), consent(HEALTH, consent="e" * 32, **half)), part(BASIC), part(HEALTH)).reasons


def test_rule_10_what_one_person_gives_comes_whole_from_one_consent():
    """Of two that fit, the one that covers most; the other adds nothing."""
    found = ask(case(consent(BASIC), consent(BASIC, ECONOMIC, consent="e" * 32), consent(HEALTH, consent="f" * 32)),
                part(BASIC), part(ECONOMIC), part(HEALTH))

    assert ("e" * 32,) == found.consents
    assert [BASIC, ECONOMIC] == [each.category for each in found.released]
    assert [HEALTH] == [each.category for each in found.withheld]


def test_r4_facts_about_another_person_need_that_persons_own_consent():
    """Case 10: the mother consents for herself; everything of the son is withheld."""
    found = ask(case(consent(BASIC, HEALTH)), part(BASIC), part(HEALTH, SON))

    assert [(SON, HEALTH, "NO_CONSENT")] == [(entry.person, entry.category, entry.reason) for entry in found.withheld]
    assert [MOTHER] == [entry.person for entry in found.released]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"recipient": "workshop"}, "RECIPIENT_NOT_NAMED"),
        ({"purpose": Purpose.TAX_COLLECTION}, "PURPOSE_NOT_CONSENTED"),
    ],
)
def test_r2_consent_for_another_recipient_or_purpose_is_none(changes: dict[str, Any], reason: str):
    """Cases 3 and 4: no wildcard, no other use."""
    found = ask(case(consent(BASIC)), part(BASIC), event_type="PlanShared", **changes)

    assert (Outcome.DENY, (reason,)) == (found.outcome, found.reasons)


@pytest.mark.parametrize(("after_the_last_second_ms", "outcome"), [(-1, Outcome.PERMIT), (0, Outcome.DENY)])
def test_rule_3_the_last_day_counts_whole_in_japan(after_the_last_second_ms: int, outcome: Outcome):
    """Case 5 and rule 3: exactly one change, at midnight JST after the last day."""
    midnight_jst = 1_806_505_200_000 + after_the_last_second_ms  # 2027-04-01T00:00+09:00
    found = ask(case(consent(BASIC)), part(BASIC), at=midnight_jst, event_type="PlanShared")

    assert outcome is found.outcome


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"medium": ConsentMedium.SILENCE}, RefusalCode.NOT_A_CONSENT),
        ({"medium": ConsentMedium.ORAL}, RefusalCode.WITNESS_MISSING),
        ({"purpose": Purpose.UNMAPPED}, RefusalCode.PURPOSE_MISSING),
        ({"categories": ()}, RefusalCode.CATEGORIES_MISSING),
        ({"categories": (DataCategory.UNMAPPED,)}, RefusalCode.CATEGORIES_MISSING),
        ({"recipients": ()}, RefusalCode.RECIPIENTS_MISSING),
        ({"recipients": ("*",)}, RefusalCode.WILDCARD_RECIPIENT),
        ({"valid_to": date(2026, 3, 31)}, RefusalCode.PERIOD_INVALID),
        ({"valid_to": date(2099, 3, 31)}, RefusalCode.CEILING_PERIOD),
    ],
)
def test_rule_1_a_consent_that_says_too_little_or_too_much_is_not_recorded(changes: dict[str, Any], code: RefusalCode):
    """Rules 1-4, R3, case 8: refused when recorded, with a code."""
    case().when(consent(BASIC, **changes)).then_refused(code)


def test_nobody_alone_records_a_consent_for_what_it_will_receive_itself():
    """Otherwise whoever has a part in the case could open it to itself, a withdrawal notwithstanding: it waits for somebody else."""
    for_both = consent(BASIC, recipients=("poverty", "coordinator"))

    case().when(for_both, agency="poverty").then(for_both, ConfirmationAwaited)
    case().when(for_both, agency="elder").then(for_both)


def test_r3_an_oral_consent_with_a_witness_counts():
    """Case 9."""
    oral = case().when(consent(BASIC, medium=ConsentMedium.ORAL, witnessed=True)).after()

    assert Outcome.PERMIT is ask(oral, part(BASIC)).outcome


def test_r1_events_without_personal_data_pass_only_by_their_type():
    """Case 32: counts and task classes permit; claiming B0 for anything else does not."""
    counts = ask(case(), recipient="environment", event_type="CandidatesCounted", basis=Basis.B0)
    names = ask(case(), recipient="environment", event_type="HandsRequested", basis=Basis.NONE, wanted=(BASIC,), purpose=Purpose.COMMUNITY)
    sealed = ask(case(), part(BASIC), recipient="environment", event_type="CandidatesCounted", basis=Basis.B0)

    assert [Outcome.PERMIT, Outcome.DENY, Outcome.DENY] == [counts.outcome, names.outcome, sealed.outcome]


def test_rule_30_a_look_up_gives_the_same_answer_for_a_known_and_an_unknown_case():
    """Case 23: the tax office learns nothing, not even whether there is a file."""
    asked = {"recipient": "tax", "agency": "tax", "event_type": "InformationRequested", "purpose": Purpose.TAX_COLLECTION, "basis": Basis.NONE, "wanted": (BASIC,)}
    known, unknown = ask(case(consent(BASIC)), **asked), ask(case(), **asked)

    assert (Outcome.DENY, known.reasons, known.sentence) == (unknown.outcome, unknown.reasons, unknown.sentence)


def test_r1_an_unknown_recipient_gets_nothing():
    """Rule 9: what is unverified matches nothing."""
    assert ("RECIPIENT_UNKNOWN",) == ask(case(consent(BASIC)), part(BASIC), recipient="nobody").reasons


@pytest.mark.parametrize(("consents", "outcome"), [((MOTHER,), Outcome.DENY), ((MOTHER, SON), Outcome.PERMIT)])
def test_r4_a_body_that_names_a_person_needs_that_persons_own_consent(consents: tuple[str, ...], outcome: Outcome):
    """R4: without any sealed part, the mother's consent does not let a fact about the son pass."""
    granted = [consent(BASIC, person=person, consent=person[:1] * 32) for person in consents]
    found = ask(case(*granted), event_type="TaskAssigned", persons=(SON,))

    assert outcome is found.outcome


def test_the_parts_of_one_person_do_not_carry_a_body_about_another():
    """R4: the son agrees that his own part goes; the body is about the mother, who does not."""
    found = ask(case(consent(BASIC, person=SON)), part(BASIC, SON), event_type="PlanShared", persons=(MOTHER,))

    assert (Outcome.DENY, ("NO_CONSENT",)) == (found.outcome, found.reasons)


def test_rule_7_the_same_question_gets_the_same_bytes():
    """R1: a decision is a function of what it is given."""
    before = case(consent(BASIC), consent(ECONOMIC, consent="d" * 32, person=SON))
    asked = request(part(BASIC), part(ECONOMIC, SON), part(HEALTH))

    assert before.when(asked, source="c").events == before.when(asked, source="c").events
    assert isinstance(before.when(asked, source="c").events[0], DisclosureRequested)


def test_rule_12_the_order_of_independent_consents_does_not_matter():
    """Rule 12: consents are a set."""
    one, two = consent(BASIC), consent(BASIC, ECONOMIC, consent="d" * 32)

    assert ask(case(one, two), part(BASIC), part(ECONOMIC)) == ask(case(two, one), part(BASIC), part(ECONOMIC))
