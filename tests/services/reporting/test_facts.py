"""Reading the logs: each event counts once, what cannot be read is parked, a gap is an alarm."""

from __future__ import annotations

from dataclasses import replace

import pytest

from contracts.shared import RefusalCode
from services.reporting import facts
from tests.services.reporting.facts import record
from tests.services.reporting.test_monthly import ELDER, VISIT

LOGS = {"consultation.log": "consultation", "outreach.log": "outreach"}
SEQUENCE = ("outreach.log", 0, "a")


def visit(seq: int, key: str = "a", partition: int = 0):
    """The ``seq``-th visit of a case."""
    return record(VISIT, "outreach.log", key=key, seq=seq, partition=partition)


def sift(*records, last=None):
    """The fresh sequence numbers, what is to be remembered, and the alarms."""
    alarms: list[str] = []
    new, seen = facts.fresh(facts.read(records, LOGS), last or {}, alarms.append, {})
    return [fact.envelope.seq for fact in new], seen, alarms


def test_events_in_order_all_count():
    """What the log holds is what is counted."""
    assert ([1, 2], {SEQUENCE: 2}, []) == sift(visit(1), visit(2))


def test_what_was_seen_is_dropped():
    """A repeat in the same batch, and one of an earlier batch."""
    assert ([2], {SEQUENCE: 2}, ["DUPLICATE", "DUPLICATE"]) == sift(visit(1), visit(2), visit(2), last={SEQUENCE: 1})


def test_an_answer_that_begins_too_late_is_passed_over_whole():
    """A zombie's two events, of which the second has the number that our first has then: ours count."""
    def answered(seq: int, ordinal: int):
        named = replace(facts.read([visit(seq)], LOGS).facts[0][1].envelope, id=str(ordinal), causation_source="elder", causation_id="message", input_digest="0")
        return replace(visit(seq), headers=tuple(named.headers()))

    zombie, ours = (answered(1, 0), answered(2, 1)), (answered(2, 0), answered(3, 1))

    assert ([1, 2, 3], {SEQUENCE: 3}, ["DUPLICATE"] * 2) == sift(visit(1), *zombie, *ours)


@pytest.mark.parametrize("cut", range(1, 5))
def test_the_reading_rule_does_not_depend_on_how_the_log_is_cut(cut: int):
    """A late answer of two events, cut anywhere: what was passed over is remembered from batch to batch."""
    def answered(seq: int, ordinal: int, message: str):
        named = replace(facts.read([visit(seq)], LOGS).facts[0][1].envelope, id=f"{message}{ordinal}", causation_source="elder", causation_id=message, input_digest="0")
        return replace(visit(seq), headers=tuple(named.headers()))

    records = [answered(5, 0, "ours"), answered(5, 0, "late"), answered(6, 1, "late"), answered(6, 0, "next")]
    passed: facts.Passed = {}
    counted, last = [], {SEQUENCE: 4}
    for batch in (records[:cut], records[cut:]):
        new, seen = facts.fresh(facts.read(batch, LOGS), last, lambda code: None, passed)
        counted, last = [*counted, *[fact.envelope.id for fact in new]], last | seen

    assert ["ours0", "next0"] == counted


def test_a_gap_is_an_alarm_and_what_is_there_counts():
    """Nothing may be missing; but what is there is not thrown away for it."""
    assert ([1, 3], {SEQUENCE: 3}, ["SEQUENCE_GAP"]) == sift(visit(1), visit(3))


def test_nothing_new_leaves_nothing_to_remember():
    """A batch of repeats changes no row."""
    assert ([], {}, ["DUPLICATE"]) == sift(visit(1), last={SEQUENCE: 4})


def test_the_same_key_has_a_sequence_of_its_own_in_each_partition_and_log():
    """Facts of the whole municipality lie in every partition under one key."""
    new, seen, alarms = sift(visit(1), visit(1, partition=5), record(ELDER, "consultation.log", key="a", seq=1))

    assert [1, 1, 1] == new and 3 == len(seen) and [] == alarms


def test_sealed_events_are_read_without_their_personal_parts():
    """The event in the seal counts; nobody opens the parts."""
    reading = facts.read([record(ELDER, "consultation.log", key="a", seq=1)], LOGS)

    assert ELDER == reading.facts[0][1].event


def test_what_cannot_be_read_is_named_by_its_place_and_its_neighbours_go_on():
    """A record without a sequence number is parked; one that cannot be decoded has its place in the sequence, and says why."""
    broken = replace(visit(2), value=b"\x00\x00\x00\x00\x09garbage", offset=8)
    unnumbered = replace(visit(3), headers=tuple(pair for pair in visit(3).headers if pair[0] != "ce_seq"), offset=9)

    reading = facts.read([visit(1), broken, unnumbered, visit(2)], LOGS)

    assert [(1, ""), (2, RefusalCode.UNKNOWN_SCHEMA), (2, "")] == [(fact.envelope.seq, fact.fault) for _, fact in reading.facts]
    assert [(9, RefusalCode.HEADER_MISSING)] == [(parked.offset, parked.code) for parked in reading.parked]


def test_what_a_projection_does_not_look_into_is_not_decoded():
    """Type and envelope are enough to count it; even a broken body is then in nobody's way."""
    broken = replace(visit(1), value=b"\x00\x00")

    reading = facts.read([broken, visit(2)], LOGS, lambda log, kind: False)

    assert [None, None] == [fact.event for _, fact in reading.facts]
    assert [] == reading.parked
