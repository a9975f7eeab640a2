"""Filling (図に値を入れる): a board with its repeated rows laid out and its queries answered, ready to be drawn."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from deploy.observability import reading
from deploy.observability.preview.asking import Prometheus, Unanswered

POINTS = 240
"""How many points a line has at most."""
_AT_ONCE = 6


@dataclass(frozen=True, slots=True)
class Look:
    """What is looked at: ``span`` seconds up to ``until`` (Unix seconds; None: now), with values of variables."""

    span: int
    chosen: Mapping[str, str] = field(default_factory=dict)
    until: float | None = None


def filled(board: dict[str, Any], prometheus: Prometheus, look: Look) -> dict[str, Any]:
    """The board's panels with what Prometheus answered: instant values as ``value``, lines as ``values``. Raises Unanswered."""
    end = look.until or time.time()
    every = prometheus.scraped_every()
    step = max(every, look.span // POINTS)
    times = {"start": end - look.span, "end": end, "step": step}
    placed = list(_placed(board, prometheus, look))

    def answered(place: tuple[dict[str, Any], Mapping[str, str]]) -> dict[str, Any]:
        panel, values = place
        rate = f"{max(4 * every, step + every)}s"
        return {**panel, "answers": [_answer(prometheus, target, values, rate, times) for target in panel.get("targets", ())]}

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return {**{name: board[name] for name in ("title", "description", "uid")}, **times, "panels": list(pool.map(answered, placed))}


def height(board: dict[str, Any], prometheus: Prometheus, look: Look) -> int:
    """How many rows of the grid the laid out board takes. Raises Unanswered."""
    return max(panel["gridPos"]["y"] + panel["gridPos"]["h"] for panel, _ in _placed(board, prometheus, look))


def _answer(prometheus: Prometheus, target: dict[str, Any], values: Mapping[str, str], rate: str, times: dict[str, float]) -> dict[str, Any]:
    expression = reading.put_in(target["expr"], values, rate)
    try:
        series = prometheus.now(expression, times["end"]) if target.get("instant") else prometheus.during(expression, **times)
    except Unanswered as problem:
        return {"ref": target["refId"], "legend": target["legendFormat"], "series": [], "problem": str(problem)}
    return {"ref": target["refId"], "legend": target["legendFormat"], "series": series}


def _placed(board: dict[str, Any], prometheus: Prometheus, look: Look) -> Iterator[tuple[dict[str, Any], Mapping[str, str]]]:
    """Panels with the values of their variables; a repeated row once for each value, one below the other."""
    everything, moved = {**reading.EVERYTHING, **look.chosen}, 0
    for row, panels in _rows(board):
        name = row.get("repeat") if row else None
        each_for = _values(board, name, prometheus, everything) if name else [everything]
        tall = (max(panel["gridPos"]["y"] + panel["gridPos"]["h"] for panel in panels) - row["gridPos"]["y"]) if row and panels else 0
        for turn, values in enumerate(each_for):
            shift = moved + turn * tall
            yield from ((_moved(panel, shift, values), values) for panel in (*([row] if row else []), *panels))
        moved += (len(each_for) - 1) * tall


def _rows(board: dict[str, Any]) -> Iterator[tuple[dict[str, Any] | None, list[dict[str, Any]]]]:
    """Each row's heading with what stands below it; what stands above the first has none."""
    row, panels = None, []
    for panel in board["panels"]:
        if panel["type"] == "row":
            yield row, panels
            row, panels = panel, []
        else:
            panels.append(panel)
    yield row, panels


def _values(board: dict[str, Any], name: str, prometheus: Prometheus, everything: Mapping[str, str]) -> list[Mapping[str, str]]:
    (variable,) = (each for each in board["templating"]["list"] if each["name"] == name)
    selector, label = re.fullmatch(r"label_values\((.*), (\w+)\)", variable["query"]).groups()
    found = [value for value in prometheus.values(reading.put_in(selector, everything), label) if re.fullmatch(everything[name], value)]
    return [{**everything, name: value} for value in found] or [everything]


def _moved(panel: dict[str, Any], down: int, values: Mapping[str, str]) -> dict[str, Any]:
    at = panel["gridPos"]
    return {**panel, "title": reading.put_in(panel["title"], values), "gridPos": {**at, "y": at["y"] + down}}
