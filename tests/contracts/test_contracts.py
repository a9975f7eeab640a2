"""The schema set and what is generated from it: current, compatible for ever, readable by strangers."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastavro import parse_schema, schemaless_reader

from cli.contracts import compatibility, fields, golden, problems, source, window
from contracts import PUBLISHED, SCHEMAS
from contracts.catalogue import BY_FULL_NAME, CATALOGUE
from contracts.shared import SENTENCES, AgencyKind, RefusalCode
from kernel import serde
from kernel.failures import PoisonError
from kernel.pages import PageServer

ROOT = Path(__file__).resolve().parents[2]
SOURCES = source.read(ROOT)
MISSING = [{"error_code": code, "message": f"{what} not found."} for code, what in ((40401, "Subject"), (40402, "Version"), (40403, "Schema"))]


def test_the_generated_package_is_current_and_the_schema_set_is_sound():
    """`tsunagu contracts check` finds nothing."""
    assert [] == problems(ROOT)


@pytest.mark.parametrize("item", SOURCES, ids=lambda item: f"{item.name}.v{item.version}")
def test_golden_bytes_are_read_by_the_newest_schema(item: source.Source):
    """Bytes of every published version stay readable."""
    written = bytes.fromhex(json.loads(golden.path(ROOT, item).read_text("utf-8"))["hex"])
    newest = BY_FULL_NAME[item.full_name]

    record = schemaless_reader(io.BytesIO(written), parse_schema(item.schema), parse_schema(json.loads(SCHEMAS[newest.schema_id])))

    assert newest.cls.from_avro(record) is not None


@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_every_type_survives_the_round_trip_with_rare_characters(name: str):
    """What is encoded is decoded to an equal event, 𠮷 and 髙 included."""
    kind = CATALOGUE[name]
    event = kind.cls.from_avro(golden.sample(json.loads(SCHEMAS[kind.schema_id]), {}))

    assert event == serde.decode(serde.encode(event))


@pytest.mark.parametrize("name", sorted(name for name, kind in CATALOGUE.items() if kind.personal))
def test_an_event_without_its_personal_fields_is_valid_under_the_same_schema(name: str):
    """Architecture rule 5: redaction never breaks a schema."""
    kind = CATALOGUE[name]
    event = kind.cls.from_avro(golden.sample(json.loads(SCHEMAS[kind.schema_id]), {}))
    bare = event.changed(**{mark.field: () if mark.array else None for mark in kind.personal})

    assert bare == serde.decode(serde.encode(bare))


def test_every_refusal_has_its_sentence():
    """A sender always gets words beside the code."""
    assert set(RefusalCode) == set(SENTENCES)
    assert all(SENTENCES.values())


def test_publishers_are_kinds_of_agency():
    """A misspelt kind would shut an agency out silently."""
    named = {kind for event in CATALOGUE.values() for kind in event.publishers}

    assert named <= set(AgencyKind)


def published(version: int, fields: list[dict[str, Any]], fingerprint: str = "") -> source.Source:
    """A made-up schema version."""
    schema = {"type": "record", "name": "Thing", "namespace": "tsunagu.made", "fields": fields}
    return source.Source(folder="made", name="Thing", version=version, schema=schema)


def test_a_field_added_without_default_is_found():
    """FULL_TRANSITIVE: the newer reader could not read older bytes."""
    first = published(1, [{"name": "a", "type": "string"}])
    second = published(2, [{"name": "a", "type": "string"}, {"name": "b", "type": "string"}])

    assert compatibility.findings([first, second], {})


def test_two_harmless_steps_that_break_together_are_found():
    """Every version is compared with all earlier ones, not only with its neighbour."""
    first = published(1, [{"name": "a", "type": "string", "default": ""}])
    second = published(2, [])
    third = published(3, [{"name": "a", "type": "int", "default": 0}])

    assert [finding for finding in compatibility.findings([first, second, third], {}) if "v3" in finding and "v1" in finding]


def test_an_edited_schema_is_found():
    """A published file is followed by the next version, never changed."""
    item = published(1, [{"name": "a", "type": "string"}])
    ids = {"1": {"name": item.full_name, "version": 1, "fingerprint": "another"}}

    assert ["edited" in finding for finding in compatibility.findings([item], ids)] == [True]


def test_a_personal_field_that_cannot_be_empty_is_found():
    """Redaction must never make an event unreadable."""
    item = published(1, [{"name": "a", "type": "string", "category": "BASIC", "person": "p"}])

    assert compatibility.findings([item], {})


PERSON = {"name": "person", "type": "string", "holds": "person"}


def publishable(*parts: dict[str, Any], inside: dict[str, Any] | None = None) -> list[source.Source]:
    """A made-up type that agencies publish, with these fields and, in a list, a record with the field ``inside``."""
    record = {"type": "record", "name": "Member", "namespace": "tsunagu.shared", "fields": [inside]}
    listed = [{"name": "members", "type": {"type": "array", "items": record}}] if inside else []
    item = published(1, [*parts, *listed])
    item.schema["publishers"] = ["ELDER"]
    return [item]


@pytest.mark.parametrize(
    "part",
    [
        {"type": "string"}, {"type": ["null", "string"], "default": None}, {"type": {"type": "array", "items": "string"}},
        {"type": "string", "holds": "anything"}, {"type": "string", "holds": "personal"},
        {"type": "string", "holds": "code"}, {"type": "string", "holds": "code", "pattern": "("},
        {"type": "string", "holds": "public_text", "pattern": "a*"}, {"type": "string", "holds": "id", "category": "BASIC", "person": "person"},
        {"type": "int"}, {"type": "long", "minimum": 0}, {"type": "int", "maximum": 5}, {"type": "boolean", "holds": "code"},
        {"type": "bytes"}, {"type": ["null", "bytes"], "default": None},
    ],
)
def test_a_field_that_does_not_say_what_it_may_hold_is_found(part: dict[str, Any]):
    """At the top of a publishable type and in a record within it: texts say what they hold, numbers have bounds, bytes have no place."""
    field = {"name": "a", **part}
    assert ["Thing.a:" in finding for finding in fields.findings(publishable(PERSON, field))] == [True]
    assert "category" in field or ["Member.a:" in finding for finding in fields.findings(publishable(PERSON, inside=field))] == [True]


@pytest.mark.parametrize(
    "part",
    [
        {"type": "string", "holds": "id"}, {"type": "string", "holds": "agency"}, {"type": "string", "holds": "public_text", "max_length": 20},
        {"type": "string", "holds": "code", "pattern": "[0-9]{6}"}, {"type": ["null", "string"], "category": "BASIC", "person": "person"},
        {"type": "int", "minimum": 0, "maximum": 5}, {"type": "boolean"}, {"type": {"type": "int", "logicalType": "date"}},
    ],
)
def test_a_field_that_says_what_it_may_hold_passes(part: dict[str, Any]):
    """Each sort of text, a number, what its schema limits already."""
    assert [] == fields.findings(publishable(PERSON, {"name": "a", **part}))


def test_a_type_that_only_our_functions_write_needs_no_declaration():
    """Nothing of a stranger's comes in by it."""
    assert [] == fields.findings([published(1, [{"name": "a", "type": "string"}])])


def test_a_personal_field_sealed_under_anything_but_a_person_is_found():
    """A key is a person's; the field that names it holds a pseudonym."""
    named = {"name": "a", "type": ["null", "string"], "category": "BASIC", "person": "who"}
    for who in ([], [{"name": "who", "type": "string", "holds": "id"}]):
        assert ["names its person" in finding for finding in fields.findings(publishable(*who, named))] == [True]


def test_a_record_that_is_declared_in_two_ways_is_found():
    """One class, one rule, wherever it stands."""
    first, second = (publishable(inside={"name": "a", "type": "int", "minimum": 0, "maximum": most})[0] for most in (1, 2))
    other = source.Source(folder="made", name="Other", version=1, schema={**second.schema, "name": "Other"})

    assert ["two ways" in finding for finding in fields.findings([first, other])] == [True]


def test_nothing_is_generated_from_a_type_that_is_not_declared():
    """A gap stops the build, not the first agency that uses it."""
    with pytest.raises(source.SchemaSetError):
        fields.module(publishable({"name": "a", "type": "string"}))


def test_only_the_newest_version_is_asked():
    """A published file is never edited; the next version may say what the first did not."""
    first, second = publishable({"name": "a", "type": "string"})[0], publishable({"name": "a", "type": "string", "holds": "id"})[0]

    assert [] == fields.findings([first, source.Source(folder="made", name="Thing", version=2, schema=second.schema)])


def test_an_unknown_schema_id_is_poison_with_a_code():
    """Nothing is guessed."""
    with pytest.raises(PoisonError) as error:
        serde.decode(b"\x00\x00\x00\x00\x01")

    assert RefusalCode.UNKNOWN_SCHEMA == error.value.code


@pytest.mark.parametrize(
    ("path", "status", "expected"),
    [
        ("/subjects", 200, "tsunagu.consent.ConsentGranted"),
        ("/subjects/tsunagu.consent.ConsentGranted/versions", 200, "1"),
        ("/subjects/tsunagu.consent.ConsentGranted/versions/latest", 200, '"id"'),
        ("/subjects/tsunagu.consent.ConsentGranted/versions/1/schema", 200, "ConsentGranted"),
        ("/subjects/nothing/versions", 404, "40401"),
        ("/subjects/nothing/versions/latest", 404, "40402"),
        ("/subjects/tsunagu.consent.ConsentGranted/versions/99", 404, "40402"),
        ("/schemas/ids/1", 404, "40403"),
        ("/schemas/ids/x", 404, "40403"),
        ("/schemas/types", 200, "AVRO"),
        ("/config", 200, "FULL_TRANSITIVE"),
    ],
)
def test_the_schema_window_answers_as_a_registry_does(path: str, status: int, expected: str):
    """Stock clients of other languages know these paths and codes."""
    answered, kind, body = window.page(path)

    assert (status, True) == (answered, expected in body.decode()) and window.CONTENT_TYPE == kind


@pytest.mark.parametrize("path", ["/", "/readyz", "/x", "/schemas/ids/" + "9" * 5_000, "/schemas/ids/%FF", "/subjects/%e7%94%b0/versions/1", "/schemas/ids/1/x", "//"])
def test_whatever_is_asked_of_the_window_it_answers_in_json(path: str):
    """And says nothing back of what was asked."""
    status, kind, body = window.page(path)

    assert status in (200, 404) and window.CONTENT_TYPE == kind and json.loads(body) in ({}, {"error_code": 404, "message": "HTTP 404 Not Found"}, *MISSING)


def test_the_window_serves_every_published_schema_by_id():
    """An id in a record leads to the very schema it was written with."""
    for number, entry in PUBLISHED.items():
        assert entry["schema"] == json.loads(json.loads(window.page(f"/schemas/ids/{number}")[2])["schema"])
        (place,) = json.loads(window.page(f"/schemas/ids/{number}/versions")[2])
        assert (entry["name"], entry["version"]) == (place["subject"], place["version"])


async def test_nobody_can_write_through_the_window():
    """Read-only: the authority is the schema set in git. Over the network, as everything is asked."""
    async with PageServer(window.page, 0) as server, httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.port}") as client:
        assert 405 == (await client.post("/subjects/x/versions", json={"schema": "{}"})).status_code
        assert ["AVRO"] == (await client.get("/schemas/types?x=y")).json()


def test_every_event_has_a_body():
    """Stock deserialisers take a record of the five framing bytes alone for a broken one; only our own ticks have nothing to say."""
    assert ["Tick"] == [kind.name for kind in CATALOGUE.values() if not kind.cls.__struct_fields__]
