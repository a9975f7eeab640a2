"""The generated documents follow the schemas: what differs is found, a type that nobody has thought of yet finds its place."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from cli.contracts import asyncapi, build, events_page, problems, samples, source, travel

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = ("docs/asyncapi.yaml", "docs/events.md")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A working copy of all that the build reads and writes."""
    for folder in ("schemas", "contracts", "tests/contracts/golden"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    (tmp_path / "docs").mkdir()
    for name in DOCUMENTS:
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_that_was_edited_or_lost_is_found(copy: Path, name: str):
    """The check names it, and the build mends it."""
    for spoil in (lambda path: path.write_text("edited", "utf-8"), Path.unlink):
        spoil(copy / name)
        assert [name] == [sentence.split()[0] for sentence in problems(copy)]
        build(copy)
        assert [] == problems(copy)


def test_a_schema_that_says_something_else_is_found_in_both(copy: Path):
    """An attribute that Avro does not know is told to the reader all the same; the newest version is the one that is told of."""
    path = copy / "schemas/avro/consultation/SignalReceived.v2.avsc"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | {"meaning_ja": "別の意味"}), "utf-8")

    assert set(DOCUMENTS) <= {sentence.split()[0] for sentence in problems(copy)}


def test_a_new_type_of_a_new_function_finds_its_place():
    """Nothing is listed by name: what its schema says is enough."""
    sources = source.read(ROOT)
    known = next(item for item in sources if item.name == "SignalReceived")
    schema = {**known.schema, "name": "MonthReported", "namespace": "tsunagu.reporting", "function": "reporting", "key": "month", "publishers": ["TAX"]}
    new = source.Source(folder="reporting", name="MonthReported", version=1, schema=schema)
    all_of_them = [*sources, new]
    ids = source.assign_ids(all_of_them, source.read_ids(ROOT))

    written = asyncapi.document(all_of_them, ids)

    assert "MonthReported" in written["components"]["messages"]
    assert {"$ref": "#/channels/agencyOutbox/messages/MonthReported"} in written["operations"]["sendAsTax"]["messages"]
    assert '<a id="function-reporting"></a>' in events_page.text(all_of_them)


def test_the_same_schemas_give_the_same_documents():
    """Byte for byte, in whatever order the files were found."""
    sources, ids = source.read(ROOT), source.read_ids(ROOT)

    assert asyncapi.text(sources, ids) == asyncapi.text(source.read(ROOT), ids)
    assert events_page.text(sources) == events_page.text(source.read(ROOT))


def test_who_is_told_is_named_by_a_field():
    """`told` names a field of the type, no later version forgets it, and such a type lies in the agencies' inboxes."""
    sources = source.read(ROOT)
    newest = {item.full_name: item for item in source.newest(sources)}
    inbox = next(channel for channel in travel.channels(sources) if channel.name == "agencyInbox")

    for item in (item for item in sources if "told" in item.schema):
        assert item.schema["told"] in {field["name"] for field in item.schema["fields"]}
        assert item.schema["told"] == newest[item.full_name].schema.get("told")
        assert newest[item.full_name] in inbox.types


@pytest.mark.parametrize(
    "pattern",
    [
        "[0-9]{6}-[0-9]{2}", "([0-9a-f]{64})?", "[A-Z][A-Z0-9_]*", r"\d{4}-(0[1-9]|1[0-2])", "(令和|平成)[0-9]+年", "a|b", "x.y", r"\w+", "[a-z0-9-]{1,32}",
        "(?:T[0-9]{13})", "",
    ],
)
def test_a_code_is_made_from_its_pattern(pattern: str):
    """It fits, and is the same each time."""
    assert re.fullmatch(pattern, samples.fitting(pattern))
    assert samples.fitting(pattern) == samples.fitting(pattern)


def test_a_pattern_for_which_none_can_be_made_asks_for_an_example():
    """And an example is taken as it stands."""
    field = {"name": "a", "type": "string", "holds": "code", "pattern": "(?!0)[0-9]"}
    schema = {"type": "record", "name": "Thing", "namespace": "tsunagu.made", "fields": [field]}

    with pytest.raises(source.SchemaSetError, match="example"):
        samples.record(schema)

    assert {"a": "7"} == samples.record({**schema, "fields": [{**field, "example": "7"}]})


def test_a_list_has_as_many_members_as_it_must():
    """One, where it need not have any: an empty list would show nothing."""
    many = {"type": {"type": "array", "items": "string"}, "holds": "id"}
    schema = {"type": "record", "name": "Thing", "namespace": "tsunagu.made", "fields": [{"name": "a", **many}, {"name": "b", **many, "min_items": 2}]}

    assert {"a": 1, "b": 2} == {name: len(value) for name, value in samples.record(schema).items()}
