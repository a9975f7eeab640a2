"""Dead letters: a record that is no event of ours, kept byte for byte with coordinates and a code, so that nothing is lost silently."""

from __future__ import annotations

from kernel.envelope import Headers
from kernel.failures import PoisonError
from kernel.records import LOG, Outgoing, Record

_PREFIX = "dlq."


def dead_letter(record: Record, error: PoisonError, topic: str, service: str) -> Outgoing:
    """The original key, value and headers unchanged, plus ``dlq.*`` headers: coordinates and code, never a piece of the bytes."""
    notes = {
        "original.topic": record.topic,
        "original.partition": record.partition,
        "original.offset": record.offset,
        "original.timestamp": record.timestamp,
        "error.class": type(error).__name__,
        "error.message": str(error),
        "service": service,
    }
    headers = [*original_headers(record.headers), *((_PREFIX + name, str(value).encode()) for name, value in notes.items())]
    return Outgoing(topic, 0, record.key, record.value, headers, LOG)


def original_headers(headers: Headers) -> list[tuple[str, bytes]]:
    """The headers without ``dlq.*``: what a redrive sends, and what a producer cannot pretend."""
    return [(name, value) for name, value in headers if not name.startswith(_PREFIX)]
