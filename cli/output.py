"""Data on stdout, in the shape that the user asked for."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Any

import typer


class Output(StrEnum):
    """How rows are written."""

    TABLE = "table"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"


OutputOption = Annotated[Output, typer.Option("--output", "-o", help="Shape of the data on stdout.")]


def show(rows: Iterable[Mapping[str, Any]], columns: Sequence[str], output: Output, title: str | None = None) -> None:
    """Write rows; ``columns`` are their keys in the order of a table or CSV, JSON has every key."""
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
            writer.writerows(rows)


def _table(rows: list[Mapping[str, Any]], columns: Sequence[str], title: str | None) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(*columns, title=title, title_justify="left")
    for row in rows:
        table.add_row(*("" if row.get(column) is None else str(row[column]) for column in columns))
    Console(soft_wrap=not sys.stdout.isatty()).print(table)
