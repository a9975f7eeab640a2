"""What the registry tells: whatever is not the last word on its matter, under an id that a second try has too."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from cli.registry import News, facts, news, places
from contracts.registry import AgencyRegistered, DeadlinesSet, PolicyActivated
from contracts.shared import AgencyKind, Deadline, DeadlineTerm
from contracts.topics import SUPPORT_FUNCTIONS
from deploy.local.town import Agency
from kernel import serde
from kernel.deadlines import TERMS
from kernel.partitioner import partition_of
from kernel.testing import given
from kernel.topics import Topics

ELDER = ("elder", AgencyRegistered(agency="elder", kind=AgencyKind.ELDER, name="つなぐ町地域包括支援センター"))
RENAMED = ("elder", ELDER[1].changed(name="つなぐ町地域包括支援センター東"))
CHILD = ("child", AgencyRegistered(agency="child", kind=AgencyKind.CHILD, name="つなぐ町児童相談所"))
PACK = ("national", PolicyActivated(pack="national", hash="a" * 64))
OTHER_PACK = ("local", PolicyActivated(pack="local", hash="b" * 64))
DAYS = ("national", DeadlinesSet(pack="national", terms=(DeadlineTerm(deadline=Deadline.LINK_UNANSWERED, days=7),)))
OTHER_DAYS = ("local", DeadlinesSet(pack="local", terms=(DeadlineTerm(deadline=Deadline.LINK_UNANSWERED, days=14),)))
TOPICS, PARTITIONS = Topics("990019"), 12
Fact = tuple[str, Any]


def told(*starts: tuple[Fact, ...]) -> list[News]:
    """Everything that is in the log after these starts, in its order."""
    log: list[News] = []
    for said in starts:
        log += news(said, [(each.key, serde.encode(each.fact)) for each in log])
    return log


def test_what_is_the_last_word_is_not_told_again() -> None:
    """The same start twice writes nothing."""
    assert [ELDER, CHILD, PACK] == [(each.key, each.fact) for each in told((ELDER, CHILD, PACK), (ELDER, CHILD, PACK))]


def test_a_fact_that_was_replaced_can_be_put_back() -> None:
    """A→B→A is three facts, and the third is no repeat of the first."""
    found = told((ELDER, PACK), (RENAMED, PACK), (ELDER, PACK))

    assert [ELDER, PACK, RENAMED, ELDER] == [(each.key, each.fact) for each in found]
    assert 4 == len({each.id for each in found})


def test_a_policy_pack_can_be_put_back_in_force() -> None:
    """Packs of different names take one another's place: there is one in force."""
    found = told((PACK,), (OTHER_PACK,), (PACK,), (PACK,))

    assert [PACK, OTHER_PACK, PACK] == [(each.key, each.fact) for each in found]
    assert 3 == len({each.id for each in found})


def test_what_was_broken_off_is_told_again_under_its_id() -> None:
    """The gate's inbox is written first: a second try finds the same log and gives the same ids, so the gate drops what it has."""
    before = [(each.key, serde.encode(each.fact)) for each in told((ELDER, PACK), (RENAMED, PACK))]

    first, second = (news((ELDER, PACK), before) for _ in range(2))

    assert 1 == len(first)
    assert [each.id for each in first] == [each.id for each in second]


def test_deadlines_are_told_once_and_can_be_put_back() -> None:
    """Their matter is another than that of the pack in force, though both have the pack's name for a key."""
    found = told((PACK, DAYS), (PACK, DAYS), (OTHER_PACK, OTHER_DAYS), (PACK, DAYS))

    assert [PACK, DAYS, OTHER_PACK, OTHER_DAYS, PACK, DAYS] == [(each.key, each.fact) for each in found]
    assert 6 == len({each.id for each in found})


def test_a_renewed_contract_is_news() -> None:
    """So is its end, when the dates are taken away."""
    until = ("elder", ELDER[1].changed(contract_until=date(2027, 3, 31)))
    assert [ELDER, until, ELDER] == [(each.key, each.fact) for each in told((ELDER,), (until,), (until,), (ELDER,))]


def test_the_national_pack_gives_days_for_every_deadline_that_has_none_of_its_own() -> None:
    """Which is what a function then counts by."""
    *_, (key, days) = facts("national-2", ())
    own = {Deadline.UNMAPPED, Deadline.NEXT_CONTACT, Deadline.CONTRACT_END, Deadline.EMERGENCY_REVIEW}
    left_out = {Deadline.RECEIPT_ACKNOWLEDGED}  # a municipality may set it; nationally nobody is made to answer every copy

    assert "national-2" == key
    assert {
        Deadline.LINK_UNANSWERED: 7, Deadline.NO_LEAD_AGENCY: 14, Deadline.PLAN_REVIEW: 90, Deadline.URGENT_START_UNREPORTED: 14,
        Deadline.RESOURCE_RECONFIRMATION: 180, Deadline.STOP_NOTICE_ANSWER: 7, Deadline.RIGHTS_ANSWER: 30, Deadline.PERSON_TOLD: 14,
    } == given(TERMS).when(days, source="registry").state
    assert set(Deadline) - own - left_out == {term.deadline for term in days.terms}


def test_an_agency_is_registered_with_its_contract() -> None:
    """And without one where it has none."""
    first, last = date(2026, 4, 1), date(2027, 3, 31)
    town = (Agency("elder", "ELDER", "東", first, last), Agency("police", "POLICE", "署"))
    told = [(fact.agency, fact.contract_from, fact.contract_until) for _, fact in facts("national", town) if isinstance(fact, AgencyRegistered)]

    assert [("elder", first, last), ("police", None, None)] == told


def everywhere(*functions: str) -> list[tuple[str, int]]:
    """Every partition of the inboxes of these functions."""
    return [(TOPICS.inbox(function), number) for function in functions for number in range(PARTITIONS)]


@pytest.mark.parametrize(
    ("fact", "expected"),
    [
        (PACK, everywhere("consent")), (DAYS, everywhere(*SUPPORT_FUNCTIONS)),
        (ELDER, [*everywhere("consent"), (TOPICS.inbox("community"), partition_of(b"elder", PARTITIONS))]),
    ],
    ids=["the pack in force", "deadlines", "an agency"],
)
def test_each_fact_goes_where_it_is_needed(fact: Fact, expected: list[tuple[str, int]]) -> None:
    """Packs to the gate; days to the functions; agencies to the gate, and to where the end of a contract is watched, in its own place."""
    assert expected == list(places(TOPICS, PARTITIONS, *fact))
