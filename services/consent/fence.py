"""The fence (rule 24): which releases are still to be made, as far as the gate has written. It has no rules of its own.

Of several verdicts on one request the last counts: the gate itself decides anew what is under way when a consent ends or a protection
flag is set. What has a receipt is done. The log is read as the gate reads it: what a zombie wrote late counts for nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from contracts.catalogue import BY_CLASS
from contracts.consent import (
    BreachReported,
    CorrectionMade,
    DisclosureAcknowledged,
    DisclosureDecided,
    DisclosureReleased,
    RecallRequested,
    ReviewClosed,
    StopNoticeAnswered,
)
from contracts.envelope import DeadlineMissed
from contracts.registry import AgencyEnded, AgencyRegistered
from kernel import envelope, serde
from kernel.failures import IntegrityError, Unavailable
from kernel.meter import Meter
from kernel.reading import Reading
from kernel.records import TP, LogReader, Record, position
from kernel.routes import URGENT
from services.consent.domain.model import GIVEN

_TELLING = frozenset(BY_CLASS[kind].full_name for kind in (DisclosureDecided, DisclosureReleased))
_OWN = frozenset(BY_CLASS[kind].full_name for kind in (
    StopNoticeAnswered, DisclosureAcknowledged, RecallRequested, CorrectionMade, BreachReported, DeadlineMissed,
    ReviewClosed,
))
"""What the gate itself records and tells of: its verdict cannot name the place, since all are written in one piece."""
_TOWN = frozenset(BY_CLASS[kind].full_name for kind in (AgencyRegistered, AgencyEnded))
_FOR_EVER = 1 << 63


@dataclass(slots=True)
class _Partition:
    """One partition of the gate's log, read up to ``next``; the standing verdict's id by request."""

    next: int = 0
    inherited: int = 0
    """Up to here a courier before us may have carried out what we have not seen a receipt of."""
    reading: Reading = field(default_factory=Reading)
    standing: dict[str, str] = field(default_factory=dict)
    urgent: dict[str, Record] = field(default_factory=dict)
    """Verdicts on danger that the courier has not come to, by request."""
    own: dict[str, int] = field(default_factory=dict)
    """Where the gate's own events lie that agencies are told of, by event id."""
    away: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    """From which offset to which an agency was registered no more."""


class Fence:
    """The gate's log, folded to what is still to be released."""

    def __init__(self, reader: LogReader, topic: str, meter: Meter) -> None:
        self._reader, self._topic, self._meter = reader, topic, meter
        self._partitions: dict[int, _Partition] = {}

    async def open(self, numbers: Iterable[int]) -> None:
        """Read these partitions from their beginning to their present end. Raises Unavailable."""
        for number in sorted(set(numbers) - self._partitions.keys()):
            found, end = _Partition(), await self._reader.end(self._topic, number)
            async for records in self._reader.scan(self._topic, number, 0, end):
                for record in records:
                    _read(found, record)
                self._meter.replayed(len(records))
            found.inherited = found.next
            self._partitions[number] = found

    def close(self, numbers: Collection[int]) -> None:
        """Forget these partitions."""
        self._partitions = {number: found for number, found in self._partitions.items() if number not in numbers}

    async def take(self, records: Sequence[Record]) -> None:
        """Take a batch of the courier's own reading into account. Raises Unavailable when what lies before it cannot be read yet."""
        firsts = {record.partition: record.offset for record in reversed(records)}
        await self.read_on(number for number, first in firsts.items() if self._partitions[number].next < first)
        if any(self._partitions[number].next < first for number, first in firsts.items()):
            raise Unavailable("broker")
        for record in records:
            if record.offset >= self._partitions[record.partition].next:
                _read(self._partitions[record.partition], record)
        self.sent(records)

    def urgent(self, numbers: Iterable[int]) -> list[Record]:
        """Verdicts on danger that stand further on in these partitions, as far as they were read, and were not ``sent``."""
        return [record for number in sorted(set(numbers)) for record in self._partitions[number].urgent.values()]

    def sent(self, records: Iterable[Record]) -> None:
        """These need not be looked for any more."""
        for record in records:
            if (found := self._partitions[record.partition]).urgent:
                found.urgent = {request: each for request, each in found.urgent.items() if each.offset != record.offset}

    async def read_on(self, numbers: Iterable[int]) -> None:
        """Read these partitions to their present end. Raises Unavailable."""
        async for records in self._reader.rest({TP(self._topic, number): self._partitions[number].next for number in numbers}):
            for record in records:
                _read(self._partitions[record.partition], record)

    def stands(self, partition: int, request_id: str, verdict_id: str) -> bool:
        """Whether this verdict is the last one on its request, releases something, and has no receipt."""
        return self._partitions[partition].standing.get(request_id) == verdict_id

    def position_of(self, partition: int, event_id: str) -> str:
        """Where one of the gate's own events lies. Raises IntegrityError where there is none such."""
        offset = self._partitions[partition].own.get(event_id)
        if offset is None:
            raise IntegrityError(f"{self._topic}/{partition}: no event {event_id} of the gate's own")
        return position(self._topic, partition, offset)

    def gone(self, record: Record, agency: str) -> bool:
        """Whether the agency is registered no more, as far as the gate has written, or was not at the place of this record."""
        spans = self._partitions[record.partition].away.get(agency, ())
        return any(first <= record.offset < last or last == _FOR_EVER for first, last in spans)

    def doubtful(self, record: Record) -> bool:
        """Whether a courier before us may have carried out the verdict in this record, and died before it could say so."""
        return record.offset < self._partitions[record.partition].inherited


def _read(partition: _Partition, record: Record) -> None:
    partition.next = record.offset + 1
    attributes = envelope.read(record.key, record.headers)
    cause = attributes.causation_source, attributes.causation_id
    if not partition.reading.takes(record, attributes.subject, attributes.seq, cause):
        return
    if attributes.type in _TELLING:
        event = serde.decode(record.value)
        _note(partition.standing, attributes.id, event)
        if partition.standing.get(event.request_id) != attributes.id:
            partition.urgent.pop(event.request_id, None)
        elif event.basis in URGENT:
            partition.urgent[event.request_id] = record
    elif attributes.type in _OWN:
        partition.own[attributes.id] = record.offset
    elif attributes.type in _TOWN:
        _note_agency(partition.away, record.offset, serde.decode(record.value))


def _note(standing: dict[str, str], identity: str, event: DisclosureDecided | DisclosureReleased) -> None:
    match event:
        case DisclosureDecided(request_id=request, outcome=outcome) if outcome in GIVEN:
            standing[request] = identity
        case DisclosureDecided(request_id=request):
            standing.pop(request, None)
        case DisclosureReleased(request_id=request, verdict_id=verdict) if standing.get(request) == verdict:
            del standing[request]


def _note_agency(away: dict[str, list[tuple[int, int]]], offset: int, event: AgencyRegistered | AgencyEnded) -> None:
    spans = away.get(event.agency, [])
    is_away = bool(spans) and spans[-1][1] == _FOR_EVER
    if isinstance(event, AgencyEnded) and not is_away:
        away[event.agency] = [*spans, (offset, _FOR_EVER)]
    elif isinstance(event, AgencyRegistered) and is_away:
        away[event.agency] = [*spans[:-1], (spans[-1][0], offset)]
