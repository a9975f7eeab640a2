"""The front door at work: outboxes in; sealed and routed events, dead letters and notices out. The rules stand in ``domain/front_door.py``.

Keeps no state: the same records give the same bytes again, and the functions behind it drop what they have seen.
"""

from __future__ import annotations

import hmac
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Protocol

from contracts import FINGERPRINTS
from contracts.envelope import CaseAnnounced, MessageRefused
from contracts.shared import SENTENCES, RefusalCode
from contracts.topics import Function
from kernel import serde, tracing
from kernel.decider import derive_id
from kernel.envelope import OURS, Envelope
from kernel.failures import PoisonError
from kernel.inputs import named
from kernel.partitioner import partition_of
from kernel.place import Place
from kernel.records import LOG, MESSAGE, TP, Outgoing, Record, keyed, position
from kernel.reporters import Named, everybody, reporting
from kernel.sealing import Key, is_sealed_type, seal
from services.intake.dead import buried
from services.intake.directory import Directory
from services.intake.domain.front_door import Admitted, Rejected, examine
from services.intake.domain.routing import Content, Delivery, deliveries
from services.intake.turned_away import TurnedAway

NAME = "intake"
MAX_SEALED = 900_000
"""Longest value that goes on, in bytes. What the schemas admit stays below, though quotes and line breaks grow when they are sealed."""
_ABOUT_THE_DIRECTORY = frozenset((
    RefusalCode.NOT_PUBLISHABLE, RefusalCode.CONTRACT_ENDED, RefusalCode.RECIPIENT_UNKNOWN, RefusalCode.SENDER_ENDED,
))


class Keyring(Protocol):
    """Where keys come from. See ``kernel.keyring``."""

    async def for_sealing(self, people: Iterable[str], retention: str) -> dict[str, Key]:
        """The key of each person for one retention class, made where there is none. Raises Unavailable."""


Keys = Mapping[str, Mapping[str, Key]]
"""Keys by retention class and person."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One record with its owner and what was found."""

    record: Record
    owner: str
    found: Admitted | Rejected


class FrontDoor:
    """The handler of all outboxes. See ``kernel.records.Handler`` for the contract of its methods."""

    def __init__(self, place: Place, keyring: Keyring, directory: Directory, secret: bytes, turned_away: TurnedAway | None = None) -> None:
        """``secret``: keys the digests of what agencies wrote; without one, a name of which little else is unknown could be guessed."""
        self._secret, self._turned_away = secret, turned_away
        place.meter.may_bury(RefusalCode)
        self._place, self._keyring, self._directory = place, keyring, directory
        self._topics, self._partitions = place.routes.topics, place.routes.partitions

    async def assigned(self, partitions: Collection[TP]) -> None:
        """Know the town before the first record is judged. Raises Unavailable."""
        await self._directory.refresh()

    async def revoked(self, partitions: Collection[TP]) -> None:
        """Nothing to forget."""

    def settled(self) -> None:
        """Nothing to note."""

    def at_once(self, records: Sequence[Record]) -> list[Outgoing]:
        """Nothing: every answer needs the directory."""
        return []

    async def handle(self, records: Sequence[Record]) -> list[Outgoing]:
        """What one batch gives. Raises Unavailable."""
        judged = await self._judge(records)
        keys = await self._keys(each.found for each in judged if isinstance(each.found, Admitted))
        return [outgoing for each in judged for outgoing in self._answer(each, keys)]

    async def _judge(self, records: Sequence[Record]) -> list[Judged]:
        """Every record judged; anew where the directory has grown and might change the answer."""
        await self._directory.refresh()
        if self._turned_away:
            self._turned_away.know(self._directory)
        judged = [self._judged(record) for record in records]
        doubtful = any(isinstance(each.found, Rejected) and each.found.error.code in _ABOUT_THE_DIRECTORY for each in judged)
        if doubtful and await self._directory.read_on():
            return [self._judged(record) for record in records]
        return judged

    def _judged(self, record: Record) -> Judged:
        owner = self._topics.agency_of(record.topic)
        assert owner is not None, "only outboxes are read"
        return Judged(record, owner, examine(record, owner, self._directory))

    async def _keys(self, admitted: Iterable[Admitted]) -> Keys:
        people: dict[str, set[str]] = {}
        for each in admitted:
            for part in each.parts:
                people.setdefault(each.kind.retention or "", set()).add(part.person)
        return {retention: await self._keyring.for_sealing(people[retention], retention) for retention in sorted(people)}

    def _answer(self, judged: Judged, keys: Keys) -> Iterable[Outgoing]:
        match judged.found:
            case Admitted() as admitted:
                whole = _value(admitted, keys)
                if len(whole) <= MAX_SEALED:
                    return self._admit(judged.record, admitted, whole)
                attributes = admitted.envelope
                oversize = PoisonError(RefusalCode.TOO_LARGE)
                return self._reject(judged, Rejected(error=oversize, message_id=attributes.id, message_type=admitted.kind.name))
            case Rejected() as rejected:
                return self._reject(judged, rejected)

    def _admit(self, record: Record, admitted: Admitted, whole: bytes) -> Iterator[Outgoing]:
        """The event to its function, copies and announcements to others."""
        opened = admitted.envelope
        trace = tracing.child(opened.traceparent, NAME, opened.id)
        headers = self._headers(admitted.event, replace(opened, input_digest=self._digest(record), traceparent=trace))
        for delivery in deliveries(admitted.kind):
            match delivery.content:
                case Content.WHOLE:
                    yield from self._send(delivery, record, whole, headers)
                case Content.BODY:
                    yield from self._send(delivery, record, _value(replace(admitted, parts=()), {}), headers)
                case Content.ANNOUNCEMENT:
                    yield self._announce(delivery, admitted)

    def _digest(self, record: Record) -> str:
        """Of the outbox value, the same whenever the record is seen. It stays in the logs when a person's keys are gone: so it is keyed."""
        return hmac.digest(self._secret, record.value or b"", "sha256").hex()[:32]

    def _send(self, delivery: Delivery, record: Record, value: bytes, headers: list[tuple[str, bytes]]) -> Iterator[Outgoing]:
        key = record.key or b""
        numbers = range(self._partitions) if delivery.everywhere else (partition_of(key, self._partitions),)
        for number in numbers:
            yield Outgoing(self._topics.inbox(delivery.function), number, key, value, headers, MESSAGE)

    def _announce(self, delivery: Delivery, admitted: Admitted) -> Outgoing:
        """Stage LOG, so that it is acknowledged before the event itself goes out, whatever that leads to elsewhere."""
        opened = admitted.envelope
        persons, reporters = _persons(admitted) if delivery.function is Function.CONSENT else ((), ())
        event = CaseAnnounced(agency=opened.agency, persons=persons, reporters=reporters)
        identity = derive_id(NAME, opened.source, opened.id, opened.subject, 0)
        attributes = replace(
            opened, id=identity, source=OURS + NAME, traceparent=tracing.child(opened.traceparent, NAME, identity),
            agency_kind="", basis="", purpose="", causation_id=opened.id, causation_source=opened.source, correlation_id=opened.correlation_id or opened.id,
        )
        headers = self._headers(event, attributes)
        return keyed(self._topics.inbox(delivery.function), self._partitions, opened.subject.encode(), serde.encode(event), headers, LOG)

    def _reject(self, judged: Judged, rejected: Rejected) -> Iterator[Outgoing]:
        """The bytes among the dead letters, a coded notice to the owner of the outbox by way of the gate."""
        record, owner, code = judged.record, judged.owner, rejected.error.code
        self._place.meter.dead_letter(code)
        if self._turned_away:
            self._turned_away.count(owner, code)
        yield buried(record, rejected.error, self._topics.dead_letters(NAME), NAME)
        coordinates = position(record.topic, record.partition, record.offset)
        notice = MessageRefused(
            agency=owner, message_id=rejected.message_id, message_type=rejected.message_type, code=code, sentence=SENTENCES[code],
            coordinates=coordinates,
        )
        attributes = Envelope(
            id=derive_id(NAME, owner, coordinates, owner, 0), source=OURS + NAME, type="", subject=owner, time=_time(record.timestamp),
            agency=owner, causation_id=rejected.message_id, causation_source=owner,
        )
        headers = self._headers(notice, attributes)
        yield keyed(self._topics.inbox("consent"), self._partitions, owner.encode(), serde.encode(notice), headers, MESSAGE)

    def _headers(self, event: Any, attributes: Envelope) -> list[tuple[str, bytes]]:
        kind = serde.type_of(event)
        return replace(
            attributes, type=kind.full_name, dataschema=f"{kind.full_name}:{FINGERPRINTS[kind.schema_id]}",
            municipality=self._topics.municipality,
        ).headers()


def _value(admitted: Admitted, keys: Keys) -> bytes:
    """The value behind the front door: wrapped where the type has personal fields, filled or not; plain where it has none."""
    if not is_sealed_type(admitted.kind):
        return serde.encode(admitted.event)
    attributes = admitted.envelope
    return serde.encode(seal(admitted.event, admitted.parts, attributes.source, attributes.id, keys.get(admitted.kind.retention or "", {})))


def _persons(admitted: Admitted) -> Named:
    """Everybody named in an event, and who of them has only reported: what the gate must know before it is asked anything about the case."""
    kind, event = admitted.kind, admitted.event
    return everybody(named(kind, event), reporting(kind, event), admitted.parts)


def _time(at: int) -> str:
    """A time in milliseconds UTC as RFC 3339."""
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds")
