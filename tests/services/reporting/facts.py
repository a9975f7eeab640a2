"""Facts and log records for the tests of reporting: what the functions' logs would hold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from contracts.envelope import SealedEvent
from kernel import serde
from kernel.envelope import Envelope
from kernel.memory import MemoryRecord
from kernel.testing import AT, KEY
from services.reporting.folding import fold
from services.reporting.projections.projection import Fact, Projection
from services.reporting.projections.table import Table


def envelope_of(event: Any, *, key: str = KEY, seq: int = 1, at: int = AT, agency: str = "elder") -> Envelope:
    """The attributes of a logged event."""
    kind = serde.type_of(event)
    return Envelope(id=f"{key}-{kind.function}-{seq}", source=kind.function, type=kind.full_name, subject=key, seq=seq, recorded_time=at, agency=agency)


def fact(event: Any, log: str = "", partition: int = 0, **attributes: Any) -> Fact:
    """An event as a projection gets it; the log is that of the owning function unless named."""
    kind = serde.type_of(event)
    return Fact(log or kind.function, partition, envelope_of(event, **attributes), kind, event)


def record(event: Any, topic: str, offset: int = 0, partition: int = 0, **attributes: Any) -> MemoryRecord:
    """A log record of an event, sealed where its type has personal fields."""
    envelope, value = envelope_of(event, **attributes), serde.encode(event)
    if serde.type_of(event).personal:
        value = serde.encode(SealedEvent(body=value, origin_source="elder", origin_id=envelope.id, origin_type=envelope.type))
    return MemoryRecord(topic, partition, offset, envelope.recorded_time, envelope.subject.encode(), value, tuple(envelope.headers()))


def rows(projection: Projection, table: Table, facts: Sequence[Fact]) -> list[dict[str, Any]]:
    """The rows that a projection has of a table after these facts, by column; nothing may have been parked."""
    found, parked = fold(projection, facts, ())
    assert [] == parked
    kept = {each.name: rows for each, rows in found.sorted()}.get(table.name, [])
    return [dict(zip(table.names, row, strict=True)) for row in kept]
