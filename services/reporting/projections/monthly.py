"""Monthly activity (月次実績): the metrics, counted by month in Japan."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from contracts.catalogue import EventType
from services.reporting.projections.metrics import METRICS, Metric, Source
from services.reporting.projections.projection import Fact, Written
from services.reporting.projections.table import ADD, KEY, Column, Table
from services.reporting.resource import Resource, Role

MONTHLY = Table("monthly", (
    Column("period", "text", KEY), Column("metric", "text", KEY), Column("dimension", "text", KEY), Column("value", "bigint", ADD),
))
"""Counts of a month (延べ)."""
CASES = Table("monthly_cases", (
    Column("period", "text", KEY), Column("metric", "text", KEY), Column("dimension", "text", KEY), Column("case_id", "text", KEY),
), case="case_id")
"""Distinct cases of a month (実): the members themselves, since distinct counts cannot be added."""
FIGURES = """
    SELECT period, metric, dimension, value FROM {schema}.monthly
    UNION ALL
    SELECT period, metric, dimension, count(*) FROM {schema}.monthly_cases GROUP BY period, metric, dimension"""

RESOURCES = (
    Resource(
        name="figures", title_ja="月次実績", view="figures", projection="monthly",
        headings={"period": "月", "metric": "指標", "dimension": "区分", "value": "値"},
        order=("period", "metric", "dimension"), filters=("period", "metric"),
        roles=frozenset((Role.CASEWORKER, Role.MUNICIPALITY, Role.AUDITOR)),
    ),
)

_JAPAN = timedelta(hours=9)


class Monthly:
    """Counts and, where a figure counts cases once, the cases."""

    name, version = "monthly", 1
    tables = (MONTHLY, CASES)
    views: Mapping[str, str] = {"figures": FIGURES}

    def __init__(self, metrics: Iterable[Metric] = METRICS) -> None:
        self._by_source: dict[Source, list[Metric]] = defaultdict(list)
        for metric in metrics:
            for source in metric.sources:
                self._by_source[source].append(metric)

    def wants(self, log: str, kind: EventType) -> bool:
        """See Projection: only what some figure is divided by."""
        return any(not metric.by_envelope for metric in self._by_source.get((log, kind.cls), ()))

    def rows(self, fact: Fact) -> Written:
        """See Projection."""
        for metric in self._by_source.get((fact.log, fact.kind.cls), ()):
            for dimension, amount in metric.tally(fact):
                cell = period(fact.envelope.recorded_time), metric.code, dimension
                yield (CASES, (*cell, fact.envelope.subject)) if metric.distinct else (MONTHLY, (*cell, amount))


def period(at: int) -> str:
    """The month in Japan, YYYY-MM, at ``at`` (milliseconds UTC)."""
    return (datetime.fromtimestamp(at / 1000, UTC) + _JAPAN).strftime("%Y-%m")
