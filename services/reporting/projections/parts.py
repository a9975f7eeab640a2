"""Parts (事例への関わり): which agency takes part in which case, what was given to it, and where in the logs the texts lie.

What an agency may read follows from these rows: they hold ids, codes and log positions, never a text.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from contracts.catalogue import EventType
from contracts.consent import DisclosureReleased, RecallRequested, StopNoticeIssued, UseExpired
from contracts.envelope import PartGiven, PartNoted
from contracts.registry import AgencyEnded, AgencyRegistered
from services.reporting.projections.projection import Fact, Written
from services.reporting.projections.table import KEY, MIN, Column, Table
from services.reporting.resource import Resource, Role

PARTS = Table("parts", (
    Column("agency", "text", KEY), Column("case_id", "text", KEY), Column("since", "timestamptz", MIN),
), agency="agency")
"""Whoever opened a case, was given a part in it, or was given something of it. Parts only grow."""
RELEASED = Table("released", (
    Column("agency", "text", KEY), Column("case_id", "text", KEY), Column("seq", "bigint", KEY),
    Column("released_at", "timestamptz"), Column("request_id", "text"), Column("event_id", "text"), Column("event_type", "text"),
    Column("basis", "text"), Column("parts", "text[]"), Column("consents", "text[]"),
), each=True, agency="agency", indexes=("agency, event_id",))
"""What the courier has delivered, to whom; ``parts``: person/category of each part that was in it."""
STOPS = Table("stops", (
    Column("agency", "text", KEY), Column("case_id", "text", KEY), Column("seq", "bigint", KEY),
    Column("stopped_at", "timestamptz"), Column("notice", "text"), Column("categories", "text[]"),
), each=True, agency="agency")
"""Notices to use something no longer: ``notice`` is the consent's number, or that of the request; no category means all."""
REQUESTS = Table("requests", (
    Column("case_id", "text", KEY), Column("request_id", "text", KEY), Column("agency", "text", MIN), Column("recalled_at", "timestamptz", MIN),
), agency="agency")
"""Requests that were carried out or recalled; whose matter they are stands there once something has been delivered."""
TEXTS = Table("texts", (
    Column("case_id", "text", KEY), Column("log", "text", KEY), Column("partition", "integer", KEY), Column("seq", "bigint", KEY),
    Column("recorded_at", "timestamptz"), Column("event_id", "text"), Column("type", "text"), Column("title_ja", "text"), Column("agency", "text"),
    Column("original", "boolean"), Column("topic", "text"), Column("log_offset", "bigint"),
), each=True, case="case_id", agency="agency", event="event_id", indexes=("event_id",))
"""Events with sealed parts, and where they lie. ``original``: in the log of the function that owns the type, not a copy."""
REGISTRATIONS = Table("registrations", (Column("agency", "text", KEY), Column("ended", "boolean")))
"""Whether an agency is registered no more, and so reads nothing. The fact stands in every partition of the gate's log; that in the first is read."""
RECALLED = "SELECT agency, case_id, request_id, recalled_at FROM {schema}.requests WHERE agency IS NOT NULL AND recalled_at IS NOT NULL"

_ALL = frozenset((Role.CASEWORKER, Role.MUNICIPALITY, Role.AUDITOR))
RESOURCES = (
    Resource(
        name="parts", title_ja="事例への関わり", view="parts", projection="parts", agency="agency", roles=_ALL,
        headings={"agency": "機関", "case_id": "事例", "since": "いつから"}, order=("agency", "case_id"), filters=("agency", "case_id"),
    ),
    Resource(
        name="received", title_ja="届けた情報", view="released", projection="parts", agency="agency", roles=_ALL,
        headings={
            "agency": "受け取った機関", "case_id": "事例", "released_at": "届いた日時", "event_type": "出来事", "basis": "根拠", "parts": "渡した部分",
            "consents": "同意", "request_id": "依頼", "event_id": "事象", "seq": "番号",
        },
        order=("agency", "case_id", "seq"), filters=("agency", "case_id", "event_id"),
    ),
    Resource(
        name="stops", title_ja="使用停止の通知", view="stops", projection="parts", agency="agency", roles=_ALL,
        headings={"agency": "機関", "case_id": "事例", "stopped_at": "日時", "notice": "同意又は依頼", "categories": "区分", "seq": "番号"},
        order=("agency", "case_id", "seq"), filters=("agency", "case_id"),
    ),
    Resource(
        name="recalls", title_ja="回収の依頼", view="recalled", projection="parts", agency="agency", roles=_ALL,
        headings={"agency": "受け取った機関", "case_id": "事例", "request_id": "依頼", "recalled_at": "回収の日時"},
        order=("agency", "case_id", "request_id"), filters=("agency", "case_id"),
    ),
    Resource(
        name="documents", title_ja="本文のある記録", view="texts", projection="parts", case="case_id", agency="agency", event="event_id",
        roles=frozenset((Role.CASEWORKER, Role.AUDITOR)),
        headings={
            "case_id": "事例", "recorded_at": "記録日時", "title_ja": "出来事", "type": "種別", "agency": "機関", "event_id": "事象", "original": "原本",
            "log": "ログ", "partition": "区画", "seq": "番号", "topic": "トピック", "log_offset": "位置",
        },
        order=("case_id", "log", "partition", "seq"), filters=("case_id", "agency", "type", "event_id"),
    ),
)
_GATE = "consent"
_GIVING = (PartNoted, PartGiven)
_REGISTRY = (AgencyRegistered, AgencyEnded)
_WANTED = (*_GIVING, *_REGISTRY, DisclosureReleased, StopNoticeIssued, UseExpired, RecallRequested)


class Parts:
    """Who takes part, what each was given, what is to be used no longer, where the texts lie, and who is registered no more."""

    name, version = "parts", 2
    tables = (PARTS, RELEASED, STOPS, REQUESTS, TEXTS, REGISTRATIONS)
    views: Mapping[str, str] = {"recalled": RECALLED}

    def wants(self, log: str, kind: EventType) -> bool:
        """See Projection."""
        return kind.cls in _WANTED

    def rows(self, fact: Fact) -> Written:
        """See Projection."""
        match fact.event:
            case PartNoted(agency=agency) | PartGiven(agency=agency):
                yield _part(fact, agency)
            case DisclosureReleased():
                yield from _released(fact, fact.event)
            case StopNoticeIssued(recipient=agency, consent=notice, categories=categories):
                yield _stop(fact, agency, notice, sorted(map(str, categories)))
            case UseExpired(holder=agency, notice=notice):
                yield _stop(fact, agency, notice, [])
            case RecallRequested(request_id=request):
                yield REQUESTS, REQUESTS.row(case_id=fact.envelope.subject, request_id=request, recalled_at=_at(fact))
            case AgencyRegistered(agency=agency) | AgencyEnded(agency=agency) if fact.log == _GATE and fact.partition == 0:
                yield REGISTRATIONS, (agency, isinstance(fact.event, AgencyEnded))
        if fact.kind.personal:
            yield _text(fact)


def _at(fact: Fact) -> datetime:
    return fact.recorded_at


def _part(fact: Fact, agency: str) -> tuple[Table, tuple[object, ...]]:
    return PARTS, (agency, fact.envelope.subject, _at(fact))


def _released(fact: Fact, event: DisclosureReleased) -> Written:
    case, parts = fact.envelope.subject, sorted(f"{part.person}/{part.category}" for part in event.released)
    yield _part(fact, event.recipient)
    yield REQUESTS, REQUESTS.row(case_id=case, request_id=event.request_id, agency=event.recipient)
    yield RELEASED, (
        event.recipient, case, fact.envelope.seq, _at(fact), event.request_id, event.event_id, event.event_type, str(event.basis), parts,
        list(event.consents),
    )


def _stop(fact: Fact, agency: str, notice: str, categories: list[str]) -> tuple[Table, tuple[object, ...]]:
    return STOPS, (agency, fact.envelope.subject, fact.envelope.seq, _at(fact), notice, categories)


def _text(fact: Fact) -> tuple[Table, tuple[object, ...]]:
    envelope, kind = fact.envelope, fact.kind
    return TEXTS, (
        envelope.subject, fact.log, fact.partition, envelope.seq, _at(fact), envelope.id, kind.name, kind.title_ja, envelope.agency,
        fact.log == kind.function, fact.topic, fact.offset,
    )
