"""Frame (枠): what all boards have in common: variables, notes on the time axis, links, time zone; nobody edits them by hand."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml
from grafana_foundation_sdk.builders.dashboard import (
    AnnotationQuery,
    ConstantVariable,
    CustomVariable,
    Dashboard,
    DashboardLink,
    DatasourceVariable,
    QueryVariable,
    Row,
)
from grafana_foundation_sdk.models.dashboard import (
    DashboardCursorSync,
    DashboardLinkType,
    VariableOption,
    VariableRefresh,
    VariableSort,
)

from deploy.observability.boards.panels import SOURCE
from deploy.observability.boards.query import of

TAG = "tsunagu"
DOCS: str = yaml.safe_load((Path(__file__).resolve().parents[1] / "prometheus" / "prometheus.yml").read_text("utf-8"))["global"]["external_labels"]["docs"]
"""Where the documents are read, without a slash at the end: Prometheus's external label ``docs``, for the alerts, and the constant ``docs`` of every board."""
ALL = VariableOption(text="すべて", value="$__all")
PICKED = {
    "service": ("部品", "consumed_total", "service"),
    "from_agency": ("送り手の機関", "disclosures_total", "from_agency"),
    "to_agency": ("受け手の機関", "received_total", "to_agency"),
    "topic": ("トピック", "partition_lag_seconds", "topic"),
}
"""Variable → its label for people, and the series and label whose values can be chosen."""


def _began(what: str, selector: str) -> str:
    """Has values for five minutes after something new is there."""
    return f"{what} ({selector}) unless {what} ({selector} offset 5m)"


_WORKS = of("rebuild_phase")
NOTES = (
    ("配備", "blue", _began("count by (version, git)", of("build_info")), "版が替わりました", "version,git"),
    ("再割り当て", "purple", f"sum by (worker) (increase({of('rebalances_total')}[2m])) > 0", "受け持ちの再割り当て", "worker"),
    ("再構築の始まり", "green", f"({_WORKS} > 0) unless ({_WORKS} offset 2m > 0)", "投影の再構築が始まりました", "projection"),
    ("再構築の終わり", "green", f"({_WORKS} == 0) and ({_WORKS} offset 2m > 0)", "投影の再構築が終わりました", "projection"),
    ("規則集の発効", "yellow", _began("count by (pack)", of("pack_info")), "規則集が効力をもちました", "pack"),
    ("警報", "red", of("ALERTS", 'alertstate="firing"', 'alertname!="Watchdog"'), "警報が鳴っています", "alertname,severity"),
)
"""Name, colour, expression that has values while it is so, text, labels shown."""


def board(uid: str, title: str, answers: str, panels: Sequence[Any], picked: Sequence[str] = (), aggregated: bool = False) -> Dashboard:
    """A board with one question, ``answers``, and the panels and rows in order; ``picked``: variables of PICKED."""
    made = Dashboard(title).uid(uid).description(answers).tags([TAG]).readonly().refresh("30s").time("now-6h", "now").timezone("Asia/Tokyo")
    made = made.tooltip(DashboardCursorSync.CROSSHAIR).link(_others())
    for each in (_datasource(), *(_picked(name) for name in picked), *([_aggregation()] if aggregated else []), _documents()):
        made = made.with_variable(each)
    for name, colour, expression, text, labels in NOTES:
        made = made.annotation(_note(name, colour, expression, text, labels))
    for panel in panels:
        made = made.with_row(panel) if isinstance(panel, Row) else made.with_panel(panel)
    return made


def _others() -> DashboardLink:
    link = DashboardLink("ほかのダッシュボード").type(DashboardLinkType.DASHBOARDS).tags([TAG])
    return link.icon("external link").as_dropdown(False).include_vars(True).keep_time(True)


def _datasource() -> DatasourceVariable:
    return DatasourceVariable("datasource").label("データ源").type("prometheus").current(VariableOption(text="Prometheus", value="tsunagu-prometheus"))


def _picked(name: str) -> QueryVariable:
    label, series, of_label = PICKED[name]
    return _query(name, label, f"label_values({of(series)}, {of_label})").multi(True)


def _query(name: str, label: str, query: str) -> QueryVariable:
    made = QueryVariable(name).label(label).datasource(SOURCE).query(query).refresh(VariableRefresh.ON_TIME_RANGE_CHANGED)
    return made.sort(VariableSort.ALPHABETICAL_ASC).include_all(True).all_value(".*").current(ALL)


def _aggregation() -> CustomVariable:
    return CustomVariable("aggr").label("まとめ方").values("合計 : sum,平均 : avg,最大 : max").current(VariableOption(text="合計", value="sum"))


def _documents() -> ConstantVariable:
    return ConstantVariable("docs").label("文書の場所").value(DOCS)


def _note(name: str, colour: str, expression: str, text: str, labels: str) -> AnnotationQuery:
    note = AnnotationQuery().name(name).icon_color(colour).datasource(SOURCE).enable(True).hide(False).expr(expression).step("60s")
    return note.title_format(text).text_format(" ".join(f"{{{{{label}}}}}" for label in labels.split(","))).tag_keys(labels).use_value_for_time(False)
