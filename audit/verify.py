"""Verify (点検): all logs, and what lies in the inboxes, read once and held against each other; and what came of it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from audit.closing import Closing
from audit.findings import Finding
from audit.inboxes import InboxReading
from audit.partition import LogReading
from audit.registry import WRITER, RegistryReading
from audit.seen import APART, Seen
from kernel.records import Record
from kernel.warmup import undisturbed

_CASE = re.compile(r"[0-9a-f]{32}")


class Result(Struct, frozen=True, kw_only=True):
    """What was checked, and what is wrong. ``duplicates``: repeats that every reader passes over; they are no fault."""

    findings: list[Finding]
    duplicates: list[Finding]
    records: int
    verdicts: int
    released: int
    """Records in inboxes."""
    nameless: int
    """Findings that name no case, where only those of one case were asked for: whether they touch it cannot be told."""
    waiting: int
    of_time: int
    unread: int

    def told(self) -> dict[str, Any]:
        """For programs."""
        return {
            "ok": not self.findings, "records": self.records, "verdicts": self.verdicts,
            "inbox_records": self.released, "requests_on_their_way": self.waiting, "answers_to_time": self.of_time, "answers_not_followed": self.unread,
        }

    def not_judged(self) -> list[str]:
        """What keeps anybody from saying that all fits."""
        return [
            *([f"{self.nameless} findings that name no case; the check without --case tells them"] if self.nameless else []),
            *([f"{self.unread} answers to what lies in logs that were not read, or was opened under a correlation of an agency's own"] if self.unread else []),
        ]


def log(topic: str, function: str, number: int, partitions: int, records: Iterable[Record]) -> Seen:
    """Read one partition of a log; ``partitions``: how many the log has."""
    reading = RegistryReading(topic) if function == WRITER else LogReading(topic, function, number, partitions)
    take = reading.read
    with undisturbed():
        for record in records:
            take(record)
    return reading.end()


def after(function: str, records: Iterable[Record], into: dict[str, set[bytes]]) -> None:
    """Add the ids in the rest of a log to those of its function; and what agencies sent and was answered there to ``intake``."""
    ids, outside = into.setdefault(function, set()), into.setdefault("intake", set())
    for record in records:
        head = dict(record.headers)
        ids.add(head.get("ce_id") or b"")
        outside.add((head.get("ce_causationsource") or b"") + APART + (head.get("ce_causationid") or b""))


def inbox(topic: str, agency: str, number: int, seen: Sequence[Seen], records: Iterable[Record]) -> InboxReading:
    """Read one partition of an inbox, after the gate's log."""
    reading = InboxReading(topic, agency, number, seen)
    for record in records:
        reading.read(record)
    return reading


def result(
    seen: Sequence[Seen], inboxes: Sequence[InboxReading] = (), whole: Collection[str] = (), after: Mapping[str, Collection[bytes]] | None = None,
    case: str = "",
) -> Result:
    """Everything together. ``whole``: functions whose log was read whole; ``after``: see Closing; ``case``: only its findings."""
    closed = Closing(seen, whole, after or {}, case).close()
    found = [finding for each in (*seen, *inboxes) for finding in each.findings] + closed.findings
    found = sorted({(each.topic, each.partition, each.offset, each.code, each.detail): each for each in found}.items())
    told = [each for _, each in found if case in ("", each.case)]
    nameless = [each for _, each in found if case and case != each.case and not each.harmless and not _CASE.fullmatch(each.case)]
    return Result(
        findings=[each for each in told if not each.harmless], duplicates=[each for each in told if each.harmless],
        records=sum(each.records for each in seen), verdicts=sum(len(each.gate.verdicts) for each in seen),
        released=sum(each.records for each in inboxes), nameless=len(nameless), waiting=closed.waiting, of_time=closed.of_time, unread=closed.unread,
    )
