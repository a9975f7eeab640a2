"""Reported figures (報告した実績): what a town has reported for each month, as corrected last; for itself with every value, for the
prefecture without the cells that stay in the town.
"""

from __future__ import annotations

from collections.abc import Mapping

from contracts.catalogue import EventType
from contracts.reporting import FigureCorrected, FigureReported
from services.reporting.projections.projection import Fact, Written
from services.reporting.projections.table import ADD, KEY, MAX, MIN, Column, Table
from services.reporting.resource import Resource, Role

_KEY = (
    Column("municipality", "text", KEY), Column("period", "text", KEY), Column("metric", "text", KEY), Column("divided", "text", KEY),
    Column("dimension", "text", KEY),
)
_DEFINED = (Column("basis", "text"), Column("definition", "integer"))
REPORTED_FIGURES = Table("reported_figures", (
    *_KEY, *_DEFINED, Column("value", "bigint"), Column("hidden", "boolean"), Column("positions", "text"), Column("causes", "text[]"),
    Column("cause_count", "bigint"), Column("corrections", "bigint", ADD), Column("reported_at", "timestamptz", MIN), Column("stated_at", "timestamptz", MAX),
), municipality="municipality")
"""The town's own: every value, and what the last correction was caused by."""
SHARED_FIGURES = Table("shared_figures", (*_KEY, *_DEFINED, Column("value", "bigint")), municipality="municipality")
"""What leaves the town: KEPT_BACK in place of a value that stays there, so that this table never holds it."""
KEPT_BACK = -1
PREFECTURE_FIGURES = f"""
    SELECT municipality, period, metric, divided, dimension, basis, definition, NULLIF(value, {KEPT_BACK}) AS value, value = {KEPT_BACK} AS hidden
    FROM {{schema}}.shared_figures"""
_HEADINGS = {
    "municipality": "市町村", "period": "月", "metric": "指標", "divided": "内訳", "dimension": "区分", "basis": "数え方", "definition": "定義の版", "value": "値",
    "hidden": "秘匿",
}
_ORDER, _FILTERS = ("municipality", "period", "metric", "divided", "dimension"), ("municipality", "period", "metric", "divided")

RESOURCES = (
    Resource(
        name="reported-figures", title_ja="報告した実績", view="reported_figures", projection="reported", municipality="municipality",
        headings={**_HEADINGS, "positions": "ログの位置", "corrections": "訂正回数", "causes": "訂正の原因", "cause_count": "原因の数", "reported_at": "報告日時",
                  "stated_at": "最終の記録"},
        order=_ORDER, filters=_FILTERS, roles=frozenset((Role.MUNICIPALITY, Role.AUDITOR)),
    ),
    Resource(
        name="prefecture-figures", title_ja="県内の実績", view="prefecture_figures", projection="shared", municipality="municipality",
        headings=_HEADINGS, order=_ORDER, filters=_FILTERS, roles=frozenset((Role.MUNICIPALITY, Role.PREFECTURE)),
    ),
)


class _OfReports:
    """Reads what was reported and corrected. The facts of one figure have one key in one log, so that the last one counts."""

    views: Mapping[str, str] = {}

    def wants(self, log: str, kind: EventType) -> bool:
        """See Projection."""
        return log == "reporting" and kind.cls in (FigureReported, FigureCorrected)


class Reported(_OfReports):
    """At the town."""

    name, version = "reported", 1
    tables = (REPORTED_FIGURES,)

    def rows(self, fact: Fact) -> Written:
        """See Projection."""
        if not self.wants(fact.log, fact.kind):
            return
        figure, at = fact.event, fact.recorded_at
        corrected = int(isinstance(figure, FigureCorrected))
        yield REPORTED_FIGURES, (
            *_cell(fact), figure.basis, figure.definition, figure.value, figure.hidden, figure.positions, list(figure.causes), figure.cause_count,
            corrected, at, at,
        )


class Shared(_OfReports):
    """At the town, and at its prefecture."""

    name, version = "shared", 1
    tables = (SHARED_FIGURES,)
    views: Mapping[str, str] = {"prefecture_figures": PREFECTURE_FIGURES}

    def rows(self, fact: Fact) -> Written:
        """See Projection."""
        if self.wants(fact.log, fact.kind):
            figure = fact.event
            yield SHARED_FIGURES, (*_cell(fact), figure.basis, figure.definition, KEPT_BACK if figure.hidden else figure.value)


def town(fact: Fact) -> str:
    """The municipality in whose log the fact lies."""
    return fact.topic.partition(".")[0] or fact.envelope.municipality


def _cell(fact: Fact) -> tuple[str, str, str, str, str]:
    """Town, month, metric under its public name, division, dimension."""
    figure = fact.event
    return town(fact), figure.period, str(figure.metric), figure.divided, figure.dimension
