"""Log reader: records at known places, straight from the broker by fetch request; no group, no background work, no seek."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection
from typing import Any

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError, OffsetOutOfRangeError, for_code
from aiokafka.protocol.fetch import FetchRequest
from aiokafka.record.memory_records import MemoryRecords
from aiokafka.structs import ConsumerRecord, TopicPartition

from kernel.failures import IntegrityError, Unavailable
from kernel.records import LogReader, Record

_SCAN_BYTES = 4 * 1024 * 1024
_FETCH_BYTES = 128 * 1024
_WAIT_MS = 100
_TIMEOUT_S = 20.0


class KafkaLogReader(LogReader):
    """See LogReader. Uses an aiokafka consumer for connections and metadata only; ``start`` before, ``stop`` after use."""

    def __init__(self, consumer: AIOKafkaConsumer) -> None:
        self._consumer = consumer

    async def start(self) -> None:
        """Connect. Raises Unavailable."""
        try:
            await self._consumer.start()
        except KafkaError as error:
            raise Unavailable("broker") from error

    async def stop(self) -> None:
        """Disconnect."""
        await self._consumer.stop()

    async def end(self, topic: str, partition: int) -> int:
        """See LogReader."""
        place = TopicPartition(topic, partition)
        try:
            async with asyncio.timeout(_TIMEOUT_S):
                return (await self._consumer.end_offsets([place]))[place]
        except (KafkaError, TimeoutError) as error:
            raise Unavailable("broker") from error

    async def scan(self, topic: str, partition: int, start: int, end: int) -> AsyncIterator[list[Record]]:
        """See LogReader."""
        while start < end:
            records = [record for record in await self._read(topic, partition, start, _SCAN_BYTES) if record.offset < end]
            if records:
                yield records
                start = records[-1].offset + 1

    async def fetch(self, topic: str, partition: int, offsets: Collection[int]) -> dict[int, Record]:
        """See LogReader."""
        wanted, found = set(offsets), {}
        while missing := wanted - found.keys():
            first = min(missing)
            records = {record.offset: record for record in await self._read(topic, partition, first, _FETCH_BYTES)}
            if first not in records:
                raise LookupError(f"{topic}/{partition}/{first} is not there")
            found.update((offset, records[offset]) for offset in missing & records.keys())
        return found

    async def _read(self, topic: str, partition: int, offset: int, size: int) -> list[Record]:
        """The records from ``offset`` on, about ``size`` bytes of them; at least one, if there is one."""
        request = FetchRequest(_WAIT_MS, 1, size, 0, [(topic, [(partition, offset, size)])])
        answer = await self._ask(topic, partition, request)
        ((_, ((_, code, *_, batches),)),) = answer.topics
        error = for_code(code)
        if error is OffsetOutOfRangeError:
            raise LookupError(f"{topic}/{partition}/{offset} is not there")
        if code:
            await self._refresh()
            raise Unavailable("broker") from error()
        return _records(topic, partition, offset, batches)

    async def _ask(self, topic: str, partition: int, request: FetchRequest) -> Any:
        client = self._consumer._client  # aiokafka has no public single fetch; the version is pinned
        try:
            await client._wait_on_metadata(topic)
            leader = client.cluster.leader_for_partition(TopicPartition(topic, partition))
            if leader is None or leader == -1:
                raise Unavailable("broker")
            async with asyncio.timeout(_TIMEOUT_S):
                return await client.send(leader, request)
        except (KafkaError, TimeoutError) as error:
            await self._refresh()
            raise Unavailable("broker") from error

    async def _refresh(self) -> None:
        try:
            async with asyncio.timeout(_TIMEOUT_S):
                await self._consumer._client.force_metadata_update()
        except (KafkaError, TimeoutError) as error:
            raise Unavailable("broker") from error


def _records(topic: str, partition: int, offset: int, buffer: bytes) -> list[Record]:
    batches, found = MemoryRecords(buffer or b""), []
    while batches.has_next():
        batch = batches.next_batch()
        if not batch.validate_crc():
            raise IntegrityError(f"{topic}/{partition}: a record batch at or after {offset} is damaged")
        if not batch.is_control_batch:
            found.extend(_record(topic, partition, record) for record in batch if record.offset >= offset)
    return found


def _record(topic: str, partition: int, record: Any) -> Record:
    return ConsumerRecord(
        topic, partition, record.offset, record.timestamp, record.timestamp_type, record.key, record.value, None,
        len(record.key or b""), len(record.value or b""), tuple(record.headers),
    )
