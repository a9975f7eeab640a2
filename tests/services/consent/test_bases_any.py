"""Bases beside consent over generated cases (consent.md §5): whatever is claimed, less said or more forbidden never opens more."""

from __future__ import annotations

import random
from datetime import date
from typing import Any

from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as some

from contracts.consent import DisclosureDecided, ProtectionFlagSet
from contracts.envelope import DisclosureRequested, PersonsNoted
from contracts.shared import Basis, DataCategory, Outcome, PartCode, Purpose
from kernel.decider import fold
from kernel.testing import AT, given
from services.consent.domain import registry
from tests.services.consent.test_bases import (
    ACCESS,
    ASKED,
    BIG_TOWN,
    DANGEROUS,
    GIVE,
    GRANTED,
    MINOR,
    NOTICE,
    OTHERS,
    PARTIAL,
    PROVED,
    SCHOOL,
    TASK,
    TOLD,
    meeting,
)
from tests.services.consent.town import GATE, MOTHER, PACK, SON, consent, request

OPEN = {Outcome.DENY: 0, Outcome.HOLD: 1, Outcome.REDACT: 2, Outcome.PERMIT: 3}
CATEGORIES = [each for each in DataCategory if each is not DataCategory.UNMAPPED]
FACTS = (
    (MINOR,), (ASKED, PROVED, GRANTED), (ASKED, PROVED, PARTIAL), (consent(DataCategory.BASIC),), (PersonsNoted(persons=(SON,)),),
    *(meeting(basis.value, basis, "child", "welfare", "municipality") for basis in OTHERS),
)
facts = some.lists(some.sampled_from(FACTS), max_size=3, unique_by=lambda each: each[0]).map(lambda listed: [fact for each in listed for fact in each])
parts = some.lists(
    some.builds(PartCode, person=some.sampled_from((MOTHER, SON)), category=some.sampled_from(CATEGORIES), essential=some.just(False)),
    max_size=5, unique_by=lambda each: (each.person, each.category),
)
FITTING = (
    {"basis": Basis.G, **GIVE}, {"basis": Basis.L, **NOTICE}, {"basis": Basis.W, **SCHOOL}, {"basis": Basis.K, **TASK}, {"basis": Basis.P, **ACCESS},
    {"basis": Basis.V, **DANGEROUS}, *({"basis": Basis.M, **TOLD, "recipient": "welfare", "segment": each.value} for each in OTHERS),
)
"""What each basis is for; the cases go a little astray from it."""
astray = some.fixed_dictionaries({}, optional={
    "event_type": some.sampled_from(("EmergencyRaised", "SignalReceived", "LinkedToAgency", "AssessmentRecorded", "InformationGivenInConference")),
    "recipient": some.sampled_from(sorted(BIG_TOWN.agencies)), "agency": some.sampled_from(sorted(BIG_TOWN.agencies)),
    "purpose": some.sampled_from(list(Purpose)), "persons": some.sampled_from([(MOTHER,), (SON,)]),
    "segment": some.sampled_from([None, *(each.value for each in OTHERS)]),
})
requests = some.builds(
    lambda fitting, parts, astray, follows: request(*parts, **{**fitting, **({} if follows else astray)}),
    some.sampled_from(FITTING), parts, astray, some.booleans(),
)


def decided(asked: DisclosureRequested, facts: list[Any], shared: Any = BIG_TOWN) -> DisclosureDecided:
    """The one verdict."""
    events = given(GATE, *facts, shared=shared).when(asked, agency=asked.agency, source="consultation", at=AT).events
    (found,) = (event for event in events if isinstance(event, DisclosureDecided))
    return found


def released(verdict: DisclosureDecided) -> set[tuple[str, DataCategory]]:
    """What goes."""
    return {(each.person, each.category) for each in verdict.released}


@settings(max_examples=300, deadline=None)
@for_all(requests, facts)
def test_rule_17_what_a_way_opens_is_below_its_ceiling_and_names_its_way(asked: DisclosureRequested, recorded: list[Any]):
    """A release on one of these bases is whole from one entry of the pack (rule 10); a refusal has a reason."""
    found = decided(asked, recorded)

    assert (found.outcome in (Outcome.DENY, Outcome.HOLD)) == (found.basis is Basis.NONE)
    assert found.reasons or found.outcome is Outcome.PERMIT
    ways = PACK.bases[found.basis].ways if found.basis not in (Basis.NONE, Basis.C, Basis.M) else {}
    if ways:
        for way in [ways[name] for name in found.rule.split("/")[1].split("+")] if "/" in found.rule else ways.values():
            assert way.ceiling is None or {category for _, category in released(found)} <= way.ceiling
            assert not way.purposes or not way.purposes.isdisjoint(PACK.purposes[asked.purpose])
    assert DataCategory.REPORTER not in {category for _, category in released(found)}


@settings(max_examples=200, deadline=None)
@for_all(requests, facts, some.sampled_from(("segment", "purpose", "basis", "recipient", "agency")))
def test_rule_9_an_attribute_that_is_missing_opens_nothing_more(asked: DisclosureRequested, recorded: list[Any], missing: str):
    """A request that says less is never more open. UNMAPPED says something that no tree knows: a human looks at it (rule 13)."""
    without = {"segment": None, "purpose": "", "basis": Basis.NONE, "recipient": "nobody", "agency": "nobody"}
    less = decided(asked.changed(**{missing: without[missing]}), recorded)
    more = decided(asked, recorded)

    unknown = asked.purpose is Purpose.UNMAPPED  # only a consent waits for a human to say what it is
    claimed_alone = missing == "basis" and (unknown or asked.basis in (Basis.L, Basis.V))  # beside them no consent is looked for
    assert claimed_alone or OPEN[less.outcome] <= OPEN[more.outcome]


@settings(max_examples=200, deadline=None)
@for_all(requests, facts)
def test_rule_15_a_protection_flag_only_removes(asked: DisclosureRequested, recorded: list[Any]):
    """Whatever the basis."""
    flag = ProtectionFlagSet(flag="f", person=MOTHER, blocked_agencies=(asked.recipient,), until=date(2027, 3, 31))
    free, kept = decided(asked, recorded), decided(asked, recorded, fold(registry.DECIDER, (flag,), BIG_TOWN))

    assert released(kept) <= released(free)
    assert OPEN[kept.outcome] <= OPEN[free.outcome]


@settings(max_examples=200, deadline=None)
@for_all(requests, facts)
def test_rule_12_the_same_parts_in_another_order_are_the_same(asked: DisclosureRequested, recorded: list[Any]):
    """And one request split in two by category opens no more than both together."""
    shuffled = list(asked.parts)
    random.Random(1).shuffle(shuffled)
    whole, other = decided(asked, recorded), decided(asked.changed(parts=tuple(shuffled)), recorded)

    assert (whole.outcome, released(whole)) == (other.outcome, released(other))
