"""A stranger reads inboxes: a stock Kafka client, a stock Avro library, and the published schemas; kcat where it is installed."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import urllib.request
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml
from confluent_kafka import OFFSET_BEGINNING, Consumer, TopicPartition
from fastavro import parse_schema, schemaless_reader

from deploy.local.town import agencies
from tests.installation import Broker
from tests.live.days import Played, play

ROOT = Path(__file__).resolve().parents[2]
ASYNCAPI = yaml.safe_load((ROOT / "docs" / "asyncapi.yaml").read_text("utf-8"))
AGENCIES = [agency.id for agency in agencies()]
SCRAM_IS_RIGHT = (2, 6, 1)
"""librdkafka from which on Kafka 4 accepts its SCRAM."""
Resolve = Callable[[int], Any]
"""The schema with an id."""


@pytest.fixture(scope="module")
def day(stack: Broker) -> Played:
    """A day that filled the inboxes."""
    return play(stack.settings)


@pytest.fixture(params=["window", "file"])
def resolve(request: pytest.FixtureRequest, stack: Broker, tmp_path: Path) -> Resolve:
    """Schemas by id: asked of the schema window, or taken from the published file, copied out."""
    if request.param == "window":
        return cache(lambda number: parse_schema(json.loads(_get(f"http://{stack.settings.schema_window}/schemas/ids/{number}")["schema"])))
    copy = shutil.copy(ROOT / "contracts" / "schemas.json", tmp_path)
    published = json.loads(Path(copy).read_text("utf-8"))
    return cache(lambda number: parse_schema(published[str(number)]["schema"]))


def _get(address: str) -> Any:
    with urllib.request.urlopen(address, timeout=10) as answer:
        return json.load(answer)


def opened(value: bytes, resolve: Resolve) -> tuple[str, Any]:
    """Type and body of a framed value."""
    assert 0 == value[0]
    schema = resolve(int.from_bytes(value[1:5], "big"))
    body = io.BytesIO(value[5:])
    found = schemaless_reader(body, schema, None)
    assert b"" == body.read()
    return schema["name"], found


def inbox(stack: Broker, agency: str) -> list[tuple[dict[str, str], bytes, bytes]]:
    """Headers, key and value of everything in an agency's inbox, read through its own account."""
    topic = f"{stack.settings.municipality}.agency.{agency}.inbox"
    consumer = Consumer({**stack.confluent(f"agency-{agency}"), "group.id": f"{stack.settings.municipality}.agency-{agency}.stranger"})
    try:
        end = consumer.get_watermark_offsets(TopicPartition(topic, 0), timeout=30)[1]
        consumer.assign([TopicPartition(topic, 0, OFFSET_BEGINNING)])
        found = consumer.consume(end, 30) if end else []
        assert end == len(found)
        return [({name: value.decode() for name, value in each.headers()}, each.key(), each.value()) for each in found]
    finally:
        consumer.close()


@pytest.mark.parametrize("agency", AGENCIES)
def test_a_stock_consumer_reads_what_our_own_client_reads(stack: Broker, day: Played, resolve: Resolve, agency: str):
    """Every record opens under the schema that its id names; the day's bodies are equal to ours, field by field."""
    heard = {each.id: each for each in day.view.heard[agency]}
    read = {headers["ce_id"]: (headers, *opened(value, resolve)) for headers, _, value in inbox(stack, agency)}

    assert set() == heard.keys() - read.keys()
    for headers, name, body in read.values():
        assert name == headers["ce_type"]
        ours = heard.get(headers["ce_id"])
        assert ours is None or ours.event.to_avro() == body


@pytest.mark.parametrize("agency", AGENCIES)
def test_what_arrives_is_what_the_document_says(stack: Broker, day: Played, agency: str):
    """Types and headers of docs/asyncapi.yaml; a key of the form that its binding names."""
    components = ASYNCAPI["components"]
    expected = {components["messages"][name]["name"]: name for name in ASYNCAPI["channels"]["agencyInbox"]["messages"]}
    said = components["schemas"]["CloudEventHeaders"]

    for headers, key, _ in inbox(stack, agency):
        assert headers["ce_type"] in expected
        assert set(said["required"]) <= headers.keys() <= said["properties"].keys()
        for name, value in headers.items():
            assert re.search(said["properties"][name].get("pattern", ""), value), name
        binding = components["messages"][expected[headers["ce_type"]]]["bindings"]["$ref"].rpartition("/")[2]
        assert re.search(components["messageBindings"][binding]["kafka"]["key"].get("pattern", ""), key.decode())
        assert key.decode() == headers["ce_subject"]


def test_kcat_reads_an_inbox(stack: Broker, day: Played, tmp_path: Path):
    """As the page prints it, and the values beside: each opens under the published schemas."""
    kcat, environment = _kcat(tmp_path)
    settings, published = stack.settings, json.loads((ROOT / "contracts" / "schemas.json").read_text("utf-8"))
    account = {
        "security.protocol": settings.security_protocol, "ssl.ca.location": settings.authorities(), "sasl.mechanism": "SCRAM-SHA-512",
        "sasl.username": "agency-coordinator", "sasl.password": settings.password("agency-coordinator"),
    }
    words = [word for name, value in account.items() for word in ("-X", f"{name}={value}")]
    topic = f"{settings.municipality}.agency.coordinator.inbox"
    done = subprocess.run(
        [kcat, "-C", "-e", "-q", "-b", settings.bootstrap, *words, "-t", topic, "-f", "%k %S\n%s\n"], env=environment, capture_output=True, check=False,
        timeout=60,
    )

    assert 0 == done.returncode, done.stderr.decode()
    names = [opened(value, lambda number: parse_schema(published[str(number)]["schema"]))[0] for value in _values(done.stdout)]
    assert {each.type for each in day.view.heard["coordinator"]} <= {name.rpartition(".")[2] for name in names}


def _kcat(folder: Path) -> tuple[str, dict[str, str]]:
    """The program, and an environment in which it uses the librdkafka that is locked with us where its own is too old for Kafka 4."""
    kcat = shutil.which("kcat")
    if kcat is None:
        pytest.skip("NOT TRIED: kcat is not installed here (Debian: apt-get install kcat)")
    spec = find_spec("confluent_kafka")
    for library in Path(spec.origin).parents[1].glob("confluent_kafka.libs/librdkafka*.so*"):  # type: ignore[union-attr,arg-type]
        (folder / "librdkafka.so.1").symlink_to(library)
    environment = {**os.environ, "LD_LIBRARY_PATH": str(folder)}
    told = subprocess.run([kcat, "-V"], env=environment, capture_output=True, text=True, check=False).stdout
    version = re.search(r"librdkafka (\d+)\.(\d+)\.(\d+)", told)
    if version is None or tuple(map(int, version.groups())) < SCRAM_IS_RIGHT:
        pytest.skip(f"NOT TRIED: kcat has a librdkafka whose SCRAM Kafka 4 refuses: {told.strip()}")
    return kcat, environment


def _values(printed: bytes) -> list[bytes]:
    """The values in what kcat printed: a key, a length, a line break, so many bytes, a line break."""
    found, rest = [], printed
    while rest:
        head, _, rest = rest.partition(b"\n")
        length = int(head.split()[1])
        found.append(rest[:length])
        rest = rest[length + 1 :]
    return found
