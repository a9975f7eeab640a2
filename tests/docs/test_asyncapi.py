"""``docs/asyncapi.yaml`` under the official schema of AsyncAPI 3.0, and beside what the code really does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator
from referencing import Registry
from referencing.jsonschema import DRAFT7

from cli.contracts import asyncapi
from contracts.catalogue import CATALOGUE
from contracts.topics import SUPPORT_FUNCTIONS
from deploy.local import access, topic_plan
from deploy.local.town import Agency
from kernel.envelope import Envelope
from kernel.settings import Settings
from kernel.topics import Topics
from services.consent import packs

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "asyncapi.yaml"
OFFICIAL = json.loads((Path(__file__).parent / "asyncapi" / "3.0.0.json").read_text("utf-8"))
COURIER = {"ce_purpose", "ce_basis", "ce_obligations", "ce_requestid"}
"""Headers that the courier adds to what it releases."""


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """The document as it is committed."""
    return yaml.safe_load(PAGE.read_text("utf-8"))


@pytest.fixture(scope="module")
def official() -> Draft7Validator:
    """The validator, with the schemas that the official one names by address inside it."""
    return Draft7Validator(OFFICIAL, registry=Registry().with_resource(OFFICIAL["$id"], DRAFT7.create_resource(OFFICIAL)))


def faults(official: Draft7Validator, document: dict[str, Any]) -> list[str]:
    """Where and how it breaks the official schema."""
    return [f"{'/'.join(map(str, error.absolute_path))}: {error.message[:200]}" for error in official.iter_errors(document)]


def test_it_is_valid(document: dict[str, Any], official: Draft7Validator):
    """As it stands, payloads by reference."""
    assert [] == faults(official, document)


def test_it_is_valid_with_the_payloads_in_it(document: dict[str, Any], official: Draft7Validator):
    """Every referred file is there, and is Avro under the official schema too."""
    assert [] == faults(official, with_payloads(document))


@pytest.mark.parametrize("broken", ["version", "channel", "binding", "payload"])
def test_what_is_broken_is_found(document: dict[str, Any], official: Draft7Validator, broken: str):
    """The validator looks into every part."""
    found = with_payloads(document)
    match broken:
        case "version":
            found["asyncapi"] = "2.0.0"
        case "channel":
            found["channels"]["agencyOutbox"]["adress"] = "typing error"
        case "binding":
            found["channels"]["agencyOutbox"]["bindings"]["kafka"]["partitions"] = "many"
        case "payload":
            found["components"]["messages"]["SignalReceived"]["payload"]["schema"]["fields"] = "none"

    assert faults(official, found)


def test_every_reference_leads_somewhere(document: dict[str, Any]):
    """Within the document; those to files are followed above."""
    for reference in references(document):
        if reference.startswith("#/"):
            node: Any = document
            for step in reference[2:].split("/"):
                node = node[step]


def test_there_is_one_message_for_each_type(document: dict[str, Any]):
    """The newest version of each, with its id on the wire."""
    messages = document["components"]["messages"]

    assert {name: (kind.full_name, kind.schema_id, kind.version) for name, kind in CATALOGUE.items()} == {
        name: (each["name"], each["x-schema-id"], each["x-schema-version"]) for name, each in messages.items()
    }


def test_each_kind_of_agency_sends_what_the_front_door_lets_it_send(document: dict[str, Any]):
    """The operations against the catalogue that the front door asks."""
    kinds = {kind for each in CATALOGUE.values() for kind in each.publishers}
    sending = {name.removeprefix("sendAs").upper(): each for name, each in document["operations"].items() if each["action"] == "send"}

    assert kinds == {kind for kind in kinds if kind.replace("_", "") in sending} and len(kinds) == len(sending)
    for kind in kinds:
        named = {each["$ref"].rpartition("/")[2] for each in sending[kind.replace("_", "")]["messages"]}
        assert {name for name, each in CATALOGUE.items() if kind in each.publishers} == named


def test_every_topic_that_holds_events_is_there_under_its_real_name(document: dict[str, Any]):
    """But for the operator's orders and the dead letters, which are no business of an agency's engineer."""
    settings = Settings(
        home=Path(), municipality="990019", partitions=2, agency_partitions=1, bootstrap="", security_protocol="", database_host="",
        database_port=0, policy="", schema_window="",
    )
    planned = {topic.name: topic for topic in topic_plan.plan(settings, [Agency("elder", "ELDER", "")])}
    left_out = {Topics("990019").control, *map(Topics("990019").named, access.DEAD_LETTERS)}
    shown = {each["address"].format(municipality="990019", agency="elder"): each for each in document["channels"].values()}

    assert planned.keys() - left_out == shown.keys()
    for name, channel in shown.items():
        said = channel["bindings"]["kafka"]["topicConfiguration"]
        assert {key: planned[name].settings[key] for key in ("retention.ms", "max.message.bytes")} == {
            key: str(said[key]) for key in ("retention.ms", "max.message.bytes")
        }


def test_a_log_holds_what_its_function_decides(document: dict[str, Any]):
    """Each type of a support function in its own log, and in no other function's."""
    for function in SUPPORT_FUNCTIONS:
        held = document["channels"][f"{function}Log"]["messages"]
        assert {name for name, kind in CATALOGUE.items() if kind.function == function} == {
            name for name in held if CATALOGUE[name].function in SUPPORT_FUNCTIONS
        }


def test_the_headers_are_those_of_the_envelope(document: dict[str, Any]):
    """Every attribute that we write, and what the courier adds."""
    names = Envelope.__dataclass_fields__
    full = Envelope(**{name: 1 if name in ("seq", "recorded_time") else name for name in names})
    said = document["components"]["schemas"]["CloudEventHeaders"]

    assert {name for name, _ in full.headers()} | COURIER == set(said["properties"])
    assert set(said["required"]) <= set(said["properties"])


def references(node: Any) -> Iterator[str]:
    """Every ``$ref`` below a node."""
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for member in node.values():
            yield from references(member)
    elif isinstance(node, list):
        for member in node:
            yield from references(member)


def with_payloads(document: dict[str, Any]) -> dict[str, Any]:
    """The document with each payload's file in place of the reference to it."""
    found = deepcopy(document)
    for message in found["components"]["messages"].values():
        payload = message["payload"]
        assert asyncapi.FORMAT == payload["schemaFormat"]
        payload["schema"] = json.loads((PAGE.parent / payload["schema"]["$ref"]).resolve().read_text("utf-8"))
    return found


def test_whatever_the_pack_lets_through_is_among_what_an_agency_receives(document: dict[str, Any]):
    """Types that the national pack names for a basis: a stranger's client must find each of them in the document."""
    named = {
        name for pack in packs.load().values() for rule in pack.bases.values() for each in (rule, *rule.ways.values()) for name in each.types
    }
    received = {each["$ref"].rpartition("/")[2] for each in document["channels"]["agencyInbox"]["messages"].values()}

    assert named
    assert named <= received
