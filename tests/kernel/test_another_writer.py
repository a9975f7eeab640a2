"""A log that contradicts itself: another writer, a hole, an answer that begins too late."""

from __future__ import annotations

import pytest

from kernel.failures import IntegrityError
from kernel.telemetry import Telemetry
from tests.kernel.processing import alarms, texts
from tests.kernel.toys import DECIDER, KEY, LOG, NAME, put, signal, town


def test_a_late_append_of_another_writer_is_passed_over_and_counted():
    """A zombie can only repeat the same bytes; readers drop what they have seen."""
    telemetry = Telemetry("intake")
    here = town(telemetry=telemetry)
    put(here.log, signal(), "m1")
    here.pump()
    (record,) = here.log.records(LOG)
    here.log.append(LOG, record.partition, record.key, record.value, record.headers)

    here.restart(NAME)
    put(here.log, signal(), "m2")
    here.pump()

    assert ["1", "1", "2", "3", "4"] == texts(here.log, "ce_seq")
    assert 1 == alarms(telemetry, "DUPLICATE")
    assert 2 == here.handler(NAME).state(KEY, DECIDER).signals


def test_an_answer_that_begins_too_late_is_passed_over_whole():
    """A zombie has not seen what came by the urgent lane: its answer begins with a number that is taken and ends with one that is not."""
    zombie, here = town(), town()
    for message in ("m1", "m3"):
        put(zombie.log, signal(), message)
    zombie.pump()
    put(here.log, signal(), "m1")
    put(here.log, signal("refuse"), "m2")
    here.pump()
    for late in zombie.log.records(LOG)[1:]:
        here.log.append(LOG, late.partition, late.key, late.value, late.headers)
    here.restart(NAME)
    assert 1 == here.handler(NAME).state(KEY, DECIDER).signals

    put(here.log, signal(), "m3")
    for _ in range(2):
        here.pump()
        here.restart(NAME, again=1)

    assert ["1", "2", "2", "3", "4", "3", "4", "5"] == texts(here.log, "ce_seq")
    assert 2 == here.handler(NAME).state(KEY, DECIDER).signals


def test_another_writer_in_our_log_is_noticed_at_the_next_write():
    """Then the state may be wrong: stop, and start again from the log."""
    here = town()
    put(here.log, signal(), "m1")
    here.pump()
    (record,) = here.log.records(LOG)
    here.log.append(LOG, record.partition, record.key, record.value, record.headers)
    put(here.log, signal(), "m2")

    with pytest.raises(IntegrityError):
        here.pump()


def test_a_hole_in_the_sequence_is_an_alarm():
    """Something was removed, or written past us."""
    telemetry = Telemetry("intake")
    here = town(telemetry=telemetry)
    put(here.log, signal(), "m1")
    here.pump()
    (record,) = here.log.records(LOG)
    later = [(name, b"5" if name == "ce_seq" else b"other" if name == "ce_causationid" else value) for name, value in record.headers]
    here.log.append(LOG, record.partition, record.key, record.value, later)

    here.restart(NAME)

    assert 1 == alarms(telemetry, "SEQUENCE_GAP")
