"""Texts (本文の開示): the personal text of a case, opened for one request of an agency that wrote it or was given it, and never kept.

What is opened: of an agency's own events everything, of another's only the parts that the gate released to it, unless they were recalled or
their use was stopped. That it is read is recorded before anything is handed out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

import asyncpg

from contracts.envelope import SealedEvent
from contracts.shared import PartCode
from kernel import envelope, serde
from kernel.failures import IntegrityError
from kernel.records import LogReader, Position, Record
from kernel.sealing import Erased, Key, open_part

_PLACES = "SELECT event_id, type, title_ja, recorded_at, agency, original, topic, partition, log_offset FROM reporting.texts WHERE case_id = $1"
_RELEASED = "SELECT event_id, request_id, parts, consents FROM reporting.released WHERE agency = $1 AND case_id = $2"
_STOPS = "SELECT notice, categories FROM reporting.stops WHERE agency = $1 AND case_id = $2"
_RECALLED = "SELECT request_id FROM reporting.recalled WHERE agency = $1 AND case_id = $2"


class Keys(Protocol):
    """What is needed of ``kernel.keyring``: keys by id, nothing that makes or destroys them."""

    async def for_opening(self, key_ids: Iterable[str]) -> Mapping[str, Key | Erased]:
        """The keys with these ids. Raises Unavailable when the store does not answer or a key is lost."""


@dataclass(frozen=True, slots=True)
class Place:
    """An event that may be opened, and where it lies. ``parts``: person/category of what may be opened, None for everything."""

    event_id: str
    type: str
    title_ja: str
    recorded_at: datetime
    agency: str
    position: Position
    parts: frozenset[str] | None

    @property
    def order(self) -> tuple[str, str]:
        """Its place among the texts of a case."""
        return self.recorded_at.isoformat(timespec="milliseconds"), self.event_id


@dataclass(slots=True)
class Opened:
    """What one request shows, and what is to be recorded of it."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    parts: list[PartCode] = field(default_factory=list)
    events: list[str] = field(default_factory=list)


async def places(connection: asyncpg.Connection, case: str, agency: str) -> list[Place]:
    """The events of a case that this agency may open, in order."""
    given = _given(
        await connection.fetch(_RELEASED, agency, case), await connection.fetch(_STOPS, agency, case),
        {request for request, in await connection.fetch(_RECALLED, agency, case)},
    )
    found = []
    for row in await connection.fetch(_PLACES, case):
        own = row["agency"] == agency and row["original"]
        if own or given.get(row["event_id"]):
            where = (row["topic"], row["partition"], row["log_offset"])
            parts = None if own else given[row["event_id"]]
            found.append(Place(row["event_id"], row["type"], row["title_ja"], row["recorded_at"], row["agency"], where, parts))
    return sorted(found, key=lambda place: place.order)


async def opened(wanted: Sequence[Place], log: LogReader, keys: Keys) -> Opened:
    """The texts themselves. Raises Unavailable, or IntegrityError where another event lies at a place."""
    records = await log.fetch({place.position for place in wanted}) if wanted else {}
    sealed = [(place, _sealed(place, records[place.position])) for place in wanted]
    parts = [(place, event, _allowed(place, event)) for place, event in sealed]
    known = await keys.for_opening({part.key_id for _, _, allowed in parts for part in allowed})
    found = Opened()
    for place, event, allowed in parts:
        shown = []
        for part in allowed:
            key = known[part.key_id]
            values = None if isinstance(key, Erased) else dict(open_part(event, part, key))
            shown.append({"person": part.person, "category": str(part.category), "erased": values is None, "values": values})
            if values is not None:
                found.parts.append(PartCode(person=part.person, category=part.category))
        if any(each["values"] is not None for each in shown):
            found.events.append(place.event_id)
        found.rows.append(_row(place, event, shown))
    return found


def _given(released: Iterable[Any], stops: Sequence[Any], recalled: set[str]) -> dict[str, frozenset[str]]:
    """By event: the parts that were given and may still be used."""
    found: dict[str, frozenset[str]] = {}
    for event, request, parts, consents in released:
        if request not in recalled:
            notices = {*consents, request.replace("-", "")}
            lost = [categories for notice, categories in stops if notice in notices]
            left = {part for part in parts if not any(not categories or part.rpartition("/")[2] in categories for categories in lost)}
            found[event] = found.get(event, frozenset()) | left
    return found


def _sealed(place: Place, record: Record) -> SealedEvent:
    event = serde.decode(record.value)
    if envelope.read(record.key, record.headers).id != place.event_id or not isinstance(event, SealedEvent):
        raise IntegrityError(f"{place.position}: not the event that is wanted")
    return event


def _allowed(place: Place, event: SealedEvent) -> list[Any]:
    return [part for part in event.parts if place.parts is None or f"{part.person}/{part.category}" in place.parts]


def _row(place: Place, event: SealedEvent, shown: list[dict[str, Any]]) -> dict[str, Any]:
    kind, body = serde.type_of(decoded := serde.decode(event.body)), decoded.to_avro()
    codes = {name: value for name, value in body.items() if name not in {mark.field for mark in kind.personal}}
    return {
        "event_id": place.event_id, "type": place.type, "title_ja": place.title_ja, "recorded_at": place.recorded_at, "agency": place.agency,
        "given": place.parts is not None, "codes": codes, "parts": shown,
    }
