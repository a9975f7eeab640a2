"""Shapes (出力の形): rows as JSON, or as CSV that a spreadsheet opens as it should."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import orjson

from services.reporting.api.problems import Code, Problem
from services.reporting.exports import csv_file
from services.reporting.exports.canonical import Canonical
from services.reporting.exports.cells import cell

JSON, CSV = "application/json", "text/csv"
_JAPAN = timezone(timedelta(hours=9), "JST")


def wanted(accept: str) -> str:
    """The media type that an Accept header likes best. Raises Problem where it is none of ours."""
    best, found = 0.0, ""
    for part in accept.split(",") if accept.strip() else ["*/*"]:
        media, *parameters = [piece.strip().lower() for piece in part.split(";")]
        quality = next((_quality(each[2:]) for each in parameters if each.startswith("q=")), 1.0)
        kind = {JSON: JSON, "application/*": JSON, "*/*": JSON, CSV: CSV, "text/*": CSV}.get(media, "")
        if kind and quality > best:
            best, found = quality, kind
    if not found:
        raise Problem(Code.NOT_ACCEPTABLE)
    return found


def as_json(value: Any) -> bytes:
    """JSON; moments in Japanese time with their offset."""
    return orjson.dumps(value, default=_plain, option=orjson.OPT_PASSTHROUGH_DATETIME)


def as_csv(headings: Mapping[str, str], rows: Sequence[Mapping[str, Any]]) -> bytes:
    """As every export of ours writes it, under Japanese headings: UTF-8 with byte order mark and CRLF; no text can be taken for a formula (CWE-1236)."""
    with Canonical(rows, headings) as found:
        table = [[*headings.values()], *([cell(row[name]) for name in headings] for row in found.rows())]
    return csv_file.BOM + "".join(csv_file.lines(table)).encode()


def _plain(value: Any) -> Any:
    match value:
        case datetime():
            return value.astimezone(_JAPAN).isoformat(timespec="milliseconds")
        case date():
            return value.isoformat()
        case Decimal():
            return int(value) if value == value.to_integral_value() else float(value)
    raise TypeError


def _quality(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0
