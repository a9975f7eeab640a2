"""Monthly activity (月次実績): the metrics, counted by month in Japan, added up before they reach the database."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from contracts.catalogue import EventType
from services.reporting.projections.metrics import METRICS, Metric, Source
from services.reporting.projections.projection import Fact, Write

ADD = """
    INSERT INTO reporting.monthly (period, metric, dimension, value) VALUES ($1, $2, $3, $4)
    ON CONFLICT (period, metric, dimension) DO UPDATE SET value = monthly.value + excluded.value"""
JOIN = """
    INSERT INTO reporting.monthly_cases (period, metric, dimension, case_id) VALUES ($1, $2, $3, $4)
    ON CONFLICT DO NOTHING"""

_JAPAN = timedelta(hours=9)
Cell = tuple[str, str, str]
"""Period, metric, dimension."""


class Monthly:
    """Counts and, where a figure counts cases once, the cases."""

    name = "monthly"

    def __init__(self, metrics: Iterable[Metric] = METRICS) -> None:
        self._by_source: dict[Source, list[Metric]] = defaultdict(list)
        for metric in metrics:
            for source in metric.sources:
                self._by_source[source].append(metric)

    def wants(self, log: str, kind: EventType) -> bool:
        """See Projection: only what some figure is divided by."""
        return any(not metric.by_envelope for metric in self._by_source.get((log, kind.cls), ()))

    def writes(self, facts: Sequence[Fact]) -> list[Write]:
        """See Projection."""
        counts: Counter[Cell] = Counter()
        cases: set[tuple[str, str, str, str]] = set()
        for fact in facts:
            for metric in self._by_source.get((fact.log, fact.kind.cls), ()):
                for dimension, amount in metric.tally(fact):
                    cell = (period(fact.envelope.recorded_time), metric.code, dimension)
                    if metric.distinct:
                        cases.add((*cell, fact.envelope.subject))
                    else:
                        counts[cell] += amount
        return _added(counts) + _joined(cases)


def period(at: int) -> str:
    """The month in Japan, YYYY-MM, at ``at`` (milliseconds UTC)."""
    return (datetime.fromtimestamp(at / 1000, UTC) + _JAPAN).strftime("%Y-%m")


def _added(counts: Counter[Cell]) -> list[Write]:
    return [Write(ADD, sorted((*cell, amount) for cell, amount in counts.items()))] if counts else []


def _joined(cases: set[tuple[str, str, str, str]]) -> list[Write]:
    return [Write(JOIN, sorted(cases))] if cases else []
