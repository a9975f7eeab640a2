"""Canonical rows (正準形): what an export is about, apart from the format. The hash in every provenance is taken over them.

One line a row: a JSON object in UTF-8 with its fields in the order of the columns, no blank between them, ended by a line feed. The rows of a
JSONL export are these very lines, so ``tail -n +2 FILE | sha256sum`` gives the hash again.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from hashlib import sha256
from math import isfinite
from tempfile import SpooledTemporaryFile
from typing import Any

import orjson

Row = Mapping[str, Any]

JAPAN = timezone(timedelta(hours=9))
IN_MEMORY = 4 * 1024 * 1024
"""Bytes of rows that are kept in memory; more go to a temporary file that has no name."""


class Canonical(AbstractContextManager["Canonical"]):
    """Rows, read once from whatever gives them and as often as wanted from here; one reader at a time."""

    def __init__(self, rows: Iterable[Row], headings: Mapping[str, str]) -> None:
        """``headings``: Japanese by name, in the order of the columns. Fields of the first row that it does not name come after these.

        Raises TypeError for a value that has no canonical form.
        """
        rows = iter(rows)
        first = next(rows, None)
        more = [name for name in first or () if name not in headings]
        self.columns: tuple[str, ...] = (*headings, *more)
        self.headings: Mapping[str, str] = {**headings, **{name: name for name in more}}
        self._spool = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 closed by close()
        digest, self.count = sha256(), 0
        for row in itertools.chain(() if first is None else (first,), rows):
            line = _line(self.columns, row)
            digest.update(line)
            self._spool.write(line)
            self.count += 1
        self.sha256 = digest.hexdigest()

    def lines(self) -> Iterator[bytes]:
        """Every row as its line."""
        self._spool.seek(0)
        return iter(self._spool)

    def rows(self) -> Iterator[dict[str, Any]]:
        """Every row: text, numbers, true and false, nothing, or a list of these, by column."""
        return map(orjson.loads, self.lines())

    def close(self) -> None:
        """Let go of the rows."""
        self._spool.close()

    def __exit__(self, *_: object) -> None:
        self.close()


def _line(columns: Iterable[str], row: Row) -> bytes:
    for value in row.values():
        if isinstance(value, float) and not isfinite(value):
            raise TypeError("what is no number has no canonical form")
    return orjson.dumps({name: row.get(name) for name in columns}, _plain, orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_APPEND_NEWLINE)


def _plain(value: Any) -> Any:
    """A moment in Japan with its milliseconds, a day, a sum or an average as number. Raises TypeError for anything else."""
    match value:
        case datetime() if value.tzinfo is not None:
            return value.astimezone(JAPAN).isoformat(timespec="milliseconds")
        case date() if not isinstance(value, datetime):
            return value.isoformat()
        case Decimal() if value.is_finite():
            return int(value) if value == value.to_integral_value() else float(value)
    raise TypeError(f"a {type(value).__name__} has no canonical form")
