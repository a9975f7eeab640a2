"""Timeline (事例の経過): every event of a case as one row of codes, so that who opens a case sees how it came to where it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from contracts.catalogue import EventType
from contracts.consent import DisclosureDecided
from contracts.coordination import TaskAssigned
from contracts.envelope import MessageRefused, VerdictNoted
from services.reporting.projections.projection import Fact, Write

STATEMENT = """
    INSERT INTO reporting.timeline (case_id, log, partition, seq, recorded_at, event_id, type, title_ja, plumbing, agency, recipient,
                                    about, outcome, rule, basis, released, withheld, reasons)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)"""

_ADDRESSEES = ("recipient", "to_agency", "linked_agency", "host", "agency")
"""Fields that name the agency to which an event speaks, the most telling first."""


class Timeline:
    """One row per event. Facts of the whole municipality, which lie in every partition, belong to no case and are left out."""

    name = "timeline"

    def wants(self, log: str, kind: EventType) -> bool:
        """See Projection: what names an addressee, a verdict, a refusal."""
        return kind.cls is TaskAssigned or any(field in kind.cls.__struct_fields__ for field in _ADDRESSEES)

    def writes(self, facts: Sequence[Fact]) -> list[Write]:
        """See Projection."""
        rows = [_row(fact) for fact in facts if not fact.kind.broadcast]
        return [Write(STATEMENT, rows)] if rows else []


def _row(fact: Fact) -> tuple[Any, ...]:
    envelope, kind = fact.envelope, fact.kind
    recorded = datetime.fromtimestamp(envelope.recorded_time / 1000, UTC)
    return (
        envelope.subject, fact.log, fact.partition, envelope.seq, recorded, envelope.id, kind.name, kind.title_ja, _is_plumbing(fact),
        envelope.agency, _recipient(fact.event), *_verdict(fact.event),
    )


def _is_plumbing(fact: Fact) -> bool:
    """Whether only an auditor wants the row: copies of a fact that another log owns, and the functions' notes to each other."""
    if fact.kind.cls is MessageRefused:
        return fact.log != "consent"
    return fact.kind.function != fact.log


def _recipient(event: Any) -> str:
    if isinstance(event, TaskAssigned):
        return event.role.agency
    return next((str(getattr(event, field)) for field in _ADDRESSEES if getattr(event, field, None)), "")


def _verdict(event: Any) -> tuple[str, str, str, str, list[str], list[str], list[str]]:
    """about, outcome, rule, basis, released and withheld categories, reason codes: empty for what is no verdict."""
    match event:
        case DisclosureDecided():
            released, withheld = _categories(event.released), _categories(event.withheld)
            return event.event_type, event.outcome, event.rule, event.basis, released, withheld, list(event.reasons)
        case VerdictNoted():
            return event.event_type, event.outcome, event.rule, "", [], [], []
        case MessageRefused():
            return event.message_type, "REFUSED", "", "", [], [], [event.code]
        case _:
            return "", "", "", "", [], [], []


def _categories(parts: Iterable[Any]) -> list[str]:
    return sorted({str(part.category) for part in parts})
