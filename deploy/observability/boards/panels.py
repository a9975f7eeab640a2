"""Panels (図): one builder for each kind. All want a title, what it answers, what silence means, a unit and an expression."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from grafana_foundation_sdk.builders import bargauge, common, heatmap, prometheus, stat, table, timeseries
from grafana_foundation_sdk.builders.dashboard import DashboardLink, FieldColor, Row, ThresholdsConfig
from grafana_foundation_sdk.models import common as shapes
from grafana_foundation_sdk.models.dashboard import (
    DashboardLinkType,
    DataTransformerConfig,
    DynamicConfigValue,
    FieldColorModeId,
    Threshold,
    ThresholdsMode,
)
from grafana_foundation_sdk.models.heatmap import HeatmapColorMode
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

from deploy.observability.boards.words import STOP, Limits, Mapping

SOURCE = shapes.DataSourceRef(type_val="prometheus", uid="${datasource}")
HERE = "?${__url_time_range}&${__all_variables}"
WORD, NUMBER = "A", "B"
"""The two targets of a stat with limits: the word, and the number that it is said of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What every panel says of itself. ``silence``: what "no data" means, good or not; ``runbook``: the alert to read about; ``board``: uid to drill down to."""

    title: str
    answers: str
    silence: str
    unit: str
    width: int = 12
    height: int = 8
    runbook: str = ""
    board: str = ""


Instead = tuple[Sequence[Mapping], Sequence[Mapping]]
"""What is said of single values instead of their word, and instead of their number."""
NO_OTHER: Instead = ((), ())


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: heading, expression, unit, and limits that add its word beside it; ``instead`` as of ``number``."""

    heading: str
    expression: str
    unit: str = "short"
    limits: Limits | None = None
    instead: Instead = NO_OTHER


@dataclass(frozen=True, slots=True)
class Shown:
    """Series of a graph: expression and legend (labels as ``{{worker}}``)."""

    expression: str
    legend: str


def number(about: About, expression: str, limits: Limits | None = None, mappings: Sequence[Mapping] = (), instead: Instead = NO_OTHER) -> stat.Panel:
    """One value now; with limits its word stands before it; ``instead``: what is said where a value stands for something else."""
    words, numbers = instead
    panel = _about(stat.Panel(), about).color_mode(shapes.BigValueColorMode.BACKGROUND if limits or mappings else shapes.BigValueColorMode.NONE)
    panel = panel.graph_mode(shapes.BigValueGraphMode.NONE).text_mode(shapes.BigValueTextMode.VALUE).mappings([*mappings, *numbers])
    panel = panel.reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]).values(False))
    if limits is None:
        return panel.thresholds(_plain("text")).with_target(_now(NUMBER, expression, about.title))
    panel = panel.thresholds(limits.thresholds()).override_by_query(WORD, [_value("mappings", [*words, *limits.mappings()]), _value("unit", "none")])
    return panel.with_target(_now(WORD, expression, "判定")).with_target(_now(NUMBER, expression, about.title))


def graph(about: About, *series: Shown, limits: Limits | None = None, unit_ja: str = "", stacked: bool = False, names: dict[str, str] | None = None) -> timeseries.Panel:
    """Values over time; limits are lines with their word in the legend."""
    panel = _about(timeseries.Panel(), about).color_scheme(FieldColor().mode(FieldColorModeId.PALETTE_CLASSIC)).thresholds(_plain("text")).fill_opacity(30 if stacked else 0)
    panel = panel.line_width(2).min(0).legend(common.VizLegendOptions().show_legend(True).display_mode(shapes.LegendDisplayMode.LIST).placement(shapes.LegendPlacement.BOTTOM))
    panel = panel.tooltip(common.VizTooltipOptions().mode(shapes.TooltipDisplayMode.MULTI).sort(shapes.SortOrder.DESCENDING))
    if stacked:
        panel = panel.draw_style(shapes.GraphDrawStyle.BARS).stacking(common.StackingConfig().mode(shapes.StackingMode.NORMAL).group("A"))
    for place, each in enumerate(series):
        panel = panel.with_target(_over_time(_letter(place), each.expression, each.legend))
    for place, (name, value) in enumerate(limits.lines(unit_ja) if limits else [], len(series)):
        panel = panel.with_target(_over_time(_letter(place), f"vector({value:g})", name)).override_by_name(name, _line(name))
    return _named(panel, names)


def bars(about: About, *series: Shown, names: dict[str, str] | None = None) -> bargauge.Panel:
    """Values now, side by side as bars."""
    panel = _about(bargauge.Panel(), about).orientation(shapes.VizOrientation.HORIZONTAL).display_mode(shapes.BarGaugeDisplayMode.BASIC).min(0)
    panel = panel.reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]).values(False))
    for place, each in enumerate(series):
        panel = panel.with_target(_now(_letter(place), each.expression, each.legend))
    return _named(panel.thresholds(_plain("blue")), names)


def heat(about: About, buckets: str) -> heatmap.Panel:
    """How often which bucket of a histogram was hit; ``buckets`` keeps the label ``le``."""
    panel = _about(heatmap.Panel(), about).calculate(False).color(heatmap.HeatmapColorOptions().mode(HeatmapColorMode.SCHEME).scheme("Blues").steps(64))
    return panel.y_axis(heatmap.YAxisConfig().unit(about.unit)).with_target(_over_time("A", buckets, "{{le}}").format(PromQueryFormat.HEATMAP))


def rows(about: About, labels: dict[str, str], *columns: Column, sort: str = "", rising: bool = False, words: dict[str, list[Mapping]] | None = None) -> table.Panel:
    """A table: one row for each set of ``labels`` (label → heading), one column for each expression; ``words``: heading → names of its codes."""
    panel, headings = _about(table.Panel(), about).thresholds(_plain("text")), dict(labels)
    shown = [(each, limits) for each in columns for limits in ((None, each.limits) if each.limits else (None,))]
    for place, (each, limits) in enumerate(shown):
        heading = f"{each.heading}の判定" if limits else each.heading
        headings[f"Value #{_letter(place)}" if len(shown) > 1 else "Value"] = heading  # as Grafana names the values of one query, and of several
        panel = panel.with_target(_now(_letter(place), each.expression, heading).format(PromQueryFormat.TABLE))
        panel = panel.override_by_name(heading, _cell(limits, each.instead[0]) if limits else [_value("unit", each.unit), *([_value("mappings", each.instead[1])] if each.instead[1] else [])])
    for column, mappings in (words or {}).items():
        panel = panel.override_by_name(column, [_value("mappings", mappings)])
    order = {name: place for place, name in enumerate(headings)}
    panel = panel.transformations([
        DataTransformerConfig(id_val="merge", options={}),
        DataTransformerConfig(id_val="organize", options={"excludeByName": {"Time": True}, "indexByName": order, "renameByName": headings}),
    ])
    return panel.sort_by([common.TableSortByFieldState().display_name(sort).desc(not rising)]) if sort else panel


def heading(title: str, repeat: str = "") -> Row:
    """A row's heading; repeated for each value of a variable."""
    row = Row(title)
    return row.repeat(repeat) if repeat else row


def runbook(alert: str) -> DashboardLink:
    """To the alert's heading in the operators' page."""
    return DashboardLink(f"手順書：{alert}").type(DashboardLinkType.LINK).url(f"${{docs}}/operators.md#{alert.lower()}").target_blank(True)


def drill(uid: str) -> DashboardLink:
    """To another board, at the same time and with the same choices."""
    return DashboardLink("くわしく見る").type(DashboardLinkType.LINK).url(f"/d/{uid}{HERE}")


def _about(panel: Any, about: About) -> Any:
    links = [*([drill(about.board)] if about.board else []), *([runbook(about.runbook)] if about.runbook else [])]
    panel = panel.title(about.title).description(about.answers).datasource(SOURCE).unit(about.unit).span(about.width).height(about.height)
    return panel.no_value(about.silence).links(links).data_links(links)


def _plain(colour: str) -> ThresholdsConfig:
    """One colour for every value: without it Grafana paints what is above 80 red."""
    return ThresholdsConfig().mode(ThresholdsMode.ABSOLUTE).steps([Threshold(value=None, color=colour)])


def _now(letter: str, expression: str, legend: str) -> prometheus.Dataquery:
    return prometheus.Dataquery().datasource(SOURCE).ref_id(letter).expr(expression).legend_format(legend).instant()


def _over_time(letter: str, expression: str, legend: str) -> prometheus.Dataquery:
    return prometheus.Dataquery().datasource(SOURCE).ref_id(letter).expr(expression).legend_format(legend).range()


def _named(panel: Any, names: dict[str, str] | None) -> Any:
    for code, name in (names or {}).items():
        panel = panel.override_by_name(code, [_value("displayName", name)])
    return panel


def _line(name: str) -> list[DynamicConfigValue]:
    colour = {"mode": "fixed", "fixedColor": "red" if name.startswith(STOP) else "orange"}
    style = {"fill": "dash", "dash": [8, 6]}
    stacking = {"mode": "none", "group": "limit"}
    return [_value("color", colour), _value("custom.lineStyle", style), _value("custom.stacking", stacking), _value("custom.fillOpacity", 0),
            _value("custom.drawStyle", "line")]


def _cell(limits: Limits, words: Sequence[Mapping]) -> list[DynamicConfigValue]:
    return [_value("mappings", [*words, *limits.mappings()]), _value("custom.cellOptions", {"type": "color-text"})]


def _value(name: str, value: object) -> DynamicConfigValue:
    return DynamicConfigValue(id_val=name, value=value)


def _letter(place: int) -> str:
    return chr(ord("A") + place)
