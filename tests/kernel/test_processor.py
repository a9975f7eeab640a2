"""The processor: one path for every message of every function, over the memory log."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pytest

from contracts.consent import ProtectionFlagSet
from contracts.consultation import ConsultationScreened, SignalReceived
from contracts.coordination import SegmentClosed
from contracts.envelope import (
    DisclosureRequested,
    MessageNoted,
    MessageRefused,
    PartGiven,
    PartNoted,
    PersonsNoted,
    SealedEvent,
    Tick,
    VerdictNoted,
)
from contracts.shared import Basis, CasePart, DataCategory, Outcome, RefusalCode, ScreeningOutcome, Urgency
from kernel import serde
from kernel.decider import Context, Decider, Function, derive_id
from kernel.envelope import Envelope, header, read
from kernel.failures import IntegrityError
from kernel.memory import MemoryLog, MemoryTown
from kernel.parties import PARTIES
from kernel.partitioner import partition_of
from kernel.records import TP
from kernel.telemetry import Telemetry
from kernel.tracing import span_of
from tests.kernel import toys
from tests.kernel.toys import DEAD, DECIDER, INBOX, KEY, LOG, NAME, PARTITIONS, TOPICS, events, put, seen, signal, town

GATE = TOPICS.inbox("consent")
SCREENED = ConsultationScreened(outcome=tuple(ScreeningOutcome)[1], urgency=tuple(Urgency)[1])
TAKES_SCREENINGS = Decider(
    "takes all", None, lambda state, message, context: (message,), lambda state, _: state,
    (SignalReceived, ConsultationScreened), (SignalReceived, ConsultationScreened),
)


def texts(log: MemoryLog, name: str, topic: str = LOG) -> list[str]:
    """One header of every record of a topic."""
    return [(header(record.headers, name) or b"").decode() for record in log.records(topic)]


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


def test_an_event_travels_on_with_its_own_bytes_and_its_position():
    """After it is in the log: a request names the log position of the event that is to be released."""
    here = town()
    put(here.log, signal(), "m1")
    put(here.log, signal(), "m2")

    here.pump()

    number = partition_of(KEY.encode(), PARTITIONS)
    logged = {record.value: record for record in here.log.records(LOG)}
    request = next(record for record in here.log.records(GATE) if isinstance(serde.decode(record.value), DisclosureRequested))
    wanted = serde.decode(request.value).event_id
    (released,) = [record for record in here.log.records(LOG) if header(record.headers, "ce_id") == wanted.encode()]
    assert f"{LOG}/{number}/{released.offset}" == (header(request.headers, "position") or b"").decode()
    assert logged[request.value].headers == request.headers[:-1]


def test_a_request_about_an_older_event_names_that_events_position():
    """The function knows where its events lie, also after a restart, without keeping their ids."""
    def decide(state, message, context):
        older = derive_id(NAME, "elder", "m1", KEY, 0)
        return (message,) if message.area_code == "first" else (toys.request(context).changed(event_id=older),)

    function = Function(NAME, (Decider("late", None, decide, lambda state, _: state, (SignalReceived,), (SignalReceived, DisclosureRequested)),))
    here = town(function=function)
    put(here.log, signal("first"), "m1")
    here.pump()
    here.restart(NAME)
    put(here.log, signal("then"), "m2")

    here.pump()

    assert [f"{LOG}/{partition_of(KEY.encode(), PARTITIONS)}/0"] == texts(here.log, "position", GATE)


@pytest.mark.parametrize(
    ("basis", "wanted", "topic"),
    [(Basis.C, (), GATE), (Basis.V, (), TOPICS.urgent), (Basis.L, (), TOPICS.urgent), (Basis.V, (DataCategory.BASIC,), GATE)],
)
def test_a_request_that_does_not_rest_on_consent_takes_the_urgent_lane(basis: Basis, wanted: tuple[DataCategory, ...], topic: str):
    """Danger to life does not queue behind a backlog; whoever only asks does, whatever basis is claimed."""
    function = Function(NAME, (Decider(
        "asks", None, lambda state, message, context: (toys.request(context).changed(basis=basis, wanted=wanted, event_id=context.event_id(0)),),
        lambda state, _: state, (SignalReceived,), (DisclosureRequested,),
    ),))
    here = town(function=function)
    put(here.log, signal(), "m1")

    here.pump()

    assert {INBOX, LOG, topic} == set(here.log.topics())


def test_a_derived_event_carries_the_sealed_parts_only_if_its_type_has_personal_fields():
    """Nothing personal can reach a type that has no place for it."""
    here = town()
    put(here.log, signal(), "m1")
    put(here.log, signal(), "m2")

    here.pump()

    wrapped = [isinstance(serde.decode(record.value), SealedEvent) for record in here.log.records(LOG)]
    assert [True, True, False, False] == wrapped


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


def test_the_digest_of_an_input_does_not_travel_on_to_the_next_function():
    """An event of ours carries its cause's digest in its log; as a message it is known by its own bytes."""
    here = town()
    for area in ("1", "2"):
        put(here.log, signal(area), "m1", source="tsunagu.outreach", input_digest="a" * 32)

    here.pump()

    assert RefusalCode.ID_CONFLICT == events(here.log)[1].code
    assert "a" * 32 not in texts(here.log, "ce_inputdigest")


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


@pytest.mark.parametrize("function", [toys.FUNCTION, Function(NAME, (PARTIES, DECIDER))])
def test_the_refusal_of_a_message_that_was_passed_on_names_the_agencys_own(function: Function):
    """The agency knows the id that it gave, not those that our functions derive from it."""
    here = town(function=function)
    put(here.log, VerdictNoted(request_id="r", event_id="e", event_type="t", recipient="b", outcome=Outcome.DENY, rule="R1"), "derived",
        source="tsunagu.coordination", causation_id="own", causation_source="elder")
    put(here.log, SegmentClosed(segment="s"), "own too")

    here.pump()

    assert [("own", "elder"), ("own too", "elder")] == [(refusal.message_id, refusal.agency) for refusal in events(here.log)]
    assert ["derived", "own too"] == texts(here.log, "ce_causationid")


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


def test_revoked_partitions_are_forgotten():
    """Whoever has them next replays the log."""
    here = town()
    handler = here.handler(NAME)

    here._run(handler.revoked([TP(INBOX, 0)]))

    assert [1, 2] == handler.partitions()


def tick(here: MemoryTown, number: int, message_id: str) -> None:
    """A tick for one partition, as the timer writes it."""
    envelope = Envelope(id=message_id, source=NAME, type="tsunagu.envelope.Tick", subject=f"tick-{number}")
    here.log.append(INBOX, number, f"tick-{number}".encode(), serde.encode(Tick()), envelope.headers())


def alarms(telemetry: Telemetry, code: str) -> float | None:
    """The integrity alarms of one kind."""
    return telemetry.registry.get_sample_value("tsunagu_integrity_alarms_total", {"service": "intake", "worker": NAME, "code": code})

