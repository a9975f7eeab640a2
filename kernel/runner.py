"""Runner: the event path. Read a batch, let the handler answer it, send stage by stage, await every acknowledgement, commit.

At least once, by construction: an offset is committed only when everything that its record gave is acknowledged. Whatever is not
understood ends the process (the supervisor starts it again); a part that does not answer is waited for, in place.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import TypeVar

from aiokafka import AIOKafkaConsumer
from aiokafka.abc import ConsumerRebalanceListener
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError
from aiokafka.structs import TopicPartition

from kernel.failures import Unavailable
from kernel.records import Handler, Record
from kernel.sender import Sender
from kernel.telemetry import Meter

T = TypeVar("T")

POLL_MS = 250
MAX_RECORDS = 2_000
COMMIT_EVERY_S = 0.5
"""What was done since is done again after a crash, and gives the same; each commit costs the broker as much as a small batch."""
STALL_AFTER_S = 2.0
GRACE_S = 2.0
"""How long ``stop`` waits for a batch under way; after that it is given up and will be seen again."""
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.1, 5.0


class BatchRunner(ConsumerRebalanceListener):
    """Moves the records of ``topics`` through one handler. Those in ``urgent`` go first and never wait for more than one batch."""

    def __init__(self, handler: Handler, topics: Sequence[str], consumer: AIOKafkaConsumer, sender: Sender, meter: Meter, *,
                 urgent: Collection[str] = (), max_records: int = MAX_RECORDS) -> None:
        self._handler, self._topics, self._consumer, self._sender, self._meter = handler, topics, consumer, sender, meter
        self._urgent, self._max_records = frozenset(urgent), max_records
        self._open: set[TopicPartition] = set()
        self._done: dict[TopicPartition, int] = {}
        self._lock = asyncio.Lock()
        self._epoch = 0
        self._progress = asyncio.Event()
        self._stopping = asyncio.Event()
        self._resumed = asyncio.Event()
        self._resumed.set()

    async def run(self) -> None:
        """Work until ``stop``. Raises what the handler raises, or KafkaError when the broker refuses for good."""
        work = asyncio.ensure_future(self._work())
        commits = asyncio.ensure_future(self._commit_often())
        stop = asyncio.ensure_future(self._stopping.wait())
        try:
            await asyncio.wait({work, commits, stop}, return_when=asyncio.FIRST_COMPLETED)
            await asyncio.wait({work}, timeout=GRACE_S if stop.done() else 0)
            for task in (work, commits):
                if task.done():
                    task.result()
        finally:
            await self._leave(work, commits, stop)

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
        """Let the batch under way end, commit it, forget the state."""
        self._epoch += 1
        async with self._lock:
            await self._commit()
            self._open.difference_update(revoked)
            self._done.clear()
            await self._handler.revoked(revoked)

    def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        """Nothing yet: a replay may take long, so the run loop does it, where heartbeats go on."""

    async def _work(self) -> None:
        await self._patiently(self._sender.start)
        await self._patiently(self._join)
        while not self._stopping.is_set():
            epoch, records = await self._poll()
            if records:
                await self._resumed.wait()
            async with self._lock:
                if epoch == self._epoch:  # otherwise these records have been given back and will be read again
                    await self._take_over()
                    if records and not self._stopping.is_set():
                        await self._step(records)

    async def _poll(self) -> tuple[int, list[Record]]:
        """The next records, urgent ones first, and the assignment they belong to."""
        lane = [tp for tp in self._open if tp.topic in self._urgent]
        first = await self._consumer.getmany(*lane, timeout_ms=0, max_records=self._max_records) if lane else {}
        epoch = self._epoch
        rest = await self._consumer.getmany(timeout_ms=0 if first else POLL_MS, max_records=self._max_records)
        if epoch != self._epoch:
            first, epoch = {}, self._epoch
        fetched = sorted((*first.items(), *rest.items()), key=lambda item: item[0].topic not in self._urgent)
        return epoch, [record for _, records in fetched for record in records]

    async def _take_over(self) -> None:
        """Get the handler ready for partitions that became ours."""
        assigned = self._consumer.assignment()
        if new := assigned - self._open:
            await self._patiently(lambda: self._handler.assigned(new))
            self._open |= new
        if new or not self._meter.ready:
            self._meter.took(self._open)

    async def _step(self, records: list[Record]) -> None:
        self._meter.began()
        outgoings = await self._patiently(lambda: self._handler.handle(records))
        if outgoings:
            with self._stall_watch():
                await self._sender.send(outgoings)
        self._handler.settled()
        for record in records:
            self._done[TopicPartition(record.topic, record.partition)] = record.offset + 1
        self._progress.set()
        self._meter.ended(len(records), self._lag())

    def _lag(self) -> int:
        waiting = ((self._consumer.highwater(tp) or 0) - offset for tp, offset in self._done.items())
        return sum(records for records in waiting if records > 0)

    async def _patiently(self, attempt: Callable[[], Awaitable[T]]) -> T:
        """Try again, with growing pauses, for as long as a part of the installation does not answer."""
        pause = _FIRST_PAUSE_S
        while True:
            try:
                found = await attempt()
            except Unavailable:
                self._meter.stalled(True)
                await asyncio.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE_S)
            else:
                self._meter.stalled(False)
                return found

    @contextlib.contextmanager
    def _stall_watch(self):
        """Say so while acknowledgements take long; the producer itself tries again without end."""
        timer = asyncio.get_running_loop().call_later(STALL_AFTER_S, self._meter.stalled, True)
        try:
            yield
        finally:
            timer.cancel()
            self._meter.stalled(False)

    async def _commit_often(self) -> None:
        while True:
            await self._progress.wait()
            await asyncio.sleep(COMMIT_EVERY_S)
            self._progress.clear()
            await self._commit()

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
        self._consumer.subscribe(list(self._topics), listener=self)

    async def _leave(self, *tasks: asyncio.Future[object]) -> None:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for end in (self._commit, self._consumer.stop, self._sender.stop):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(GRACE_S):
                    await end()
