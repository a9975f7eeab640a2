"""Figure events (実績の根拠): the events behind every figure, so that whoever doubts a number sees exactly what was counted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from contracts.coordination import CaseSegmentOpened
from services.reporting.projections.counting import Metric
from services.reporting.projections.metrics import METRICS
from services.reporting.projections.monthly import CELL, Counted, period
from services.reporting.projections.projection import Fact, Written
from services.reporting.projections.table import KEY, Column, Table
from services.reporting.resource import Resource, Role

FIGURE_EVENTS = Table("figure_events", (
    *CELL, Column("log", "text", KEY), Column("partition", "integer", KEY), Column("log_offset", "bigint", KEY),
    Column("event_id", "text"), Column("type", "text"), Column("case_id", "text"), Column("member", "text"), Column("amount", "bigint"),
), each=True, case="case_id")
"""One row for each event and each cell of a figure that it adds to; ``member``: what is counted once (実), empty where every event counts."""

RESOURCES = (
    Resource(
        name="figure-events", title_ja="実績の根拠", view="figure_events", projection="figure_events", case="case_id",
        headings={
            "period": "月", "metric": "指標", "divided": "内訳", "dimension": "区分", "log": "ログ", "partition": "区画", "log_offset": "位置",
            "type": "種別", "event_id": "事象", "case_id": "事例", "amount": "数",
        },
        order=("period", "metric", "divided", "dimension", "log", "partition", "log_offset"), filters=("period", "metric", "divided", "dimension"),
        roles=frozenset((Role.MUNICIPALITY, Role.AUDITOR)),  # it names events that a caseworker may not have been given
    ),
)


class FigureEvents:
    """What Monthly counts, event by event."""

    name, version = "figure_events", 1
    tables = (FIGURE_EVENTS,)
    views: Mapping[str, str] = {}

    def __init__(self, metrics: Iterable[Metric] = METRICS) -> None:
        self._counted = Counted(metrics)
        self.wants = self._counted.wants

    def rows(self, fact: Fact) -> Written:
        """See Projection."""
        envelope = fact.envelope
        case = fact.event.case if fact.kind.cls is CaseSegmentOpened else envelope.subject
        place = fact.log, fact.partition, fact.offset
        for metric, cell, amount in self._counted.cells(fact):
            key = period(envelope.recorded_time), metric.code, *cell
            member = "" if metric.member is None else metric.member(fact)
            yield FIGURE_EVENTS, (*key, *place, envelope.id, fact.kind.name, case, member, amount)
