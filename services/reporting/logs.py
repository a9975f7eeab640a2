"""Logs: the records of all logs from given positions on, without a consumer group: where to read on is known by the database alone."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import ConsumerStoppedError, IllegalStateError, KafkaError
from aiokafka.structs import TopicPartition

from kernel.failures import IntegrityError, Unavailable
from kernel.records import TP, Record

POLL_MS = 250
MAX_RECORDS = 2_000
ASK_EVERY_S = 5.0
"""How often an idle reader asks the broker for the logs' ends: to know whether the broker is there at all."""
ANSWER_S = 10.0


class Logs:
    """A reader of some topics' partitions."""

    def __init__(self, partitions: Sequence[TP], consumer: Callable[[], AIOKafkaConsumer]) -> None:
        self.partitions = [TopicPartition(*tp) for tp in partitions]
        self.end = 0
        """Sum of the logs' ends, as far as the broker has told."""
        self._make = consumer
        self._consumer: AIOKafkaConsumer | None = None
        self._asked = 0.0

    async def start(self) -> None:
        """Connect, unless that is done. Raises Unavailable."""
        if self._consumer is None:
            consumer = self._make()
            try:
                await consumer.start()
            except KafkaError as error:
                await consumer.stop()
                raise Unavailable("broker") from error
            consumer.assign(self.partitions)
            self._consumer = consumer

    async def stop(self) -> None:
        """Disconnect."""
        if self._consumer is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(ANSWER_S):
                    await self._consumer.stop()
            self._consumer = None

    async def seek(self, positions: Mapping[TP, int]) -> None:
        """Read on from these positions. Raises Unavailable, or IntegrityError where the log does not reach: it is not the one we read."""
        ends = await self._ends()
        for tp in self.partitions:
            if positions[TP(*tp)] > ends[tp]:
                raise IntegrityError(f"{tp.topic}/{tp.partition} ends at {ends[tp]}, but was read up to {positions[TP(*tp)]}")
            self._connected.seek(tp, positions[TP(*tp)])

    async def read(self) -> dict[TP, list[Record]]:
        """The next records, in order per partition; nothing after a short wait. Raises Unavailable."""
        try:
            found = await self._connected.getmany(timeout_ms=POLL_MS, max_records=MAX_RECORDS)
        except KafkaError as error:
            if not error.retriable:
                raise
            raise Unavailable("broker") from error
        if not found and time.monotonic() - self._asked > ASK_EVERY_S:
            await self._ends()
        elif found:
            self.end = sum(self._connected.highwater(tp) or 0 for tp in self.partitions)
        return {TP(*tp): records for tp, records in found.items()}

    async def look(self) -> dict[TP, int] | None:
        """Where each log ends now; None where nobody answers, or nobody is asked any more."""
        try:
            return {TP(*tp): end for tp, end in (await self._ends()).items()}
        except (Unavailable, ConsumerStoppedError, IllegalStateError):
            return None

    @property
    def _connected(self) -> AIOKafkaConsumer:
        if self._consumer is None:
            raise Unavailable("broker")
        return self._consumer

    async def _ends(self) -> dict[TopicPartition, int]:
        try:
            async with asyncio.timeout(ANSWER_S):
                ends = await self._connected.end_offsets(self.partitions)
        except (KafkaError, TimeoutError) as error:
            raise Unavailable("broker") from error
        self._asked, self.end = time.monotonic(), sum(ends.values())
        return ends
