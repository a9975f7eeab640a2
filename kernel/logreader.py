"""Log reader: records at known places, straight from the broker by fetch request; no group, no background work, no seek."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Iterable, Mapping
from typing import Any, NamedTuple

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError, OffsetOutOfRangeError, for_code
from aiokafka.protocol.fetch import FetchRequest
from aiokafka.record.memory_records import MemoryRecords
from aiokafka.structs import TopicPartition

from kernel.envelope import Headers
from kernel.failures import IntegrityError, Unavailable
from kernel.records import TP, LogReader, Position, Record

_SCAN_BYTES = 4 * 1024 * 1024
_FETCH_BYTES = 32 * 1024
_WAIT_MS = 100
_TIMEOUT_S = 20.0


class _Read(NamedTuple):
    """A record; aiokafka's own takes longer to make than all else that reading it costs."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Headers


class _Found(NamedTuple):
    """Records of one partition, and the offset that its next record will get."""

    records: list[Record]
    end: int


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
        place = TP(topic, partition)
        while start < end:
            answer = await self._read({place: start}, _SCAN_BYTES, _WAIT_MS)
            if records := [record for record in answer[place].records if record.offset < end]:
                yield records
                start = records[-1].offset + 1

    async def rest(self, starts: Mapping[TP, int]) -> AsyncIterator[list[Record]]:
        """See LogReader. One request, without waiting, where not much is there."""
        left = dict(starts)
        while left:
            for place, found in (await self._read(left, _SCAN_BYTES, 0)).items():
                if found.records:
                    yield found.records
                    left[place] = found.records[-1].offset + 1
                if left[place] >= found.end:
                    del left[place]

    async def fetch(self, positions: Collection[Position]) -> dict[Position, Record]:
        """See LogReader. One request, where what is wanted of each partition lies close together."""
        found: dict[Position, Record] = {}
        while missing := set(positions) - found.keys():
            wanted: dict[TP, set[int]] = {}
            for topic, partition, offset in missing:
                wanted.setdefault(TP(topic, partition), set()).add(offset)
            answer = await self._read({place: min(offsets) for place, offsets in wanted.items()}, _FETCH_BYTES, _WAIT_MS, wanted)
            if not any(each.records for each in answer.values()):
                topic, partition, offset = min(missing)
                raise LookupError(f"{topic}/{partition}/{offset} is not there")
            found.update(((*place, record.offset), record) for place, each in answer.items() for record in each.records)
        return found

    async def _read(
        self, starts: Mapping[TP, int], size: int, wait_ms: int, wanted: Mapping[TP, set[int]] | None = None,
    ) -> dict[TP, _Found]:
        """The records of each partition from its offset on, about ``size`` bytes of them; of one partition at least, if there are any.

        Of these, only the ``wanted`` ones where they are named.
        """
        answers = await asyncio.gather(*[
            self._ask(leader, _request({place: starts[place] for place in places}, size, wait_ms))
            for leader, places in (await self._leaders(starts)).items()
        ])
        found = {}
        for topic, parts in (each for answer in answers for each in answer.topics):
            for partition, code, end, *_, batches in parts:
                place = TP(topic, partition)
                await self._check(place, starts[place], code)
                found[place] = _Found(_records(place, starts[place], batches, wanted and wanted[place]), end)
        return found

    async def _check(self, place: TP, offset: int, code: int) -> None:
        error = for_code(code)
        if error is OffsetOutOfRangeError:
            raise LookupError(f"{place.topic}/{place.partition}/{offset} is not there")
        if code:
            await self._refresh()
            raise Unavailable("broker") from error()

    async def _leaders(self, places: Iterable[TP]) -> dict[int, list[TP]]:
        """The partitions by the broker that leads them."""
        client = self._consumer._client  # aiokafka has no public single fetch; the version is pinned
        found: dict[int, list[TP]] = {}
        try:
            for place in places:
                await client._wait_on_metadata(place.topic)
                leader = client.cluster.leader_for_partition(TopicPartition(*place))
                if leader is None or leader == -1:
                    raise Unavailable("broker")
                found.setdefault(leader, []).append(place)
        except (KafkaError, TimeoutError) as error:
            await self._refresh()
            raise Unavailable("broker") from error
        return found

    async def _ask(self, leader: int, request: FetchRequest) -> Any:
        try:
            async with asyncio.timeout(_TIMEOUT_S):
                return await self._consumer._client.send(leader, request)
        except (KafkaError, TimeoutError) as error:
            await self._refresh()
            raise Unavailable("broker") from error

    async def _refresh(self) -> None:
        try:
            async with asyncio.timeout(_TIMEOUT_S):
                await self._consumer._client.force_metadata_update()
        except (KafkaError, TimeoutError) as error:
            raise Unavailable("broker") from error


def _request(starts: Mapping[TP, int], size: int, wait_ms: int) -> FetchRequest:
    topics: dict[str, list[tuple[int, int, int]]] = {}
    for place, offset in starts.items():
        topics.setdefault(place.topic, []).append((place.partition, offset, size))
    return FetchRequest(wait_ms, 1, _SCAN_BYTES, 0, list(topics.items()))


def _records(place: TP, offset: int, buffer: bytes, wanted: set[int] | None) -> list[Record]:
    batches, found = MemoryRecords(buffer or b""), []
    while batches.has_next():
        batch = batches.next_batch()
        if not batch.validate_crc():
            raise IntegrityError(f"{place.topic}/{place.partition}: a record batch at or after {offset} is damaged")
        if wanted and batch.base_offset > max(wanted):
            break
        if not batch.is_control_batch:
            found.extend([
                _record(place, record) for record in batch if record.offset >= offset and (wanted is None or record.offset in wanted)
            ])
    return found


def _record(place: TP, record: Any) -> Record:
    return _Read(place.topic, place.partition, record.offset, record.timestamp, record.key, record.value, record.headers)
