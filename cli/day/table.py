"""The day's table on standard output, and its live progress on standard error."""

from __future__ import annotations

import csv
import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from cli.day.rows import Receipt, Row, Withheld
from cli.day.story import Step
from cli.output import Output, write
from contracts.catalogue import CATALOGUE

COLUMNS = ("step", "agency", "event_id", "type", "outcome", "rule", "recipients", "withheld", "millis")
_STYLES = {"RECORDED": "", "PERMIT": "green", "REDACT": "yellow", "HOLD": "cyan", "DENY": "red", "STOPPED": "magenta"}


def show(rows: list[Row], output: Output) -> None:
    """Write the rows in the shape asked for."""
    match output:
        case Output.JSON:
            print(json.dumps([row.to_json() for row in rows], ensure_ascii=False, indent=1))
        case Output.JSONL:
            for row in rows:
                print(json.dumps(row.to_json(), ensure_ascii=False))
        case Output.CSV:
            _csv(rows)
        case Output.TABLE:
            _table(rows)


def _csv(rows: list[Row]) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow((row.step, row.agency, row.event_id, row.type, row.outcome, row.rule, _received(row), _kept(row), row.millis))


def _table(rows: list[Row]) -> None:
    table = Table(show_lines=False, header_style="bold", pad_edge=False)
    for name, justify in (("#", "right"), ("agency", "left"), ("what was sent", "left"), ("outcome", "left"), ("rule", "left"),
                          ("who received which categories", "left"), ("withheld", "left"), ("ms", "right")):
        table.add_column(name, justify=justify)  # type: ignore[arg-type]
    last = 0
    for row in rows:
        if row.step != last and last:
            table.add_section()
        number, last = str(row.step) if row.step != last else "", row.step
        table.add_row(number, row.agency, _title(row), _outcome(row), row.rule, Text(_received(row)), Text(_kept(row)), str(row.millis))
    write(table, piped=200)


def _title(row: Row) -> str:
    kind = CATALOGUE.get(row.type)
    return f"{kind.title_ja} {row.type}" if kind else row.type


def _outcome(row: Row) -> Text:
    text = Text(row.outcome, style=_STYLES.get(row.outcome, "red"))
    return text + Text(f" ✗ {row.fault}", style="bold red") if row.fault else text


def _received(row: Row) -> str:
    return "; ".join(_receipt(receipt) for receipt in row.recipients)


def _receipt(receipt: Receipt) -> str:
    return f"{receipt.agency} ({' '.join(receipt.categories)})" if receipt.categories else receipt.agency


def _kept(row: Row) -> str:
    """Withheld parts, agency by agency: categories and reasons, each once."""
    by_agency: dict[str, list[Withheld]] = {}
    for entry in row.withheld:
        by_agency.setdefault(entry.agency, []).append(entry)
    return "; ".join(_kept_from(agency, entries) for agency, entries in by_agency.items())


def _kept_from(agency: str, entries: list[Withheld]) -> str:
    what = " ".join(dict.fromkeys(entry.category for entry in entries if entry.category)) or "all"
    return f"{agency}: {what} [{' '.join(dict.fromkeys(entry.reason for entry in entries))}]"


class Shown:
    """Progress of the day: a bar on a terminal, a line a step elsewhere."""

    def __init__(self, progress: Progress | None) -> None:
        self._progress, self._task, self._began, self._title = progress, None, 0.0, ""

    def begin(self, step: Step, total: int) -> None:
        """The story has come to ``step``."""
        self.end()
        self._began, self._title = time.monotonic(), f"{step.number:2} {step.title_ja}"
        if self._progress:
            if self._task is None:
                self._task = self._progress.add_task("", total=total)
            self._progress.update(self._task, completed=step.number - 1, description=self._title)

    def tell(self, row: Row) -> None:
        """A row has come about."""
        if self._progress:
            self._progress.console.print(f"   {row.agency:<13} {row.type:<32} ", Text(row.outcome, style=_STYLES.get(row.outcome, "red")),
                                         f" {_received(row)}", sep="", highlight=False)

    def end(self) -> None:
        """The step is over."""
        if self._title and not self._progress:
            print(f"tsunagu: day: {self._title}: {time.monotonic() - self._began:.1f} s", file=sys.stderr, flush=True)


@contextmanager
def shown() -> Iterator[Shown]:
    """What fits where standard error goes."""
    if not sys.stderr.isatty():
        lines = Shown(None)
        yield lines
        lines.end()
        return
    times = (TimeElapsedColumn(), TextColumn("ETA"), TimeRemainingColumn())
    with Progress(SpinnerColumn(), TextColumn("{task.description}"), BarColumn(24), MofNCompleteColumn(), *times,
                  console=Console(stderr=True)) as progress:
        yield Shown(progress)
