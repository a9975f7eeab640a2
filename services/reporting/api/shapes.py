"""Shapes (出力の形): rows as JSON, or as CSV that a spreadsheet opens as it should."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import orjson

from services.reporting.api.problems import Code, Problem
from services.reporting.exports.cells import cell, guarded

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
    """UTF-8 with byte order mark and CRLF; no text can be taken for a formula (CWE-1236)."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(headings.values())
    writer.writerows([_cell(row[name]) for name in headings] for row in rows)
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def _cell(value: Any) -> Any:
    found = _plain(value) if isinstance(value, (datetime, date)) else cell(value)
    return guarded(found) if isinstance(found, str) else found


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
