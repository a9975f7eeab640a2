"""Data on stdout, in the shape that the user asked for."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.reporting.exports.cells import guarded

if TYPE_CHECKING:
    from rich.table import Column, Table

SENTENCE = 24
"""Least width of a column of sentences, in a terminal."""


class Output(StrEnum):
    """How rows are written."""

    TABLE = "table"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"


OutputOption = Annotated[Output, typer.Option("--output", "-o", help="Shape of the data on stdout.")]


def show(rows: Iterable[Mapping[str, Any]], columns: Sequence[str], output: Output, title: str | None = None) -> None:
    """Write rows; ``columns`` are their keys in the order of a table or CSV, JSON has every key.

    In CSV no text can be taken for a formula (CWE-1236).
    """
    rows = list(rows)
    match output:
        case Output.TABLE:
            _table(rows, columns, title)
        case Output.JSON:
            print(json.dumps(rows, ensure_ascii=False, indent=1))
        case Output.JSONL:
            for row in rows:
                print(json.dumps(row, ensure_ascii=False))
        case Output.CSV:
            writer = csv.DictWriter(sys.stdout, columns, extrasaction="ignore", lineterminator="\n")
            writer.writeheader()
            writer.writerows({name: guarded(value) if isinstance(value, str) else value for name, value in row.items()} for row in rows)


def _table(rows: list[Mapping[str, Any]], columns: Sequence[str], title: str | None) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table(*columns, title=title, title_justify="left")
    for row in rows:  # as Text: what stands in brackets is no markup
        table.add_row(*(Text("" if row.get(column) is None else str(row[column])) for column in columns))
    write(table)


def write(table: Table, piped: int | None = None) -> None:
    """A table on stdout with nothing cut off. A column of single words (names, addresses, ids) is never wrapped; sentences are.

    Where a terminal is too narrow even so, it wraps the lines itself. Elsewhere lines are as long as they come, or ``piped`` characters.
    """
    from rich.console import Console

    widest = [_widest(column) for column in table.columns]
    for column, width in zip(table.columns, widest, strict=True):
        column.no_wrap, column.overflow = width <= SENTENCE or not any(" " in str(cell) for cell in column.cells), "fold"
    least = [width if column.no_wrap else SENTENCE for column, width in zip(table.columns, widest, strict=True)]
    terminal = Console()
    room = terminal.width if sys.stdout.isatty() else piped or _ruled(widest)
    Console(width=max(room, _ruled(least)), height=terminal.height, soft_wrap=True).print(table)  # the width counts only with a height


def _widest(column: Column) -> int:
    from rich.cells import cell_len

    return max(cell_len(str(text)) for text in (column.header, *column.cells))


def _ruled(widths: Sequence[int]) -> int:
    """The width of a table: each column has a rule and two blanks beside it, and a last rule follows."""
    return sum(widths) + 3 * len(widths) + 1
