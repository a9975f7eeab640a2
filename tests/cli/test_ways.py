"""What is open next: whoever reads only the explanation knows what to do, for every reason there is; nobody is named who must not be."""

from __future__ import annotations

import re
from typing import Any

import pytest

from cli.consent import explanation, ways, words
from cli.consent.policy import named
from cli.consent.ways import MORE, OPENS, REQUIRED, Kind
from contracts.shared import DataCategory
from services.consent.domain.entries import Precondition
from services.consent.domain.reasons import OPENED_BY, SENTENCES, Reason

PERSON, PACK = "a" * 32, named("national")
ASKED = {
    "from": "elder", "to": "coordinator", "from_kind": "ELDER", "to_kind": "COORDINATOR", "purpose": "COORDINATION", "basis": "C",
    "event_type": "CoordinationReferred",
}


def answer(*reasons: str, outcome: str = "DENY", category: str = "HEALTH", **changes: Any) -> dict[str, Any]:
    """A verdict that withholds one part for the first of these reasons."""
    asked = {**ASKED, **changes.pop("asked", {})}
    return {
        "id": "one", "outcome": outcome, "rule": "R2", "basis": "NONE", "released": [], "reasons": list(reasons), "releases_when": [],
        "withheld": [{"person": PERSON, "category": category, "reason": reasons[0]}], "asked": asked, "policy": PACK.hash, **changes,
    }


def told(*reasons: str, **changes: Any) -> dict[str, Any]:
    """Its explanation."""
    return explanation.explained(answer(*reasons, **changes), {PACK.hash: PACK})


def kinds(*reasons: str) -> list[Kind]:
    """The kinds of ways after these reasons."""
    return [each.kind for each in ways.following(reasons, ())]


@pytest.mark.parametrize("reason", Reason)
@pytest.mark.parametrize("outcome", ["DENY", "HOLD", "REDACT"])
def test_after_every_reason_a_caseworker_knows_what_is_next(reason: Reason, outcome: str):
    """A way in a Japanese sentence, or that there is none and why; and at last whom to ask. Codes are nobody's business."""
    found = told(reason, outcome=outcome)["opens"]

    assert len(found) >= 2
    assert all(re.search("[ぁ-ん]", says) and says.endswith(("。", "）")) for says in found)
    assert not any(code in says for says in found for code in (*Reason.__members__, *OPENS))


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_names_its_own_way(reason: Reason):
    """None is left to the general sentence, and every code that opens has its words."""
    codes = (*OPENED_BY.get(reason, ()), *MORE.get(reason, ()))

    assert codes, f"say in OPENED_BY, or in cli/consent/ways.py MORE, what a caseworker can do after {reason}"
    assert all(code in OPENS or code in words.OPENS for code in codes)
    assert SENTENCES[reason]


@pytest.mark.parametrize("reason", Reason)
def test_where_there_is_no_way_the_reason_for_that_is_said(reason: Reason):
    """Plainly, and what is left to do beside it."""
    none = [each.says for each in ways.following((reason,), ()) if each.kind is Kind.NONE]

    assert all("方法はありません" in says and re.search("意思|決まり|決定", says) for says in none)


def test_ways_come_in_the_order_in_which_they_are_tried():
    """Ask the person; mend what is missing; another basis; 支援会議; wait; phone."""
    order = ways.following(
        ("SEGMENT_NOT_STATUTORY", "NOT_A_PARTY"), (), (ways.Next(Kind.BASIS, "根拠。"),), ("つなぐ町役場",), ("待つ。",),
    )

    assert [Kind.ASK, Kind.MEND, Kind.BASIS, Kind.CONFERENCE, Kind.WAIT, Kind.PHONE] == [each.kind for each in order]
    assert "（つなぐ町役場）" in order[-1].says


@pytest.mark.parametrize("reason", ["PERSON_REFUSED", "CONSENT_WITHDRAWN", "EXCLUDED"])
def test_a_no_is_not_pressed(reason: str):
    """Nobody is asked again, no meeting goes round it, whatever else is the matter; danger to life and abuse are the law's own way."""
    others = ("NO_CONSENT", "SEGMENT_CLOSED", "NOT_LISTED")
    found = ways.following((reason, *others), ("CONSENT_OF_PERSON",), (ways.Next(Kind.BASIS, "根拠 G。"),))

    assert [Kind.NONE, Kind.BASIS, Kind.PHONE] == [each.kind for each in found]
    assert "命や身体の危険" in found[1].says


def test_another_basis_is_named_with_what_it_still_requires():
    """As the pack of that verdict has it: for this type, between these kinds, for this purpose."""
    asked = {"to": "child", "to_kind": "CHILD", "purpose": "CONSULTATION", "event_type": "LinkedToAgency"}
    (found,) = [says for says in told("NO_CONSENT", asked=asked)["opens"] if says.startswith("根拠 ")]

    assert all(says in found for says in ("根拠 W", "児童の健全育成", "個人情報保護法27条1項3号", "未成年であることが事例に記録されていること", "健康まで"))
    assert [] == [says for says in told("NO_CONSENT", asked={**asked, "to_kind": "WORKSHOP"})["opens"] if says.startswith("根拠 ")]


def test_a_basis_that_would_not_open_the_part_is_not_offered():
    """Its ceiling is lower."""
    asked = {"to": "child", "to_kind": "CHILD", "purpose": "CONSULTATION", "event_type": "LinkedToAgency"}

    assert not any(says.startswith("根拠 ") for says in told("NO_CONSENT", asked=asked, category="ECONOMIC")["opens"])


def test_what_waits_says_until_when():
    """Both for its deadline and for a consent that is to begin."""
    found = told("NO_CONSENT", outcome="HOLD", deadline=1_779_584_400_000, begins=["2026-05-20"])["opens"]

    assert any("2026年05月24日" in says for says in found)
    assert any("2026-05-20 に始まる同意" in says for says in found)


def test_nothing_is_left_to_do_where_all_is_given():
    """No way is offered."""
    assert [] == told("NO_CONSENT", outcome="PERMIT")["opens"]


@pytest.mark.parametrize("reason", Reason)
def test_who_reported_is_shown_to_nobody(reason: Reason):
    """Not even by pseudonym."""
    found = told(reason, category=DataCategory.REPORTER)

    assert PERSON[:8] not in explanation.text(found) + str(found)


def test_every_duty_of_the_packs_has_its_words():
    """Of every release, and of each way."""
    duties = {*PACK.obligations, *(duty for rule in PACK.bases.values() for way in rule.ways.values() for duty in way.obligations), "KEEP_UNTIL:2027-03-31"}

    assert not any(re.search("[A-Z]", words.duty(each)) for each in duties)


def test_every_precondition_has_its_words():
    """So that a missing one can be named."""
    assert set(Precondition) == set(REQUIRED)
