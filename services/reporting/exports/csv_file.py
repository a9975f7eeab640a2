"""CSV: a plain table for a spreadsheet, its first line the names of the columns. UTF-8 has a byte order mark; lines end with CR LF.

Nothing but the table stands in it: lines of comment would be taken for data by every program that reads CSV. Where it comes from stands beside
it, in ``FILE.provenance.json`` (``beside``), with the hash of the file and a list of all that its encoding could not hold.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence

import orjson

from services.reporting.exports.canonical import Canonical
from services.reporting.exports.cells import Cell, cell, guarded
from services.reporting.exports.characters import Encoding, Misfit, fits, fitted
from services.reporting.exports.provenance import Provenance

BOM = b"\xef\xbb\xbf"
BESIDE = ".provenance.json"
_CHUNK = 64 * 1024

Tell = Callable[[Misfit], None]


def as_csv(rows: Canonical, encoding: Encoding, tell: Tell) -> Iterator[bytes]:
    """The table; ``tell`` is given every character that does not fit, while the table is being written."""
    if encoding is Encoding.UTF_8:
        yield BOM
    fitting = (
        row if encoding is Encoding.UTF_8 else _fitted(row, rows.columns, encoding, number, tell) for number, row in enumerate(_rows(rows), 1)
    )
    for piece in lines(fitting):  # guarded last: a twin may be a sign that a spreadsheet calculates
        yield piece.encode(encoding)


def lines(rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """Rows as lines of CSV, piece by piece; no text in them can be taken for a formula."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    for row in rows:
        writer.writerow([_safe(value) for value in row])
        if text.tell() >= _CHUNK:
            yield _taken(text)
    yield _taken(text)


def beside(provenance: Provenance, name: str, sha256: str, encoding: Encoding, misfits: Iterable[Misfit]) -> bytes:
    """What stands beside a CSV of this file name, whose bytes have this hash."""
    return orjson.dumps({
        "file": name, "file_sha256": sha256, "encoding": str(encoding), "provenance": provenance.as_object(),
        "does_not_fit": [each.as_object() for each in misfits],
    }, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _rows(rows: Canonical) -> Iterator[list[Cell]]:
    yield list(rows.columns)
    for row in rows.rows():
        yield [cell(value) for value in row.values()]


def _safe(value: Cell) -> Cell:
    match value:
        case str():
            return guarded(value)
        case bool():
            return "true" if value else "false"
        case _:
            return value


def _fitted(row: Sequence[Cell], columns: Sequence[str], encoding: Encoding, number: int, tell: Tell) -> list[Cell]:
    if fits("".join(value for value in row if isinstance(value, str)), encoding):
        return list(row)
    found: list[Cell] = []
    for column, value in zip(columns, row, strict=True):
        written, misfits = fitted(value, encoding, number, column) if isinstance(value, str) else (value, ())
        found.append(written)
        for each in misfits:
            tell(each)
    return found


def _taken(text: io.StringIO) -> str:
    found = text.getvalue()
    text.seek(0)
    text.truncate()
    return found
