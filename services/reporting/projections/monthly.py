"""Monthly activity (月次実績): the metrics, whole and divided, counted by month in Japan."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from contracts.catalogue import EventType
from services.reporting.projections.counting import Cell, Metric, Source
from services.reporting.projections.metrics import METRICS
from services.reporting.projections.projection import Fact, Written
from services.reporting.projections.table import ADD, KEY, Column, Table
from services.reporting.resource import Resource, Role

CELL = (Column("period", "text", KEY), Column("metric", "text", KEY), Column("divided", "text", KEY), Column("dimension", "text", KEY))
"""The key of every figure: month, metric, by what it is divided and the dimension; both empty for the whole."""
MONTHLY = Table("monthly", (*CELL, Column("value", "bigint", ADD)))
"""Counts of a month (延べ)."""
CASES = Table("monthly_cases", (*CELL, Column("case_id", "text", KEY)), case="case_id")
"""Distinct cases, persons or places of a month (実): the members themselves, since distinct counts cannot be added."""
FIGURES = """
    SELECT period, metric, divided, dimension, value FROM {schema}.monthly
    UNION ALL
    SELECT period, metric, divided, dimension, count(*) FROM {schema}.monthly_cases GROUP BY period, metric, divided, dimension"""

RESOURCES = (
    Resource(
        name="figures", title_ja="月次実績", view="figures", projection="monthly",
        headings={"period": "月", "metric": "指標", "divided": "内訳", "dimension": "区分", "value": "値"},
        order=("period", "metric", "divided", "dimension"), filters=("period", "metric", "divided"),
        roles=frozenset((Role.MUNICIPALITY, Role.AUDITOR)),
    ),
)

_JAPAN = timedelta(hours=9)
_HOUR_MS = 3_600_000


class Counted:
    """Which metrics a fact counts in."""

    def __init__(self, metrics: Iterable[Metric]) -> None:
        self._by_source: dict[Source, list[Metric]] = defaultdict(list)
        for metric in metrics:
            for source in metric.sources:
                self._by_source[source].append(metric)

    def wants(self, log: str, kind: EventType) -> bool:
        """See Projection: only what some figure looks into."""
        return any(not metric.by_envelope for metric in self._by_source.get((log, kind.cls), ()))

    def cells(self, fact: Fact) -> list[tuple[Metric, Cell, int]]:
        """Every figure to which the fact adds, and what."""
        metrics = self._by_source.get((fact.log, fact.kind.cls), ())
        return [(metric, cell, amount) for metric in metrics for cell, amount in metric.cells(fact)]


class Monthly:
    """Counts and, where a figure counts cases once, the cases."""

    name, version = "monthly", 2
    tables = (MONTHLY, CASES)
    views: Mapping[str, str] = {"figures": FIGURES}

    def __init__(self, metrics: Iterable[Metric] = METRICS) -> None:
        self._counted = Counted(metrics)
        self.wants = self._counted.wants

    def rows(self, fact: Fact) -> Written:
        """See Projection."""
        month = period(fact.envelope.recorded_time)
        return [
            (MONTHLY, (month, metric.code, *cell, amount)) if metric.member is None else (CASES, (month, metric.code, *cell, metric.member(fact)))
            for metric, cell, amount in self._counted.cells(fact)
        ]


def period(at: int) -> str:
    """The month in Japan, YYYY-MM, at ``at`` (milliseconds UTC)."""
    return _month(at // _HOUR_MS)


@lru_cache(maxsize=16_384)
def _month(hour: int) -> str:
    return (datetime.fromtimestamp(hour * _HOUR_MS // 1_000, UTC) + _JAPAN).strftime("%Y-%m")
