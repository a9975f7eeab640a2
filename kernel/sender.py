"""Sender: outgoing records, stage by stage, as record batches with explicit partitions; returns when all are acknowledged."""

from __future__ import annotations

import asyncio
import itertools
import math
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, KafkaTimeoutError, MessageSizeTooLargeError
from aiokafka.producer.message_accumulator import BatchBuilder
from aiokafka.protocol.produce import ProduceRequest

from kernel.clients import MAX_BATCH
from kernel.envelope import POSITION
from kernel.failures import TooLate, Unavailable
from kernel.records import Outgoing

_ROOMY = 100_000
"""A batch of fewer bytes than this has room for any group of records that belong together (at most 900 kB)."""
_RECORD_OVERHEAD = 64
_HEADER_OVERHEAD = 8
_PAUSE_S = 0.1
Part = tuple[str, int]


class Sender:
    """An idempotent producer never writes a batch twice and goes on trying to write it; so waiting is retrying.

    One thing it gives up on: a batch whose partition's leader stays unknown past the request timeout. That error is raised and ends
    the process; nothing is lost, since what the batch came from is not committed and is seen again after the restart.
    Another thing it does not do: write what may be sent ``until`` a moment that has passed. It is looked at the clock with the bytes in hand,
    for a batch may wait long for its turn, and a process may sleep.
    """

    def __init__(self, make: Callable[[], AIOKafkaProducer]) -> None:
        """``make``: gives a new producer, not started."""
        self._make, self._producer, self._until = make, make(), math.inf

    async def start(self) -> None:
        """Connect. Raises Unavailable."""
        try:
            await self._producer.start()
        except KafkaError as error:
            raise Unavailable("broker") from error
        client = self._producer.client
        client.send = self._in_time(client.send)

    async def renew(self) -> None:
        """After TooLate: another producer, for this one's numbers have a hole. Raises Unavailable."""
        await self._producer.stop()
        self._producer = self._make()
        await self.start()

    async def stop(self) -> None:
        """Disconnect; what was not acknowledged is not waited for."""
        await self._producer.stop()

    async def send(self, outgoings: Sequence[Outgoing]) -> None:
        """Send, and fill in every ``offset``. Raises KafkaError when the broker refuses for good (too large, not allowed); TooLate."""
        stages: dict[int, dict[Part, list[Outgoing]]] = {}
        for outgoing in outgoings:
            stages.setdefault(outgoing.stage, {}).setdefault((outgoing.topic, outgoing.partition), []).append(outgoing)
        for stage in sorted(stages):
            self._until = min(out.until for records in stages[stage].values() for out in records)
            await self._send_stage(stages[stage])

    async def _send_stage(self, parts: dict[Part, list[Outgoing]]) -> None:
        waiting = []
        for part, records in parts.items():
            for builder, packed in self._packed(records):
                waiting.append((await self._hand_over(builder, part), packed))
        try:
            results = await asyncio.gather(*(future for future, _ in waiting))
        except _Late as error:
            raise TooLate from error
        for result, (_, packed) in zip(results, waiting, strict=True):
            for offset, outgoing in enumerate(packed, result.offset):
                outgoing.offset = offset

    def _packed(self, records: list[Outgoing]) -> Iterator[tuple[BatchBuilder, list[Outgoing]]]:
        """Record batches; records that follow one another are never parted."""
        builder, packed = self._producer.create_batch(), []
        for index, outgoing in enumerate(records):
            if builder.size() > _ROOMY and not outgoing.follows and builder.size() + _group_size(records, index) > MAX_BATCH:
                yield builder, packed
                builder, packed = self._producer.create_batch(), []
            if not _append(builder, outgoing):
                if outgoing.follows or not packed:
                    raise MessageSizeTooLargeError(f"{outgoing.topic}: what must stay together does not fit into one record batch")
                yield builder, packed
                builder, packed = self._producer.create_batch(), []
                if not _append(builder, outgoing):
                    raise MessageSizeTooLargeError(f"{outgoing.topic}: a record does not fit into one record batch")
            packed.append(outgoing)
        yield builder, packed

    async def _hand_over(self, builder: BatchBuilder, part: Part) -> asyncio.Future[Any]:
        topic, partition = part
        builder.close()
        while True:
            try:
                return await self._producer.send_batch(builder, topic, partition=partition)
            except KafkaError as error:  # not taken yet: metadata are missing, or earlier batches still wait
                if not (error.retriable or isinstance(error, KafkaTimeoutError)):
                    raise
                await asyncio.sleep(_PAUSE_S)

    def _in_time(self, send: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def in_time(node: int, request: Any, **options: Any) -> Any:
            if isinstance(request, ProduceRequest) and time.monotonic() > self._until:
                raise _Late
            return await send(node, request, **options)

        return in_time


class _Late(KafkaError):
    """The producer tries again what failed in another way; this it gives up."""


def _group_size(records: list[Outgoing], index: int) -> int:
    """Bytes of ``records[index]`` and of those that must share its batch."""
    following = itertools.takewhile(lambda outgoing: outgoing.follows, itertools.islice(records, index + 1, None))
    return _size(records[index]) + sum(map(_size, following))


def _size(outgoing: Outgoing) -> int:
    headers = sum(len(name) + len(value) + _HEADER_OVERHEAD for name, value in outgoing.headers)
    return len(outgoing.key or b"") + len(outgoing.value or b"") + headers + _RECORD_OVERHEAD


def _headers(outgoing: Outgoing) -> list[tuple[str, bytes]]:
    source = outgoing.position_of
    return list(outgoing.headers) if source is None else [*outgoing.headers, (POSITION, source.position.encode())]


def _append(builder: BatchBuilder, outgoing: Outgoing) -> bool:
    """Whether the record found room; a builder that is full closes itself and says so by None."""
    return builder.append(key=outgoing.key, value=outgoing.value, timestamp=None, headers=_headers(outgoing)) is not None
