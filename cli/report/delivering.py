"""Delivering: every report leaves by this one way, as a table, or as an export on stdout or in a file."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import typer

from cli.leaving import PROBLEMS, leave
from cli.output import Output, show
from cli.report.asking import Answer, Row
from cli.report.definitions import Report
from services.reporting.exports.canonical import Canonical
from services.reporting.exports.cells import cell
from services.reporting.exports.characters import Encoding, Misfit
from services.reporting.exports.csv_file import BESIDE, beside
from services.reporting.exports.export import Format, export
from services.reporting.exports.provenance import Provenance

TOLD_AT_MOST = 20
"""Misfits that are told on stderr where a file beside the CSV has them all."""


class Shape(StrEnum):
    """How a report leaves."""

    TABLE = "table"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"
    XLSX = "xlsx"


ShapeOption = Annotated[Shape | None, typer.Option("--output", "-o", help="Shape of the data; as the name of the file ends, else a table.")]
EncodingOption = Annotated[
    Encoding, typer.Option("--encoding", help="Of a CSV. What does not fit is marked (〓), told on stderr, and the exit code is 1."),
]
ToOption = Annotated[Path | None, typer.Option("--to", dir_okay=False, help="File to write; a CSV gets FILE.provenance.json beside it.")]


@dataclass(frozen=True, slots=True)
class Way:
    """How the user wants it. Raises BadParameter for what does not go together."""

    output: Shape | None = None
    encoding: Encoding = Encoding.UTF_8
    to: Path | None = None

    def __post_init__(self) -> None:
        if self.to is not None and self.shape is Shape.TABLE:
            raise typer.BadParameter("a table is for the screen; name the file *.csv, *.xlsx, *.json or *.jsonl, or the shape with --output", param_hint="--to")
        if self.encoding is not Encoding.UTF_8 and self.shape is not Shape.CSV:
            raise typer.BadParameter(f"only a CSV can be {self.encoding}", param_hint="--encoding")
        if self.shape is Shape.XLSX and self.to is None and sys.stdout.isatty():
            raise typer.BadParameter("an XLSX is nothing for a screen; name a file with --to", param_hint="--output")

    @property
    def shape(self) -> Shape:
        """As named, or as the name of the file ends."""
        endings = [shape for shape in Shape if self.to is not None and self.to.suffix.lower() == f".{shape}"]
        return self.output or next(iter(endings), Shape.TABLE)


def deliver(report: Report, answer: Answer, way: Way, shown: Callable[[dict[str, Any]], Row] = lambda row: row) -> None:
    """Write the rows; leaves with exit code 1 where there are none and there should be, where they are incomplete, where a character did not fit.

    ``shown`` gives a row as a table has it.
    """
    with Canonical(answer.rows, report.headings) as rows:
        if report.nothing and not rows.count:
            leave(report.nothing.format(**answer.provenance.query), PROBLEMS)
        if way.shape is Shape.TABLE:
            _table(map(shown, rows.rows()), report.headings, f"{report.title} {answer.provenance.period}".rstrip())
            misfits: list[Misfit] = []
        else:
            misfits = _exported(rows, answer.provenance, way)
    _finish(answer.provenance.missing, misfits, way)


def _table(rows: Iterable[Row], headings: Mapping[str, str], title: str) -> None:
    show([{heading: cell(row[name]) for name, heading in headings.items()} for row in rows], list(headings.values()), Output.TABLE, title)


def _exported(rows: Canonical, provenance: Provenance, way: Way) -> list[Misfit]:
    from services.reporting.exports.workbook import DoesNotFit

    misfits: list[Misfit] = []
    digest, form, provenance = sha256(), Format(way.shape.value), provenance.over(rows)
    try:
        with whole(way.to) as file:
            for chunk in export(rows, provenance, form, way.encoding, misfits.append):
                file.write(chunk)
                digest.update(chunk)
    except DoesNotFit as problem:
        leave(f"{problem}; take CSV or JSONL", PROBLEMS)
    if form is Format.CSV and way.to is not None:
        with whole(way.to.with_name(way.to.name + BESIDE)) as file:
            file.write(beside(provenance, way.to.name, digest.hexdigest(), way.encoding, misfits))
    elif form is Format.CSV:
        typer.echo(f"tsunagu: provenance {json.dumps(provenance.as_object(), ensure_ascii=False)}", err=True)
    return misfits


@contextmanager
def whole(path: Path | None) -> Iterator[BinaryIO]:
    """A file that is there whole or not at all, or stdout."""
    if path is None:
        sys.stdout.flush()
        yield typer.get_binary_stream("stdout")
        return
    part = path.with_name(f"{path.name}.part")
    try:
        with part.open("wb") as file:
            yield file
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _finish(missing: int, misfits: list[Misfit], way: Way) -> None:
    told = misfits[:TOLD_AT_MOST] if way.to else misfits
    for each in told:
        typer.echo(f"tsunagu: row {each.row}, {each.column}: {each.code_point} written as {each.written}", err=True)
    if misfits:
        where = f"; all of them: {way.to.name}{BESIDE}" if way.to else ""
        typer.echo(f"tsunagu: {len(misfits)} characters do not fit into {way.encoding}{where}", err=True)
    warn(missing)
    if misfits:
        raise typer.Exit(PROBLEMS)


def warn(missing: int) -> None:
    """Leave with exit code 1 where log records could not be read."""
    if missing:
        leave(f"{missing} log records could not be read, so this is incomplete; see reporting.parked", PROBLEMS)
