"""Timeline (事例の経過): every event of a case as one row of codes, so that who opens a case sees how it came to where it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

from contracts.catalogue import EventType
from contracts.consent import DisclosureDecided
from contracts.coordination import TaskAssigned
from contracts.envelope import MessageRefused, VerdictNoted
from services.reporting.projections.projection import Fact, Written
from services.reporting.projections.table import KEY, Column, Table
from services.reporting.resource import Resource, Role

TIMELINE = Table("timeline", (
    Column("case_id", "text", KEY), Column("log", "text", KEY), Column("partition", "integer", KEY), Column("seq", "bigint", KEY),
    Column("recorded_at", "timestamptz"), Column("event_id", "text"), Column("type", "text"), Column("title_ja", "text"),
    Column("plumbing", "boolean"), Column("agency", "text"), Column("recipient", "text"), Column("about", "text"), Column("outcome", "text"),
    Column("rule", "text"), Column("basis", "text"), Column("released", "text[]"), Column("withheld", "text[]"), Column("reasons", "text[]"),
), each=True, case="case_id", agency="agency", event="event_id")
"""What happened in a case, one row per event and log; facts of no case stand under their own key.

An agency sees of it what it has said itself and what was given to it.
"""

RESOURCES = (
    Resource(
        name="timeline", title_ja="事例の経過", view="timeline", projection="timeline", case="case_id", agency="agency", event="event_id",
        headings={
            "case_id": "事例", "recorded_at": "記録日時", "title_ja": "出来事", "type": "種別", "agency": "機関", "recipient": "相手", "about": "対象",
            "outcome": "結果", "rule": "規則", "basis": "根拠", "released": "渡した区分", "withheld": "渡さない区分", "reasons": "理由", "log": "ログ",
            "partition": "区画", "seq": "番号", "event_id": "事象",
        },
        order=("case_id", "recorded_at", "log", "partition", "seq"), filters=("case_id", "type", "agency"),
        roles=frozenset((Role.CASEWORKER, Role.MUNICIPALITY, Role.AUDITOR)),
    ),
)
_ADDRESSEES = ("recipient", "to_agency", "linked_agency", "host", "agency")
"""Fields that name the agency to which an event speaks, the most telling first."""


_Verdict = tuple[str, str, str, str, list[str], list[str], list[str]]
"""About, outcome, rule, basis, released and withheld categories, reason codes: empty for what is no verdict."""


class Timeline:
    """One row per event. Facts of the whole municipality, which lie in every partition, belong to no case and are left out."""

    name, version = "timeline", 1
    tables = (TIMELINE,)
    views: Mapping[str, str] = {}

    def wants(self, log: str, kind: EventType) -> bool:
        """See Projection: what names an addressee, a verdict, a refusal."""
        return kind.cls is TaskAssigned or any(field in kind.cls.__struct_fields__ for field in _ADDRESSEES)

    def rows(self, fact: Fact) -> Written:
        """See Projection."""
        return () if fact.kind.broadcast else ((TIMELINE, _row(fact)),)


def _row(fact: Fact) -> tuple[Any, ...]:
    envelope, kind, event = fact.envelope, fact.kind, fact.event
    recorded = fact.recorded_at
    verdict = _VERDICTS.get(type(event))
    return (
        envelope.subject, fact.log, fact.partition, envelope.seq, recorded, envelope.id, kind.name, kind.title_ja, _is_plumbing(fact),
        envelope.agency, _recipient(event), *(_NO_VERDICT if verdict is None else verdict(event)),
    )


def _is_plumbing(fact: Fact) -> bool:
    """Whether only an auditor wants the row: copies of a fact that another log owns, and the functions' notes to each other."""
    if fact.kind.cls is MessageRefused:
        return fact.log != "consent"
    return fact.kind.function != fact.log


def _recipient(event: Any) -> str:
    if isinstance(event, TaskAssigned):
        return event.role.agency
    for field in _addressees(type(event)):
        if found := getattr(event, field):
            return str(found)
    return ""


@cache
def _addressees(cls: type) -> tuple[str, ...]:
    return tuple([field for field in _ADDRESSEES if hasattr(cls, field)])


def _categories(parts: Iterable[Any]) -> list[str]:
    return sorted({str(part.category) for part in parts})


def _decided(event: DisclosureDecided) -> _Verdict:
    released, withheld = _categories(event.released), _categories(event.withheld)
    return event.event_type, event.outcome, event.rule, event.basis, released, withheld, list(event.reasons)


def _noted(event: VerdictNoted) -> _Verdict:
    return event.event_type, event.outcome, event.rule, "", [], [], []


def _refused(event: MessageRefused) -> _Verdict:
    return event.message_type, "REFUSED", "", "", [], [], [event.code]


_VERDICTS: Mapping[type, Callable[[Any], _Verdict]] = {DisclosureDecided: _decided, VerdictNoted: _noted, MessageRefused: _refused}
_NO_VERDICT: _Verdict = ("", "", "", "", [], [], [])
