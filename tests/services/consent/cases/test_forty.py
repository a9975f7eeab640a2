"""The forty decision cases of domain.md §4.3, by number, through ``tsunagu consent decide``.

``shows`` says how near a line comes to a case that is no single decision.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cli.consent import decisions

LINES = (Path(__file__).with_name("forty.jsonl")).read_bytes().splitlines()
CASES: list[dict[str, Any]] = [json.loads(line) for line in LINES]


def answers() -> dict[str, dict[str, Any]]:
    """What the gate says to each, by id."""
    return {answer["id"]: answer for answer in (json.loads(answer) for answer, _ in decisions(iter(LINES)))}


ANSWERS = answers()


def _named(case: dict[str, Any]) -> Any:
    return pytest.param(case, id=f"case_{case['id']}_{case['title'].replace(' ', '_')}")


@pytest.mark.parametrize("case", [_named(case) for case in CASES])
def test_case(case: dict[str, Any]):
    """Outcome, and what decided it."""
    expected, answer = case["expected"], ANSWERS[case["id"]]
    found = {
        "outcome": answer.get("outcome"), "rule": answer.get("rule"), "reason": next(iter(answer.get("reasons", ())), None),
        "refused_facts": [[fact["type"], fact["code"]] for fact in answer.get("refused_facts", ())],
        "withheld": [[part["person"], part["category"], part["reason"]] for part in answer.get("withheld", ())],
        "released": [[part["person"], part["category"]] for part in answer.get("released", ())],
    }

    assert expected == {key: found[key] for key in expected}
    assert bool(found["refused_facts"]) == ("refused_facts" in expected)


def test_there_are_forty():
    """None is left out; a letter marks a second view of the same case."""
    assert {f"{number:02d}" for number in range(1, 41)} == {case["id"][:2] for case in CASES}
