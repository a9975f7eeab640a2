"""One function for every format."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from services.reporting.exports import csv_file, json_file
from services.reporting.exports.canonical import Canonical
from services.reporting.exports.characters import Encoding
from services.reporting.exports.provenance import Provenance


class Format(StrEnum):
    """Formats of an export; also how their files' names end."""

    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"
    XLSX = "xlsx"


def export(rows: Canonical, provenance: Provenance, form: Format, encoding: Encoding, tell: csv_file.Tell) -> Iterator[bytes]:
    """The bytes of an export, in pieces. ``encoding`` and ``tell`` (each character that does not fit) are for CSV alone.

    Raises DoesNotFit (workbook) when the format cannot hold the rows.
    """
    provenance = provenance.over(rows)
    match form:
        case Format.JSON:
            return json_file.as_json(rows, provenance)
        case Format.JSONL:
            return json_file.as_jsonl(rows, provenance)
        case Format.CSV:
            return csv_file.as_csv(rows, encoding, tell)
        case Format.XLSX:
            from services.reporting.exports import workbook  # takes a moment to import

            return workbook.as_xlsx(rows, provenance)
