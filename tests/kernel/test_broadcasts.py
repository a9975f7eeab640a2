"""A fact for every key of a partition: the shared state first, then each key, once, whatever is broken off."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pytest

from contracts.consent import ProtectionFlagSet
from contracts.consultation import SignalReceived
from contracts.envelope import (
    MessageNoted,
    PartNoted,
)
from contracts.shared import CasePart, RefusalCode
from kernel import serde
from kernel.decider import Context, Decider, Function
from kernel.memory import MemoryLog, MemoryTown
from kernel.partitioner import partition_of
from tests.kernel.toys import DEAD, INBOX, LOG, NAME, PARTITIONS, TOPICS, events, put, seen, signal, town

FLAG = ProtectionFlagSet(flag="f1", person="p" * 32, blocked_agencies=(), until=date(2027, 3, 31))
KEYS = [key for key in map(str, range(30)) if partition_of(key.encode(), PARTITIONS) == partition_of(b"f1", PARTITIONS)][:3]
"""Keys on the partition of the flag, in the order in which they are swept."""


def saw(state: None, message: SignalReceived | ProtectionFlagSet, context: Context) -> tuple[object, ...]:
    """Take a signal in; of a flag note how many there are by now, unless it names this key."""
    if isinstance(message, ProtectionFlagSet):
        noted = PartNoted(agency=f"{context.key} saw {context.shared}", part=CasePart.LISTED)
        return () if context.key == message.person else (noted,)
    return (message,)


SHARED = Decider("shared", 0, lambda state, message, context: (message,), lambda state, _: state + 1, (ProtectionFlagSet,), (ProtectionFlagSet,))
SWEPT = Function(NAME, (
    Decider("keyed", None, saw, lambda state, _: state, (SignalReceived, ProtectionFlagSet), (SignalReceived, PartNoted)),
), SHARED)


def flagged(keys: Sequence[str] = KEYS[:2], flag: ProtectionFlagSet = FLAG) -> MemoryTown:
    """A town in which a flag is set after each key has had a signal, all on one partition."""
    here = town(function=SWEPT)
    for key in keys:
        put(here.log, signal(), f"m-{key}", key=key)
    put(here.log, flag, "b1", key="f1")
    here.pump()
    return here


def sights(here: MemoryTown) -> list[str]:
    """What the keys have seen of the flags, in the order of the log."""
    return [event.agency for event in events(here.log) if isinstance(event, PartNoted)]


def test_a_broadcast_reaches_the_shared_state_and_then_every_key():
    """Such as a protection flag (支援措置): one fact of the partition, on which each case may have to act."""
    here = flagged()
    first = seen(here.log)
    here.restart(NAME, again=3)
    here.pump()

    assert [f"{key} saw 1" for key in KEYS[:2]] == sights(here)
    assert first == seen(here.log)


def test_a_broadcast_leaves_no_fact_in_a_key_that_it_does_not_concern():
    """A flag for one person is no event of every case in town."""
    here = flagged(flag=FLAG.changed(person=KEYS[0]))

    assert [f"{KEYS[1]} saw 1"] == sights(here)
    assert ["f1"] == [(record.key or b"").decode() for record in here.log.records(LOG) if isinstance(serde.decode(record.value), MessageNoted)]


@pytest.mark.parametrize("restarted", [False, True])
def test_a_repeated_broadcast_after_other_messages_changes_nothing(restarted: bool):
    """Neither in the keys that it has reached nor in those that came later: they were decided with it from the beginning."""
    here = flagged()
    put(here.log, signal(), "later", key=KEYS[2])
    here.pump()
    before = seen(here.log)
    put(here.log, FLAG, "b1", key="f1")
    if restarted:
        here.restart(NAME, again=4)
    here.pump()

    assert before == seen(here.log)


@pytest.mark.parametrize("kept", range(7))
def test_a_broadcast_that_was_broken_off_is_finished(kept: int):
    """Killed after any record of the log, the shared fact's own among them, what is missing follows after the restart, byte for byte."""
    whole = flagged()
    messages, written = whole.log.records(INBOX), whole.log.records(LOG)
    left = MemoryLog()
    for record in (*messages, *written[:kept]):
        left.append(record.topic, record.partition, record.key, record.value, record.headers)

    here = town(function=SWEPT, log=left)
    here.pump()

    assert 6 == len(written)
    assert seen(whole.log) == seen(here.log)


def test_a_broadcast_that_was_broken_off_is_finished_although_something_urgent_came_first():
    """The urgent lane writes to the same log, out of turn."""
    whole = flagged()
    left = MemoryLog()
    for record in (*whole.log.records(INBOX), *whole.log.records(LOG)[:3]):
        left.append(record.topic, record.partition, record.key, record.value, record.headers)
    put(left, signal(), "urgent", key=KEYS[2], inbox=TOPICS.urgent)

    here = town(function=SWEPT, log=left, lanes=(TOPICS.urgent, INBOX))
    here.pump()

    assert [f"{key} saw 1" for key in KEYS] == sights(here)


@pytest.mark.parametrize("between", [False, True])
def test_the_same_id_with_other_bytes_of_a_broadcast_is_not_swept(between: bool):
    """It is buried, and refused once, whether it comes at once or after other messages; no key and no shared state sees it."""
    here = flagged()
    if between:
        put(here.log, signal(), "later", key=KEYS[2])
        here.pump()
    before = events(here.log)
    for _ in range(2):
        put(here.log, FLAG.changed(person="q" * 32), "b1", key="f1")
    here.pump()
    here.restart(NAME, again=2)
    here.pump()

    (refusal,) = events(here.log)[len(before):]
    assert ("elder", "b1", RefusalCode.ID_CONFLICT) == (refusal.agency, refusal.message_id, refusal.code)
    assert 4 == len(here.log.records(DEAD))
    put(here.log, FLAG, "b2", key="f1")
    here.pump()
    assert f"{KEYS[0]} saw 2" in sights(here)
