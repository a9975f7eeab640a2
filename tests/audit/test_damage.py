"""Ten kinds of damage (十の改ざん), each planted into the sample day's logs: found by ``audit verify`` or ``audit redecide``, with its code and its place.

And logs that are sound, of the day, the stories and a year, give nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace

import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as some

from cli.day import story
from cli.day.player import Day
from contracts.catalogue import BY_CLASS
from contracts.consent import DisclosureDecided, DisclosureReleased
from contracts.envelope import DisclosureRequested
from contracts.registry import PolicyActivated
from contracts.shared import Outcome, ReaderRole, ReadReason
from kernel import serde
from kernel.memory import MemoryRecord
from services.reporting.reads import read_event
from tests.scenarios import redecided, verified
from tests.scenarios.memory_stage import PARTITIONS, TOPICS, MemoryStage
from tests.scenarios.memory_year import played
from tests.scenarios.stories import Story, stories
from tests.scenarios.verified import Records

GATE, COORDINATION = TOPICS.log("consent"), TOPICS.log("coordination")
PEOPLE = 200
Place = tuple[str, int, int]


@pytest.fixture(scope="module")
def day() -> Iterator[Records]:
    """The logs and inboxes of the sample day."""
    with closing(MemoryStage(50)) as stage:
        story.play(Day(stage))
        yield verified.everything(stage)


def type_of(record: MemoryRecord) -> bytes:
    """The full name of the event in a record."""
    return dict(record.headers)["ce_type"]


def first(records: Records, topic: str, kind: type, also: Callable[[MemoryRecord], bool] = lambda record: True) -> Place:
    """Where the first event of a type lies."""
    name = BY_CLASS[kind].full_name.encode()
    return next((topic, record.partition, record.offset) for each in records[topic] for record in each if type_of(record) == name and also(record))


def at(records: Records, place: Place) -> MemoryRecord:
    """The record at a place."""
    topic, number, offset = place
    return records[topic][number][offset]


def instead(records: Records, place: Place, *others: MemoryRecord) -> Records:
    """The same with other records in a place; what follows moves on, as it would."""
    topic, number, offset = place
    partition = [*records[topic][number][:offset], *others, *records[topic][number][offset + 1:]]
    written = [replace(record, offset=each) for each, record in enumerate(partition)]
    return {**records, topic: [written if each == number else found for each, found in enumerate(records[topic])]}


def headed(record: MemoryRecord, **values: str) -> MemoryRecord:
    """The same record with other headers."""
    return replace(record, headers=tuple((name, values.get(name, value.decode()).encode()) for name, value in record.headers))


def saying(record: MemoryRecord, **fields: object) -> MemoryRecord:
    """The same record, its event saying something else, in sound bytes."""
    return replace(record, value=serde.encode(serde.decode(record.value).changed(**fields)))


def followed(records: Records, topic: str) -> Place:
    """A record in a log that is followed by another of its key, and from which nothing else comes."""
    return next(
        (topic, record.partition, record.offset) for each in records[topic] for record in each
        if any(other.key == record.key for other in each[record.offset + 1:]) and type_of(record).endswith(b"Noted")
    )


def found(records: Records) -> set[tuple[str, int, int, str]]:
    """What verify finds: topic, partition, offset, code."""
    return verified.places(verified.verified(records).findings)


def again(records: Records) -> set[tuple[str, int, int, str]]:
    """What redecide finds."""
    told = [(number, finding) for number, partition in enumerate(records[GATE]) for finding in redecided.findings(partition)]
    return {(GATE, number, finding.place, finding.difference.value) for number, finding in told}


def test_what_was_read_is_no_hole_in_the_logs():
    """A read of personal data comes to the gate by a way that no log keeps."""
    with closing(MemoryStage(50)) as stage:
        story.play(day := Day(stage))
        case = next(row.subject for row in day.told if row.subject)
        out = read_event(
            case, "request", reader="elder", role=ReaderRole.CASEWORKER, actor="token", resource="cases.text", reason=ReadReason.SUPPORT, persons=["a" * 32],
        ).outgoing(TOPICS, PARTITIONS, "2026-05-29T05:26:40+09:00")
        stage.log.append(out.topic, out.partition, out.key, out.value, out.headers)
        stage.town.pump()
        records = verified.everything(stage)

    assert b"tsunagu.consent.PersonalDataRead" in {type_of(record) for each in records[GATE] for record in each}
    assert set() == found(records)


def test_01_a_dropped_record(day: Records):
    """The next one of its key shows the hole."""
    topic, number, offset = followed(day, COORDINATION)
    key = day[topic][number][offset].key
    after = next(record.offset for record in day[topic][number][offset + 1:] if record.key == key)

    assert (topic, number, after - 1, "SEQUENCE") in found(instead(day, (topic, number, offset)))


def test_02_a_changed_byte(day: Records):
    """One bit of a verdict that the asking function has noted: its digest stands beside the note. And redecide sees that it does not follow."""
    place = first(day, GATE, DisclosureDecided, lambda record: b"990019.coordination.log" in (record.value or b""))
    value = at(day, place).value or b""
    spot = value.index(b"990019.coordination.log") + 3
    changed = instead(day, place, replace(at(day, place), value=value[:spot] + bytes([value[spot] ^ 1]) + value[spot + 1:]))

    assert (*place, "CAUSE_CHANGED") in found(changed)
    assert (*place, "FIELDS") in again(changed)


def test_03_a_doubled_record(day: Records):
    """Written twice, it is told and harms nobody; with a number of its own, which would make it count twice, it is found."""
    topic, number, offset = place = first(day, GATE, DisclosureReleased)
    record = at(day, place)
    twice = verified.verified(instead(day, place, record, record))
    counted = instead(day, place, record, headed(record, ce_seq=str(int(dict(record.headers)["ce_seq"]) + 1)))

    assert [] == twice.findings
    assert {(topic, number, offset + 1, "DUPLICATE")} == verified.places(twice.duplicates) - verified.places(verified.verified(day).duplicates)
    assert (topic, number, offset + 1, "ID_UNTRUE") in found(counted)


def test_04_two_records_that_have_changed_places(day: Records):
    """Of one key."""
    topic, number, offset = followed(day, COORDINATION)
    one = day[topic][number][offset]
    other = next(record for record in day[topic][number][offset + 1:] if record.key == one.key)
    changed = instead(instead(day, (topic, number, offset), other), (topic, number, other.offset), one)

    assert (topic, number, offset, "SEQUENCE") in found(changed)
    assert (topic, number, other.offset, "SEQUENCE") in found(changed)


def test_05_a_foreign_writer(day: Records):
    """In a log, and in an inbox."""
    place = followed(day, COORDINATION)
    inbox = TOPICS.agency_inbox("coordinator")

    assert (*place, "FOREIGN_WRITER") in found(instead(day, place, headed(at(day, place), ce_source="tsunagu.outreach")))
    assert {(inbox, 0, 0, "FOREIGN_WRITER")} == found(instead(day, (inbox, 0, 0), headed(day[inbox][0][0], ce_source="elder")))


def test_06_a_verdict_that_was_removed(day: Records):
    """Its request stands alone; what was released by it stands alone in the inbox."""
    topic, number, offset = place = first(day, GATE, DisclosureDecided, lambda record: serde.decode(record.value).outcome == Outcome.PERMIT)
    asked = day[topic][number][offset - 1]
    recipient = serde.decode(at(day, place).value).recipient
    without = instead(day, place)

    assert type_of(asked) == BY_CLASS[DisclosureRequested].full_name.encode()
    assert (topic, number, offset - 1, "VERDICT_MISSING") in found(without) & again(without)
    assert [] != [each for each in found(without) if (each[0], each[3]) == (TOPICS.agency_inbox(recipient), "RELEASE_UNGRANTED")]


def test_07_a_release_without_a_verdict(day: Records):
    """Something is put into an inbox that the gate has refused; or its verdict is of somebody else's."""
    refused = first(day, GATE, DisclosureDecided, lambda record: serde.decode(record.value).outcome == Outcome.DENY)
    inbox = TOPICS.agency_inbox("coordinator")
    spot = next(record.offset for record in day[inbox][0] if dict(record.headers)["ce_source"] == b"tsunagu.courier")
    forged = headed(day[inbox][0][spot], ce_causationid=dict(at(day, refused).headers)["ce_id"].decode())
    elsewhere = TOPICS.agency_inbox("police")
    receipt = first(day, GATE, DisclosureReleased)
    moved = {**day, elsewhere: [[replace(day[inbox][0][spot], topic=elsewhere, offset=0)]]}

    assert {(inbox, 0, spot, "RELEASE_UNGRANTED")} == found(instead(day, (inbox, 0, spot), forged))
    assert {(elsewhere, 0, 0, "RELEASE_UNGRANTED")} == found(moved)
    assert (*receipt, "RELEASE_UNGRANTED") in found(instead(day, receipt, saying(at(day, receipt), verdict_id="nobody's")))


def test_08_a_jump_of_seq(day: Records):
    """One record says that it is a later one."""
    place = followed(day, COORDINATION)
    seq = int(dict(at(day, place).headers)["ce_seq"])

    assert (*place, "SEQUENCE") in found(instead(day, place, headed(at(day, place), ce_seq=str(seq + 7))))


def test_09_a_changed_policy(day: Records):
    """Other rules in the registry than the gate has answered; a verdict that names rules of which nobody knows; and one that no switch has brought."""
    switched = first(day, TOPICS.registry, PolicyActivated)
    place = first(day, GATE, DisclosureDecided)

    assert (*switched, "CAUSE_CHANGED") in found(instead(day, switched, saying(at(day, switched), hash="0" * 64)))
    assert (*place, "POLICY_MISSING") in again(instead(day, place, saying(at(day, place), policy="0" * 64)))
    earlier = next(each.hash for each in redecided.PACKS.values() if each.hash != serde.decode(at(day, place).value).policy)
    assert (*place, "POLICY_NOT_IN_FORCE") in again(instead(day, place, saying(at(day, place), policy=earlier)))


def test_10_a_changed_decider(day: Records, monkeypatch: pytest.MonkeyPatch):
    """A build that decides otherwise than the one that wrote the log: each verdict whose outcome differs is named. And one verdict that such a build has written."""
    place = first(day, GATE, DisclosureDecided, lambda record: serde.decode(record.value).outcome == Outcome.DENY)

    assert (*place, "OUTCOME") in again(instead(day, place, saying(at(day, place), outcome=Outcome.PERMIT)))
    monkeypatch.setattr("services.consent.domain.decision._NONE", "B0")
    assert [] != [each for each in again(day) if each[3] == "FIELDS"]


@settings(max_examples=40, deadline=None)
@for_all(data=some.data())
def test_whatever_is_dropped_is_missed_where_its_key_goes_on(day: Records, data: some.DataObject):
    """Any record of any log that is followed by another of its key; what was the last only a sealed log shows."""
    followed = {topic: [*_followed(day[topic])] for topic in sorted(verified.LOGS) if topic != TOPICS.registry}
    topic = data.draw(some.sampled_from([each for each, records in followed.items() if records]))
    record = data.draw(some.sampled_from(followed[topic]))

    assert [] != found(instead(day, (topic, record.partition, record.offset)))


def _followed(partitions: Iterable[Sequence[MemoryRecord]]) -> Iterator[MemoryRecord]:
    """Records after which another of their key comes: which there are depends on how this day's cases fell on partitions."""
    for partition in partitions:
        last = {record.key: record.offset for record in partition}
        yield from (each for each in partition if each.offset < last[each.key])


@settings(max_examples=40, deadline=None)
@for_all(data=some.data())
def test_a_changed_byte_of_what_was_answered_is_found(day: Records, data: some.DataObject):
    """Any byte of any value that has travelled on."""
    answered = {
        (dict(record.headers)["ce_causationsource"], dict(record.headers)["ce_causationid"])
        for topic in verified.LOGS if topic != TOPICS.registry for partition in day[topic] for record in partition
    }
    travelled = [
        record for topic in verified.LOGS for partition in day[topic] for record in partition
        if (dict(record.headers)["ce_source"], dict(record.headers)["ce_id"]) in answered
    ]
    record = data.draw(some.sampled_from(travelled))
    value = bytearray(record.value or b"")
    value[data.draw(some.integers(0, len(value) - 1))] ^= data.draw(some.integers(1, 255))

    damaged = instead(day, (record.topic, record.partition, record.offset), replace(record, value=bytes(value)))
    assert (record.topic, record.partition, record.offset) in {each[:3] for each in found(damaged)}


@settings(max_examples=150, deadline=None)
@for_all(data=some.data())
def test_whatever_somebody_writes_is_told_and_stops_nobody(day: Records, data: some.DataObject):
    """Any header with any bytes, without a value or left out; any key, any value; in any log or inbox."""
    topic = data.draw(some.sampled_from(sorted(topic for topic in day if any(day[topic]))))
    record = data.draw(some.sampled_from([record for partition in day[topic] for record in partition]))
    junk = some.one_of(some.none(), some.binary(max_size=40), some.sampled_from((b"0", b"-1", b"9" * 30, b"\xff", b"#", b"tsunagu.intake", b"tsunagu.courier")))
    name = data.draw(some.sampled_from(["", "key", "value", *dict(record.headers)]))
    others = [(each, value) for each, value in record.headers if each != name]
    headers = [*others, (name, data.draw(junk))] if name.startswith("ce_") and data.draw(some.booleans()) else others
    fields = {"headers": tuple(headers)} | ({name: data.draw(junk)} if name in ("key", "value") else {})

    verified.verified(instead(day, (topic, record.partition, record.offset), replace(record, **fields)))


def test_the_day_is_sound(day: Records):
    """Nothing is found, nothing is left open; what the courier has sent twice, since a service was killed in it, is only told."""
    result = verified.verified(day)

    assert ([], 0, 0) == (result.findings, result.waiting, result.unread)
    assert all(each.topic.endswith(".inbox") for each in result.duplicates)
    assert result.verdicts > 50
    assert result.released > 50


@pytest.mark.parametrize("told", stories(), ids=str)
def test_a_story_is_sound(told: Story):
    """Every one of the notice's."""
    with closing(MemoryStage(50)) as stage:
        told.play(Day(stage))

        assert verified.check(stage).records > 0


def test_a_day_of_restarts_is_sound():
    """Every service is killed at every message: what comes twice is told, and is no finding."""
    with closing(MemoryStage(20)) as stage:
        story.play(Day(stage, disturb=lambda _: [stage.restart(service, again=3) for service in stage.workers] and None))

        assert verified.check(stage).duplicates


def test_a_year_is_sound():
    """With its nights, and the consents that end in them."""
    with played(PEOPLE) as (stage, _):
        result = verified.check(stage)

        assert result.of_time > 0
        assert 0 == result.waiting + result.unread


def test_one_case_alone_is_sound(day: Records):
    """And of a damaged town only its own findings are told."""
    place = followed(day, COORDINATION)
    case = (at(day, place).key or b"").decode()
    changed = instead(day, place, headed(at(day, place), ce_seq="90"))

    assert {case} == {each.case for each in verified.verified(changed, case).findings}
    assert [] == verified.verified(changed, "f" * 32).findings
