"""The courier over a memory log: what a verdict releases reaches the recipient, and nothing else does."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import pytest

from contracts.consent import DisclosureDecided, DisclosureReleased, StopNoticeIssued
from contracts.coordination import CoordinationReferred
from contracts.envelope import MessageNoted, MessageRefused, SealedEvent
from contracts.shared import (
    Basis,
    DataCategory,
    FunctionName,
    Outcome,
    PartCode,
    PersonalItem,
    Purpose,
    ReferralReason,
    RefusalCode,
    WithheldPart,
)
from kernel import sealing, serde
from kernel.clients import ALONE_S
from kernel.envelope import Envelope, header
from kernel.failures import IntegrityError, Unavailable
from kernel.memory import MemoryLog, MemoryRecord, MemoryTown
from kernel.partitioner import partition_of
from kernel.place import Place
from kernel.records import TP
from kernel.routes import Routes
from kernel.sealing import Erased, Key
from kernel.telemetry import Telemetry
from kernel.topics import Topics
from services.consent.courier import Courier
from services.consent.fence import Fence
from tests.services.consent.town import CONSENT, MOTHER, SON

TOPICS = Topics("990019")
CASE = "0" * 31 + "1"
PARTITION = partition_of(CASE.encode(), 3)
NAME, ILLNESS = "髙𠮷 花子", "認知症の疑い"


class Keys:
    """A key store in memory; ``lost`` makes it unreachable."""

    def __init__(self) -> None:
        self.known: dict[str, Key | Erased] = {person: Key(person, person[:1].encode() * 32) for person in (MOTHER, SON)}
        self.lost = False
        self.meanwhile: Callable[[], None] = lambda: None
        """What happens while the store is asked."""

    async def for_opening(self, key_ids: Iterable[str]) -> Mapping[str, Key | Erased]:
        """See kernel.keyring."""
        self.meanwhile()
        if self.lost:
            raise Unavailable("key store")
        return {key_id: self.known[key_id] for key_id in key_ids}


class Town:
    """A memory log with one sealed referral in it, and the courier reading the gate's log."""

    def __init__(self) -> None:
        self.log, self.keys, self.seq = MemoryLog(), Keys(), 0
        self.memory = MemoryTown(self.log, batch=10)
        place = Place("consent", Routes(TOPICS, 3), self.log, Telemetry("consent").meter("courier"))
        self.memory.add("courier", {TOPICS.log("consent"): 3}, lambda: Courier(place, self.keys, agency_partitions=1))
        event = CoordinationReferred(
            person=MOTHER, to_agency="coordinator", reason=ReferralReason.ROLE_DIVISION_NEEDED, name=NAME,
            items=(PersonalItem(person=SON, category=DataCategory.HEALTH, code="diagnosis", text=ILLNESS),),
        )
        body, parts = sealing.take_apart(event)
        sealed = sealing.seal(body, parts, "elder", "sent-1", {person: key for person, key in self.keys.known.items() if isinstance(key, Key)})
        self.position = f"{TOPICS.log('coordination')}/{PARTITION}/{self.append(TOPICS.log('coordination'), sealed, 'coordination', 'e1')}"

    def append(self, topic: str, event: Any, source: str, identity: str, seq: int = 0, cause: str = "") -> int:
        """Write one record of a log."""
        kind = "tsunagu.coordination.CoordinationReferred" if isinstance(event, SealedEvent) else serde.type_of(event).full_name
        self.seq = seq or self.seq + 1
        headers = Envelope(id=identity, source=source, type=kind, subject=CASE, agency="elder", seq=self.seq, causation_id=cause or identity).headers()
        return self.log.append(topic, PARTITION, CASE.encode(), serde.encode(event), headers)

    def decided(self, outcome: Outcome, *released: PartCode, identity: str = "v1", request: str = "r1", seq: int = 0, event: str = "e1", cause: str = "",
                basis: Basis = Basis.C) -> None:
        """The gate has decided about the referral."""
        self.append(TOPICS.log("consent"), DisclosureDecided(
            request_id=request, event_id=event, event_type="CoordinationReferred", position=self.position, recipient="coordinator",
            agency="elder", function=FunctionName.COORDINATION, purpose=Purpose.COORDINATION, outcome=outcome, rule="R2", basis=basis,
            consents=(CONSENT,), released=released, withheld=(WithheldPart(person=SON, category=DataCategory.HEALTH, reason="NO_CONSENT"),),
            obligations=("PURPOSE_ONLY",), policy="hash", at=1,
        ), "consent", identity, seq, cause)

    def receipts(self) -> list[Any]:
        """What the gate has been told of deliveries."""
        return [serde.decode(record.value) for record in self.log.records(TOPICS.inbox("consent"), PARTITION)]

    def inbox(self, agency: str) -> list[Any]:
        """What lies in an agency's inbox."""
        return [serde.decode(record.value) for record in self.log.records(TOPICS.agency_inbox(agency))]


BASIC = PartCode(person=MOTHER, category=DataCategory.BASIC)


@pytest.fixture
def town() -> Iterator[Town]:
    """A fresh town."""
    made = Town()
    yield made
    made.memory.close()


def test_the_recipient_gets_the_released_parts_only(town: Town):
    """The name is opened, the son's illness is not even mentioned."""
    town.decided(Outcome.REDACT, BASIC)
    town.memory.pump()

    (event,) = town.inbox("coordinator")
    assert (NAME, ()) == (event.name, event.items)


def test_the_copy_says_by_which_number_its_receipt_is_acknowledged(town: Town):
    """The verdict goes to the sender alone, so the recipient knows the number of the request from the copy's header."""
    town.decided(Outcome.REDACT, BASIC)
    town.memory.pump()

    (copy,) = town.log.records(TOPICS.agency_inbox("coordinator"))
    assert b"r1" == header(copy.headers, "ce_requestid")


def test_r11_the_copy_carries_the_duties_of_its_verdict(town: Town):
    """Whoever receives it reads them in its header."""
    town.decided(Outcome.REDACT, BASIC)
    town.memory.pump()

    (copy,) = town.log.records(TOPICS.agency_inbox("coordinator"))
    assert b"PURPOSE_ONLY" == header(copy.headers, "ce_obligations")


def test_rule_35_no_key_header_or_topic_of_a_copy_names_a_person(town: Town):
    """Case, codes and ids alone: neither what was sealed nor whose it is."""
    town.decided(Outcome.REDACT, BASIC)
    town.memory.pump()

    for record in town.log.records(TOPICS.agency_inbox("coordinator")):
        outside = b" ".join((record.topic.encode(), record.key or b"", *(value for _, value in record.headers)))
        assert CASE.encode() == record.key
        assert not any(word.encode() in outside for word in (NAME, ILLNESS, MOTHER, SON))


def test_the_sender_and_the_function_are_told_in_codes(town: Town):
    """The verdict itself goes to whoever asked, and to the function before any agency."""
    town.decided(Outcome.REDACT, BASIC)
    town.memory.pump()

    (told,) = town.inbox("elder")
    assert isinstance(told, DisclosureDecided)
    (asked,) = town.log.records(TOPICS.inbox("coordination"), PARTITION)
    (copy,) = town.log.records(TOPICS.agency_inbox("coordinator"))
    assert asked.timestamp < copy.timestamp


@pytest.mark.parametrize("outcome", [Outcome.HOLD, Outcome.DENY])
def test_rule_25_what_is_held_or_denied_leaves_no_trace_with_the_recipient(town: Town, outcome: Outcome):
    """Not even a stub."""
    town.decided(outcome)
    town.memory.pump()

    assert [] == town.inbox("coordinator")
    assert 1 == len(town.inbox("elder"))


def test_delivering_twice_gives_the_same_id(town: Town):
    """kill -9 between delivery and commit: a reader that drops by id sees it once."""
    town.decided(Outcome.REDACT, BASIC)
    town.memory.pump()
    town.memory.restart("courier", again=1)
    town.memory.pump()

    first, second = town.log.records(TOPICS.agency_inbox("coordinator"))
    assert (first.headers, first.value) == (second.headers, second.value)


def test_rule_24_of_two_verdicts_on_one_request_the_last_counts(town: Town):
    """The fence, rule 24: the gate has decided anew before the first verdict was carried out; only the later one is."""
    town.decided(Outcome.PERMIT, BASIC)
    town.decided(Outcome.DENY, identity="v2")
    town.memory.pump()

    assert [] == town.inbox("coordinator")
    assert [Outcome.PERMIT, Outcome.DENY] == [told.outcome for told in town.inbox("elder")]
    assert [] == town.receipts()


def test_rule_24_a_verdict_that_comes_while_the_key_store_is_asked_counts(town: Town):
    """The store is slow, and the person withdraws meanwhile: the fence is read after the keys, so nothing goes out."""
    def withdrawn() -> None:
        town.keys.meanwhile = lambda: None
        town.decided(Outcome.DENY, identity="v2", seq=2)

    town.keys.meanwhile = withdrawn
    town.decided(Outcome.PERMIT, BASIC, seq=1)
    town.memory.pump()

    assert [] == town.inbox("coordinator")


async def test_rule_24_a_copy_may_be_sent_only_as_long_as_nobody_can_have_taken_the_couriers_place(town: Town):
    """Counted from before the fence was read: whoever sleeps after that, and wakes behind a withdrawal and its stop notices, sends nothing."""
    town.decided(Outcome.PERMIT, BASIC)
    courier = await awake(town)

    given = await courier.handle(town.log.records(TOPICS.log("consent"), PARTITION))

    assert {100.0 + ALONE_S} == {out.until for out in given if out.topic == TOPICS.agency_inbox("coordinator")}
    assert {math.inf} == {out.until for out in given if out.topic != TOPICS.agency_inbox("coordinator")}


async def test_rule_24_what_was_given_too_late_and_is_withdrawn_may_still_have_arrived(town: Town):
    """It was handed over, then there was no time left, and the person has withdrawn: the gate is told, rather a needless stop notice than none."""
    town.decided(Outcome.PERMIT, BASIC)
    courier, records = await awake(town), town.log.records(TOPICS.log("consent"), PARTITION)
    await courier.handle(records)
    town.decided(Outcome.DENY, identity="v2")

    again = await courier.handle(records)

    assert [TOPICS.inbox("consent")] == [out.topic for out in again if out.topic != TOPICS.agency_inbox("elder")]


async def awake(town: Town) -> Courier:
    """A courier that has its partitions; its clock stands at 100 seconds."""
    place = Place("consent", Routes(TOPICS, 3), town.log, Telemetry("consent").meter("courier"))
    courier = Courier(place, town.keys, agency_partitions=1, clock=lambda: 100.0)
    await courier.assigned([TP(TOPICS.log("consent"), PARTITION)])
    return courier


def test_a_later_verdict_on_another_request_is_in_nobodys_way(town: Town):
    """Only the same request counts."""
    town.decided(Outcome.PERMIT, BASIC)
    town.decided(Outcome.DENY, identity="v2", request="r2")
    town.memory.pump()

    assert 1 == len(town.inbox("coordinator"))


def test_a_verdict_that_comes_after_delivery_finds_the_copy_gone(town: Town):
    """What was delivered stays delivered; the gate knows of it and can tell the recipient to stop."""
    town.decided(Outcome.PERMIT, BASIC)
    town.memory.pump()
    town.decided(Outcome.DENY, identity="v2")
    town.memory.pump()

    assert 1 == len(town.inbox("coordinator"))
    assert 1 == len(town.receipts())


def test_rule_23_a_zombies_late_append_of_an_overtaken_verdict_releases_nothing(town: Town):
    """The same event, written again behind the DENY by a gate that had stood still: its ``seq`` has been seen."""
    town.decided(Outcome.PERMIT, BASIC, seq=2)
    town.decided(Outcome.DENY, identity="v2", seq=3)
    town.memory.pump()
    town.decided(Outcome.PERMIT, BASIC, seq=2)
    town.memory.pump()
    town.memory.restart("courier", again=1)
    town.memory.pump()

    assert [] == town.inbox("coordinator")


def test_a_log_that_is_read_again_from_its_beginning_releases_nothing_again(town: Town):
    """Where the group's offsets are lost: what has a receipt is done, whatever has become of its consent."""
    town.decided(Outcome.PERMIT, BASIC)
    town.memory.pump()
    (receipt,) = town.receipts()
    town.append(TOPICS.log("consent"), receipt, "consent", "receipt")
    town.memory.pump()
    town.memory.restart("courier", again=100)
    town.memory.pump()

    assert 1 == len(town.inbox("coordinator"))


def test_danger_is_delivered_before_a_backlog_of_releases(town: Town):
    """A verdict on danger further on in the log goes out with the first batch, and the function that asked is told before."""
    town.memory.batch = 60
    for number in range(1, 101):
        town.decided(Outcome.PERMIT, BASIC, identity=f"v{number}", request=f"r{number}")
    town.decided(Outcome.PERMIT, BASIC, identity="danger", request="danger", basis=Basis.V)
    town.memory.pump()

    causes = [header(record.headers, "ce_causationid") for record in town.log.records(TOPICS.agency_inbox("coordinator"))]
    assert causes.index(b"danger") == 0
    assert {b"danger", *(f"v{number}".encode() for number in range(1, 101))} == set(causes)


def test_a_position_that_names_another_event_stops_the_courier(town: Town):
    """What was decided about is what goes out, or nothing."""
    town.decided(Outcome.PERMIT, BASIC, event="another")

    with pytest.raises(IntegrityError):
        town.memory.pump()

    assert [] == town.inbox("coordinator")


def test_rule_23_a_receipt_is_sent_only_once_the_copy_is_there(town: Town):
    """Otherwise a crash between the two would leave a receipt of what nobody has received, and it would never be sent."""
    town.decided(Outcome.PERMIT, BASIC)
    town.memory.pump()

    (copy,) = town.log.records(TOPICS.agency_inbox("coordinator"))
    (receipt,) = town.log.records(TOPICS.inbox("consent"), PARTITION)
    assert copy.timestamp < receipt.timestamp


def test_what_a_courier_before_us_may_have_delivered_is_told_to_the_gate(town: Town):
    """Killed between copy and receipt, and the person withdraws before the next one starts: rather a needless stop notice than none."""
    town.decided(Outcome.PERMIT, BASIC)
    town.memory.pump()
    town.decided(Outcome.DENY, identity="v2")
    town.memory.restart("courier", again=1)
    town.memory.pump()

    first, second = town.log.records(TOPICS.inbox("consent"), PARTITION)
    assert (first.headers, first.value) == (second.headers, second.value)
    assert 1 == len(town.inbox("coordinator"))


def test_a_second_answer_to_a_cause_that_was_answered_counts_for_nothing(town: Town):
    """A zombie that had taken another order: its numbers look new, its cause is not."""
    town.decided(Outcome.PERMIT, BASIC, seq=1, cause="m1")
    town.decided(Outcome.PERMIT, identity="v0", request="r0", seq=2, cause="m0")
    town.decided(Outcome.PERMIT, BASIC, seq=3, cause="m1")
    town.decided(Outcome.DENY, identity="v2", seq=3, cause="m2")
    town.memory.pump()

    assert [] == [event for event in town.inbox("coordinator") if event.name]


def test_an_answer_that_begins_too_late_releases_nothing(town: Town):
    """Its last event has a number that is new; it is passed over with those before it."""
    town.decided(Outcome.DENY, identity="v1", seq=1, cause="m1")
    town.decided(Outcome.DENY, identity="v2", request="r2", seq=2, cause="m2")
    town.append(TOPICS.log("consent"), MessageNoted(message_type="x"), "consent", "late", seq=2, cause="m3")
    town.decided(Outcome.PERMIT, BASIC, identity="v3", request="r3", seq=3, cause="m3")
    town.memory.pump()

    assert [] == town.inbox("coordinator")


def test_the_gate_is_told_what_was_delivered(town: Town):
    """Codes only: verdict, consents, and the parts that were really opened."""
    town.decided(Outcome.REDACT, BASIC)
    town.memory.pump()

    (receipt,) = town.receipts()
    assert DisclosureReleased(
        verdict_id="v1", request_id="r1", decided_at=1, event_id="e1", event_type="CoordinationReferred", recipient="coordinator",
        basis=Basis.C, consents=(CONSENT,), released=(BASIC,),
    ) == receipt


def test_an_erased_part_is_left_out(town: Town):
    """A destroyed key blanks its part and nothing else."""
    town.keys.known[MOTHER] = Erased(MOTHER)
    town.decided(Outcome.PERMIT, BASIC)
    town.memory.pump()

    (event,) = town.inbox("coordinator")
    assert event.name is None


def test_rule_14_without_an_essential_part_nothing_goes_and_the_gate_is_told(town: Town):
    """Its key was destroyed after the verdict: a husk is of no use to anybody."""
    town.keys.known[MOTHER] = Erased(MOTHER)
    town.decided(Outcome.PERMIT, BASIC.changed(essential=True))
    town.memory.pump()

    assert [] == town.inbox("coordinator")
    assert [()] == [receipt.released for receipt in town.receipts()]


def test_a_key_store_that_does_not_answer_is_waited_for(town: Town):
    """Lost and destroyed never look alike: nothing is delivered, nothing acknowledged."""
    town.keys.lost = True
    town.decided(Outcome.PERMIT, BASIC)

    with pytest.raises(Unavailable):
        town.memory.pump()

    assert [] == town.inbox("coordinator")


def test_notices_reach_the_agency_they_name(town: Town):
    """Stop notices and refusals travel by the same road."""
    stop = StopNoticeIssued(recipient="poverty", consent=CONSENT, purpose=Purpose.COORDINATION, categories=(DataCategory.BASIC,))
    refusal = MessageRefused(agency="child", message_id="m", message_type="", code=RefusalCode.BAD_MAGIC, sentence="")
    town.append(TOPICS.log("consent"), stop, "consent", "s1")
    town.append(TOPICS.log("consent"), refusal, "consent", "s2")
    town.memory.pump()

    assert ([stop], [refusal]) == (town.inbox("poverty"), town.inbox("child"))


class Behind(MemoryLog):
    """A broker whose end lags behind what it has already handed out, as after a change of leader."""

    async def end(self, topic: str, partition: int) -> int:
        """See LogReader."""
        return 0

    async def rest(self, starts: Mapping[TP, int]) -> AsyncIterator[Sequence[MemoryRecord]]:
        """See LogReader."""
        for _ in starts:
            yield []


async def test_what_lies_before_a_batch_is_waited_for():
    """A verdict that is not known yet is not taken for one that was overtaken."""
    topic, log = TOPICS.log("consent"), Behind()
    fence = Fence(log, topic, Telemetry("consent").meter("courier"))
    await fence.open([0])

    with pytest.raises(Unavailable):
        await fence.take([MemoryRecord(topic, 0, 5, 0, CASE.encode(), b"", ())])
