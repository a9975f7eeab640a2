"""The front door over a memory log: sealing, routing, dead letters, order and repetition; each promise in a sentence."""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from contracts.consent import ProtectionFlagSet
from contracts.consultation import ConsultationScreened, SignalReceived
from contracts.envelope import CaseAnnounced, MessageRefused, SealedEvent
from contracts.shared import SENTENCES, AgencyKind, Channel, DataCategory, PersonalItem, RefusalCode, ScreeningOutcome, Urgency
from contracts.topics import SUPPORT_FUNCTIONS
from kernel import envelope, inputs, serde
from kernel.envelope import header
from kernel.failures import Unavailable
from kernel.memory import MemoryRecord
from kernel.partitioner import partition_of
from kernel.place import Place
from kernel.processor import Processor
from kernel.routes import Routes
from kernel.sealing import open_part, put_together
from services.intake import front_door
from services.intake.app import CONSULTATION as FUNCTION
from services.intake.domain.front_door import MAX_BYTES
from services.intake.front_door import MAX_SEALED
from tests.services.intake.outbox import (
    CASE,
    ID,
    ILLNESS,
    MOTHER,
    NAME,
    PARTITIONS,
    RECEIVED,
    SECRET,
    SON,
    TOPICS,
    WISH,
    Town,
    record,
)

OTHER = "2c5f39cb-3fb2-4444-9555-40cc1b5d66e1"
CONSULTATION, COORDINATION, GATE = TOPICS.inbox("consultation"), TOPICS.inbox("coordination"), TOPICS.inbox("consent")
DEAD = TOPICS.dead_letters("intake")
SCREENED = ConsultationScreened(outcome=ScreeningOutcome.COMPLEX, urgency=Urgency.LOW)
HEALTH = PersonalItem(person=SON, category=DataCategory.HEALTH, code="診断", text=ILLNESS)
FLAG = ProtectionFlagSet(flag="f" * 32, person=MOTHER, blocked_agencies=("tax",), until=date(2027, 5, 1))


@pytest.fixture
def town() -> Iterator[Town]:
    """A town with nothing in any inbox."""
    found = Town()
    yield found
    found.close()


def events(town: Town, topic: str) -> list[object]:
    """The events in one topic, unwrapped."""
    return [serde.unwrapped(serde.decode(each.value)) for each in town.seen(topic)]


def everything(records: list[MemoryRecord]) -> str:
    """All keys, values and headers, as text, whatever they are."""
    parts = [part for each in records for part in (each.key, each.value, *(value for _, value in each.headers))]
    return " ".join((part or b"").decode(errors="replace") for part in parts)


def test_personal_fields_leave_the_front_door_only_sealed(town: Town) -> None:
    """No inbox, key or header holds a name, a wish or an illness; their owner's keys bring them back."""
    town.put(record())
    (sent,) = town.seen(CONSULTATION)
    sealed = serde.decode(sent.value)

    assert isinstance(sealed, SealedEvent)
    assert not [text for text in (NAME, WISH, ILLNESS) if text in everything(town.seen())]
    assert RECEIVED == put_together(sealed, [open_part(sealed, part, town.keys.key(part.person)) for part in sealed.parts])


def test_a_function_reads_what_the_front_door_writes(town: Town) -> None:
    """Type, agency, case and the codes of the parts are there for the decider; the partition follows from the case."""
    town.put(record())
    (sent,) = town.seen(CONSULTATION)
    message = inputs.read(sent)
    context = message.context(CASE, "consultation", None)

    assert ("elder", "elder", ID, "ConsultationReceived") == (context.source, context.agency, context.message_id, context.message_type)
    assert {(MOTHER, "BASIC"), (MOTHER, "LIFE_HISTORY"), (SON, "HEALTH")} == {(part.person, part.category) for part in context.parts}
    assert partition_of(CASE.encode(), PARTITIONS) == sent.partition
    assert RECEIVED.changed(name=None, wish=None, items=()) == message.message


def test_a_function_reads_what_its_sender_claims(town: Town) -> None:
    """Basis, purpose, and the day in Japan on which it was written down, which is never later than it came in; an announcement claims nothing."""
    town.put(record(basis="W", purpose="CONSULTATION"), record(id=ID.replace("1", "2"), time="2031-01-01T00:00:00Z"))
    first, second = (inputs.read(each).context(CASE, "consultation", None) for each in town.seen(CONSULTATION))
    announced = inputs.read(town.seen(TOPICS.inbox("coordination"))[0]).context(CASE, "coordination", None)

    assert ("W", "CONSULTATION", date(2026, 5, 1)) == (first.basis, first.purpose, first.authored)
    assert ("", "", second.today) == (second.basis, second.purpose, second.authored)
    assert ("", "") == (announced.basis, announced.purpose)


def test_a_type_with_personal_fields_is_wrapped_even_when_they_are_empty(town: Town) -> None:
    """Whether somebody filled in a field cannot be told from the wrapping."""
    town.put(record(SignalReceived(person=MOTHER, channel=Channel.RESIDENT, area_code="990019-01")))
    (sent,) = town.seen(CONSULTATION)
    sealed = serde.decode(sent.value)

    assert isinstance(sealed, SealedEvent)
    assert () == sealed.parts


def test_keys_are_fetched_once_for_a_batch(town: Town) -> None:
    """Everybody in the batch, by retention class, in one question."""
    town.put(record(), record(id=OTHER, key="d" * 32))
    assert [((MOTHER, SON), "care-record-5y")] == town.keys.asked


def test_the_opener_of_a_case_is_announced_to_every_other_function(town: Town) -> None:
    """Codes only, from the front door itself, on behalf of the agency; the gate alone learns by pseudonym who is named in it."""
    town.put(record())
    others = [TOPICS.inbox(name) for name in (*SUPPORT_FUNCTIONS, "consent") if name != "consultation"]
    for inbox in others:
        (sent,) = town.seen(inbox)
        attributes = envelope.read(sent.key, sent.headers)
        assert CaseAnnounced(agency="elder", persons=(MOTHER, SON) if inbox == GATE else ()) == serde.decode(sent.value)
        assert ("tsunagu.intake", "elder", CASE, ID) == (attributes.source, attributes.agency, attributes.subject, attributes.causation_id)


@pytest.mark.parametrize(("changes", "reporters"), [({"reporter": "隣の人"}, (SON,)), ({}, (SON,)), ({"items": (HEALTH,)}, ()), ({"person": SON}, ())])
def test_the_gate_alone_learns_who_has_only_reported(town: Town, changes: dict[str, Any], reporters: tuple[str, ...]) -> None:
    """The pseudonym tells it, with or without a name beside it; not whoever is named otherwise in the same signal."""
    signal = SignalReceived(person=MOTHER, channel=Channel.RESIDENT, area_code="990019-01", reporter_person=SON)
    town.put(record(signal.changed(**changes)))

    assert [reporters] == [event.reporters for event in events(town, GATE)]
    assert [()] == [event.reporters for event in events(town, COORDINATION)]


def test_an_announcement_arrives_before_the_case_itself(town: Town) -> None:
    """In one batch with its case and with later messages, the announcement still comes first, in time and in every inbox."""
    town.put(record(), record(SCREENED, id=OTHER))
    announced, screened = town.seen(COORDINATION)

    assert [CaseAnnounced, ConsultationScreened] == [type(event) for event in events(town, COORDINATION)]
    assert max(each.timestamp for each in (announced, *town.seen(GATE))) < min(each.timestamp for each in town.seen(CONSULTATION))
    assert partition_of(CASE.encode(), PARTITIONS) == announced.partition == screened.partition


def test_a_copy_has_the_id_of_the_original_and_no_part_of_it(town: Town) -> None:
    """Both functions answer to one message of the agency."""
    town.put(record(SCREENED))
    copies = [envelope.read(each.key, each.headers) for topic in (CONSULTATION, COORDINATION) for each in town.seen(topic)]
    assert [(ID, "elder", "elder")] * 2 == [(each.id, each.source, each.agency) for each in copies]


def test_a_broadcast_reaches_every_partition_of_the_gate(town: Town) -> None:
    """A protection flag has a place in the order of each case."""
    town.put(record(FLAG, owner="municipality", key=MOTHER))
    assert list(range(PARTITIONS)) == [each.partition for each in town.seen(GATE)]
    assert {FLAG} == set(events(town, GATE))


def test_the_order_of_an_outbox_is_kept(town: Town) -> None:
    """What an agency said first arrives first."""
    ids = [f"{number:08x}-2fa1-4333-8444-3fbb0a4c55d0" for number in range(25)]
    town.put(*(record(SCREENED, id=identity) for identity in ids))
    assert ids == [envelope.read(each.key, each.headers).id for each in town.seen(CONSULTATION)]


def test_what_is_rejected_is_buried_and_told_to_its_sender(town: Town) -> None:
    """The original bytes and headers with coordinates among the dead letters; a code and a sentence for the agency."""
    broken = record(value="これはイベントではありません".encode())
    town.put(broken)
    (letter,), (told,) = town.seen(DEAD), town.seen(GATE)
    notice, attributes = serde.decode(told.value), envelope.read(told.key, told.headers)
    coordinates = f"{TOPICS.outbox('elder')}/0/0"

    assert (broken.key, broken.value, broken.headers) == (letter.key, letter.value, letter.headers[:len(broken.headers)])
    assert b"BAD_MAGIC" == header(letter.headers, "dlq.error.message")
    assert MessageRefused(
        agency="elder", message_id=ID, message_type="ConsultationReceived", code=RefusalCode.BAD_MAGIC,
        sentence=SENTENCES[RefusalCode.BAD_MAGIC], coordinates=coordinates,
    ) == notice
    assert ("tsunagu.intake", "elder", "elder", ID) == (attributes.source, attributes.agency, attributes.subject, attributes.causation_id)
    assert partition_of(b"elder", PARTITIONS) == told.partition


def test_a_spoofed_record_is_told_to_the_owner_of_the_outbox(town: Town) -> None:
    """Not to the agency whose name was taken."""
    town.put(record(source="coordinator"))
    (notice,) = events(town, GATE)
    assert ("elder", RefusalCode.IDENTITY_MISMATCH) == (notice.agency, notice.code)


def test_neighbours_of_a_rejected_record_go_on(town: Town) -> None:
    """One broken record among good ones costs nobody else anything."""
    town.put(record(SCREENED), record(value=b"?", id=OTHER), record(SCREENED, id=ID.replace("1b", "2c")))
    assert 2 == len(town.seen(CONSULTATION))
    assert 1 == len(town.seen(DEAD))


def test_rejections_are_counted_by_code(town: Town) -> None:
    """The metric names the code and nothing else."""
    town.put(record(value=b"?"), record(value=b""), record(value=b""))
    value = town.telemetry.registry.get_sample_value
    found = {code: value("tsunagu_dead_letters_total", {"service": "intake", "worker": "front-door", "code": code}) for code in ("BAD_MAGIC", "EMPTY")}
    assert {"BAD_MAGIC": 1.0, "EMPTY": 2.0} == found


@pytest.mark.parametrize(
    "broken", [record(value=b"?" * 2_000_000), record(value=b"?", extra=(("x" * 4_000, b"y" * 400_000),) * 200), record(value=b"?", key=b"k" * 2_000_000)],
)
def test_a_giant_is_buried_in_a_length_that_the_topic_takes(town: Town, broken: MemoryRecord) -> None:
    """An outbox limits bytes after compression, so a value, key or header can be longer than any topic of ours takes."""
    town.put(broken)
    (letter,) = town.seen(DEAD)
    size = len(letter.key or b"") + len(letter.value or b"") + sum(len(name) + len(value) for name, value in letter.headers)

    assert size < 1_000_000
    assert f"{len(broken.key or b'')}/{len(broken.value or b'')}/{len(broken.headers)}".encode() == header(letter.headers, "dlq.cut")


def test_whatever_is_admitted_fits_into_the_logs(town: Town) -> None:
    """Quotes and line breaks take twice their bytes in a sealed part: the longest event of them stays within what a log takes."""
    whole = RECEIVED.items[0].changed(text='"\n' * 5_000)
    longest = RECEIVED.changed(items=(whole,) * 25 + (whole.changed(text=""),) * 175)
    town.put(record(longest))
    (sent,) = town.seen(CONSULTATION)
    assert len(serde.encode(longest)) > 0.95 * MAX_BYTES
    assert len(sent.value or b"") < MAX_SEALED


def test_a_text_that_grows_too_long_when_sealed_is_rejected(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """Should a schema ever allow more than a log could take, that is told as too long; nothing stops at it."""
    monkeypatch.setattr(front_door, "MAX_SEALED", 500)
    town.put(record(RECEIVED.changed(wish="長い" * 200)))
    (notice,) = events(town, GATE)
    assert (RefusalCode.TOO_LARGE, ID) == (notice.code, notice.message_id)
    assert [] == town.seen(CONSULTATION)


def test_names_with_rare_characters_come_back_as_they_were_written(town: Town) -> None:
    """髙, 𠮷, a variation selector, a private-use character and a decomposed kana survive, byte for byte."""
    rare = "髙\U00020bb7辻\U000e0100\ue000か\u3099"
    town.put(record(RECEIVED.changed(name=rare)))
    sealed = serde.decode(town.seen(CONSULTATION)[0].value)
    part = next(part for part in sealed.parts if part.category is DataCategory.BASIC)
    assert rare == put_together(sealed, [open_part(sealed, part, town.keys.key(MOTHER))]).name


def test_the_same_records_give_the_same_bytes(town: Town) -> None:
    """After a kill -9 the batch is handled again: every id and byte is as before, so that what is behind drops it."""
    batch = (record(), record(SCREENED, id=OTHER), record(value=b"?"), record(FLAG, owner="municipality", key=MOTHER))
    town.put(*batch)
    before = {name: town.log.records(name) for name in (CONSULTATION, COORDINATION, GATE, DEAD)}
    town.memory.restart("front-door", again=10)
    town.memory.pump()

    for name, records in before.items():
        said = [(each.partition, each.key, each.value, each.headers) for each in town.log.records(name)]
        assert sorted([(each.partition, each.key, each.value, each.headers) for each in records] * 2) == sorted(said)


@pytest.fixture
def answered(town: Town) -> Town:
    """The same town, with the function behind the door at work."""
    place = Place("intake", Routes(TOPICS, PARTITIONS), town.log, town.telemetry.meter("consultation"))
    town.memory.add("consultation", {CONSULTATION: PARTITIONS}, lambda: Processor(FUNCTION, place))
    return town


def taken_in(town: Town) -> list[tuple[object, bytes | None]]:
    """The log of consultations: events and the digests of their causes."""
    log = TOPICS.log("consultation")
    return list(zip(events(town, log), [header(each.headers, "ce_inputdigest") for each in town.seen(log)], strict=True))


def test_a_record_that_is_sealed_anew_is_a_repeat(answered: Town) -> None:
    """Seen once more after a person's key was renewed, its bytes behind the door are others, and its digest is the same."""
    answered.put(record())
    before = taken_in(answered)
    answered.keys.renewed = "anew"
    answered.memory.restart("front-door", again=1)
    answered.memory.pump()
    first, again = answered.seen(CONSULTATION)

    assert first.value != again.value
    assert first.headers == again.headers
    assert before == taken_in(answered)
    assert [] == answered.seen(DEAD)


def test_the_same_id_with_other_bytes_in_the_outbox_is_a_conflict(answered: Town) -> None:
    """Also where nothing but a sealed text is another."""
    answered.put(record(), record(RECEIVED.changed(wish=WISH + "。")))

    assert RefusalCode.ID_CONFLICT == taken_in(answered)[-1][0].code
    assert [b"ID_CONFLICT ce_id"] == [header(each.headers, "dlq.error.message") for each in answered.seen(DEAD)]


def test_an_agency_cannot_set_the_digest(town: Town) -> None:
    """It is taken from the bytes, for a copy too, whatever the record claims; it names nobody who does not know the secret."""
    town.put(record(SCREENED), record(SCREENED, input_digest="a" * 32))
    digests = {header(each.headers, "ce_inputdigest") for topic in (CONSULTATION, COORDINATION) for each in town.seen(topic)}

    assert {hmac.digest(SECRET, serde.encode(SCREENED), "sha256").hex()[:32].encode()} == digests


def test_an_agency_registered_later_is_known(town: Town) -> None:
    """The directory is read on before anybody is turned away for not being in it."""
    town.put(record())
    town.register("newcomer", AgencyKind.CHILD)
    town.put(record(owner="newcomer", key="d" * 32))
    assert [] == town.seen(DEAD)


def test_an_unregistered_agency_is_rejected(town: Town) -> None:
    """An outbox without an entry in the registry publishes nothing."""
    town.put(record(owner="newcomer"))
    (notice,) = events(town, GATE)
    assert ("newcomer", RefusalCode.NOT_PUBLISHABLE) == (notice.agency, notice.code)


def test_without_the_key_store_nothing_is_acknowledged(town: Town) -> None:
    """The batch waits; when the store is back, it goes on as if nothing had been."""
    town.keys.lost = True
    with pytest.raises(Unavailable):
        town.put(record(value=b"?"), record())
    assert [] == town.seen()

    town.keys.lost = False
    town.memory.pump()
    assert (1, 1) == (len(town.seen(DEAD)), len(town.seen(CONSULTATION)))


def test_headers_that_leave_the_door_hold_no_content(town: Town) -> None:
    """Each is short ASCII text: ids, codes, times."""
    town.put(record(), record(value=b"?", id=OTHER))
    values = [value for each in town.seen(CONSULTATION, COORDINATION, GATE) for _, value in each.headers]
    assert [] == [value for value in values if not value.isascii() or len(value) > 200]
