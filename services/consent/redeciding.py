"""Re-decide (検算): the records of the gate's log, read and judged again, and whether what is decided has the very bytes that are there.

Reads only; needs no key, no database and no clock. The rules are in ``domain/redecide.py``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from contracts.catalogue import BY_CLASS
from contracts.consent import DisclosureDecided
from kernel import envelope, serde
from kernel.envelope import POSITION
from kernel.failures import PoisonError
from kernel.history import SHORT
from kernel.reading import Reading as Counted
from kernel.records import Record
from services.consent.domain import registry
from services.consent.domain.findings import Again, Difference, Finding, Logged, compared
from services.consent.domain.pack import PolicyPack
from services.consent.domain.redecide import Redecision
from services.consent.domain.whatif import Trial

_OF_THE_TOWN = frozenset(BY_CLASS[kind].full_name.encode() for kind in registry.DECIDER.events)


class Lines:
    """One partition of the gate's log, record by record. ``case``: only this one, beside the facts of the town."""

    def __init__(self, case: str = "") -> None:
        self._case = case.encode()
        self._counted = Counted()

    def read(self, record: Record) -> Logged | None:
        """The next record of the partition; None where it was not asked for. Raises PoisonError."""
        if self._case not in (b"", record.key) and envelope.header(record.headers, "ce_type") not in _OF_THE_TOWN:
            return None
        logged = read(record)
        return logged if self._counted.takes(record, logged.key, logged.seq, logged.cause) else logged.changed(passed=True)


class Reading:
    """One partition of the gate's log. ``case``: only this one, beside the facts of the town."""

    def __init__(self, packs: Mapping[str, PolicyPack], case: str = "") -> None:
        self._redecision = Redecision(packs)
        self._lines, self._case = Lines(case), case
        self.verdicts: list[int] = []
        """When each verdict that was judged again was given, milliseconds UTC."""

    def read(self, record: Record) -> Iterator[Finding]:
        """What one record, the next of its partition, has wrong."""
        try:
            logged = self._lines.read(record)
        except PoisonError as error:
            key = (record.key or b"").decode(errors="replace")
            yield Finding(place=record.offset, key=key, at=record.timestamp, request="", difference=Difference.UNREADABLE, detail=error.code.value)
            return
        if logged is None:
            return
        for found in self._redecision.read(logged):
            if type(found) is Finding:
                yield from self._of_the_case(found)
            else:
                self.verdicts.append(logged.at)
                yield from _differing(record, found)

    def end(self) -> Iterator[Finding]:
        """What is missing at the end of the log."""
        for found in self._redecision.end():
            yield from self._of_the_case(found)

    def _of_the_case(self, found: Finding) -> Iterator[Finding]:
        """Of other cases only the facts of the town were read: what is missing there is not missing in the log."""
        if self._case in ("", found.key):
            yield found


def _differing(record: Record, again: Any) -> Iterator[Finding]:
    """Compared byte by byte, under the schema by which it was written."""
    assert type(again) is Again and record.value
    schema = serde.schema_id(record.value)
    if serde.event_type(record.value).cls is not DisclosureDecided or serde.encode_as(again.verdict, schema) != record.value:
        difference, fields = compared(again) or (Difference.BYTES, "")
        yield again.logged.found(difference, again.logged.event.request_id, fields)


def read(record: Record) -> Logged:
    """A record of the gate's log. Raises PoisonError."""
    key, seq, source, identity, digest = envelope.origin(record.key, record.headers)
    head = dict(record.headers)
    at = head.get("ce_recordedtime", b"")
    value = record.value or b""
    return Logged(
        place=record.offset, key=key, seq=seq, id=_text(head, "ce_id"), cause=(source, identity), digest=digest, at=int(at) if at.isdigit() else 0,
        agency=_text(head, "ce_agency"), position=_text(head, POSITION), event=_short(value) if 0 < len(value) <= SHORT else _event(value),
    )


def _text(head: Mapping[str, bytes], name: str) -> str:
    value = head.get(name)
    return value.decode(errors="replace") if value else ""


def _event(value: bytes) -> Any:
    return serde.unwrapped(serde.decode(value))


_short = lru_cache(maxsize=4_096)(_event)
"""Half of what the log holds is short and comes again, byte by byte. Events never change."""


def tried(records: Iterable[Record], trial: Trial, case: str = "") -> Iterator[Again | None]:
    """One partition of the gate's log tried by a draft: for each record what it makes of the decision in it; None where there is none."""
    lines = Lines(case)
    for record in records:
        try:
            logged = lines.read(record)
        except PoisonError:
            trial.unfollowed.append(record.timestamp)
            logged = None
        again = None if logged is None else [*trial.read(logged)]
        yield again[0] if again else None
