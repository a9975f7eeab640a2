"""A message that comes again: the same events with the same ids, and nothing new."""

from __future__ import annotations

import pytest

from contracts.consultation import SignalReceived
from contracts.envelope import (
    MessageNoted,
    MessageRefused,
    PartGiven,
    PartNoted,
)
from contracts.shared import CasePart, RefusalCode
from kernel.decider import Decider, Function
from kernel.parties import PARTIES
from kernel.partitioner import partition_of
from tests.kernel.processing import GATE, SCREENED, TAKES_SCREENINGS, texts, tick
from tests.kernel.toys import DEAD, KEY, LOG, NAME, PARTITIONS, TOPICS, events, put, seen, signal, town


def test_a_repeat_writes_nothing_new_and_sends_the_same_on_again():
    """Also when the first answer was before a restart."""
    here = town()
    put(here.log, signal(), "m1")
    put(here.log, signal(), "m2")
    here.pump()
    log, sent = seen(here.log), seen(here.log, GATE)

    put(here.log, signal(), "m2")
    here.pump()
    here.restart(NAME, again=3)
    here.pump()

    assert log == seen(here.log)
    assert sent * 4 == seen(here.log, GATE)


def test_a_repeat_in_the_same_batch_is_answered_once():
    """The first is not yet in the log, but it is known."""
    here = town(batch=10)
    for message_id in ("m1", "m2", "m2", "m2"):
        put(here.log, signal(), message_id)

    here.pump()

    assert 4 == len(here.log.records(LOG))
    assert ["m1", "m2", "m2", "m2"] == texts(here.log, "ce_causationid")


def test_the_same_id_with_other_bytes_is_buried_and_refused_once():
    """The first occurrence wins; what came second is kept among the dead letters, each time it comes."""
    here = town()
    put(here.log, signal("1"), "m1")
    put(here.log, signal("2"), "m1")
    put(here.log, signal("2"), "m1")

    here.pump()

    kept, refusal = events(here.log)
    assert ("1", RefusalCode.ID_CONFLICT, "m1", "elder") == (kept.area_code, refusal.code, refusal.message_id, refusal.agency)
    assert ["ID_CONFLICT ce_id"] * 2 == texts(here.log, "dlq.error.message", DEAD)
    assert [refusal, refusal] == events(here.log, GATE)


def test_the_front_door_says_what_a_repeat_is():
    """What an agency sent may come sealed anew: the digest that the front door took of it counts, and goes into the log."""
    here = town()
    put(here.log, signal("1"), "m1", input_digest="a" * 32)
    put(here.log, signal("sealed anew"), "m1", input_digest="a" * 32)
    put(here.log, signal("1"), "m1", input_digest="b" * 32)

    here.pump()

    assert [SignalReceived, MessageRefused] == [type(event) for event in events(here.log)]
    assert ["a" * 32, "b" * 32] == texts(here.log, "ce_inputdigest")
    assert 1 == len(here.log.records(DEAD))


@pytest.mark.parametrize("restarted", [False, True])
def test_a_repeat_is_not_decided_anew_when_the_state_has_changed(restarted: bool):
    """What gave nothing then gives nothing now, though the same message under another id would."""
    def decide(state, message, context):
        return (message,) if state or message.area_code == "open" else ()

    here = town(function=Function(NAME, (Decider("shut", 0, decide, lambda state, _: state + 1, (SignalReceived,), (SignalReceived,)),)))
    for message_id, area in (("m1", "closed"), ("m2", "open"), ("m1", "closed"), ("m3", "closed")):
        put(here.log, signal(area), message_id)
    here.pump()
    if restarted:
        here.restart(NAME, again=4)
        here.pump()

    assert [MessageNoted, SignalReceived, SignalReceived] == [type(event) for event in events(here.log)]
    assert ["m1", "m2", "m3"] == texts(here.log, "ce_causationid")


@pytest.mark.parametrize("restarted", [False, True])
def test_a_strangers_copy_gives_nothing_also_after_the_stranger_has_got_a_part(restarted: bool):
    """The function that owns the type has refused the message; the copy may not come to life when it is repeated."""
    inbox, log = TOPICS.inbox("coordination"), TOPICS.log("coordination")
    here = town(function=Function("coordination", (PARTIES, TAKES_SCREENINGS)))
    put(here.log, SCREENED, "m1", agency="child", source="child", inbox=inbox)
    put(here.log, PartGiven(agency="child", part=CasePart.LINKED), "m2", source="tsunagu.consultation", inbox=inbox)
    put(here.log, SCREENED, "m1", agency="child", source="child", inbox=inbox)
    here.pump()
    before = seen(here.log, log)
    if restarted:
        here.restart(NAME, again=3)
        here.pump()

    assert [MessageNoted(message_type="ConsultationScreened"), PartNoted(agency="child", part=CasePart.LINKED)] == events(here.log, log)
    assert before == seen(here.log, log)


def test_a_repeated_tick_gives_nothing_new():
    """Ticks are messages like others."""
    here = town()
    put(here.log, signal("wait"), "m1")
    number = partition_of(KEY.encode(), PARTITIONS)
    tick(here, number, "t1")
    here.pump()
    log, sent = seen(here.log), seen(here.log, GATE)

    tick(here, number, "t1")
    here.restart(NAME, again=2)
    here.pump()

    assert log == seen(here.log)
    assert set(sent) == set(seen(here.log, GATE))
