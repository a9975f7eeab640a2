"""Printing: tables, JSON or CSV on stdout; progress on stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.figures import COLUMNS, Figure
from cli.output import Output, show

WIDTH = 150
"""Columns of a table that nobody looks at in a terminal."""


class Shape(StrEnum):
    """How figures are printed."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


@dataclass(frozen=True, slots=True)
class Part:
    """The outcome of one measurement: figures, and remarks that only a table shows."""

    name: str
    title: str
    figures: tuple[Figure, ...]
    remarks: tuple[str, ...] = field(default=())


def tell(text: str) -> None:
    """One line of progress."""
    print(f"bench: {text}", file=sys.stderr, flush=True)


def show_machine(machine: Mapping[str, str]) -> None:
    """The machine, above tables."""
    _table([{"this machine": name, "is": value} for name, value in machine.items()], ("this machine", "is"), None)


def show_part(part: Part) -> None:
    """One measurement as a table."""
    _table([figure.row() for figure in part.figures], COLUMNS, f"\n{part.name}: {part.title}")
    for remark in part.remarks:
        print(remark)


def show_data(parts: list[Part], machine: Mapping[str, str], shape: Shape) -> None:
    """Every measurement as data; the machine is part of JSON and goes to stderr beside CSV."""
    rows = [{"part": part.name, **figure.row()} for part in parts for figure in part.figures]
    if shape is Shape.JSON:
        print(json.dumps({"machine": machine, "figures": rows}, ensure_ascii=False, indent=1))
        return
    for name, value in machine.items():
        tell(f"{name}: {value}")
    show(rows, ("part", *COLUMNS), Output.CSV)


def _table(rows: list[dict[str, Any]], columns: Sequence[str], title: str | None) -> None:
    """A table that keeps its lines whole when it goes into a file."""
    table = Table(*columns, title=title, title_justify="left")
    for row in rows:
        table.add_row(*("" if row[column] is None else str(row[column]) for column in columns))
    Console(width=None if sys.stdout.isatty() else WIDTH).print(table)
