"""Records: what comes in, what goes out, and the contract between a handler and whatever moves its records."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from kernel.envelope import Headers
from kernel.partitioner import partition_of

LOG, MESSAGE, REQUEST, RECEIPT = 1, 2, 3, 4
"""Stages of sending, each acknowledged before the next: log and dead letters · messages · requests that name a log position, and
what goes to agencies · receipts of that."""


class TP(NamedTuple):
    """A topic and one of its partitions. Equal to aiokafka's own TopicPartition."""

    topic: str
    partition: int


Position = tuple[str, int, int]
"""Topic, partition, offset: where one record lies."""


class Record(Protocol):
    """One record as read: the attributes of aiokafka's ConsumerRecord that we use. ``timestamp`` is the append time in ms."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Headers


@dataclass(slots=True, eq=False)
class Outgoing:
    """One record to be sent.

    ``follows``: must reach the log together with the one before it (one record batch: all or none).
    ``position_of``: the outgoing whose log position goes into the ``position`` header, once it is known.
    ``offset``: filled in when the broker has acknowledged.
    ``until``: not to be sent later than this, in seconds of ``time.monotonic``: it rests on what another may meanwhile have changed.
    """

    topic: str
    partition: int
    key: bytes | None
    value: bytes | None
    headers: Headers
    stage: int = LOG
    follows: bool = False
    position_of: Outgoing | None = None
    offset: int = -1
    until: float = math.inf

    @property
    def position(self) -> str:
        """``topic/partition/offset`` after the acknowledgement."""
        return position(self.topic, self.partition, self.offset)


class Handler(Protocol):
    """What turns records into records. Raises Unavailable (nothing changed but counters, try again) or anything else (stop the process)."""

    async def assigned(self, partitions: Collection[TP]) -> None:
        """These partitions are ours from now on: get ready for them, by replay of a log if there is state."""

    async def revoked(self, partitions: Collection[TP]) -> None:
        """These partitions are no longer ours: drop what was kept for them. No batch is under way."""

    def at_once(self, records: Sequence[Record]) -> list[Outgoing]:
        """What follows from the records alone: sent while ``handle`` is at work, and acknowledged before anything that ``handle`` gives."""

    async def handle(self, records: Sequence[Record]) -> list[Outgoing]:
        """What one batch gives; records of one partition come in their order. Asked again where what it gave was sent ``until`` too late."""

    def settled(self) -> None:
        """Everything that ``handle`` gave is acknowledged and has its offset; the batch will be committed."""


class LogReader(Protocol):
    """Reads records where one knows they are: a whole partition for a replay, or given offsets."""

    async def end(self, topic: str, partition: int) -> int:
        """The offset that the next record will get. Raises Unavailable."""

    def scan(self, topic: str, partition: int, start: int, end: int) -> AsyncIterator[Sequence[Record]]:
        """The records with start ≤ offset < end, in order, in chunks. Raises Unavailable."""

    def rest(self, starts: Mapping[TP, int]) -> AsyncIterator[Sequence[Record]]:
        """The records of these partitions from an offset each to their present ends, in order, in chunks. Raises Unavailable."""

    async def fetch(self, positions: Collection[Position]) -> dict[Position, Record]:
        """The records at these places. Raises Unavailable, or LookupError when one is not there."""


def position(topic: str, partition: int, offset: int) -> str:
    """A log position as text."""
    return f"{topic}/{partition}/{offset}"


def parse_position(text: str) -> Position:
    """Topic, partition and offset of a position. Raises ValueError."""
    topic, partition, offset = text.rsplit("/", 2)
    return topic, int(partition), int(offset)


def keyed(topic: str, partitions: int, key: bytes, value: bytes, headers: list[tuple[str, bytes]], stage: int = MESSAGE) -> Outgoing:
    """An outgoing record whose partition follows from its key."""
    return Outgoing(topic, partition_of(key, partitions), key, value, headers, stage)
