"""Small cells (秘匿): counts of persons so small that somebody could be recognised do not leave the town (R15). Rows in, rows out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from contracts.catalogue import BY_CLASS
from services.reporting.projections.metrics import METRICS, Metric

Row = Mapping[str, Any]
HIDDEN = "hidden"
"""Key of a row: whether its value is kept back."""


def for_outside(rows: Sequence[Row], limit: int) -> list[dict[str, Any]]:
    """Rows of ``queries.monthly`` as they may leave the town: what counts persons and is below ``limit`` has no value; nobody is no secret.

    Where a single cell of a figure is kept back, its smallest neighbour is too: else it could be had by taking the others from a total.
    """
    counting = {metric.code for metric in METRICS if of_persons(metric)}
    cells: defaultdict[str, list[int]] = defaultdict(list)
    for place, row in enumerate(rows):
        if row["metric"] in counting and row["value"]:
            cells[row["metric"]].append(place)
    hidden = {place for places in cells.values() for place in _hidden(rows, places, limit)}
    return [{**row, "value": None if place in hidden else row["value"], HIDDEN: place in hidden} for place, row in enumerate(rows)]


def of_persons(metric: Metric) -> bool:
    """Whether it counts persons, or what happened to one: facts of cases, and heads."""
    return metric.unit_ja == "人" or any(BY_CLASS[kind].key == "case" for _, kind in metric.sources)


def _hidden(rows: Sequence[Row], places: Sequence[int], limit: int) -> Collection[int]:
    small = [place for place in places if rows[place]["value"] < limit]
    others = sorted((place for place in places if place not in small), key=lambda place: rows[place]["value"])
    return [*small, *others[:1]] if len(small) == 1 else small
