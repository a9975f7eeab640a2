"""Ceilings (rule 4): what a consent may be asked for at most, by purpose and category, as the policy pack has it; the strictest counts."""

from __future__ import annotations

import copy
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from contracts.consent import ConsentExtended
from contracts.shared import DataCategory, Purpose, RefusalCode
from kernel.testing import Given, given
from services.consent import packs
from services.consent.domain import pack as reading
from services.consent.domain.ceilings import Ceiling, Template, strictest
from services.consent.domain.gate import gate
from services.consent.domain.pack import PolicyPack
from tests.services.consent.test_pack_format import NATIONAL, fits, problems
from tests.services.consent.town import ASKED, CONSENT, MOTHER, PACK, TOWN, consent

BASIC, ECONOMIC, HEALTH, ABUSE = DataCategory.BASIC, DataCategory.ECONOMIC, DataCategory.HEALTH, DataCategory.ABUSE
CEILINGS = {
    Purpose.COORDINATION: Template(
        allowed=frozenset((BASIC, ECONOMIC, HEALTH)), whole=Ceiling(longest_days=300, keep_days=1000, uses=10),
        by_category={HEALTH: Ceiling(longest_days=100, uses=3), ECONOMIC: Ceiling(keep_days=500)},
    ),
}


def strict(**changes: Any) -> PolicyPack:
    """The pack of the town with ceilings for coordination."""
    return replace(PACK, **{"deadlines": {}, "ceilings": CEILINGS, **changes})


def case(*events: Any, pack: PolicyPack | None = None) -> Given:
    """A case under that pack."""
    return given(gate({"hash": pack or strict()}), *events, shared=TOWN)


WITHIN = consent(BASIC, valid_to=date(2027, 1, 25), use_limit=10, keep_until=date(2028, 12, 25))
"""The mother's consent to the day and to the use at the ceilings: 300 days, ten uses, kept for 1000 days."""


def test_rule_4_a_consent_at_the_ceiling_is_recorded():
    """The last day that may be asked for."""
    case().when(WITHIN).then(WITHIN)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"valid_to": date(2027, 1, 26)}, RefusalCode.CEILING_PERIOD), ({"keep_until": date(2028, 12, 26)}, RefusalCode.CEILING_KEEP),
        ({"use_limit": 11}, RefusalCode.CEILING_USES), ({"use_limit": 0}, RefusalCode.CEILING_USES),
        ({"categories": (BASIC, ABUSE)}, RefusalCode.CEILING_CATEGORY),
    ],
)
def test_rule_4_a_consent_above_a_ceiling_is_refused_when_recorded(changes: dict[str, Any], code: RefusalCode):
    """Each ceiling with its own code; consent to any number of uses is above every number."""
    case().when(WITHIN.changed(**changes)).then_refused(code)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"valid_to": date(2026, 12, 31)}, RefusalCode.CEILING_PERIOD), ({"use_limit": 4}, RefusalCode.CEILING_USES),
        ({"keep_until": date(2027, 8, 14)}, RefusalCode.CEILING_KEEP), ({}, None),
    ],
)
def test_rule_4_of_several_categories_the_strictest_applies(changes: dict[str, Any], code: RefusalCode | None):
    """Health may be asked for 100 days and three uses, money kept for 500: together all of it holds."""
    both = consent(BASIC, ECONOMIC, HEALTH, valid_to=date(2026, 7, 9), use_limit=3, keep_until=date(2027, 8, 13)).changed(**changes)
    then = case().when(both)

    assert then.then(both) if code is None else then.then_refused(code)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"valid_to": date(2027, 3, 25)}, RefusalCode.CEILING_PERIOD), ({"valid_from": date(2026, 6, 1), "valid_to": date(2027, 3, 28)}, RefusalCode.CEILING_PERIOD),
        ({"keep_until": date(2029, 2, 21)}, RefusalCode.CEILING_KEEP), ({"use_limit": 11}, RefusalCode.CEILING_USES),
        ({"categories": (ABUSE,)}, RefusalCode.CEILING_CATEGORY), ({"valid_to": date(2100, 12, 31)}, RefusalCode.OPEN_ENDED),
        ({"valid_from": date(2026, 6, 2), "valid_to": date(2026, 6, 1)}, RefusalCode.PERIOD_INVALID),
        ({}, None), ({"valid_to": date(2027, 3, 24), "use_limit": 10, "keep_until": date(2028, 1, 1)}, RefusalCode.CEILING_KEEP),
        ({"valid_to": date(2027, 3, 24), "use_limit": 10, "categories": (BASIC,)}, None),
    ],
)
def test_rule_4_a_request_above_a_ceiling_never_comes_before_the_person(changes: dict[str, Any], code: RefusalCode | None):
    """What it does not say the answer will; without a first day it begins today."""
    asked = ASKED.changed(**changes)
    then = case().when(asked, agency="elder")

    assert then.then(asked) if code is None else then.then_refused(code)


@pytest.mark.parametrize(
    ("changes", "recorded"),
    [({}, True), ({"valid_to": date(2026, 9, 1)}, False), ({"use_limit": 0}, False), ({"use_limit": 5}, False), ({"keep_until": None}, False),
     ({"keep_until": date(2027, 1, 2)}, False), ({"valid_from": date(2026, 5, 28)}, False)],
)
def test_rule_4_a_yes_stays_within_what_was_asked_also_in_time_and_number(changes: dict[str, Any], recorded: bool):
    """The person said yes to that, and to no more."""
    asked = ASKED.changed(valid_from=date(2026, 6, 1), valid_to=date(2026, 8, 31), use_limit=2, keep_until=date(2027, 1, 1))
    yes = consent(BASIC, **{
        "consent": ASKED.consent, "valid_from": date(2026, 6, 1), "valid_to": date(2026, 8, 31), "use_limit": 2, "keep_until": date(2027, 1, 1), **changes,
    })
    then = case(asked).when(yes)

    assert then.then(yes) if recorded else then.then_refused(RefusalCode.VALUE_INVALID)


@pytest.mark.parametrize(("last", "recorded"), [(date(2026, 9, 5), True), (date(2026, 9, 6), False)])
def test_rule_4_an_extension_stays_below_the_strictest_ceiling_too(last: date, recorded: bool):
    """Counted from today: a consent with health in it is extended by 100 days at most."""
    longer = ConsentExtended(consent=CONSENT, person=MOTHER, valid_to=last)
    then = case(consent(BASIC, HEALTH, valid_to=date(2026, 6, 30), use_limit=1)).when(longer)

    assert then.then(longer) if recorded else then.then_refused(RefusalCode.CEILING_PERIOD)


@pytest.mark.parametrize(
    ("old", "code"),
    [
        ({"use_limit": 0}, RefusalCode.CEILING_USES), ({"use_limit": 11}, RefusalCode.CEILING_USES), ({"keep_until": date(2028, 12, 26)}, RefusalCode.CEILING_KEEP),
        ({"categories": (BASIC, ABUSE)}, RefusalCode.CEILING_CATEGORY), ({}, None),
    ],
)
def test_rule_4_an_extension_makes_no_consent_that_could_not_be_recorded_today(old: dict[str, Any], code: RefusalCode | None):
    """One recorded by an older pack runs to its end, and no longer."""
    longer = ConsentExtended(consent=CONSENT, person=MOTHER, valid_to=date(2027, 2, 1))
    then = case(WITHIN.changed(**old)).when(longer)

    assert then.then(longer) if code is None else then.then_refused(code)


@pytest.mark.parametrize(("signed", "last"), [(None, date(2027, 3, 24) + timedelta(days=62)), (date(2026, 5, 1), date(2027, 2, 24) + timedelta(days=62))])
def test_rule_4_a_form_is_signed_two_months_ahead_at_most_without_its_days_counting(signed: date | None, last: date):
    """Nobody binds oneself today for a year that is ten years ahead; a form that does not say was signed when it was recorded."""
    ahead = WITHIN.changed(signed_on=signed, valid_from=date(2027, 1, 1), valid_to=last, keep_until=None)

    case().when(ahead).then(ahead)
    case().when(ahead.changed(valid_to=last + timedelta(days=1))).then_refused(RefusalCode.CEILING_PERIOD)
    asked = ASKED.changed(valid_from=date(2036, 1, 1), valid_to=date(2036, 3, 1), categories=(BASIC,))
    case().when(asked, agency="elder").then_refused(RefusalCode.CEILING_PERIOD)


def test_rule_4_a_ceiling_holds_for_what_stands_below_it_in_the_tree():
    """Outreach stands below coordination; a category is also below the ceilings of what it contains."""
    tree = {**PACK.categories, HEALTH: frozenset((HEALTH, BASIC))}

    assert 300 == strictest(strict(), Purpose.OUTREACH, (BASIC,)).longest_days
    assert 366 == strictest(strict(), Purpose.PARTICIPATION, (HEALTH,)).longest_days
    assert strictest(strict(), Purpose.OUTREACH, (BASIC, ABUSE)) is None
    assert 100 == strictest(strict(categories=tree), Purpose.COORDINATION, (BASIC,)).longest_days


def test_rule_4_a_pack_without_ceilings_has_only_its_longest_days():
    """As the first national pack: nothing that was recorded by it changes."""
    whole = consent(*(each for each in DataCategory if each is not DataCategory.UNMAPPED))

    case(pack=strict(ceilings={})).when(whole).then(whole)


def with_ceilings(table: Any) -> dict[str, Any]:
    """The national pack with these ceilings."""
    changed = copy.deepcopy(NATIONAL)
    changed["consent"]["ceilings"] = table
    return changed


@pytest.mark.parametrize(
    ("table", "place"),
    [
        ({"WHATEVER": {}}, "consent.ceilings.WHATEVER"), ({"COORDINATION": {"fee": 1}}, "consent.ceilings.COORDINATION.fee"),
        ({"COORDINATION": {"longest_days": 0}}, "consent.ceilings.COORDINATION.longest_days"),
        ({"COORDINATION": {"uses": 1001}}, "consent.ceilings.COORDINATION.uses"),
        ({"COORDINATION": {"allowed": ["ALL"]}}, "consent.ceilings.COORDINATION.allowed[0]"),
        ({"COORDINATION": {"allowed": []}}, "consent.ceilings.COORDINATION.allowed"),
        ({"COORDINATION": {"categories": {"ALL": {}}}}, "consent.ceilings.COORDINATION.categories.ALL"),
        ({"COORDINATION": {"categories": {"HEALTH": {"keep_days": "long"}}}}, "consent.ceilings.COORDINATION.categories.HEALTH.keep_days"),
        ({"COORDINATION": {"categories": {"HEALTH": {"allowed": ["HEALTH"]}}}}, "consent.ceilings.COORDINATION.categories.HEALTH.allowed"),
    ],
)
def test_what_is_no_ceiling_is_told_with_its_place(table: Any, place: str):
    """By the schema too."""
    assert [place] == problems(with_ceilings(table))
    assert not fits(with_ceilings(table))


def test_the_second_national_pack_has_ceilings():
    """The first one stays as it was in force. Nothing of the sample day is above them."""
    second = packs.of(packs.FOLDER / "national-2.yaml")

    assert (2, "national") == (second.version, second.name)
    assert Purpose.PARTICIPATION in second.ceilings and second.confirmation_ms
    assert reading.read(with_ceilings({"COORDINATION": {"uses": 3, "categories": {"HEALTH": {"uses": 1}}}}), "hash").ceilings == {
        Purpose.COORDINATION: Template(whole=Ceiling(uses=3), by_category={HEALTH: Ceiling(uses=1)}),
    }
