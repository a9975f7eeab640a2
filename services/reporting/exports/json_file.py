"""JSON: an object with the provenance beside the rows. JSONL: the provenance is the first line, every other line is a canonical row."""

from __future__ import annotations

from collections.abc import Iterator

import orjson

from services.reporting.exports.canonical import Canonical
from services.reporting.exports.provenance import Provenance


def as_json(rows: Canonical, provenance: Provenance) -> Iterator[bytes]:
    """``{"provenance": {…}, "rows": […]}``, a line for each row."""
    yield b'{"provenance":' + orjson.dumps(provenance.as_object()) + b',\n"rows":['
    for number, line in enumerate(rows.lines()):
        yield (b",\n" if number else b"\n") + line.removesuffix(b"\n")
    yield b"\n]}\n"


def as_jsonl(rows: Canonical, provenance: Provenance) -> Iterator[bytes]:
    """``{"provenance": {…}}``, then the rows."""
    yield orjson.dumps({"provenance": provenance.as_object()}) + b"\n"
    yield from rows.lines()
