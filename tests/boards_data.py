"""Whether every query of every board is answered with data."""

from __future__ import annotations

import math

from deploy.observability import reading
from deploy.observability.preview.asking import Prometheus
from deploy.observability.preview.filling import Look, filled


def silent(address: str, span: int) -> list[str]:
    """The targets that are answered with nothing, with nothing finite, or with a fault, as "board: panel, target"."""
    found = []
    for path in reading.files():
        for panel in filled(reading.board(path), Prometheus(address), Look(span))["panels"]:
            found += [f"{path.stem}: {panel['title']}, {each['ref']}: {each.get('problem', 'nothing')}" for each in panel["answers"] if not _finite(each["series"])]
    return found


def _finite(series: list) -> bool:
    """Something is there, and all now and every line at some time is a number."""
    lines = [[float(value) for _, value in each.get("values", [each.get("value")])] for each in series]
    return bool(lines) and all(any(math.isfinite(value) for value in line) for line in lines)
