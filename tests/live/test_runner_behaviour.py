"""What the event path promises when things go wrong, on a real broker. The same promises hold for whatever path an event can take."""

from __future__ import annotations

import asyncio
import itertools
import math
import signal
import time

import pytest
from aiokafka.errors import KafkaError
from aiokafka.structs import TopicPartition

from kernel import runner, serde
from kernel.envelope import Envelope, header
from kernel.failures import IntegrityError, Unavailable
from kernel.records import Outgoing, Record, keyed
from kernel.telemetry import Telemetry
from tests.installation import Broker
from tests.kernel import toys
from tests.live.runner_site import PARTITIONS, Scripted, Site, new_site, running, start_process, until

LONG_MS = 120_000
_numbers = itertools.count()


@pytest.fixture
def site(broker: Broker) -> Site:
    """Fresh topics for each test."""
    return new_site(broker.settings, f"t{next(_numbers)}")


def message(site: Site, number: int, *, area: str = "1", key: str = "", source: str = "elder") -> Outgoing:
    """The ``number``-th signal, under one of ten keys unless a key is given."""
    name = key or f"case-{number % 10}"
    event = toys.signal(area)
    envelope = Envelope(id=f"m{number}", source=source, type="tsunagu.consultation.SignalReceived", subject=name, agency="elder")
    return keyed(site.inbox, PARTITIONS, name.encode(), serde.encode(event), envelope.headers())


def text(record: Record, name: str) -> str:
    """One header of a record as text."""
    return (header(record.headers, name) or b"").decode()


def effective(log: list[Record]) -> list[Record]:
    """The log as a reader sees it that drops what it has seen: by key and seq."""
    last: dict[bytes | None, int] = {}
    found = []
    for record in log:
        seq = int(text(record, "ce_seq"))
        assert seq <= last.get(record.key, 0) + 1, "a hole in the sequence"
        if seq == last.get(record.key, 0) + 1:
            last[record.key] = seq
            found.append(record)
    return found


def handled(log: list[Record]) -> list[str]:
    """The ids of the messages that the log answers, once for each answer."""
    answers = {(text(record, "ce_causationid"), record.key): record for record in log}
    assert len(effective(log)) == len({text(record, "ce_id") for record in effective(log)}), "an event twice"
    return sorted(message_id for message_id, _ in answers)


async def test_a_handler_that_raises_commits_nothing_and_sees_the_record_again(site: Site):
    """Crash only: the process ends, and whoever starts next gets the same record."""
    await site.send(message(site, 1))

    with pytest.raises(ZeroDivisionError):
        async with running(site.runner(Scripted(lambda records: 1 // 0))) as task:
            await until(lambda: task.done())
            task.result()
    again = Scripted()
    async with running(site.runner(again)) as task:
        await until(lambda: again.seen, task)

    assert 1 == len(again.seen)


async def test_what_comes_too_late_to_be_sent_is_looked_at_anew(site: Site):
    """A member that slept after it had looked: what it gave then is given up, and it is asked again before anything goes out."""
    given = iter((0.0, math.inf))
    tired = Scripted(lambda records: [Outgoing(site.log, 0, b"k", b"v", [], until=next(given)) for _ in records])
    await site.send(message(site, 1))

    async with running(site.runner(tired)) as task:
        await until(lambda: tired.settled_batches, task)

    assert (2, 1) == (len(tired.seen), len(await site.read(site.log)))


async def test_what_is_done_is_committed_and_not_seen_again(site: Site):
    """A clean stop leaves nothing to be repeated."""
    await site.send(*(message(site, number) for number in range(20)))

    first = Scripted()
    async with running(site.runner(first)) as task:
        await until(lambda: len(first.seen) == 20, task)

    assert 20 == await site.committed()


async def test_kill_9_in_mid_batch_loses_nothing_and_doubles_nothing(site: Site):
    """Killed again and again, the function answers every message; a reader that drops by seq sees each answer once."""
    total = 600
    await site.send(*(message(site, number) for number in range(total)))

    for share in (0.1, 0.3, 0.6):
        process = await start_process(site)
        await until(lambda wanted=total * share: _logged(site, wanted))
        process.kill()
        await process.wait()
        await site.send(*(message(site, number) for number in range(total, total + 100)))
        total += 100
    process = await start_process(site)
    try:
        await until(lambda: _answered(site, total))
    finally:
        process.kill()
        await process.wait()

    assert sorted(f"m{number}" for number in range(total)) == handled(await site.read(site.log))


async def test_a_killed_member_is_back_in_seconds(site: Site, monkeypatch: pytest.MonkeyPatch):
    """Static membership: the successor need not wait for the session of the dead to end, a long one here."""
    monkeypatch.setattr("kernel.clients.SESSION_MS", LONG_MS)
    await site.send(message(site, 1))
    process = await start_process(site, LONG_MS)
    await until(lambda: _logged(site, 1))
    process.kill()
    await process.wait()

    began = time.monotonic()
    again = Scripted()
    await site.send(message(site, 2))
    async with running(site.runner(again)) as task:
        await until(lambda: again.seen, task)

    assert time.monotonic() - began < LONG_MS / 2000


async def test_a_rebalance_in_mid_run_loses_nothing(site: Site):
    """A second member comes and goes while messages flow; every message is answered, and the log has no hole."""
    async with site.processor() as one, site.processor() as two:
        await site.send(*(message(site, number) for number in range(100)))
        async with running(site.runner(one, "one")) as task:
            await until(lambda: _logged(site, 50), task)
            async with running(site.runner(two, "two")) as other:
                await site.send(*(message(site, number) for number in range(100, 200)))
                await until(two.partitions, other)
                await site.send(*(message(site, number) for number in range(200, 300)))
                await until(lambda: _answered(site, 300), other)
            await site.send(*(message(site, number) for number in range(300, 400)))
            await until(lambda: _answered(site, 400), task)

    assert sorted(f"m{number}" for number in range(400)) == handled(await site.read(site.log))


class Slow(Scripted):
    """Takes partitions over when it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.may, self.taken = asyncio.Event(), 0
        self.may.set()

    async def assigned(self, partitions: object) -> None:
        """As long as a replay may take."""
        self.taken += 1
        await self.may.wait()


async def test_it_is_ready_only_while_its_partitions_are_taken_over(site: Site):
    """Not while they are given out anew and the logs behind them are read again."""
    telemetry, slow = Telemetry("intake"), Slow()
    async with running(site.runner(slow, "one", telemetry)) as task:
        await until(lambda: not telemetry.unready(), task)
        slow.may.clear()
        async with running(site.runner(Scripted(), "two")) as other:
            await until(lambda: slow.taken > 1, other)
            while_replaying = telemetry.unready()
            slow.may.set()
            await until(lambda: not telemetry.unready(), task)

    assert [toys.NAME] == while_replaying


async def test_it_is_not_ready_while_the_broker_stands_still(broker: Broker, site: Site, monkeypatch: pytest.MonkeyPatch):
    """Nothing to do, and nobody who answers: that is seen without a message to send. It lives, and is ready again afterwards."""
    monkeypatch.setattr("kernel.meter._AWAY", 0.5)
    telemetry = Telemetry("intake")
    async with running(site.runner(Scripted(), telemetry=telemetry)) as task:
        await until(lambda: not telemetry.unready(), task)
        broker.installation.signal("kafka", signal.SIGSTOP)
        try:
            await until(telemetry.unready, task)
        finally:
            broker.installation.signal("kafka", signal.SIGCONT)
        telemetry.turn()
        sick = telemetry.sick()
        await until(lambda: not telemetry.unready(), task)

    assert [] == sick


async def test_one_partition_that_stands_is_a_reason_to_restart(site: Site, monkeypatch: pytest.MonkeyPatch):
    """The others move, the broker answers, and one has records that nobody fetches: seen from the broker's side, whatever the reason in ours."""
    monkeypatch.setattr("kernel.lookout.LOOK_EVERY_S", 0.2)
    telemetry, handler = Telemetry("intake", no_progress_s=1.0), Scripted()
    member = site.runner(handler, telemetry=telemetry)
    async with running(member) as task:
        await until(lambda: not telemetry.unready(), task)
        stuck = message(site, 1)
        member._consumer.pause(TopicPartition(stuck.topic, stuck.partition))
        await asyncio.sleep(1.0)  # a fetch under way may still bring what comes now
        await site.send(*[message(site, number) for number in range(50)])
        await until(lambda: toys.NAME in telemetry.sick(), task)
        member._consumer.resume(TopicPartition(stuck.topic, stuck.partition))
        await until(lambda: len(handler.seen) == 50, task)
        telemetry.turn()
        await until(lambda: toys.NAME not in telemetry.sick(), task)


async def test_it_lives_through_a_broker_that_is_away_although_much_waits(broker: Broker, site: Site, monkeypatch: pytest.MonkeyPatch):
    """Longer than a partition may stand still: a restart would not help, so none is asked for."""
    monkeypatch.setattr("kernel.lookout.LOOK_EVERY_S", 0.2)
    telemetry = Telemetry("intake", no_progress_s=1.0)
    await site.send(*[message(site, number) for number in range(50)])
    async with running(site.runner(Scripted(), telemetry=telemetry)) as task:
        await until(lambda: not telemetry.unready(), task)
        broker.installation.signal("kafka", signal.SIGSTOP)
        try:
            sick = set()
            for _ in range(15):
                await asyncio.sleep(0.2)
                telemetry.turn()
                sick.update(telemetry.sick())
        finally:
            broker.installation.signal("kafka", signal.SIGCONT)
        await until(lambda: not telemetry.unready(), task)

    assert set() == sick


async def test_topics_that_come_while_it_works_are_read_too(broker: Broker, site: Site):
    """No restart; what was under way before is neither lost nor, being committed, seen again."""
    topics = [site.inbox]

    async def growing() -> list[str]:
        return topics

    seen = Scripted()
    await site.send(*(message(site, number) for number in range(50)))
    async with running(site.runner(seen, growing=growing)) as task:
        await until(lambda: len(seen.seen) == 50, task)
        topics.append(broker.new_topic())
        await site.send(Outgoing(topics[1], 0, b"k", b"from the new topic", []))
        await until(lambda: b"from the new topic" in seen.seen, task)
        await site.send(*(message(site, number) for number in range(50, 100)))
        await until(lambda: len(seen.seen) >= 101, task)

    assert 101 == len(seen.seen)


async def test_a_hung_handler_does_not_hold_up_the_stop(site: Site, monkeypatch: pytest.MonkeyPatch):
    """Stop returns within its grace, a short one here; the record is not committed and comes again."""
    monkeypatch.setattr(runner, "GRACE_S", 2.0)
    await site.send(message(site, 1))
    hung = Scripted(lambda records: asyncio.Event().wait())
    async with running(site.runner(hung)) as task:
        await until(lambda: hung.seen, task)
        began = time.monotonic()
    took = time.monotonic() - began
    again = Scripted()
    async with running(site.runner(again)) as task:
        await until(lambda: again.seen, task)

    assert took < runner.GRACE_S + 10 * runner.LEAVE_S
    assert 1 == len(again.seen)


async def test_unreadable_bytes_become_a_dead_letter_and_the_neighbours_go_on(site: Site):
    """The original bytes and headers are kept, with a code; the partition is not blocked."""
    poison = message(site, 0, key="case-0")
    poison.value = b"\x00\x00\x00\xff\xffnothing"
    before, after = message(site, 1, key="case-0"), message(site, 2, key="case-0")
    await site.send(before, poison, after)

    async with site.processor() as processor, running(site.runner(processor)) as task:
        await until(lambda: _answered(site, 2), task)
        (letter,) = await until(lambda: site.read(site.topics.dead_letters("intake"), 1), task)

    assert ["m1", "m2"] == handled(await site.read(site.log))
    assert (b"case-0", poison.value) == (letter.key, letter.value)
    assert set(poison.headers) < set(letter.headers)
    assert ("UNKNOWN_SCHEMA", f"{site.inbox}", "1") == (
        text(letter, "dlq.error.message"), text(letter, "dlq.original.topic"), text(letter, "dlq.original.offset"),
    )


async def test_what_the_broker_refuses_for_good_stops_the_process_uncommitted(site: Site):
    """An output that is too large is a fault of ours: visible, not skipped."""
    await site.send(message(site, 1))
    too_large = Scripted(lambda records: [Outgoing(site.log, 0, b"k", bytes(3_000_000), [])])

    with pytest.raises(KafkaError):
        async with running(site.runner(too_large)) as task:
            await until(lambda: task.done())
            task.result()

    assert 0 == too_large.settled_batches
    assert 0 == await site.committed()


async def test_a_repeat_writes_nothing_new_and_sends_the_same_on_again(site: Site):
    """Same ids, same bytes: harmless to whoever drops what he has seen, and a cure for whoever has not."""
    first, second = message(site, 1, key="k"), message(site, 2, key="k")
    async with site.processor() as processor, running(site.runner(processor)) as task:
        await site.send(first, second)
        await until(lambda: _answered(site, 2), task)
        requests = await until(lambda: site.read(site.topics.inbox("consent")), task)
        logged = await site.read(site.log)
        await site.send(message(site, 2, key="k"))
        again = await until(lambda: _more(site, site.topics.inbox("consent"), len(requests)), task)

    assert [record.value for record in logged] == [record.value for record in await site.read(site.log)]
    sent = {(record.value, tuple(record.headers)) for record in requests}
    assert sent == {(record.value, tuple(record.headers)) for record in again}


async def test_the_same_id_with_other_bytes_is_buried_and_refused(site: Site):
    """The first occurrence wins; the sender is told by code."""
    async with site.processor() as processor, running(site.runner(processor)) as task:
        await site.send(message(site, 1, key="k"), message(site, 1, key="k", area="2"))
        (letter,) = await until(lambda: site.read(site.topics.dead_letters("intake"), 1), task)
        await until(lambda: _logged(site, 2), task)

    kept, refusal = [serde.unwrapped(serde.decode(record.value)) for record in await site.read(site.log)]
    assert "ID_CONFLICT ce_id" == text(letter, "dlq.error.message")
    assert ("1", "ID_CONFLICT", "m1", "elder") == (kept.area_code, refusal.code, refusal.message_id, refusal.agency)


async def test_a_zombies_late_append_is_noticed_and_dropped(site: Site):
    """Another writer in our log: the process stops at its next write; its successor passes over what it has seen already."""
    async with site.processor() as processor:
        with pytest.raises(IntegrityError):
            async with running(site.runner(processor)) as task:
                await site.send(message(site, 1, key="k"))
                (logged,) = await until(lambda: site.read(site.log), task)
                await site.send(Outgoing(site.log, logged.partition, logged.key, logged.value, list(logged.headers)))
                await site.send(message(site, 2, key="k"))
                await until(lambda: task.done())
                task.result()
    telemetry = Telemetry("intake")
    async with site.processor(telemetry) as processor, running(site.runner(processor, telemetry=telemetry)) as task:
        await site.send(message(site, 3, key="k"))
        await until(lambda: _answered(site, 3), task)

    duplicates = telemetry.registry.get_sample_value(
        "tsunagu_integrity_alarms_total", {"service": "intake", "worker": toys.NAME, "code": "DUPLICATE"}
    )
    assert 1 == duplicates
    assert ["m1", "m2", "m3"] == handled(await site.read(site.log))


async def test_a_part_that_does_not_answer_is_waited_for_in_place(site: Site):
    """Nothing is acknowledged meanwhile; the stall shows as a metric; the record is answered when the part is back."""
    telemetry = Telemetry("intake")
    away = iter([True, True, False])
    stalled = []

    def answer(records: object) -> list[Outgoing]:
        stalled.append(telemetry.registry.get_sample_value("tsunagu_stalled", {"service": "intake", "worker": toys.NAME}))
        if next(away):
            raise Unavailable("key store")
        return []

    waiting = Scripted(answer)
    await site.send(message(site, 1))
    async with running(site.runner(waiting, telemetry=telemetry)) as task:
        await until(lambda: waiting.settled_batches, task)

    assert [0, 1, 1] == stalled
    assert 1 == len(set(waiting.seen))


async def test_a_broker_that_dies_is_waited_for(broker: Broker, site: Site):
    """The broker is killed in mid-run and comes back: no process of ours ends, nothing is lost or doubled."""
    async with site.processor() as processor, running(site.runner(processor)) as task:
        await site.send(*(message(site, number) for number in range(200)))
        await until(lambda: _logged(site, 20), task)
        broker.kill("kafka")
        await asyncio.to_thread(broker.wait_ready, "kafka")
        await site.send(*(message(site, number) for number in range(200, 300)))
        await until(lambda: _answered(site, 300), task)

        assert not task.done()
    assert sorted(f"m{number}" for number in range(300)) == handled(await site.read(site.log))


async def _logged(site: Site, wanted: float) -> bool:
    return len(await site.read(site.log)) >= wanted


async def _answered(site: Site, wanted: int) -> bool:
    return len({text(record, "ce_causationid") for record in await site.read(site.log)}) >= wanted


async def _more(site: Site, topic: str, known: int) -> list[Record]:
    return (await site.read(topic))[known:]
