"""What the registry tells: whatever is not the last word on its matter, under an id that a second try has too."""

from __future__ import annotations

from typing import Any

from cli.registry import News, news
from contracts.registry import AgencyRegistered, PolicyActivated
from contracts.shared import AgencyKind
from kernel import serde

ELDER = ("elder", AgencyRegistered(agency="elder", kind=AgencyKind.ELDER, name="つなぐ町地域包括支援センター"))
RENAMED = ("elder", ELDER[1].changed(name="つなぐ町地域包括支援センター東"))
CHILD = ("child", AgencyRegistered(agency="child", kind=AgencyKind.CHILD, name="つなぐ町児童相談所"))
PACK = ("national", PolicyActivated(pack="national", hash="a" * 64))
OTHER_PACK = ("local", PolicyActivated(pack="local", hash="b" * 64))
Fact = tuple[str, Any]


def told(*starts: tuple[Fact, ...]) -> list[News]:
    """Everything that is in the log after these starts, in its order."""
    log: list[News] = []
    for facts in starts:
        log += news(facts, [(each.key, serde.encode(each.fact)) for each in log])
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
