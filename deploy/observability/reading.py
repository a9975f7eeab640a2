"""Reading (読み取り): the committed boards, their panels and the queries in them, with variables put in."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent / "grafana" / "dashboards"
ORDER = ("overview", "slo", "gate", "services", "projections", "base", "audit")
"""From what everybody looks at to what few do, as docs/dashboards.md tells of them."""
EVERYTHING = {"service": ".*", "from_agency": ".*", "to_agency": ".*", "topic": ".*", "aggr": "sum", "docs": "/docs"}
"""Values of the variables when nothing is chosen."""


def files() -> list[Path]:
    """The boards' files, in ORDER."""
    return sorted(FOLDER.glob("*/*.json"), key=lambda path: ORDER.index(path.stem))


def board(path: Path) -> dict[str, Any]:
    """One board, as Grafana reads it."""
    return json.loads(path.read_text("utf-8"))


def panels(shown: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The panels of a board that show something: all but the headings of rows."""
    return (each for each in shown["panels"] if each["type"] != "row")


def queries(shown: dict[str, Any]) -> Iterator[str]:
    """Every expression of a board, of its notes too, as it stands in the file."""
    yield from (target["expr"] for panel in panels(shown) for target in panel["targets"])
    yield from (note["expr"] for note in shown["annotations"]["list"])


def put_in(expression: str, values: Mapping[str, str] = EVERYTHING, rate: str = "1m", span: str = "6h") -> str:
    """The expression with its variables put in; ``rate``: the window of rates, ``span``: the time shown."""
    found = expression.replace("$__rate_interval", rate).replace("$__range", span)
    for name in sorted(values, key=len, reverse=True):
        found = found.replace(f"${{{name}}}", values[name]).replace(f"${name}", values[name])
    return found
