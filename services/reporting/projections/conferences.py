"""Conferences (会議): each sitting, the cases that were on it, and whether one of them left with a changed plan."""

from __future__ import annotations

from collections.abc import Mapping

from contracts.catalogue import EventType
from contracts.coordination import (
    CaseSegmentOpened,
    ConferenceCancelled,
    ConferenceConvened,
    ConferenceScheduled,
    DecisionRecorded,
    RecordSealed,
    SittingClosed,
)
from services.reporting.projections.projection import Fact, Written
from services.reporting.projections.table import ADD, KEY, MAX, Column, Table
from services.reporting.resource import Resource, Role

_LOG = "coordination"
_READ = frozenset((CaseSegmentOpened, ConferenceCancelled, ConferenceConvened, ConferenceScheduled, DecisionRecorded, RecordSealed, SittingClosed))

SITTINGS = Table("sittings", (
    Column("sitting", "text", KEY), Column("planned_on", "date"), Column("place", "text"), Column("segments", "integer"), Column("held_on", "date"),
    Column("invited", "text[]"), Column("state", "text"), Column("cancelled_for", "text"), Column("sealed", "boolean"), Column("agency", "text"),
), agency="agency")
"""One row a sitting, from the facts of its own key."""
SEGMENT_CASES = Table("segment_cases", (
    Column("segment", "text", KEY), Column("case_id", "text", KEY), Column("sitting", "text"), Column("basis", "text"), Column("present", "integer"),
    Column("decided", "bigint", ADD), Column("plan_changed", "boolean", MAX),
), case="case_id", indexes=("sitting", "case_id"))
"""A case in a conference segment: what was opened, said under the sitting; what was decided there, said under the case."""
_MONTHS = """
    SELECT to_char(sittings.held_on, 'YYYY-MM') AS period, segment_cases.basis, count(DISTINCT sittings.sitting) AS sittings,
           count(*) AS cases_on_agenda, count(DISTINCT segment_cases.case_id) AS cases,
           count(*) FILTER (WHERE segment_cases.plan_changed) AS plans_changed,
           round(100.0 * count(*) FILTER (WHERE segment_cases.plan_changed) / count(*), 1)::text AS changed_percent
    FROM {schema}.sittings JOIN {schema}.segment_cases USING (sitting)
    WHERE sittings.held_on IS NOT NULL GROUP BY 1, 2"""

_TOWN = frozenset((Role.MUNICIPALITY, Role.AUDITOR))
RESOURCES = (
    Resource(
        name="sittings", title_ja="会議", view="sittings", projection="conferences", agency="agency",
        headings={"sitting": "会議", "planned_on": "予定日", "held_on": "開催日", "place": "場所", "segments": "区分数", "invited": "招集した機関",
                  "state": "状態", "cancelled_for": "中止の理由", "sealed": "記録確定", "agency": "招集者"},
        order=("sitting",), filters=("sitting", "state", "agency"), roles=_TOWN | {Role.CASEWORKER},
    ),
    Resource(
        name="conference-cases", title_ja="会議で扱った事例", view="segment_cases", projection="conferences", case="case_id",
        headings={"sitting": "会議", "segment": "区分", "case_id": "事例", "basis": "根拠", "present": "出席機関数", "decided": "決定の数", "plan_changed": "プラン変更"},
        order=("segment", "case_id"), filters=("sitting", "segment", "case_id", "basis"), roles=_TOWN,
    ),
    Resource(
        name="conference-months", title_ja="会議の月次", view="conference_months", projection="conferences",
        headings={"period": "月", "basis": "根拠", "sittings": "開催（回）", "cases_on_agenda": "事例（延べ）", "cases": "事例（実）",
                  "plans_changed": "プランが変わった事例（延べ）", "changed_percent": "割合（％）"},
        order=("period", "basis"), filters=("period", "basis"), roles=_TOWN,
    ),
)


class Conferences:
    """Sittings and the cases on them."""

    name, version = "conferences", 1
    tables = (SITTINGS, SEGMENT_CASES)
    views: Mapping[str, str] = {"conference_months": _MONTHS}

    def wants(self, log: str, kind: EventType) -> bool:
        """See Projection."""
        return log == _LOG and kind.cls in _READ

    def rows(self, fact: Fact) -> Written:
        """See Projection."""
        if not self.wants(fact.log, fact.kind):
            return
        sitting, event = fact.envelope.subject, fact.event
        match event:
            case CaseSegmentOpened():
                yield SEGMENT_CASES, SEGMENT_CASES.row(
                    segment=event.segment, case_id=event.case, sitting=event.sitting, basis=event.basis.value, present=len(event.present), decided=0,
                )
            case DecisionRecorded():
                yield SEGMENT_CASES, SEGMENT_CASES.row(segment=event.segment, case_id=fact.envelope.subject, decided=1, plan_changed=event.plan_changed)
            case ConferenceScheduled():
                yield SITTINGS, SITTINGS.row(
                    sitting=sitting, planned_on=event.planned_on, place=event.place, segments=len(event.segments), state="SCHEDULED", agency=fact.envelope.agency,
                )
            case ConferenceConvened():
                yield SITTINGS, SITTINGS.row(sitting=sitting, held_on=event.held_on, invited=list(event.invited), state="CONVENED", agency=fact.envelope.agency)
            case ConferenceCancelled():
                yield SITTINGS, SITTINGS.row(sitting=sitting, state="CANCELLED", cancelled_for=event.reason.value)
            case SittingClosed():
                yield SITTINGS, SITTINGS.row(sitting=sitting, state="CLOSED")
            case RecordSealed():
                yield SITTINGS, SITTINGS.row(sitting=sitting, sealed=True)
