"""The processor: one path for every message of every function, over the memory log."""

from __future__ import annotations

import pytest

from contracts.consultation import ConsultationScreened, SignalReceived
from contracts.envelope import (
    MessageNoted,
    MessageRefused,
    PartGiven,
    PartNoted,
    PersonsNoted,
)
from contracts.shared import CasePart, RefusalCode
from kernel.decider import Decider, Function, derive_id
from kernel.envelope import read
from kernel.parties import PARTIES
from kernel.partitioner import partition_of
from kernel.records import TP
from kernel.tracing import span_of
from tests.kernel import toys
from tests.kernel.processing import GATE, SCREENED, TAKES_SCREENINGS, texts, tick
from tests.kernel.toys import DEAD, DECIDER, INBOX, KEY, LOG, NAME, PARTITIONS, events, put, seen, signal, town


def test_a_message_becomes_an_event_of_the_log():
    """Id, cause, sequence, times and digest say where it comes from."""
    here = town()
    put(here.log, signal(), "m1", time="2026-05-01T09:00:00+09:00", traceparent=f"00-{'a' * 32}-{'b' * 16}-01")

    here.pump()

    (record,) = here.log.records(LOG)
    (message,) = here.log.records(INBOX)
    found = read(record.key, record.headers)
    assert (message.value, message.key, message.partition) == (record.value, record.key, record.partition)
    assert (derive_id(NAME, "elder", "m1", KEY, 0), "tsunagu." + NAME, 1) == (found.id, found.source, found.seq)
    assert ("m1", "elder", "m1") == (found.causation_id, found.causation_source, found.correlation_id)
    assert (message.timestamp, "elder", "990019") == (found.recorded_time, found.agency, found.municipality)
    assert ("2026-05-01T09:00:00+09:00", f"00-{'a' * 32}-{span_of(NAME, found.id)}-01") == (found.time, found.traceparent)
    assert 32 == len(found.input_digest)


def test_events_of_one_key_are_numbered_without_a_hole():
    """Whoever reads the log can see that nothing is missing."""
    here = town()
    for number in range(4):
        put(here.log, signal(), f"m{number}")
    put(here.log, signal(), "other", key="another key")

    here.pump()

    assert [str(seq) for seq in range(1, 11)] == [
        seq for seq, record in zip(texts(here.log, "ce_seq"), here.log.records(LOG), strict=True) if record.key == KEY.encode()
    ]


def test_unreadable_bytes_are_buried_with_original_bytes_and_coordinates():
    """The neighbours on the partition go on."""
    here = town()
    put(here.log, signal(), "m1")
    (good,) = here.log.records(INBOX)
    here.log.append(INBOX, good.partition, b"\xff", b"\x00\x00\x00\xff\xffsecret", (("x", b"\x00"),))
    put(here.log, signal(), "m2")

    here.pump()

    (letter,) = here.log.records(DEAD)
    assert (b"\xff", b"\x00\x00\x00\xff\xffsecret", ("x", b"\x00")) == (letter.key, letter.value, letter.headers[0])
    notes = dict(letter.headers[1:])
    assert (INBOX.encode(), b"1", b"intake", b"PoisonError") == (
        notes["dlq.original.topic"], notes["dlq.original.offset"], notes["dlq.service"], notes["dlq.error.class"],
    )
    assert not any(b"secret" in value for value in notes.values())
    assert {"topic", "partition", "offset", "timestamp"} == {name.removeprefix("dlq.original.") for name in notes if "original" in name}
    assert {"dlq.error.class", "dlq.error.message", "dlq.service"} == {name for name in notes if "original" not in name}
    assert 4 == len(here.log.records(LOG))


def test_a_type_header_that_belies_the_body_is_buried():
    """Routing by header and deciding by body must not differ."""
    here = town()
    put(here.log, signal(), "m1")
    (good,) = here.log.records(INBOX)
    headers = [(name, b"tsunagu.envelope.Tick" if name == "ce_type" else value) for name, value in good.headers]
    here.log.append(INBOX, good.partition, good.key, good.value, headers)

    here.pump()

    assert ["TYPE_MISMATCH ce_type"] == texts(here.log, "dlq.error.message", DEAD)


def test_a_type_that_no_decider_takes_is_refused_with_a_code():
    """Never ignored: the sender is told."""
    here = town()
    put(here.log, PartGiven(agency="b", part=CasePart.ROLE), "m1")

    here.pump()

    (refusal,) = events(here.log)
    assert (MessageRefused, RefusalCode.UNKNOWN_TYPE, "PartGiven") == (type(refusal), refusal.code, refusal.message_type)


def test_a_message_that_gives_nothing_leaves_a_fact():
    """The log alone says what was handled; the fact travels nowhere."""
    here = town()
    put(here.log, signal("nothing"), "m1")
    put(here.log, signal(), "m2")

    here.pump()

    assert MessageNoted(message_type="SignalReceived") == events(here.log)[0]
    assert [("m1", "1"), ("m2", "2")] == list(zip(texts(here.log, "ce_causationid"), texts(here.log, "ce_seq"), strict=True))
    assert [INBOX, LOG] == here.log.topics()


def test_every_message_of_a_key_leaves_a_fact():
    """Taken in, refused, unknown, without any consequence, with an id that is taken: each is the cause of an event under its own key."""
    here = town()
    for area in ("1", "refuse", "nothing"):
        put(here.log, signal(area), area)
    put(here.log, PartGiven(agency="b", part=CasePart.ROLE), "unknown")
    put(here.log, signal("other bytes"), "1")
    put(here.log, signal("nothing"), "nothing", key="another key")

    here.pump()

    causes = [cause.split("#")[0] for cause in texts(here.log, "ce_causationid")]
    assert sorted(["1", "1", "refuse", "nothing", "nothing", "unknown"]) == sorted(causes)


@pytest.mark.parametrize("restarted", [False, True])
def test_an_answer_too_large_for_one_batch_is_refused_whole_and_once(restarted: bool):
    """Half an answer never reaches the log; its sender is told, and a repeat is told the same. What fits comes next is taken in."""
    def decide(state, message, context):
        return (message,) if message.area_code == "1" else (toys.refusal(context, RefusalCode.WRONG_STATE).changed(sentence="あ" * 200_000),) * 2

    deciders = (Decider("large", 0, decide, lambda state, _: state + 1, (SignalReceived,), (SignalReceived, MessageRefused)),)
    here = town(function=Function(NAME, deciders))
    put(here.log, signal("large"), "m1")
    put(here.log, signal("large"), "m1")
    put(here.log, signal(), "m2")
    here.pump()
    first = seen(here.log)
    if restarted:
        here.restart(NAME, again=3)
        here.pump()

    refusal, taken = events(here.log)
    assert ("elder", "m1", "SignalReceived", RefusalCode.TOO_MANY) == (refusal.agency, refusal.message_id, refusal.message_type, refusal.code)
    assert ("1", 2) == (taken.area_code, here.handler(NAME).state(KEY, deciders[0]))
    assert first == seen(here.log)
    assert {refusal} == set(events(here.log, GATE))
    assert [] == here.log.records(DEAD)


def test_an_error_in_a_decider_is_not_swallowed():
    """The process stops; the message is seen again."""
    here = town()
    put(here.log, signal("crash"), "m1")

    with pytest.raises(ZeroDivisionError):
        here.pump()


def test_the_state_after_a_restart_is_the_state_before():
    """It folds from the own log and from nothing else."""
    here = town()
    for area in ("1", "2", "refuse", "3"):
        put(here.log, signal(area), area)
    here.pump()
    before = here.handler(NAME).state(KEY, DECIDER)

    here.restart(NAME)

    assert before == here.handler(NAME).state(KEY, DECIDER)
    assert (3, "3") == (before.signals, before.area)


def test_a_tick_asks_only_the_keys_that_are_due():
    """By the append time of the tick, in the order of the keys; the ids derive from the tick."""
    here = town()
    for key in ("c", "a", "b"):
        put(here.log, signal("1" if key == "b" else "wait"), f"m-{key}", key=key)
    here.pump()
    assert {partition_of(key, PARTITIONS) for key in (b"a", b"c")} == set(here.handler(NAME).due(here.log.now))

    for number in range(PARTITIONS):
        tick(here, number, f"t{number}")
    here.pump()

    waited = {record.key: event.agency for record, event in zip(here.log.records(LOG), events(here.log), strict=True)
              if isinstance(event, PartGiven)}
    assert {b"a": "late", b"c": "late"} == waited
    assert [] == here.handler(NAME).due(here.log.now)


def test_an_agency_without_a_part_in_the_case_learns_nothing():
    """A case that exists and one that does not look the same (architecture rule 6)."""
    here = town(function=Function(NAME, (PARTIES, TAKES_SCREENINGS)))
    put(here.log, signal(), "m1")
    put(here.log, SCREENED, "m2")
    put(here.log, SCREENED, "m3", key="unknown")

    here.pump()

    kinds = {KEY: [SignalReceived, PartNoted, PersonsNoted, ConsultationScreened], "unknown": [MessageRefused]}
    given = [((record.key or b"").decode(), type(event)) for record, event in zip(here.log.records(LOG), events(here.log), strict=True)]
    assert kinds == {key: [kind for each, kind in given if each == key] for key in kinds}
    (refusal,) = [event for event in events(here.log) if isinstance(event, MessageRefused)]
    assert RefusalCode.CASE_NOT_FOUND == refusal.code


def test_revoked_partitions_are_forgotten():
    """Whoever has them next replays the log."""
    here = town()
    handler = here.handler(NAME)

    here._run(handler.revoked([TP(INBOX, 0)]))

    assert [1, 2] == handler.partitions()
