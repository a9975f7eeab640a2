"""Dead letters of the front door: agencies may send anything, so what is buried is cut to a length that the topic takes."""

from __future__ import annotations

from dataclasses import dataclass

from kernel.deadletters import dead_letter
from kernel.envelope import MAX_HEADERS, MAX_LENGTH, Headers
from kernel.failures import PoisonError
from kernel.records import Outgoing, Record

MAX_KEPT = 700_000
"""Longest value that is kept, in bytes. A longer one can be read in the outbox, at the coordinates, for as long as that is kept."""
CUT = "dlq.cut"
"""Says how long key, value and headers were (bytes, bytes, number) where not all was kept."""


@dataclass(frozen=True, slots=True)
class Kept:
    """As much of a record as is kept."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Headers


def buried(record: Record, error: PoisonError, topic: str, service: str) -> Outgoing:
    """The dead letter of ``record``, whole wherever it fits."""
    headers = [(_cut(name), (value or b"")[:MAX_LENGTH]) for name, value in record.headers[:MAX_HEADERS]]
    kept = Kept(
        record.topic, record.partition, record.offset, record.timestamp,
        record.key and record.key[:MAX_LENGTH], record.value and record.value[:MAX_KEPT], tuple(headers),
    )
    letter = dead_letter(kept, error, topic, service)
    if (kept.key, kept.value, kept.headers) != (record.key, record.value, tuple(record.headers)):
        sizes = (len(record.key or b""), len(record.value or b""), len(record.headers))
        letter.headers.append((CUT, "/".join(map(str, sizes)).encode()))
    return letter


def _cut(name: str) -> str:
    """A header's name of at most MAX_LENGTH bytes."""
    return name.encode()[:MAX_LENGTH].decode(errors="ignore")
