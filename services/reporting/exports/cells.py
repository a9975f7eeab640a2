"""Cells (セル): how one value stands in a table, and what a spreadsheet would take for a formula (CWE-1236)."""

from __future__ import annotations

import re
from typing import Any

import orjson

GUARD = "'"
"""Put before a text that a spreadsheet would calculate: it is then shown as text."""
_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
"""Also with apostrophes before it: whoever takes one away gets the text back in every case."""

Cell = str | int | float | bool | None


def cell(value: Any) -> Cell:
    """A list of words becomes the words with blanks between, what has more in it its JSON; everything else stays what it is."""
    match value:
        case list() if all(isinstance(each, str) for each in value):
            return " ".join(value)
        case list() | dict():
            return orjson.dumps(value).decode()
        case _:
            return value


def is_formula(text: str) -> bool:
    """Whether a spreadsheet might calculate it, full-width signs too."""
    return _FORMULA.match(text) is not None


def guarded(text: str) -> str:
    """A text that no spreadsheet calculates."""
    return GUARD + text if is_formula(text) else text


def unguarded(text: str) -> str:
    """What ``guarded`` was given."""
    return text[1:] if text.startswith(GUARD) and is_formula(text[1:]) else text
