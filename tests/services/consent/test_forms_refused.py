"""What no desk can record as a consent: each fault with its own code and a sentence that says at the desk what to do (rules 1-4, 6, 21)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from contracts.consent import ConsentExtended, ConsentResumed, ConsentWithdrawn
from contracts.shared import SENTENCES, DataCategory, Exclusion, Grantor, Purpose, RefusalCode
from kernel.testing import Given, given
from tests.services.consent.town import ASKED, CONSENT, GATE, MOTHER, TOWN, consent

BASIC, HEALTH = DataCategory.BASIC, DataCategory.HEALTH


def case(*events: Any) -> Given:
    """A case in which these facts are recorded."""
    return given(GATE, *events, shared=TOWN)


def refused(changes: dict[str, Any], code: RefusalCode) -> None:
    """The consent with these changes is refused with this code, and its sentence is that of the code."""
    then = case().when(consent(BASIC, **changes))
    then.then_refused(code)
    assert SENTENCES[code] == then.events[0].sentence and then.events[0].sentence.endswith("。")


@pytest.mark.parametrize(
    "changes",
    [
        {"authored_from": date(2026, 5, 1), "authored_to": date(2026, 4, 1)}, {"authored_to": date(2026, 3, 31)}, {"keep_until": date(2026, 3, 31)},
        {"exclusions": (Exclusion(category=BASIC),)}, {"exclusions": (Exclusion(recipient="coordinator"),)},
        {"exclusions": (Exclusion(category=HEALTH, written_from=date(2026, 2, 1), written_to=date(2026, 1, 1)),)},
    ],
)
def test_rule_1_a_consent_in_conflict_with_itself(changes: dict[str, Any]):
    """Dates that cannot be, a yes of which its own exclusions leave nothing."""
    refused(changes, RefusalCode.CONTRADICTORY)


@pytest.mark.parametrize("others", [(), ("c" * 32,)])
def test_rule_1_a_consent_that_replaces_itself(others: tuple[str, ...]):
    """There is nothing before it under its own number; recorded already, it is just that."""
    refused({"supersedes": (*others, CONSENT)}, RefusalCode.CONTRADICTORY)
    case(consent(BASIC)).when(consent(BASIC, supersedes=(CONSENT,))).then_refused(RefusalCode.ALREADY_DONE)


@pytest.mark.parametrize("change", [
    ConsentExtended(consent=CONSENT, person=MOTHER, valid_to=date(2026, 12, 31)), ConsentResumed(person=MOTHER, consents=(CONSENT,)),
], ids=lambda change: type(change).__name__)
def test_rule_5_of_a_consent_that_was_withdrawn_the_sentence_does_not_speak_of_the_case(change: Any):
    """It is the consent whose state does not let it through."""
    then = case(consent(BASIC), ConsentWithdrawn(person=MOTHER, consents=(CONSENT,))).when(change, agency="elder")

    then.then_refused(RefusalCode.WRONG_STATE)
    assert then.events[0].sentence.startswith("事例または同意などの、現在の状態では")


def test_rule_1_an_unknown_purpose():
    """Not in the tree of the pack: else nobody could say what it covers."""
    refused({"purpose": "WHATEVER"}, RefusalCode.PURPOSE_UNKNOWN)
    refused({"purpose": Purpose.UNMAPPED}, RefusalCode.PURPOSE_MISSING)


def test_rule_1_an_unknown_category():
    """In what goes, or in what is left out."""
    refused({"categories": (BASIC, "ALL")}, RefusalCode.CATEGORY_UNKNOWN)
    refused({"exclusions": (Exclusion(category="ALL"),)}, RefusalCode.CATEGORY_UNKNOWN)
    refused({"categories": (BASIC, DataCategory.UNMAPPED)}, RefusalCode.CATEGORIES_MISSING)


@pytest.mark.parametrize("recipient", ["*", "elder*", "?", "all agencies"])
def test_rule_1_a_wildcard_recipient(recipient: str):
    """Whoever names all names nobody."""
    refused({"recipients": ("coordinator", recipient)}, RefusalCode.WILDCARD_RECIPIENT)
    case().when(ASKED.changed(recipients=(recipient,)), agency="elder").then_refused(RefusalCode.WILDCARD_RECIPIENT)


@pytest.mark.parametrize("last", [date(2100, 12, 31), date.max])
def test_rule_3_an_open_ended_consent(last: date):
    """Nor one that is extended for ever, nor a request for one."""
    refused({"valid_to": last}, RefusalCode.OPEN_ENDED)
    case(consent(BASIC)).when(ConsentExtended(consent=CONSENT, person=MOTHER, valid_to=last)).then_refused(RefusalCode.OPEN_ENDED)
    case().when(ASKED.changed(valid_to=last), agency="elder").then_refused(RefusalCode.OPEN_ENDED)


@pytest.mark.parametrize("changes", [{"given_by": Grantor.GUARDIAN}, {"given_by": Grantor.RELATIVE}, {"given_by": Grantor.PARENT}, {"proxy": "d" * 32}])
def test_rule_21_an_unverifiable_proxy(changes: dict[str, Any]):
    """Nobody has seen the document."""
    refused(changes, RefusalCode.PROXY_INVALID)


def test_rule_1_a_signature_after_what_it_is_for():
    """A yes does not reach back before it was said, and nobody has signed tomorrow."""
    refused({"signed_on": date(2026, 4, 2)}, RefusalCode.SIGNED_TOO_LATE)
    refused({"valid_from": date(2026, 7, 1), "signed_on": date(2026, 6, 30)}, RefusalCode.SIGNED_TOO_LATE)
    same_day = consent(BASIC, signed_on=date(2026, 4, 1))
    case().when(same_day).then(same_day)


@pytest.mark.parametrize("author", ["nobody", "elder"])
def test_rule_1_an_exclusion_names_an_author_that_there_is(author: str):
    """As its recipient."""
    excluding = consent(BASIC, exclusions=(Exclusion(author=author),))
    then = case().when(excluding)

    assert then.then(excluding) if author == "elder" else then.then_refused(RefusalCode.RECIPIENT_UNKNOWN)


def test_every_refusal_says_what_to_do_at_the_desk():
    """Two sentences at least: what is wrong, and what to do."""
    for code in (RefusalCode.CONTRADICTORY, RefusalCode.PURPOSE_UNKNOWN, RefusalCode.CATEGORY_UNKNOWN, RefusalCode.WILDCARD_RECIPIENT, RefusalCode.OPEN_ENDED,
                 RefusalCode.PROXY_INVALID, RefusalCode.SIGNED_TOO_LATE, RefusalCode.PREVIOUS_HASH, RefusalCode.CEILING_PERIOD, RefusalCode.CEILING_KEEP,
                 RefusalCode.CEILING_USES, RefusalCode.CEILING_CATEGORY):
        assert 2 <= SENTENCES[code].count("。")
