"""Reading lines: what is read in one step and what is read entry by entry is the same, and refuses the same."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from cli.consent import fields
from cli.consent.fields import Unreadable
from cli.consent.lines import Asked
from contracts.catalogue import CATALOGUE
from contracts.consent import ConsentGranted
from contracts.record import Record

GRANTED: dict[str, Any] = {
    "consent": "c1", "person": "a" * 32, "purpose": "COORDINATION", "categories": ["BASIC", "ECONOMIC"], "recipients": ["coordinator"],
    "valid_from": "2026-04-01", "valid_to": "2027-03-31", "medium": "PAPER", "signed_on": None, "witnessed": True,
    "exclusions": [{"recipient": "", "category": "HEALTH"}], "use_limit": 3,
}
REQUEST: dict[str, Any] = {
    "from": "elder", "to": "coordinator", "to_kind": "COORDINATOR", "purpose": "COORDINATION", "basis": "C", "authored": "2026-05-10",
    "parts": [{"person": "a" * 32, "category": "BASIC", "essential": True}, {"category": None}], "wanted": ["HEALTH"],
}
VALUES = some.sampled_from((
    None, True, 0, 1, 1.0, 1.5, "", "x", "BASIC", "OTHER", "2026-05-01", "20260501", "2026-5-1", 20_000, [], ["BASIC"], ["x", 1], [None], {},
    {"string": "BASIC"}, {"string": "2026-05-01"}, {"array": ["BASIC"]}, {"jp.x.Y": "C"}, {"string": "a", "int": 1}, [{"recipient": "r"}],
    [{"person": "p", "unknown": 1}], [{"person": {"string": "p"}, "essential": 1}],
))


def slowly(kind: type[Record], value: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The same, never in one step."""
    with monkeypatch.context() as without:
        without.setattr(fields, "_convert", refuse)
        return outcome(kind, value)


def refuse(value: Any, kind: type[Record]) -> Record:
    """What the step in one does with what it cannot read."""
    raise fields.msgspec.ValidationError


def outcome(kind: type[Record], value: Any) -> Any:
    """The record, or why there is none."""
    try:
        return fields.record(kind)(value)
    except Unreadable as problem:
        return problem.code, problem.where


@settings(deadline=None, max_examples=500)
@given(some.dictionaries(some.sampled_from([*GRANTED, "unknown"]), VALUES, max_size=4), some.sets(some.sampled_from([*GRANTED]), max_size=2))
def test_a_consent_is_read_alike_in_one_step_and_entry_by_entry(changed: dict[str, Any], left_out: set[str]):
    """Whatever somebody writes."""
    value = {name: entry for name, entry in {**GRANTED, **changed}.items() if name not in left_out}

    assert slowly(ConsentGranted, value, pytest.MonkeyPatch()) == outcome(ConsentGranted, value)


@settings(deadline=None, max_examples=500)
@given(some.dictionaries(some.sampled_from([*REQUEST, "persons", "segment", "unknown", "sender"]), VALUES, max_size=4))
def test_a_request_is_read_alike_in_one_step_and_entry_by_entry(changed: dict[str, Any]):
    """Whatever somebody writes."""
    value = {**REQUEST, **changed}

    assert slowly(Asked, value, pytest.MonkeyPatch()) == outcome(Asked, value)


def test_what_nearly_everybody_writes_is_read_in_one_step(monkeypatch: pytest.MonkeyPatch):
    """Without the slow reading, which would be five times slower."""
    monkeypatch.setattr(fields, "entries", refuse)
    value = {name: entry for name, entry in GRANTED.items() if name not in ("exclusions", "use_limit")}

    assert date(2026, 4, 1) == fields.record(ConsentGranted)(value).valid_from
    assert ("coordinator", "HEALTH") == (fields.record(Asked)(REQUEST).recipient, fields.record(Asked)(REQUEST).wanted[0])


@pytest.mark.parametrize("value", [1.0, True, "1", 1.5, None])
def test_nothing_else_passes_for_a_whole_number(value: Any):
    """msgspec would take 1.0."""
    assert ("VALUE_INVALID", "use_limit") == outcome(ConsentGranted, {**GRANTED, "use_limit": value})


def test_every_type_of_the_catalogue_can_be_read():
    """Those with numbers and records inside entry by entry; nothing breaks while the readings are made."""
    for kind in CATALOGUE.values():
        assert outcome(kind.cls, {"unknown": 1}) == ("FIELD_UNKNOWN", "unknown")
