"""Bodies as JSON: what fits its schema becomes an event; what does not is told in Japanese, with a code and a place, without a value."""

from __future__ import annotations

import inspect
import json
import re
from datetime import date
from types import ModuleType
from typing import Any

import pytest

from cli.agency.body import BodyError, Fault, from_json, kind_of, to_json
from contracts.catalogue import CATALOGUE
from contracts.community import SessionHeld
from contracts.coordination import RolesAssigned
from contracts.fields import Holds
from contracts.shared import SENTENCES, AgeBand, AgeCount, RefusalCode, Role, SupportTask
from kernel import fields, forms, sealing
from tests import publishable

PERSON = "0" * 32
SECRET = "髙橋 𠮷彦"


def test_a_body_becomes_an_event():
    """Dates are texts, enums their symbols, what has a default may be left out."""
    body = {"held_on": "2026-05-01", "attendance": [{"band": "UNDER_15", "count": 3}]}

    assert SessionHeld(held_on=date(2026, 5, 1), attendance=(AgeCount(band=AgeBand.UNDER_15, count=3),)) == from_json(kind_of("SessionHeld"), body)


@pytest.mark.parametrize("name", ["RolesAssigned", "tsunagu.coordination.RolesAssigned"])
def test_a_body_that_was_written_out_reads_back_the_same(name: str):
    """By the short and by the full name of the type."""
    event = RolesAssigned(person=PERSON, name=SECRET, roles=(Role(agency="elder", task=SupportTask.WATCH_OVER, due=date(2026, 6, 1)),))

    assert event == from_json(kind_of(name), json.loads(json.dumps(to_json(event.to_avro()))))


@pytest.mark.parametrize(
    ("body", "fault", "where"),
    [
        ([], Fault.VALUE_INVALID, "body"),
        ({}, Fault.FIELD_MISSING, "body.held_on"),
        ({"held_on": SECRET, "attendance": []}, Fault.VALUE_INVALID, "body.held_on"),
        ({"held_on": "2026-02-30", "attendance": []}, Fault.VALUE_INVALID, "body.held_on"),
        ({"held_on": "2026-05-01", "attendance": SECRET}, Fault.VALUE_INVALID, "body.attendance"),
        ({"held_on": "2026-05-01", "attendance": [{"band": SECRET, "count": 1}]}, Fault.VALUE_INVALID, "body.attendance[0].band"),
        ({"held_on": "2026-05-01", "attendance": [{"band": "UNMAPPED", "count": 1}]}, Fault.VALUE_INVALID, "body.attendance[0].band"),
        ({"held_on": "2026-05-01", "attendance": [{"band": "UNDER_15", "count": 1.5}]}, Fault.VALUE_INVALID, "body.attendance[0].count"),
        ({"held_on": "2026-05-01", "attendance": [{"band": "UNDER_15", "count": True}]}, Fault.VALUE_INVALID, "body.attendance[0].count"),
        ({"held_on": "2026-05-01", "attendance": [], "note": SECRET}, Fault.FIELD_UNKNOWN, "body.note"),
    ],
)
def test_what_does_not_fit_is_told_by_code_and_place(body: Any, fault: Fault, where: str):
    """The sentence never repeats what was written."""
    with pytest.raises(BodyError) as error:
        from_json(kind_of("SessionHeld"), body)

    assert (fault, where) == (error.value.fault, error.value.where)
    assert SECRET not in str(error.value)


@pytest.mark.parametrize(("name", "fault"), [("Nothing", Fault.TYPE_UNKNOWN), ("other.SessionHeld", Fault.TYPE_UNKNOWN), ("TaskAssigned", Fault.TYPE_INTERNAL)])
def test_a_type_that_no_agency_may_send_is_told(name: str, fault: Fault):
    """Unknown types, and those that only our own functions write."""
    with pytest.raises(BodyError) as error:
        kind_of(name)

    assert fault == error.value.fault


@pytest.mark.parametrize("name", sorted(name for name, kind in CATALOGUE.items() if kind.publishers))
def test_every_type_can_be_read_or_says_what_is_missing(name: str):
    """An empty body either is enough or lacks a named field."""
    try:
        from_json(kind_of(name), {})
    except BodyError as error:
        assert (Fault.FIELD_MISSING, "body.") == (error.fault, error.where[:5])


CLEAR = publishable.places(*(publishable.TEXTS - {Holds.PERSONAL}))
FAULTS = {
    Holds.PERSON: Fault.UNLABELLED, Holds.ID: Fault.VALUE_INVALID, Holds.AGENCY: Fault.RECIPIENT_UNKNOWN, Holds.CODE: Fault.VALUE_INVALID,
    Holds.PUBLIC_TEXT: Fault.PERSONAL_DATA,
}


@pytest.mark.parametrize("place", CLEAR, ids=str)
def test_what_the_front_door_would_refuse_is_found_here(place: publishable.Place):
    """In every clear text of every type: with the same code, at the same place, without a value."""
    text = f"{SECRET} 090-1234-5678"
    with pytest.raises(BodyError) as error:
        from_json(place.kind, to_json(publishable.planted(place, text).to_avro()))

    assert (FAULTS[place.rule.holds], f"body.{place.where}") == (error.value.fault, error.value.where)
    assert SECRET not in str(error.value)


@pytest.mark.parametrize("kind", publishable.KINDS, ids=lambda kind: kind.name)
def test_a_well_formed_body_of_every_type_passes(kind: Any):
    """What the front door takes, this takes."""
    record = publishable.record_of(kind)

    assert kind.cls.from_avro(record) == from_json(kind, to_json(record))


@pytest.mark.parametrize(
    ("body", "fault", "where"),
    [
        ({"held_on": "2026-05-01", "attendance": [{"band": "UNDER_15", "count": -1}]}, Fault.VALUE_INVALID, "body.attendance[0].count"),
        ({"held_on": "2026-05-01", "attendance": [{"band": "UNDER_15", "count": 10**12}]}, Fault.VALUE_INVALID, "body.attendance[0].count"),
        ({"held_on": "0001-01-01", "attendance": []}, Fault.VALUE_INVALID, "body.held_on"),
        ({"held_on": "2026-05-01", "attendance": [{"band": "UNDER_15", "count": 1}] * 201}, Fault.TOO_MANY, "body.attendance"),
    ],
)
def test_bounds_are_found_before_anything_is_sent(body: Any, fault: Fault, where: str):
    """Numbers, days and lists."""
    with pytest.raises(BodyError) as error:
        from_json(kind_of("SessionHeld"), body)

    assert (fault, where) == (error.value.fault, error.value.where)


@pytest.mark.parametrize("module", [fields, forms, sealing], ids=lambda module: module.__name__)
def test_every_code_of_the_front_door_has_its_fault(module: ModuleType):
    """Whatever a field can be refused for there is told here by the same code, in a sentence."""
    codes = re.findall(r"RefusalCode\.([A-Z_]+)", inspect.getsource(module))

    assert codes
    assert set(codes) <= set(Fault)
    assert all(SENTENCES[RefusalCode(code)] for code in codes)


def test_a_personal_text_without_its_person_is_found():
    """Who reported is named by a pseudonym, or not at all."""
    body = {"person": PERSON, "channel": "RESIDENT", "area_code": "990019-01", "reporter": SECRET}
    with pytest.raises(BodyError) as error:
        from_json(kind_of("SignalReceived"), body)

    assert (Fault.UNLABELLED, "body.reporter") == (error.value.fault, error.value.where)
    assert SECRET not in str(error.value)
