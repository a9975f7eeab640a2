"""One source of limits: where an alert begins, the word on a board changes. Every panel with limits is compared with its alert, and every alert with its panels."""

from __future__ import annotations

import math
import re
from typing import Any

import pytest

from deploy.observability import edges, reading
from deploy.observability.boards import objectives
from tests.deploy.alerts.rules import alerts

LATE = {"ticket": "gate:tsunagu_stop_notices_over_1s:increase15m", "page": "gate:tsunagu_stop_notices_over_60s:increase15m"}
"""Of StopNoticeLate: what is counted says from how many seconds on a notice is late."""
BURNING = 0.01
"""Of the alerts of budgets: they compare the share that is late, boards the speed: that share by the one that may be."""
IN_DAYS = {"CertExpiry"}
"""Alerts in seconds, of which boards tell days."""
OWN = {
    "約束の余裕": "a budget that is left; its alert is about the speed at which it goes", "余裕の少ない順": "the same", "残りの余裕": "the same",
    "提供しなかった件数（24時間）": "a number for a look; its alert compares with a week ago",
    "入力を読み終えてからの時間": "of it there is no alert; DenialFlat is what comes of it", "返事のない停止の通知": "of recipients; no alert is about them",
    "ロック待ち": "a number for a look; DatabaseDown is what comes of it", "止まっている区画": "counted by the process itself; its alert counts seconds, from outside",
    "脇に置いた事例": "a number for a look", "まだ入っていない記録": "records; its alert counts seconds", "再構築で見つかった違い": "of a rebuild that nobody reads yet",
    "投影の一覧": "yes or no", "ブローカー": "yes or no", "データベース": "yes or no", "動いていない部品": "yes or no",
}
"""Panels whose limits are not the edge of the alert that they link to, and why."""
UNSHOWN = {
    "DenialSpike": "compares with a week ago", "DenialFlat": "a number of inputs that must be there", "RejectedInput": "a board shows it by minute and reason",
    "DiskFillsUp": "volumes of a cluster are on the boards that its operators bring",
}
"""Alerts with an edge that no panel has as a limit, and why."""
PANELS = [(f"{path.stem}: {panel['title']}", panel) for path in reading.files() for panel in reading.panels(reading.board(path))]


def limits(panel: dict[str, Any]) -> set[float]:
    """Where a word begins in a panel: in its colours, in the words of its columns, as lines of a graph."""
    says = panel["fieldConfig"]
    steps = {step["value"] for step in says["defaults"].get("thresholds", {}).get("steps", ())}
    words = {
        each["options"].get("from") for column in says["overrides"] for found in column["properties"] if found["id"] == "mappings" and "Value" not in str(column["matcher"])
        for each in found["value"] if each["type"] == "range"
    }
    lines = {float(found[1]) for target in panel["targets"] if "の線（" in target["legendFormat"] and (found := re.fullmatch(r"vector\((.+)\)", target["expr"]))}
    return {float(each) for each in (steps | words) if each is not None} | lines


def linked(panel: dict[str, Any]) -> str:
    """The alert, in small letters, whose runbook a panel links to."""
    return next((link["url"].partition("#")[2] for link in panel["links"] if "#" in link["url"]), "")


def begins(alert: str) -> set[float]:
    """From which values on the alert's rules fire, as a board tells them; those of counts as whole numbers."""
    if alert == "StopNoticeLate":
        return {edges.bucket(each) for each in LATE.values()}
    found = {value for rule in alerts() if rule["alert"] == alert and (value := edges.of(rule["expr"])) is not None}
    if alert.endswith("BudgetBurn"):
        return {round(max(found) / BURNING, 6)}
    return {value / 86_400 for value in found} if alert in IN_DAYS else found


def agrees(edge: float, found: set[float]) -> bool:
    """A limit is the edge, or the first whole number behind it."""
    return edge in found or math.floor(edge) + 1 in found


NAMES = {rule["alert"].lower(): rule["alert"] for rule in alerts()}
WITH_LIMITS = {f"{name} ({linked(panel)})": panel for name, panel in PANELS if limits(panel) and linked(panel)}


@pytest.mark.parametrize("name", WITH_LIMITS)
def test_a_panel_changes_its_word_where_its_alert_begins(name: str):
    """At every edge of the alert, or it is said why not; then there is none at which it does so by chance."""
    panel = WITH_LIMITS[name]
    found, wanted = limits(panel), begins(NAMES[linked(panel)])

    assert (panel["title"] in OWN) != (bool(wanted) and any(agrees(edge, found) for edge in wanted)), (found, wanted)


def test_every_edge_of_an_alert_is_a_limit_somewhere():
    """Or it is said why not."""
    shown: dict[str, set[float]] = {}
    for panel in WITH_LIMITS.values():
        if panel["title"] not in OWN:
            shown.setdefault(NAMES[linked(panel)], set()).update(limits(panel))
    missing = {alert for alert in NAMES.values() if any(not agrees(edge, shown.get(alert, set())) for edge in begins(alert))}

    assert {*UNSHOWN} == missing


def test_no_reason_is_left_over():
    """Of panels that are there no more."""
    assert {*OWN} <= {panel["title"] for panel in WITH_LIMITS.values()}


def test_nobody_is_called_about_fewer_than_the_board_says_anything_about():
    """A page about a budget needs as many events in its long window as the budget itself; a ticket never fewer."""
    burns = [(rule["labels"]["severity"], int(re.search(r":increase\w+ >= (\d+)", rule["expr"])[1])) for rule in alerts() if rule["alert"].endswith("BudgetBurn")]

    assert {("page", objectives.ENOUGH)} == {each for each in burns if each[0] == "page"}
    assert all(volume >= objectives.ENOUGH for _, volume in burns)


@pytest.mark.parametrize(("expression", "edge"), [
    ('max{worker!="live"} > 120\nand deriv(x[10m]) > 0', 120), ("# > 3\ntime() - (x > 0) > 7200 or (y == 0)", 7200), ("x < 10 * 1024 ^ 3", 10 * 1024**3), ("x >= 2.5", 2.5), ("x == 0", None),
])
def test_the_edge_is_what_the_whole_is_compared_with_first(expression: str, edge: float | None):
    """Not what a part of it is compared with."""
    assert edge == edges.of(expression)


def test_an_edge_that_there_is_not_is_told():
    """Before a board says something else."""
    for asked in (lambda: edges.edge("LagSeconds", "ticket"), lambda: edges.edge("WorkerAbsent", "page"), lambda: edges.bucket("gate:tsunagu_decisions:increase10m")):
        with pytest.raises(edges.NoEdge):
            asked()
