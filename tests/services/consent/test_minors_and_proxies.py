"""Minors (R6) say yes alone from the line on; proxies (rule 21) speak within their scope and their days, until they end."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from contracts.consent import CapacityDoubted, ConsentExtended, ProxyEnded, ProxyVerified
from contracts.shared import DataCategory, DoubtKind, Grantor, ProxyKind, Purpose, RefusalCode
from kernel.testing import Given, given
from services.consent.domain.gate import gate
from tests.services.consent.town import CONSENT, GATE, MOTHER, PACK, SON, TOWN, consent

BASIC = DataCategory.BASIC
PARENT = "d" * 32
FORM = "f" * 64
YES = consent(BASIC, person=SON)
"""The son's own."""
PARENTS = YES.changed(given_by=Grantor.PARENT, proxy=PARENT)
NEXT_YEAR = date(2027, 12, 31)


def minor(age: int = 0, person: str = SON) -> CapacityDoubted:
    """The son is a minor of this age."""
    return CapacityDoubted(person=person, doubt=DoubtKind.MINOR, age=age)


def proxy(**changes: Any) -> ProxyVerified:
    """A parent of the son, verified by document, for coordination; unless changed."""
    return ProxyVerified(**{
        "person": SON, "proxy": PARENT, "proxy_kind": ProxyKind.PARENT, "document_hash": FORM, "purposes": (Purpose.COORDINATION,),
        "valid_from": date(2026, 1, 1), "valid_to": NEXT_YEAR, **changes,
    })


def case(*events: Any, line: int = 15) -> Given:
    """A case in a town whose pack has its line there; the national one is 15."""
    return given(gate({"hash": replace(PACK, deadlines={}, minors_line=line)}), *events, shared=TOWN)


@pytest.mark.parametrize(
    ("age", "line", "recorded"),
    [(15, 15, True), (14, 15, False), (14, 14, True), (13, 13, True), (12, 13, False), (17, 15, True), (0, 12, False)],
)
def test_r6_a_minor_at_the_line_says_yes_alone(age: int, line: int, recorded: bool):
    """A municipal overlay moves the line; whose age nobody has said is below it."""
    then = case(minor(age), line=line).when(YES)

    assert then.then(YES) if recorded else then.then_refused(RefusalCode.CAPACITY_IN_DOUBT)


def test_r6_below_the_line_a_parent_is_asked():
    """One who is verified; without one nobody speaks for the child."""
    case(minor(14), proxy()).when(PARENTS).then(PARENTS)
    case(minor(14)).when(PARENTS).then_refused(RefusalCode.PROXY_INVALID)


def test_r6_from_the_line_on_no_parent_speaks_for_a_minor():
    """Who can say yes alone says it alone."""
    case(minor(15), proxy()).when(PARENTS).then_refused(RefusalCode.PROXY_INVALID)


def test_r6_the_doubt_is_noted_all_the_same():
    """The upbringing of minors (W) asks whether one is a minor, not how old."""
    noted = case(minor(16)).state.standing

    assert {DoubtKind.MINOR} == noted.doubts_about(SON)
    assert frozenset() == noted.doubts_of_a_yes(SON, 15)


def test_r6_a_birthday_is_news_and_the_same_age_is_not():
    """Also when the age becomes known."""
    case(minor(14)).when(minor(14)).then_refused(RefusalCode.ALREADY_DONE)
    case(minor()).when(minor()).then_refused(RefusalCode.ALREADY_DONE)
    older = case(minor(14)).when(minor(15), agency="municipality").then(minor(15))
    older.when(YES).then(YES)


@pytest.mark.parametrize("age", [10, 0])
def test_r6_only_our_municipality_makes_a_minor_older(age: int):
    """Else whoever benefits could do without the parents; younger anybody may say."""
    for agency in ("coordinator", "elder"):
        case(minor(age)).when(minor(16), agency=agency).then_refused(RefusalCode.NOT_PUBLISHABLE)
    case(minor(16)).when(minor(age), agency="coordinator").then(minor(age))


def test_r7_other_doubts_stay_whatever_the_age():
    """An illness is no age."""
    case(minor(16), CapacityDoubted(person=SON, doubt=DoubtKind.ADULT_CAPACITY)).when(YES).then_refused(RefusalCode.CAPACITY_IN_DOUBT)


def test_r6_an_extension_by_a_minor_goes_by_the_same_line():
    """It is a yes like the first one."""
    longer = ConsentExtended(consent=CONSENT, person=SON, valid_to=date(2027, 5, 1))

    case(YES, minor(15)).when(longer).then(longer)
    case(YES, minor(14)).when(longer).then_refused(RefusalCode.CAPACITY_IN_DOUBT)


def test_rule_21_a_proxy_that_has_ended_speaks_no_more():
    """By its day, or before it because somebody has said so; for the person nobody speaks then."""
    ended = ProxyEnded(person=SON, proxy=PARENT)

    then = case(minor(14), proxy()).when(ended).then(ended)
    then.when(PARENTS).then_refused(RefusalCode.PROXY_INVALID)
    then.when(YES).then_refused(RefusalCode.CAPACITY_IN_DOUBT)
    case(minor(14), proxy(valid_to=date(2026, 5, 1))).when(PARENTS).then_refused(RefusalCode.PROXY_INVALID)
    then.when(proxy()).then(proxy())


def test_rule_21_a_proxy_of_a_day_to_come_does_not_sign_today():
    """Its authority has not begun."""
    later = consent(BASIC, person=SON, given_by=Grantor.PARENT, proxy=PARENT, valid_from=date(2026, 7, 1))

    case(minor(14), proxy(valid_from=date(2026, 7, 1))).when(later).then_refused(RefusalCode.PROXY_INVALID)
    case(minor(14), proxy()).when(later).then(later)


def test_rule_21_only_a_proxy_that_is_one_can_end():
    """Of that very person."""
    for unknown in (ProxyEnded(person=SON, proxy="9" * 32), ProxyEnded(person=MOTHER, proxy=PARENT)):
        case(proxy()).when(unknown).then_refused(RefusalCode.PROXY_INVALID)
    assert ProxyEnded in GATE.messages
