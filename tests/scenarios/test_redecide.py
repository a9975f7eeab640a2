"""Re-decide (検算): every verdict of the sample day and of a generated year follows from the gate's log alone, byte by byte (consent.md rules 7, 28, 33).

And whoever changes, drops or exchanges one is found, with the place.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as some

from cli.day import story
from cli.day.player import Day
from contracts.catalogue import BY_CLASS
from contracts.consent import DisclosureDecided
from contracts.envelope import DisclosureRequested, SealedEvent
from contracts.shared import Outcome
from kernel import serde
from kernel.memory import MemoryLog, MemoryRecord, MemoryTown
from kernel.place import Place
from kernel.processor import Processor
from kernel.routes import Routes
from kernel.telemetry import Telemetry
from services.consent.app import SERVICE
from services.consent.domain.findings import Difference
from tests.scenarios import pythons
from tests.scenarios.memory_stage import PARTITIONS, TOPICS, MemoryStage
from tests.scenarios.memory_year import Year, played
from tests.scenarios.redecided import LOG, check, findings, log

PEOPLE, SMALL = 2_500, 600
LANES = (TOPICS.urgent, TOPICS.inbox("consent"))


@pytest.fixture(scope="module")
def lived() -> Iterator[tuple[MemoryStage, Year]]:
    """The year of seed 1."""
    with played(PEOPLE) as found:
        yield found


@pytest.fixture(scope="module")
def day() -> Iterator[MemoryStage]:
    """The sample day."""
    stage = MemoryStage(50)
    story.play(Day(stage))
    yield stage
    stage.close()


def places(records: list[MemoryRecord], kind: type) -> list[int]:
    """Where the events of a type lie."""
    name = BY_CLASS[kind].full_name.encode()
    return [place for place, record in enumerate(records) if dict(record.headers)["ce_type"] == name]


def verdicts(stage: MemoryStage) -> list[tuple[list[MemoryRecord], int]]:
    """Every verdict, with the partition it lies in."""
    return [(records, place) for records in log(stage) for place in places(records, DisclosureDecided)]


def without(records: list[MemoryRecord], place: int) -> list[MemoryRecord]:
    """A partition from which one record was taken."""
    return records[:place] + records[place + 1:]


def other_python(python: str, hash_seed: str) -> str:
    """How many verdicts another process decides again, and the digest of the log."""
    return pythons.told(python, hash_seed, "tests.scenarios.redecided", str(SMALL), "1")


def test_rule_33_every_verdict_of_the_day_is_decided_again_to_the_same_bytes(day: MemoryStage):
    """Permits, redactions, holds and refusals among them."""
    outcomes = {serde.decode(records[place].value).outcome for records, place in verdicts(day)}

    assert set(Outcome) - {Outcome.UNMAPPED} == outcomes
    assert check(day) == len(verdicts(day)) > 50


def test_rule_33_every_verdict_of_the_year_is_decided_again_to_the_same_bytes(lived: tuple[MemoryStage, Year]):
    """With its nights, its holds that end and its consents that are over."""
    stage, year = lived

    assert check(stage) == year.logged["DisclosureDecided"] > 200


def test_rule_33_a_gate_that_is_killed_at_every_message_leaves_a_log_that_is_decided_again():
    """Restart after restart, with records seen again."""
    stage = MemoryStage(20)
    story.play(Day(stage, disturb=lambda _: [stage.restart(service, again=3) for service in stage.workers] and None))

    assert check(stage) > 50
    stage.close()


def test_rule_33_one_case_is_decided_again_by_itself(day: MemoryStage):
    """Of other cases only the facts of the town are read."""
    for records in log(day):
        cases = {record.key for record in records if record.key}

        assert [] == [finding for case in cases for finding in findings(records, case.decode())]


def test_rule_28_keys_that_are_destroyed_change_no_verdict(day: MemoryStage):
    """Verdicts rest on codes: with every key gone and every sealed part made noise, the same bytes come again."""
    day.town.handler("courier")._keys._by_id.clear()  # type: ignore[attr-defined]
    for records in log(day):
        assert [] == findings(replace(record, value=_noise(record.value)) for record in records)


def _noise(value: bytes | None) -> bytes | None:
    event = serde.decode(value)
    if not isinstance(event, SealedEvent):
        return value
    return serde.encode(event.changed(parts=tuple(part.changed(ciphertext=bytes(len(part.ciphertext))) for part in event.parts)))


def test_rule_33_the_position_of_what_was_asked_about_follows_from_the_log(day: MemoryStage):
    """It is a header of the request: a verdict that names another place is found."""
    records, place = next(each for each in verdicts(day) if serde.decode(each[0][each[1]].value).position)
    verdict = serde.decode(records[place].value)
    moved = replace(records[place], value=serde.encode(verdict.changed(position=verdict.position + "0")))

    found, *_ = findings([*records[:place], moved, *records[place + 1:]])

    assert (place, Difference.FIELDS, "position") == (found.place, found.difference, found.detail)


@settings(max_examples=40, deadline=None)
@for_all(data=some.data())
def test_one_changed_byte_of_a_verdict_is_found(day: MemoryStage, data: some.DataObject):
    """Any byte of any verdict."""
    records, place = data.draw(some.sampled_from(verdicts(day)))
    value = bytearray(records[place].value or b"")
    value[data.draw(some.integers(0, len(value) - 1))] ^= data.draw(some.integers(1, 255))

    assert [] != findings([*records[:place], replace(records[place], value=bytes(value)), *records[place + 1:]])


def test_every_verdict_that_is_dropped_is_found(day: MemoryStage):
    """The last of its case too."""
    assert [] == [(place, records[place].key) for records, place in verdicts(day) if not findings(without(records, place))]


def test_every_request_that_is_dropped_is_found(day: MemoryStage):
    """A verdict on nothing."""
    asked = [(records, place) for records in log(day) for place in places(records, DisclosureRequested)]

    assert [] == [(place, records[place].key) for records, place in asked if not findings(without(records, place))]


def test_a_request_that_is_dropped_with_its_verdict_is_found(day: MemoryStage):
    """Unless nothing more comes of that case: that the end is cut off only a sealed log shows (rule 31)."""
    asked = [(records, place) for records in log(day) for place in places(records, DisclosureRequested)]
    followed = [(records, place) for records, place in asked if any(record.key == records[place].key for record in records[place + 2:])]

    assert [] == [place for records, place in followed if not findings(without(without(records, place), place))]


@settings(max_examples=40, deadline=None)
@for_all(data=some.data())
def test_two_verdicts_that_change_places_are_found(day: MemoryStage, data: some.DataObject):
    """What they say, under each other's names; or whole records of one case."""
    records = data.draw(some.sampled_from([each for each in log(day) if len(places(each, DisclosureDecided)) > 1]))
    one, other = data.draw(some.lists(some.sampled_from(places(records, DisclosureDecided)), min_size=2, max_size=2, unique=True))
    changed = list(records)
    changed[one], changed[other] = replace(records[one], value=records[other].value), replace(records[other], value=records[one].value)

    assert [] != findings(changed)
    if records[one].key == records[other].key:
        changed[one], changed[other] = replace(records[other], offset=one), replace(records[one], offset=other)
        assert [] != findings(changed)


def test_a_verdict_that_nobody_asked_for_is_found(day: MemoryStage):
    """Put in after another, with everything that a reader can check in order but its cause."""
    records, place = verdicts(day)[0]
    headers = [(name, b"%d" % (int(value) + 1) if name == "ce_seq" else value) for name, value in records[place].headers]
    forged = replace(records[place], headers=tuple(headers))

    written = [replace(record, offset=offset) for offset, record in enumerate([*records[:place + 1], forged, *records[place + 1:]])]

    assert {Difference.SEQUENCE, Difference.REQUEST_MISSING} & {each.difference for each in findings(written)}


def test_rule_33_a_rebalance_between_any_two_messages_of_the_year_gives_the_same_log(lived: tuple[MemoryStage, Year]):
    """The gate is put to its messages of the year again, and dies here and there; whoever goes on from the log writes the same bytes."""
    stage, _ = lived
    messages = sorted((record for lane in LANES for record in stage.log.records(lane)), key=lambda record: record.timestamp)
    dies = random.Random(1)
    town = gate_alone()

    for number, record in enumerate(messages):
        town.log.now = record.timestamp - 1
        town.log.append(record.topic, record.partition, record.key, record.value, record.headers)
        if dies.random() < 0.02 or number == len(messages) // 2:
            town.restart("consent", again=dies.randrange(3))
        town.pump()

    assert [untimed(record) for record in stage.log.records(LOG)] == [untimed(record) for record in town.log.records(LOG)]
    town.close()


def gate_alone() -> MemoryTown:
    """The gate and its log, and nobody else."""
    town = MemoryTown(MemoryLog())
    (function,) = SERVICE.functions
    place = Place("consent", Routes(TOPICS, PARTITIONS), town.log, Telemetry("consent").meter("consent"), True)
    town.add("consent", dict.fromkeys(Processor(function, place).inboxes, PARTITIONS), lambda: Processor(function, place))
    return town


def untimed(record: MemoryRecord) -> MemoryRecord:
    """Without the append time, which is the broker's."""
    return replace(record, timestamp=0)


def test_rule_33_two_hash_seeds_decide_the_same_again():
    """No order of a set or a dict reaches a verdict."""
    assert other_python(sys.executable, "0") == other_python(sys.executable, "1")


@pytest.mark.parametrize("version", pythons.OTHERS)
def test_rule_33_another_python_decides_the_same_again(version: str):
    """Where one is installed with the packages that we need."""
    assert other_python(sys.executable, "0") == other_python(pythons.another(version), "0")
