"""Findings (検算の結果): what a record of the gate's log is to whoever decides again, and what does not follow from the log."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from contracts.consent import DisclosureDecided
from contracts.record import Record

DOES_NOT_FOLLOW = (AssertionError, LookupError, TypeError, ValueError)
"""What folding raises where an event stands in a log from which something before it was taken out."""


class Difference(StrEnum):
    """What is wrong with a record, or with the log at its place."""

    __hash__ = str.__hash__

    OUTCOME = "OUTCOME"
    PARTS = "PARTS"
    REASONS = "REASONS"
    OBLIGATIONS = "OBLIGATIONS"
    FIELDS = "FIELDS"
    """Anything else that the verdict says: of whom, on what, when, by which rule."""
    BYTES = "BYTES"
    """It says the same in other bytes than ours."""
    POLICY_MISSING = "POLICY_MISSING"
    """This build has no pack with this hash."""
    POLICY_NOT_IN_FORCE = "POLICY_NOT_IN_FORCE"
    REQUEST_MISSING = "REQUEST_MISSING"
    VERDICT_MISSING = "VERDICT_MISSING"
    VERDICT_UNCALLED = "VERDICT_UNCALLED"
    """Nothing that was said has called for it."""
    SEQUENCE = "SEQUENCE"
    """Something of this case is missing before it, or stands in the wrong place."""
    CAUSE_CONFLICT = "CAUSE_CONFLICT"
    """Another message has been answered under the same id."""
    UNREADABLE = "UNREADABLE"


class Logged(Record, frozen=True, kw_only=True):
    """One record of the gate's log."""

    place: int
    """Its offset."""
    key: str
    seq: int
    id: str
    cause: tuple[str, str]
    """Source and id of the message that it answers."""
    digest: str
    at: int
    """When that message came in, milliseconds UTC: the moment of the decision."""
    agency: str
    position: str
    """Of a request: where the event lies that it is about, as whoever asked has said; empty where that was not kept."""
    event: Any
    passed: bool = False
    """It counts for nothing, by the reading rule of every reader."""

    def found(self, difference: Difference, request: str = "", detail: str = "") -> Finding:
        """A finding at this place."""
        return Finding(place=self.place, key=self.key, at=self.at, request=request, difference=difference, detail=detail)


class Finding(Record, frozen=True, kw_only=True):
    """What does not follow from the log, and where: codes and ids only."""

    place: int
    key: str
    at: int
    request: str
    difference: Difference
    detail: str = ""


class Again(Record, frozen=True, kw_only=True):
    """A verdict of the log, and what is decided when the same is asked again."""

    logged: Logged
    verdict: DisclosureDecided


_OF: tuple[tuple[Difference, tuple[str, ...]], ...] = (
    (Difference.OUTCOME, ("outcome",)),
    (Difference.PARTS, ("released", "withheld")),
    (Difference.REASONS, ("reasons", "releases_when", "sentence")),
    (Difference.OBLIGATIONS, ("obligations",)),
)


def compared(again: Again) -> tuple[Difference, str] | None:
    """The gravest difference, and the names of all fields that differ; None where both say the same."""
    recorded, verdict = again.logged.event, again.verdict
    fields = [name for name in DisclosureDecided.__struct_fields__ if getattr(recorded, name) != getattr(verdict, name)]
    if not fields:
        return None
    kind = next((difference for difference, names in _OF if not set(names).isdisjoint(fields)), Difference.FIELDS)
    return kind, " ".join(fields)
