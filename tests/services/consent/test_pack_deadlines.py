"""Deadlines in a policy pack: days by kind, and nothing else is put in force."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from contracts.shared import Deadline
from services.consent.domain.pack import PackInvalid, PolicyPack, read

NATIONAL = yaml.safe_load(Path("policies/national-2.yaml").read_text("utf-8"))


def pack(deadlines: Any) -> PolicyPack:
    """The national pack with other deadlines."""
    return read({**NATIONAL, "deadlines": deadlines}, "hash")


@pytest.mark.parametrize("days", [0, 1, 3660])
def test_days_are_read(days: int):
    """From none to ten years."""
    assert {Deadline.PLAN_REVIEW: days} == pack({"PLAN_REVIEW": days}).deadlines


def test_a_pack_may_give_no_deadlines():
    """As those did that were in force before there were any: nothing is watched by it then."""
    before = {name: value for name, value in NATIONAL.items() if name != "deadlines"}
    assert {} == read(before, "hash").deadlines == pack(None).deadlines


@pytest.mark.parametrize(
    "deadlines",
    [
        {"SOMETHING": 7}, {"UNMAPPED": 7}, {"NEXT_CONTACT": 7}, {"CONTRACT_END": 7}, {"PLAN_REVIEW": -1}, {"PLAN_REVIEW": 3661},
        {"PLAN_REVIEW": 7.5}, {"PLAN_REVIEW": "7"}, {"PLAN_REVIEW": True}, {"PLAN_REVIEW": None},
    ],
    ids=str,
)
def test_what_is_no_number_of_days_is_not_put_in_force(deadlines: dict[str, Any]):
    """An unknown kind, one with a day of its own, a number that is none."""
    with pytest.raises(PackInvalid):
        pack(deadlines)
