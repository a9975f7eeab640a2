"""Withdrawal, replacement, delivery: who is told to stop, and of what; and what is under way is decided anew."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from contracts.consent import (
    ConsentRefused,
    ConsentWithdrawn,
    DisclosureDecided,
    DisclosureReleased,
    ProtectionFlagSet,
    StopNoticeIssued,
)
from contracts.envelope import PersonsNoted
from contracts.shared import Basis, DataCategory, Outcome, PartCode, Purpose, RefusalCode
from kernel.decider import fold
from kernel.testing import AT, Given, Then, given
from services.consent.domain import registry
from tests.services.consent.town import CONSENT, GATE, MOTHER, SON, TOWN, consent, part, request

BASIC, ECONOMIC, HEALTH, ADDRESS = DataCategory.BASIC, DataCategory.ECONOMIC, DataCategory.HEALTH, DataCategory.ADDRESS
WITHDRAWN = ConsentWithdrawn(person=MOTHER, consents=(CONSENT,))
LATER = AT + 1_000


def permitted(*parts: PartCode, recipient: str = "coordinator", before: Given | None = None, asked: str = "asked") -> Given:
    """The coordinator is to receive these parts on the mother's consent; nothing is known of the delivery."""
    granted = before or given(GATE, consent(BASIC, ECONOMIC, ADDRESS, recipients=("coordinator", "poverty")), shared=TOWN)
    return granted.when(request(*parts, recipient=recipient, event_type="AssessmentRecorded"), source="coordination", message_id=asked).after()


def delivered(before: Given) -> Given:
    """The courier has carried out every verdict that is under way."""
    for each in before.state.deliveries.values():
        before = before.when(receipt(each.verdict), source="tsunagu.courier").after()
    return before


def receipt(verdict: DisclosureDecided) -> DisclosureReleased:
    """What the courier tells of a delivery."""
    return DisclosureReleased(
        verdict_id="v", request_id=verdict.request_id, decided_at=verdict.at, event_id=verdict.event_id, event_type=verdict.event_type,
        recipient=verdict.recipient, basis=Basis.C, consents=verdict.consents,
        released=verdict.released,
    )


def stops(then: Then) -> list[tuple[str, str, tuple[DataCategory, ...]]]:
    """Recipient, consent and categories of each stop notice."""
    return [(each.recipient, each.consent, each.categories) for each in then.events if isinstance(each, StopNoticeIssued)]


def verdicts(then: Then) -> list[tuple[Outcome, tuple[str, ...]]]:
    """Outcome and reasons of each verdict."""
    return [(each.outcome, each.reasons) for each in then.events if isinstance(each, DisclosureDecided)]


def test_r5_withdrawal_tells_every_past_recipient_what_it_has_received_to_stop_using():
    """R5 and rule 27: ids and codes, to each its own."""
    two = delivered(permitted(part(BASIC), recipient="poverty", before=delivered(permitted(part(BASIC), part(ECONOMIC))), asked="2"))

    assert [("coordinator", CONSENT, (BASIC, ECONOMIC)), ("poverty", CONSENT, (BASIC,))] == stops(two.when(WITHDRAWN))


def test_rule_27_a_stop_notice_does_not_tell_what_was_withheld():
    """The consent covers the address too; a protection flag kept it back, and the notice must not give that away."""
    flag = ProtectionFlagSet(flag="f", person=MOTHER, blocked_agencies=("poverty",), until=date(2027, 3, 31))
    town = fold(registry.DECIDER, (flag,), TOWN)
    granted = given(GATE, consent(BASIC, ADDRESS, recipients=("poverty",)), shared=town)
    told = delivered(permitted(part(BASIC), part(ADDRESS), recipient="poverty", before=granted))

    assert [("poverty", CONSENT, (BASIC,))] == stops(told.when(WITHDRAWN))


def test_after_withdrawal_the_next_release_is_denied():
    """Rule 27."""
    asked = request(part(BASIC), event_type="PlanShared")

    assert [(Outcome.DENY, ("CONSENT_WITHDRAWN",))] == verdicts(permitted().when(WITHDRAWN).after().when(asked, source="c"))


def test_a_second_withdrawal_is_refused_and_tells_nobody():
    """What has ended cannot end again; withdrawing it together with a standing one ends the standing one."""
    told = delivered(permitted(part(BASIC))).when(WITHDRAWN).after()
    other = consent(BASIC, consent="d" * 32)

    told.when(WITHDRAWN).then_refused(RefusalCode.ALREADY_DONE)
    both = told.when(other).after().when(ConsentWithdrawn(person=MOTHER, consents=(CONSENT, "d" * 32)))
    assert [] == stops(both)
    assert isinstance(both.events[0], ConsentWithdrawn)


def test_withdrawing_an_unknown_consent_is_refused():
    """Neither another person's consent nor one of another case can be withdrawn."""
    permitted().when(ConsentWithdrawn(person=SON, consents=(CONSENT,))).then_refused(RefusalCode.CONSENT_NOT_FOUND)
    given(GATE, shared=TOWN).when(WITHDRAWN).then_refused(RefusalCode.CONSENT_NOT_FOUND)


@pytest.mark.parametrize(
    ("replacement", "expected"),
    [
        ({"categories": (BASIC, ECONOMIC)}, []),
        ({"categories": (BASIC,)}, [("coordinator", CONSENT, (ECONOMIC,))]),
        ({"categories": (BASIC, ECONOMIC), "recipients": ("poverty",)}, [("coordinator", CONSENT, (BASIC, ECONOMIC))]),
        ({"categories": (BASIC, ECONOMIC), "purpose": Purpose.PARTICIPATION}, [("coordinator", CONSENT, (BASIC, ECONOMIC))]),
    ],
    ids=["the same", "fewer categories", "another recipient", "another purpose"],
)
def test_a_consent_that_replaces_a_wider_one_tells_those_who_lose(replacement: dict[str, Any], expected: list[Any]):
    """Superseding is a withdrawal as far as the new consent covers less."""
    others = {name: value for name, value in replacement.items() if name != "categories"}
    new = consent(*replacement["categories"], consent="d" * 32, supersedes=(CONSENT,), **others)

    assert expected == stops(delivered(permitted(part(BASIC), part(ECONOMIC))).when(new))


def test_who_received_on_a_replaced_consent_is_told_when_the_new_one_ends():
    """The new consent takes over what was received on the old one."""
    new = consent(BASIC, ECONOMIC, consent="d" * 32, supersedes=(CONSENT,))
    replaced = delivered(permitted(part(BASIC))).when(new).after()

    assert [("coordinator", "d" * 32, (BASIC,))] == stops(replaced.when(ConsentWithdrawn(person=MOTHER, consents=("d" * 32,))))


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (WITHDRAWN, "CONSENT_WITHDRAWN"),
        (ConsentRefused(consent="e" * 32, person=MOTHER, purpose=Purpose.COORDINATION), "PERSON_REFUSED"),
    ],
)
def test_what_is_under_way_is_decided_anew_when_the_person_says_no(said: Any, reason: str):
    """Rule 24: the later verdict on the same request counts; nobody is told to stop what never arrived."""
    ended = permitted(part(BASIC)).when(said, at=LATER)

    assert [(Outcome.DENY, (reason,))] == verdicts(ended)
    assert [] == stops(ended)
    assert {} == ended.state.deliveries


def test_what_arrived_all_the_same_is_stopped_as_soon_as_that_is_known():
    """The courier was quicker than the withdrawal: its receipt comes after it."""
    first = permitted(part(BASIC))
    (under_way,) = first.state.deliveries.values()
    ended = first.when(WITHDRAWN, at=LATER).after()

    assert [("coordinator", CONSENT, (BASIC,))] == stops(ended.when(receipt(under_way.verdict), source="tsunagu.courier"))


def test_a_flag_decides_anew_what_is_under_way_by_the_very_rule_of_the_gate():
    """R8: what the flag leaves open is still delivered, what it protects is not, whoever of the household it is about."""
    flag = ProtectionFlagSet(flag="f", person=SON, blocked_agencies=("poverty",), until=date(2027, 3, 31))
    first = permitted(part(BASIC), part(ADDRESS), recipient="poverty")
    household = Given(first.decider, (*first.past, PersonsNoted(persons=(SON,))), first.at, first.key, fold(registry.DECIDER, (flag,), TOWN))

    again = household.when(flag, source="registry", at=LATER)

    (verdict,) = (each for each in again.events if isinstance(each, DisclosureDecided))
    assert (Outcome.REDACT, "R8", [BASIC]) == (verdict.outcome, verdict.rule, [each.category for each in verdict.released])


def test_a_flag_leaves_alone_what_it_does_not_concern():
    """Another recipient, nothing protected: the verdict under way stands and none is written."""
    flag = ProtectionFlagSet(flag="f", person=MOTHER, blocked_agencies=("poverty",), until=date(2027, 3, 31))
    first = permitted(part(ADDRESS))
    flagged = Given(first.decider, first.past, first.at, first.key, fold(registry.DECIDER, (flag,), TOWN))

    flagged.when(flag, source="registry", at=LATER).then_nothing()


def test_a_receipt_of_an_earlier_verdict_does_not_end_the_later_one():
    """The narrower verdict is still to be carried out."""
    first = permitted(part(BASIC), part(ECONOMIC))
    (under_way,) = first.state.deliveries.values()
    narrower = consent(BASIC, consent="d" * 32, supersedes=(CONSENT,))

    after = first.when(narrower, at=LATER).after().when(receipt(under_way.verdict), source="tsunagu.courier")

    assert ["asked"] == list(after.state.deliveries)
    assert [("coordinator", CONSENT, (ECONOMIC,))] == stops(after)


def test_what_arrives_after_its_consent_was_replaced_rests_on_the_new_one():
    """The receipt names the old consent; the withdrawal of the new one still reaches the recipient."""
    first = permitted(part(BASIC))
    new = consent(BASIC, ECONOMIC, consent="d" * 32, supersedes=(CONSENT,))
    replaced = delivered(first.when(new, at=LATER).after())

    assert [("coordinator", "d" * 32, (BASIC,))] == stops(replaced.when(ConsentWithdrawn(person=MOTHER, consents=("d" * 32,))))


def test_a_consent_that_replaces_two_takes_over_what_was_received_on_both():
    """Name on one, address on the other: the end of the third reaches both."""
    name, place = consent(BASIC, consent="1" * 32), consent(ADDRESS, consent="2" * 32)
    both = consent(BASIC, ADDRESS, consent="d" * 32, supersedes=("1" * 32, "2" * 32))
    first = delivered(permitted(part(BASIC), before=given(GATE, name, shared=TOWN)))
    second = delivered(permitted(part(ADDRESS), before=first.when(place).after(), asked="2"))

    ended = second.when(both).after().when(ConsentWithdrawn(person=MOTHER, consents=("d" * 32,)))

    assert [("coordinator", "d" * 32, tuple(sorted((BASIC, ADDRESS))))] == stops(ended)


def test_the_end_of_one_persons_consent_says_nothing_of_what_another_has_let_go():
    """One release, two persons: each consent answers for its own."""
    sons = consent(HEALTH, person=SON, consent="5" * 32)
    told = delivered(permitted(part(BASIC), part(HEALTH, SON), before=given(GATE, consent(BASIC), sons, shared=TOWN)))
    renewed = consent(BASIC, consent="d" * 32, supersedes=(CONSENT,))

    assert [("coordinator", CONSENT, (BASIC,))] == stops(told.when(WITHDRAWN))
    assert [] == stops(told.when(renewed))


def test_a_consent_supersedes_only_what_the_same_person_has_said():
    """Nobody ends another's consent, or has its recipients told to stop."""
    other = consent(BASIC, person=SON, consent="d" * 32, supersedes=(CONSENT,))

    delivered(permitted(part(BASIC))).when(other).then_refused(RefusalCode.CONSENT_NOT_FOUND)
    permitted().when(consent(BASIC, consent="d" * 32, supersedes=("9" * 32,))).then_refused(RefusalCode.CONSENT_NOT_FOUND)


def test_what_arrived_does_not_wait():
    """A flag turned the verdict into a hold while the copy was on its way: the receipt ends the hold."""
    flag = ProtectionFlagSet(flag="f", person=MOTHER, blocked_agencies=("poverty",), until=date(2027, 3, 31))
    first = permitted(part(BASIC), part(ADDRESS, essential=True), recipient="poverty")
    (under_way,) = first.state.deliveries.values()
    flagged = Given(first.decider, first.past, first.at, first.key, fold(registry.DECIDER, (flag,), TOWN))
    held = flagged.when(flag, source="registry", at=LATER).after()

    assert ["asked"] == list(held.state.holds)
    assert {} == held.when(receipt(under_way.verdict), source="tsunagu.courier").state.holds


def test_what_another_consent_covers_too_goes_out_on_that_one():
    """The one it rested on ends while it is under way; the later end of the other must find the recipient."""
    other = consent(BASIC, consent="9" * 32)
    first = permitted(part(BASIC), before=given(GATE, consent(BASIC), other, shared=TOWN))
    (under_way,) = first.state.deliveries.values()
    (resting_on,) = under_way.verdict.consents
    (left,) = {CONSENT, "9" * 32} - {resting_on}

    ended = first.when(ConsentWithdrawn(person=MOTHER, consents=(resting_on,)), at=LATER).after()

    assert [("coordinator", left, (BASIC,))] == stops(delivered(ended).when(ConsentWithdrawn(person=MOTHER, consents=(left,))))
