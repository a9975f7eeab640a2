"""XLSX: the rows on the first sheet, under Japanese headings, and where they come from on the second (出所).

Text is written as text, whatever it begins with: no id becomes a number, no text a formula, also not when somebody goes into the cell and out
again (quote prefix). Numbers of 16 digits and more are text, since a spreadsheet would round them. The same rows of the same provenance give
the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC
from tempfile import TemporaryFile

import orjson
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from services.reporting.exports.canonical import Canonical
from services.reporting.exports.cells import Cell, cell, is_formula
from services.reporting.exports.provenance import Provenance

ROWS, PROVENANCE = "データ", "出所"
MOST_ROWS = 1_048_575
"""What the format allows below a line of headings."""
LONGEST = 32_767
"""UTF-16 units that a cell of the format holds."""
_EXACT = 10**15
_CHUNK = 64 * 1024
_WIDEST = 60


class DoesNotFit(Exception):
    """The format cannot hold these rows; the message names the first that it cannot."""


def as_xlsx(rows: Canonical, provenance: Provenance) -> Iterator[bytes]:
    """The workbook, made in temporary files. Raises DoesNotFit before the first byte."""
    _check(rows)
    with TemporaryFile() as file:
        _write(file, rows, provenance)
        file.seek(0)
        while chunk := file.read(_CHUNK):
            yield chunk


def _check(rows: Canonical) -> None:
    """Only a long line can hold a long cell."""
    if rows.count > MOST_ROWS:
        raise DoesNotFit(f"a sheet of XLSX holds {MOST_ROWS} rows, these are {rows.count}")
    for number, line in enumerate(rows.lines(), 2):
        if len(line) > LONGEST:
            for column, value in orjson.loads(line).items():
                if len(str(cell(value)).encode("utf-16-le")) // 2 > LONGEST:
                    raise DoesNotFit(f"a cell of XLSX holds {LONGEST} characters; row {number} has more in {column}")


def _write(file: object, rows: Canonical, provenance: Provenance) -> None:
    book = Workbook(file, {"constant_memory": True, "strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False})
    created = provenance.generated_at.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    book.set_properties({"title": f"{provenance.title} {provenance.period}".strip(), "created": created, "comments": provenance.sha256})
    heading, quoted = book.add_format({"bold": True, "bottom": 1, "bg_color": "#E8EEF4"}), book.add_format({"quote_prefix": True})
    _data(book.add_worksheet(ROWS), rows, heading, quoted)
    _origin(book.add_worksheet(PROVENANCE), provenance, heading, quoted)
    book.close()


def _data(sheet: Worksheet, rows: Canonical, heading: Format, quoted: Format) -> None:
    sheet.freeze_panes(1, 0)
    headings = [rows.headings[name] for name in rows.columns]
    for place, text in enumerate(headings):
        sheet.set_column(place, place, min(_WIDEST, max(12, 2 * len(text) + 2)))
    if headings:
        sheet.autofilter(0, 0, rows.count, len(headings) - 1)
    _row(sheet, 0, list(headings), quoted, heading)
    for number, row in enumerate(rows.rows(), 1):
        _row(sheet, number, [cell(value) for value in row.values()], quoted)


def _origin(sheet: Worksheet, provenance: Provenance, heading: Format, quoted: Format) -> None:
    sheet.set_column(0, 0, 36)
    sheet.set_column(1, 1, 90)
    for number, (name, value) in enumerate(provenance.as_lines()):
        _row(sheet, number, [name], quoted, heading)
        _text(sheet, number, 1, value, quoted)


def _row(sheet: Worksheet, number: int, values: list[Cell], quoted: Format, style: Format | None = None) -> None:
    for place, value in enumerate(values):
        match value:
            case bool():
                sheet.write_boolean(number, place, value, style)
            case int() if abs(value) >= _EXACT:
                _text(sheet, number, place, str(value), quoted, style)
            case int() | float():
                sheet.write_number(number, place, value, style)
            case str() if value:
                _text(sheet, number, place, value, quoted, style)


def _text(sheet: Worksheet, number: int, place: int, text: str, quoted: Format, style: Format | None = None) -> None:
    sheet.write_string(number, place, text, quoted if is_formula(text) and style is None else style)
