"""A text planted in each field that takes text is found where it may be, and nowhere else: no topic, no log file, no table, no metric.

In a personal field it is sealed; in a coded one it is refused, and in a public one when it leads to somebody: then only the outbox and
the dead letters hold it. A public text that leads to nobody is for everybody, but no business of log files, tables and metrics.
"""

from __future__ import annotations

import json
import urllib.request
import uuid
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from confluent_kafka import Consumer, TopicPartition

from cli.agency.message import Draft, draft
from cli.day import cast
from cli.day.live import open_stage
from cli.day.player import pseudonym
from contracts.catalogue import EventType
from contracts.consultation import SignalReceived
from contracts.fields import Holds
from contracts.shared import Channel, DataCategory
from deploy.local import databases
from deploy.local.town import agencies
from kernel.topics import Topics
from tests import publishable
from tests.installation import Broker
from tests.live.days import play

RIGHTFUL: dict[str, frozenset[str]] = {
    "MOTHER": frozenset({"coordinator", "elder", "poverty", "outreach"}),
    "SON": frozenset({"participation", "workshop", "poverty", "coordinator"}),
    "WIFE": frozenset({"municipality", "poverty"}),
    "ADDRESS_WIFE": frozenset({"municipality"}),
    "CALLER": frozenset({"police"}),
    "PLACE_NIGHT": frozenset({"police"}),
    "RISK_NIGHT": frozenset({"police"}),
    **dict.fromkeys(("NEIGHBOUR", "SIGNAL_8050", "WISH_MOTHER", "SIGNAL_SON", "FIRST_CONTACT", "SIGNAL_MEETING", "SIGNAL_WIFE"), frozenset()),
}
"""Agencies into whose inboxes each text of the day (a name in ``cli.day.cast``) may come."""
PERSONAL = [kind for kind in publishable.KINDS if kind.personal]
CLEAR = publishable.places(*(publishable.TEXTS - {Holds.PERSONAL}))
TEXT = "漏れてはならない本文"
MARKERS = ("髙橋キヨ", "kiyo@example.jp", "０９０－１２３４－５６７８")
"""What somebody might type into the wrong field; the first, a name, cannot be recognised."""
APART = b"\xff\xff\xff"
"""Between two records: in no form of any text."""


@dataclass(frozen=True, slots=True)
class Planted:
    """The installation after a day and after one message for each personal type; every record of every topic."""

    broker: Broker
    texts: list[str] = field(default_factory=list)
    """The texts planted in personal fields, one per field or category."""
    wrong: list[str] = field(default_factory=list)
    """The texts planted in clear fields where they do not belong."""
    public: list[str] = field(default_factory=list)
    """The texts planted in public texts that lead to nobody."""
    topics: dict[str, bytes] = field(default_factory=dict)
    """Short names; key, headers and value of every record together, one record after the other."""

    def topics_with(self, text: str) -> set[str]:
        """The short names of the topics that hold ``text``."""
        return {topic for topic, content in self.topics.items() if any(form in content for form in forms(text))}


def forms(text: str) -> tuple[bytes, ...]:
    """How a text may stand in bytes: plain, in UTF-16, or with JSON's escapes."""
    return text.encode(), text.encode("utf-16-le"), json.dumps(text).strip('"').encode()


@pytest.fixture(scope="module")
def planted(stack: Broker) -> Planted:
    """A day is played; then each text of each type that an agency may send is filled and sent, and of each type one record is broken."""
    before = ends(stack)
    play(stack.settings)
    found = Planted(stack)
    with open_stage(stack.settings) as stage:
        sent = []
        for kind in publishable.KINDS:
            agency, case = sender(kind), pseudonym()
            opening = draft(agency, SignalReceived(person=pseudonym(), channel=Channel.MEETING, area_code="990019-01"), case)
            drafts = list(plantings(kind, agency, "990019-01" if kind.key == "area" else case, found))
            stage.post(agency, opening, *drafts)
            sent += [(agency, each.id) for each in drafts]

        def gaps() -> list[str]:
            return [f"{identity}: {gap}" for agency, identity in sent for gap in stage.view.missing(agency, identity)]

        assert stage.until(lambda: not gaps()), gaps()
    prefix, records = Topics(stack.settings.municipality).named(""), defaultdict(list)
    for topic, content in everything(stack, before):
        records[topic.removeprefix(prefix)].append(content)
    found.topics.update({topic: APART.join(contents) for topic, contents in records.items()})
    return found


def sender(kind: EventType) -> str:
    """An agency that may publish this type, with an account of ours."""
    return next(each.id for each in agencies() if each.kind in kind.publishers and each.id != "environment")


def plantings(kind: EventType, agency: str, case: str, found: Planted) -> Iterator[Draft]:
    """The messages of one type: all personal fields at once, that record broken off, and each clear text with each marker."""
    if kind.personal:
        planting = draft(agency, event_of(kind, found.texts), case)
        yield from (planting, broken_off(planting))
    for place in (each for each in CLEAR if each.kind is kind):
        for marker in MARKERS:
            text = f"{TEXT}・{marker}・{place}"
            public = place.rule.holds is Holds.PUBLIC_TEXT and marker == MARKERS[0]
            (found.public if public else found.wrong).append(text)
            yield draft(agency, publishable.planted(place, text, "workshop"), case)


def test_every_personal_field_was_planted(planted: Planted):
    """Each text reached the outbox, so that its absence elsewhere says something."""
    marks = sum(len(CATEGORIES) if mark.array else 1 for kind in PERSONAL for mark in kind.personal)

    assert marks == len(planted.texts)
    assert all(any(topic.endswith(".outbox") for topic in planted.topics_with(text)) for text in planted.texts)


def test_rule_35_planted_texts_are_in_no_topic_but_outboxes_dead_letters_and_what_a_verdict_released(planted: Planted):
    """Nobody has consented: what was sent stays sealed. Danger to life alone goes out, within its ceiling."""
    allowed = {"agency.police.inbox"}
    for text in planted.texts:
        strange = {topic for topic in planted.topics_with(text) if not topic.endswith((".outbox", ".dead-letters"))}
        emergency = text.startswith(f"{TEXT}・EmergencyRaised・") and text.rpartition("・")[2] in ("BASIC", "ADDRESS", "DANGER")
        assert (text, set()) == (text, strange - (allowed if emergency else set()))


def test_every_clear_field_was_planted(planted: Planted):
    """With a name, an e-mail address and a telephone number each."""
    assert len(CLEAR) * len(MARKERS) == len(planted.wrong) + len(planted.public) > 200


def test_what_was_typed_into_the_wrong_field_is_refused_at_the_door(planted: Planted):
    """It lies in the sender's outbox and among the door's dead letters, and has gone no further."""
    found = {text: planted.topics_with(text) for text in planted.wrong}
    assert [] == [(text, topics) for text, topics in found.items() if {topic.rpartition(".")[2] for topic in topics} != {"outbox", "dead-letters"}]


def test_a_public_text_is_taken_in_as_such(planted: Planted):
    """Names cannot be recognised: the schema says that everybody may read it, and the publisher answers for it (decision 9)."""
    assert planted.public
    assert [] == [text for text in planted.public if any(topic.endswith(".dead-letters") for topic in planted.topics_with(text))]


@pytest.mark.parametrize("name", RIGHTFUL)
def test_texts_of_the_day_are_in_outboxes_and_the_rightful_inboxes_only(planted: Planted, name: str):
    """Who received what is what the story says, byte for byte."""
    found = planted.topics_with(getattr(cast, name))

    assert any(topic.endswith(".outbox") for topic in found)
    assert {f"agency.{agency}.inbox" for agency in RIGHTFUL[name]} == {topic for topic in found if not topic.endswith(".outbox")}


def test_no_file_outside_the_broker_holds_a_text(planted: Planted):
    """Logs of every process, the database's own files, settings, sockets' folder."""
    home = planted.broker.settings.home
    files = [path for path in home.rglob("*") if path.is_file() and home / "kafka" not in path.parents]

    assert any(path.parent.name == "logs" for path in files)
    assert [] == [(path.relative_to(home), text) for path in files for text in found_in(path.read_bytes())]


async def test_no_table_holds_a_text(planted: Planted):
    """Every row of every table of both databases, as text."""
    rows = 0
    for database in ("tsunagu_reporting", "tsunagu_keys"):
        connection = await databases.connect(planted.broker.settings, "postgres", database)
        try:
            for schema, table in await connection.fetch(
                "SELECT schemaname, tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
            ):
                dump = "\n".join(row[0] for row in await connection.fetch(f'SELECT t::text FROM "{schema}"."{table}" t'))
                rows += dump.count("\n")
                assert (schema, table, []) == (schema, table, found_in(dump.encode()))
        finally:
            await connection.close()
    assert rows


@pytest.mark.parametrize("service", ["intake", "coordination", "participation", "consent", "reporting"])
def test_no_metrics_page_holds_a_text(planted: Planted, service: str):
    """Labels are a closed set."""
    port = planted.broker.settings.http_ports[service]
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as page:
        content = page.read()

    assert b"tsunagu_" in content
    assert [] == found_in(content)


CATEGORIES = [category for category in DataCategory if category is not DataCategory.UNMAPPED]


def event_of(kind: EventType, texts: list[str]) -> Any:
    """An event of this type with a text of its own in every personal field and category; the texts are noted in ``texts``."""
    record = publishable.record_of(kind, "police" if kind.name == "EmergencyRaised" else "workshop") | {"person": pseudonym()}
    for mark in kind.personal:
        categories = CATEGORIES if mark.array else [mark.category]
        planted = [f"{TEXT}・{kind.name}・{mark.field}・{category}" for category in categories]
        texts.extend(planted)
        if mark.array:
            record[mark.field] = [
                {"person": pseudonym(), "category": category, "code": "planted", "text": text}
                for category, text in zip(categories, planted, strict=True)
            ]
        else:
            record[mark.field] = planted[0]
    return kind.cls.from_avro(record)


def broken_off(good: Draft) -> Draft:
    """The same record under another id, torn off before its end: its text is in the dead letter."""
    identity = str(uuid.uuid4())
    headers = [(name, identity.encode() if name == "ce_id" else value) for name, value in good.headers]
    return Draft(id=identity, key=good.key, value=good.value[:-1], headers=headers)


def found_in(content: bytes) -> list[str]:
    """The planted texts, and those of the day, that stand in ``content``."""
    texts = (TEXT, *(getattr(cast, name) for name in RIGHTFUL))
    return [text for text in texts if any(form in content for form in forms(text))]


def ends(broker: Broker) -> dict[tuple[str, int], int]:
    """Where each partition of each topic ends now."""
    consumer = Consumer({**broker.confluent(), "group.id": "leaks"})
    try:
        known = consumer.list_topics(timeout=30).topics
        parts = [TopicPartition(name, number, 0) for name, topic in known.items() if not name.startswith("__") for number in topic.partitions]
        return {(part.topic, part.partition): consumer.get_watermark_offsets(part, timeout=30)[1] for part in parts}
    finally:
        consumer.close()


def everything(broker: Broker, before: dict[tuple[str, int], int]) -> Iterator[tuple[str, bytes]]:
    """Every record of every topic since ``before``, as the administrator reads them: what other tests have written cannot hold what was planted here."""
    left = {place: end for place, end in ends(broker).items() if end > before.get(place, 0)}
    consumer = Consumer({**broker.confluent(), "group.id": "leaks", "enable.auto.commit": False})
    try:
        consumer.assign([TopicPartition(*place, before.get(place, 0)) for place in left])
        while left:
            for message in consumer.consume(1000, 0.5):
                assert message.error() is None
                yield message.topic(), content_of(message)
                if message.offset() + 1 >= left.get((message.topic(), message.partition()), 0):
                    left.pop((message.topic(), message.partition()), None)
    finally:
        consumer.close()


def content_of(message: Any) -> bytes:
    """Key, headers and value of a record together."""
    headers = [part for name, value in message.headers() or () for part in (name.encode(), value or b"")]
    return b"\x00".join((message.key() or b"", message.value() or b"", *headers))


