"""Who decides (能力・代理): doubts about whether a person can, and who may speak for the person."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from contracts.consent import (
    CapacityConfirmed,
    CapacityDoubted,
    ConsentGranted,
    ConsentPaused,
    ConsentRefused,
    ConsentResumed,
    ConsentWithdrawn,
    ProxyEnded,
    ProxyVerified,
)
from contracts.registry import AgencyRegistered
from contracts.shared import AgencyKind, DoubtKind, Grantor, ProxyKind, Purpose, RefusalCode
from services.consent.domain import registry
from tests.services.consent.lifecycle_cases import (
    BASIC,
    DOUBTED,
    EXTENDED,
    GUARDIAN,
    GUARDIANS,
    YES,
    case,
)
from tests.services.consent.town import ASKED, CONSENT, MOTHER, SON, TOWN, consent


def test_r7_in_doubt_the_person_cannot_consent_until_confirmed():
    """Asked → Held → Asked → Active; a no is heard at any time."""
    held = case(ASKED).when(DOUBTED).then(DOUBTED)

    held.when(YES).then_refused(RefusalCode.CAPACITY_IN_DOUBT)
    held.when(ConsentRefused(consent=ASKED.consent, person=MOTHER, purpose=Purpose.COORDINATION)).then(ConsentRefused)
    held.when(CapacityConfirmed(person=MOTHER)).then(CapacityConfirmed).when(YES).then(YES)


def test_a_doubt_about_one_person_is_none_about_another():
    """The son decides for himself."""
    yes = consent(BASIC, person=SON)

    case(DOUBTED).when(yes).then(yes)


def test_r7_in_doubt_a_verified_proxy_consents_within_its_purposes():
    """Case 30: guardian with document, in scope; case 29: nobody without."""
    held = case(DOUBTED).when(GUARDIAN).then(GUARDIAN)

    held.when(GUARDIANS).then(ConsentGranted)
    held.when(GUARDIANS.changed(purpose=Purpose.OUTREACH)).then(ConsentGranted)  # a purpose covers its children
    held.when(GUARDIANS.changed(purpose=Purpose.PARTICIPATION)).then_refused(RefusalCode.PROXY_INVALID)


def test_r7_in_doubt_the_persons_own_yes_does_not_count_because_there_is_a_proxy():
    """Nor does a form of a version that does not name who signed."""
    case(DOUBTED, GUARDIAN).when(consent(BASIC)).then_refused(RefusalCode.CAPACITY_IN_DOUBT)


@pytest.mark.parametrize("changes", [{"valid_to": date(2027, 3, 30)}, {"valid_from": date(2026, 4, 2)}])
def test_in_doubt_a_consent_lies_within_the_period_of_the_proxy(changes: dict[str, Any]):
    """Its first and its last day."""
    case(DOUBTED, GUARDIAN.changed(**changes)).when(GUARDIANS).then_refused(RefusalCode.PROXY_INVALID)


def test_in_doubt_an_extension_needs_the_proxy_too():
    """It is a yes like the first one, by whoever gave that."""
    case(consent(BASIC), DOUBTED, GUARDIAN).when(EXTENDED).then_refused(RefusalCode.CAPACITY_IN_DOUBT)
    case(DOUBTED, GUARDIAN, GUARDIANS).when(EXTENDED).then(EXTENDED)


@pytest.mark.parametrize("over", [ProxyEnded(person=MOTHER, proxy="9" * 32), GUARDIAN.changed(valid_to=date(2027, 4, 30))])
def test_rule_21_a_proxys_consent_is_neither_extended_nor_resumed_beyond_the_proxy(over: Any):
    """Whether the person is in doubt still, or not."""
    paused, resumed = (kind(person=MOTHER, consents=(CONSENT,)) for kind in (ConsentPaused, ConsentResumed))
    for before in ((GUARDIAN,), (DOUBTED, GUARDIAN)):
        case(*before, GUARDIANS, over).when(EXTENDED).then_refused(RefusalCode.PROXY_INVALID)
        case(*before, GUARDIANS, paused).when(resumed).then(resumed)
        case(*before, GUARDIANS, paused, ProxyEnded(person=MOTHER, proxy="9" * 32)).when(resumed).then_refused(RefusalCode.PROXY_INVALID)


def test_without_a_doubt_the_person_decides_whoever_else_may():
    """A proxy on record takes nothing away."""
    case(GUARDIAN).when(consent(BASIC, purpose=Purpose.PARTICIPATION)).then(ConsentGranted)


def test_r6_a_parent_speaks_for_a_minor_and_for_no_adult():
    """R6, R7: relatives without mandate count for nothing."""
    parent = GUARDIAN.changed(proxy_kind=ProxyKind.PARENT)
    minor = case(DOUBTED.changed(doubt=DoubtKind.MINOR))

    minor.when(parent).then(parent).when(GUARDIANS.changed(given_by=Grantor.PARENT)).then(ConsentGranted)
    case(DOUBTED).when(parent).then_refused(RefusalCode.PROXY_INVALID)
    case(parent, DOUBTED).when(GUARDIANS.changed(given_by=Grantor.PARENT)).then_refused(RefusalCode.PROXY_INVALID)


def test_rule_21_a_conflict_of_interest_suspends_the_proxy_and_not_the_person():
    """Rule 21: nobody says yes for the person; who can decide decides."""
    conflict = DOUBTED.changed(doubt=DoubtKind.CONFLICT_OF_INTEREST)

    case(DOUBTED, GUARDIAN, conflict).when(consent(BASIC)).then_refused(RefusalCode.CAPACITY_IN_DOUBT)
    case(GUARDIAN, conflict).when(consent(BASIC)).then(ConsentGranted)


@pytest.mark.parametrize("past", [(DOUBTED, GUARDIAN), (GUARDIAN,), ()])
def test_while_interests_conflict_no_proxy_is_verified(past: tuple[Any, ...]):
    """R6: the suspended one does not come back by the same document, nor does another in its place; once it is clear again, somebody may."""
    conflict, other = DOUBTED.changed(doubt=DoubtKind.CONFLICT_OF_INTEREST), GUARDIAN.changed(proxy="8" * 32)
    stands = case(*past, conflict)

    stands.when(GUARDIAN).then_refused(RefusalCode.PROXY_INVALID)
    stands.when(other).then_refused(RefusalCode.PROXY_INVALID)
    stands.when(other.changed(person=SON)).then(ProxyVerified)
    clear = stands.when(CapacityConfirmed(person=MOTHER, doubt=conflict.doubt), agency="municipality").then(CapacityConfirmed)
    clear.when(other).then(other).when(GUARDIANS.changed(proxy=other.proxy)).then(ConsentGranted)


@pytest.mark.parametrize("doubt", [DoubtKind.CONFLICT_OF_INTEREST, DoubtKind.MINOR])
def test_r6_that_a_conflict_is_over_or_one_is_of_age_our_municipality_says(doubt: DoubtKind):
    """And it ends that doubt alone; who confirms a capacity ends neither."""
    doubted, over = DOUBTED.changed(doubt=doubt), CapacityConfirmed(person=MOTHER, doubt=doubt)
    foreign = registry.evolve(TOWN, AgencyRegistered(agency="next", kind=AgencyKind.MUNICIPALITY, name="next", emergency_right=False, ours=False))
    before = case(DOUBTED, doubted)

    for agency in ("elder", "coordinator", "next"):
        replace(before, shared=foreign).when(over, agency=agency).then_refused(RefusalCode.NOT_PUBLISHABLE)
    assert {DoubtKind.ADULT_CAPACITY} == before.when(over, agency="municipality").then(over).state.standing.doubts_about(MOTHER)
    assert {doubt} == before.when(CapacityConfirmed(person=MOTHER), agency="elder").after().state.standing.doubts_about(MOTHER)
    case(doubted).when(CapacityConfirmed(person=MOTHER), agency="elder").then_refused(RefusalCode.WRONG_STATE)


def test_r7_who_receives_by_a_consent_of_the_person_does_not_confirm_the_capacity():
    """Whether the consent stands or is asked for; who has nothing by it any more, or never had, may."""
    confirmed, withdrawn = CapacityConfirmed(person=MOTHER), ConsentWithdrawn(person=MOTHER, consents=(CONSENT,))

    for before in (consent(BASIC), ASKED):
        case(before, DOUBTED).when(confirmed, agency="coordinator").then_refused(RefusalCode.RECORDER_BENEFITS)
        case(before, DOUBTED).when(confirmed, agency="elder").then(confirmed)
    case(consent(BASIC), withdrawn, DOUBTED).when(confirmed, agency="coordinator").then(confirmed)
    case(consent(BASIC, person=SON), DOUBTED).when(confirmed, agency="coordinator").then(confirmed)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"valid_from": date(2028, 1, 1)}, RefusalCode.PERIOD_INVALID),
        ({"valid_to": date(2026, 5, 27)}, RefusalCode.PERIOD_INVALID),
        ({"proxy": MOTHER}, RefusalCode.PROXY_INVALID),
        ({}, RefusalCode.ALREADY_DONE),
    ],
)
def test_a_proxy_is_somebody_else_with_a_period(changes: dict[str, Any], code: RefusalCode):
    """Authority is an artefact with start and end (rule 21)."""
    case(GUARDIAN).when(GUARDIAN.changed(**changes)).then_refused(code)


def test_a_doubt_is_recorded_once_and_confirmed_where_there_is_one():
    """Both ways."""
    case(DOUBTED).when(DOUBTED).then_refused(RefusalCode.ALREADY_DONE)
    case(DOUBTED).when(DOUBTED.changed(doubt=DoubtKind.MINOR)).then(CapacityDoubted)
    case().when(CapacityConfirmed(person=MOTHER)).then_refused(RefusalCode.WRONG_STATE)
