"""Index of persons (本人の記録の索引): which cases name a person, and the gate's facts from which a person's ledger (提供記録) follows.

It only finds and keeps: what may be shown of it, and to whom, the gate's own ledger says when it is asked. So nothing of it is read as a resource.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from contracts.catalogue import EventType
from services.reporting.projections.projection import Fact, Written
from services.reporting.projections.table import KEY, Column, Table

PERSON_CASES = Table("person_cases", (Column("person", "text", KEY), Column("case_id", "text", KEY)), case="case_id")
"""Persons by pseudonym, with each case in which a fact of the gate names them."""
GATE_FACTS = Table("gate_facts", (
    Column("case_id", "text", KEY), Column("partition", "integer", KEY), Column("seq", "bigint", KEY), Column("log_offset", "bigint"),
    Column("type", "text"), Column("recorded_at", "timestamptz"), Column("agency", "text"), Column("value", "bytea"),
), each=True, case="case_id", indexes=("type",))
"""The facts themselves, as they lie in the gate's log: codes, ids and times. A fact of the whole municipality stands under its own key, once."""

LEDGER_TYPES = (
    "ConsentGranted", "ConsentRefused", "DisclosureAcknowledged", "DisclosureDecided", "DisclosureReleased", "DisclosureRequested", "PersonalDataRead",
    "PersonsNoted", "PersonTellingDelayed", "PersonTold", "ProtectionFlagCleared", "ProtectionFlagSet", "RecallRequested", "StopNoticeAnswered",
    "StopNoticeIssued", "UseExpired", "UseStopRequested",
)
"""Types of the facts that a ledger reads, by name."""

_PARTS = ("parts", "released", "withheld")


class Persons:
    """One row per person and case, and one per fact that a ledger may need."""

    name, version = "persons", 1
    tables = (PERSON_CASES, GATE_FACTS)
    views: Mapping[str, str] = {}

    def wants(self, log: str, kind: EventType) -> bool:
        """See Projection."""
        return log == "consent" and kind.name in LEDGER_TYPES

    def rows(self, fact: Fact) -> Written:
        """See Projection. Of what lies in every partition, the copy in the first is kept."""
        if fact.log != "consent" or fact.kind.name not in LEDGER_TYPES or fact.kind.broadcast and fact.partition:
            return
        case, envelope = fact.envelope.subject, fact.envelope
        yield GATE_FACTS, (
            case, fact.partition, envelope.seq, fact.offset, fact.kind.name, fact.recorded_at, envelope.agency, fact.value,
        )
        if not fact.kind.broadcast:
            yield from ((PERSON_CASES, (person, case)) for person in sorted({*_named(fact.event)} - {""}))


def _named(event: Any) -> Iterator[str]:
    """Everybody whom a fact names: in its body, and by the codes of its parts."""
    yield getattr(event, "person", "")
    yield from getattr(event, "persons", ())
    for parts in _PARTS:
        yield from (part.person for part in getattr(event, parts, ()))
