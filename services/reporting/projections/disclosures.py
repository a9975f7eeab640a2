"""Disclosures (提供の判断): what was asked of the gate, how it stands by the last verdict, and whether it has arrived. From the gate's log alone.

One request may have several verdicts; the last one counts (docs/decisions/0011-the-last-verdict-counts.md). Categories only: whose parts they were is no column.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from contracts.catalogue import EventType
from contracts.consent import DisclosureAcknowledged, DisclosureDecided, DisclosureReleased, RecallRequested
from contracts.shared import Outcome, PartCode, WithheldPart
from services.reporting.projections.projection import Fact, Written
from services.reporting.projections.table import ADD, KEY, MIN, Column, Row, Table
from services.reporting.resource import Resource, Role

DISCLOSURES = Table("disclosures", (
    Column("case_id", "text", KEY), Column("request_id", "text", KEY),
    Column("asked_at", "timestamptz", MIN), Column("held_since", "timestamptz", MIN), Column("decided_at", "timestamptz"), Column("verdicts", "integer", ADD),
    Column("event_type", "text"), Column("function", "text"), Column("agency", "text"), Column("recipient", "text"), Column("purpose", "text"),
    Column("outcome", "text"), Column("rule", "text"), Column("basis", "text"), Column("reasons", "text[]"), Column("releases_when", "text[]"),
    Column("deadline", "timestamptz"), Column("released", "text[]"), Column("withheld", "text[]"),
    Column("delivered_at", "timestamptz"), Column("delivered", "text[]"), Column("acknowledged_at", "timestamptz"), Column("recalled_at", "timestamptz"),
), case="case_id", agency="agency", indexes=("outcome",))
"""One row per request to the gate; ``agency`` is the one on whose behalf it was asked. A request of no case stands under its own key.

``deadline`` is that of the last hold, and is over with it. What is released by the last verdict may not have been carried out yet, or, where a later
verdict came too late, what was delivered may be more: ``delivered`` is what the courier opened.
"""

_SHOWN = "case_id, request_id, event_type, function, agency, recipient, purpose, rule, reasons"
ALL = """
    SELECT case_id, request_id, asked_at, decided_at, verdicts, event_type, function, agency, recipient, purpose, outcome, rule, basis, reasons, released,
        withheld, CASE WHEN outcome = 'HOLD' THEN releases_when ELSE ARRAY[]::text[] END AS releases_when, CASE WHEN outcome = 'HOLD' THEN deadline END AS deadline,
        delivered_at, delivered, acknowledged_at, recalled_at
    FROM {schema}.disclosures WHERE outcome IS NOT NULL"""
HELD = f"""
    SELECT {_SHOWN}, held_since, releases_when, withheld, deadline, floor(extract(epoch FROM now() - held_since) / 86400)::integer AS days,
        floor(extract(epoch FROM deadline - now()) / 86400)::integer AS days_left
    FROM {{schema}}.disclosures WHERE outcome = 'HOLD'"""
REFUSED = f"""
    SELECT {_SHOWN}, asked_at, decided_at, held_since IS NOT NULL AS held_before, withheld, delivered_at
    FROM {{schema}}.disclosures WHERE outcome = 'DENY'"""

_READERS = frozenset((Role.CASEWORKER, Role.MUNICIPALITY, Role.AUDITOR))
_OF_REQUEST = {
    "case_id": "事例", "request_id": "依頼", "event_type": "対象", "function": "機能", "agency": "依頼した機関", "recipient": "提供先", "purpose": "利用目的",
}
RESOURCES = (
    Resource(
        name="disclosures", title_ja="提供の判断", view="disclosure_states", projection="disclosures", case="case_id", agency="agency", roles=_READERS,
        headings={
            **_OF_REQUEST, "asked_at": "依頼日時", "decided_at": "最後の判断の日時", "verdicts": "判断の回数", "outcome": "結果", "rule": "規則", "basis": "根拠",
            "reasons": "理由", "releases_when": "解けるとき", "deadline": "保留の期限", "released": "渡してよい区分", "withheld": "渡さない区分",
            "delivered_at": "提供日時", "delivered": "渡した区分", "acknowledged_at": "受領の確認日時", "recalled_at": "回収の依頼日時",
        },
        order=("case_id", "request_id"), filters=("case_id", "outcome", "recipient", "agency", "event_type", "rule"),
    ),
    Resource(
        name="held", title_ja="保留中の提供", view="disclosures_held", projection="disclosures", case="case_id", agency="agency", roles=_READERS,
        headings={
            **_OF_REQUEST, "rule": "規則", "reasons": "理由", "releases_when": "解けるとき", "withheld": "渡さない区分", "held_since": "保留の開始", "days": "保留の日数",
            "deadline": "保留の期限", "days_left": "残りの日数",
        },
        order=("held_since", "case_id", "request_id"), filters=("case_id", "recipient", "agency", "event_type", "rule"),
    ),
    Resource(
        name="refused", title_ja="渡さなかったもの", view="disclosures_refused", projection="disclosures", case="case_id", agency="agency", roles=_READERS,
        headings={
            **_OF_REQUEST, "rule": "規則", "reasons": "理由", "withheld": "渡さない区分", "asked_at": "依頼日時", "decided_at": "最後の判断の日時",
            "held_before": "保留を経た", "delivered_at": "すでに届いた日時",
        },
        order=("decided_at", "case_id", "request_id"), filters=("case_id", "recipient", "agency", "event_type", "rule"),
    ),
)

_NO_DELIVERY = (None,) * 4
_NO_VERDICT = (None,) * (len(DISCLOSURES.names) - 2 - len(_NO_DELIVERY))
_READ = (DisclosureDecided, DisclosureReleased, DisclosureAcknowledged, RecallRequested)


class Disclosures:
    """One row per request, from its verdicts, its receipt, its acknowledgement and its recall."""

    name, version = "disclosures", 1
    tables = (DISCLOSURES,)
    views: Mapping[str, str] = {"disclosure_states": ALL, "disclosures_held": HELD, "disclosures_refused": REFUSED}

    def wants(self, log: str, kind: EventType) -> bool:
        """See Projection."""
        return log == "consent" and kind.cls in _READ

    def rows(self, fact: Fact) -> Written:
        """See Projection."""
        if fact.log != "consent":
            return ()
        key, at = (fact.envelope.subject, getattr(fact.event, "request_id", "")), _moment(fact.envelope.recorded_time)
        match fact.event:
            case DisclosureDecided():
                return ((DISCLOSURES, (*key, *_verdict(fact.event), *_NO_DELIVERY)),)
            case DisclosureReleased(released=parts):
                return ((DISCLOSURES, (*key, *_NO_VERDICT, at, _categories(parts), None, None)),)
            case DisclosureAcknowledged():
                return ((DISCLOSURES, (*key, *_NO_VERDICT, None, None, at, None)),)
            case RecallRequested():
                return ((DISCLOSURES, (*key, *_NO_VERDICT, None, None, None, at)),)
            case _:
                return ()


def _verdict(verdict: DisclosureDecided) -> Row:
    """What a verdict says; the first on a request is given in the moment in which it is asked."""
    at, held = _moment(verdict.at), verdict.outcome is Outcome.HOLD
    return (
        at, at if held else None, at, 1, verdict.event_type, verdict.function, verdict.agency, verdict.recipient, verdict.purpose,
        verdict.outcome, verdict.rule, verdict.basis, list(verdict.reasons), list(verdict.releases_when),
        _moment(verdict.deadline) if held and verdict.deadline else None, _categories(verdict.released), _categories(verdict.withheld),
    )


def _categories(parts: Iterable[PartCode | WithheldPart]) -> list[str]:
    return sorted({str(part.category) for part in parts})


def _moment(at: int) -> datetime:
    return datetime.fromtimestamp(at / 1000, UTC)
