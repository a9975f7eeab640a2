"""Runner: the event path. Read a batch, let the handler answer it, send stage by stage, await every acknowledgement, commit.

At least once, by construction: an offset is committed only when everything that its record gave is acknowledged. Whatever is not
understood ends the process (the supervisor starts it again); a part that does not answer is waited for, in place.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Collection, Sequence
from functools import partial

from aiokafka import AIOKafkaConsumer
from aiokafka.abc import ConsumerRebalanceListener
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError
from aiokafka.structs import TopicPartition

from kernel.clients import gather
from kernel.failures import Unavailable
from kernel.lookout import look_often
from kernel.meter import Meter
from kernel.patience import STALL_AFTER_S, in_time, patiently, stall_watch
from kernel.records import Handler, Outgoing, Record
from kernel.sender import Sender
from kernel.warmup import warm_up

Growing = Callable[[], Awaitable[Collection[str]]]

POLL_MS = 250
MAX_RECORDS = 2_000
COMMIT_EVERY_S = 0.5
"""What was done since is done again after a crash, and gives the same; each commit costs the broker as much as a small batch."""
BUSY_MS = 10
"""Where a batch is there so soon after it is asked for, more are coming."""
GROW_EVERY_S = 2.0
"""How often it is asked whether there are more topics to read."""
GRACE_S = 8.0
"""How long ``stop`` waits for a batch under way; after that it is given up and will be seen again."""
LEAVE_S = 2.0
"""How long each last step may take: the commit, leaving the group, closing the producer."""


class BatchRunner(ConsumerRebalanceListener):
    """Moves the records of ``topics`` through one handler. Those in ``urgent`` go first and never wait for more than one batch.

    ``growing`` names every topic that is to be read by now; it is never asked while the handler works. May raise Unavailable.
    """

    def __init__(self, handler: Handler, topics: Sequence[str], consumer: AIOKafkaConsumer, sender: Sender, meter: Meter, *,
                 urgent: Collection[str] = (), max_records: int = MAX_RECORDS, growing: Growing | None = None) -> None:
        self._handler, self._topics, self._consumer, self._sender, self._meter = handler, set(topics), consumer, sender, meter
        self._urgent, self._max_records, self._growing = frozenset(urgent), max_records, growing
        self._open: set[TopicPartition] = set()
        self._done: dict[TopicPartition, int] = {}
        self._lock = asyncio.Lock()
        self._busy = False
        self._settled = asyncio.Event()
        self._heard = 0.0
        self._progress = asyncio.Event()
        self._stopping = asyncio.Event()
        self._resumed = asyncio.Event()
        self._resumed.set()

    async def run(self) -> None:
        """Work until ``stop``. Raises what the handler raises, or KafkaError when the broker refuses for good."""
        work = asyncio.ensure_future(self._work())
        looking = look_often(self._consumer, lambda: self._open if self._resumed.is_set() and self._settled.is_set() else (), self._meter)
        beside = [asyncio.ensure_future(each) for each in (self._commit_often(), looking, *([self._grow(self._growing)] if self._growing else []))]
        stop = asyncio.ensure_future(self._stopping.wait())
        try:
            await asyncio.wait({work, *beside, stop}, return_when=asyncio.FIRST_COMPLETED)
            await asyncio.wait({work}, timeout=GRACE_S if stop.done() else 0)
            for task in (work, *beside):
                if task.done():
                    task.result()
        finally:
            await self._leave(work, *beside, stop)

    def stop(self) -> None:
        """Ask ``run`` to return: after the batch under way, or without it when that takes too long."""
        self._stopping.set()
        self._resumed.set()

    def pause(self) -> None:
        """Begin no further batch until ``resume``; partitions stay ours."""
        self._resumed.clear()

    def resume(self) -> None:
        """Go on after ``pause``."""
        self._resumed.set()

    async def on_partitions_revoked(self, revoked: Collection[TopicPartition]) -> None:
        """Let the batch under way end, commit it, forget the state. Not ready until what comes next is taken over."""
        self._settled.clear()
        self._meter.lost()
        async with self._lock:
            await self._give_back(revoked)

    def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        """No more than a sign: a replay may take long, so the run loop does it, where heartbeats go on."""
        self._settled.set()

    async def _work(self) -> None:
        await patiently(self._sender.start, self._meter)
        await patiently(self._join, self._meter)
        while not self._stopping.is_set():
            held, records = await self._poll()
            if records:
                await self._resumed.wait()
                await self._settled.wait()
            async with self._lock:
                if self._settled.is_set() and held is self._assignment():  # otherwise these records are given back and will be read again
                    await self._take_over()
                    if records and not self._stopping.is_set():
                        await self._step(records)
                    elif not records:
                        self._listen()

    async def _poll(self) -> tuple[object, list[Record]]:
        """The next records, urgent ones first, and the assignment they belong to."""
        held, asked = self._assignment(), time.monotonic()
        lane = [tp for tp in self._open if tp.topic in self._urgent] if self._settled.is_set() else []
        first = await self._consumer.getmany(*lane, timeout_ms=0, max_records=self._max_records) if lane else {}
        rest = await self._consumer.getmany(timeout_ms=0 if first else BUSY_MS if self._busy else POLL_MS, max_records=self._max_records)
        if held is not self._assignment():
            first, held = {}, self._assignment()
        self._busy = bool(first or rest) and (time.monotonic() - asked) * 1000 < BUSY_MS
        gather(self._consumer, self._busy)
        fetched = sorted((*first.items(), *rest.items()), key=lambda item: item[0].topic not in self._urgent)
        return held, [record for _, records in fetched for record in records]

    def _assignment(self) -> object:
        """What is ours, as one thing: each rebalance makes another. aiokafka has no public name for it; the version is pinned."""
        subscription = self._consumer._subscription.subscription
        return subscription and subscription.assignment

    def _listen(self) -> None:
        """Where nothing comes, the broker's empty answers to our fetches say that it is there."""
        if answers := [self._consumer.last_poll_timestamp(tp) or 0 for tp in self._open]:
            self._meter.stalled(time.time() - max(self._heard, max(answers) / 1000) > STALL_AFTER_S)

    async def _take_over(self) -> None:
        """Get the handler ready for partitions that became ours."""
        assigned = self._consumer.assignment()
        if new := assigned - self._open:
            await patiently(lambda: warm_up(self._handler.assigned(new), self._meter), self._meter)
            self._open |= new
            self._heard = time.time()
        if new or not self._meter.ready:
            self._meter.took(self._open)

    async def _step(self, records: list[Record]) -> None:
        self._meter.began()
        first = self._handler.at_once(records)
        handled = partial(patiently, lambda: self._handler.handle(records), self._meter)
        _, outgoings = await asyncio.gather(self._send(first), handled())
        outgoings = await in_time(outgoings, self._send, partial(patiently, self._sender.renew, self._meter), handled)
        self._handler.settled()
        for record in records:
            self._done[TopicPartition(record.topic, record.partition)] = record.offset + 1
        self._progress.set()
        self._meter.ended(records, [*first, *outgoings])

    async def _send(self, outgoings: Sequence[Outgoing]) -> None:
        if outgoings:
            with stall_watch(self._meter):
                await self._sender.send(outgoings)
            self._meter.produced(len(outgoings))

    async def _commit_often(self) -> None:
        while True:
            await self._progress.wait()
            await asyncio.sleep(COMMIT_EVERY_S)
            self._progress.clear()
            await self._commit()

    async def _grow(self, growing: Growing) -> None:
        """Read on with more topics once there are more: the group is joined anew, from what is committed."""
        while True:
            await asyncio.sleep(GROW_EVERY_S)
            async with self._lock:
                with contextlib.suppress(Unavailable):
                    if self._settled.is_set() and (more := set(await growing()) - self._topics):
                        self._settled.clear()
                        self._meter.lost()
                        await self._give_back(set(self._open))
                        self._topics |= more
                        self._consumer.subscribe(sorted(self._topics), listener=self)

    async def _give_back(self, partitions: Collection[TopicPartition]) -> None:
        await self._commit()
        self._open.difference_update(partitions)
        self._done.clear()
        await self._handler.revoked(partitions)

    async def _commit(self) -> None:
        """Commit what is done. A failure is harmless: it is tried again, or the partition is not ours any more."""
        done = {tp: offset for tp, offset in self._done.items() if tp in self._consumer.assignment()}
        if done:
            with contextlib.suppress(CommitFailedError, IllegalStateError, KafkaError):
                await self._consumer.commit(done)
                self._done = {tp: offset for tp, offset in self._done.items() if done.get(tp) != offset}

    async def _join(self) -> None:
        try:
            await self._consumer.start()
        except KafkaError as error:
            raise Unavailable("broker") from error
        self._consumer.subscribe(sorted(self._topics), listener=self)

    async def _leave(self, *tasks: asyncio.Future[object]) -> None:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for end in (self._commit, self._consumer.stop, self._sender.stop):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(end(), LEAVE_S)
