"""Characters (文字): what does not fit into an older encoding is replaced by a mark and told, cell by cell; nothing is replaced in silence."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

MARK = "〓"
"""What printers put where they have no type for a character (下駄)."""


class Encoding(StrEnum):
    """Encoding of a CSV."""

    UTF_8 = "utf-8"
    CP932 = "cp932"


@dataclass(frozen=True, slots=True)
class Misfit:
    """One character of one cell that does not fit."""

    row: int
    """As a spreadsheet numbers them: 1 is the line of headings."""
    column: str
    code_point: str
    """Such as U+20BB7: what cannot be written can be named."""
    written: str
    """What stands in its place: the twin that the encoding has for it (～ for 〜), or the mark."""

    def as_object(self) -> dict[str, Any]:
        """For JSON."""
        return {"row": self.row, "column": self.column, "code_point": self.code_point, "written": self.written}


def fits(text: str, encoding: Encoding) -> bool:
    """Whether it comes back as it was. A codec that quietly writes a twin does not count as fitting."""
    try:
        return text.encode(encoding).decode(encoding) == text
    except UnicodeEncodeError:
        return False


def fitted(text: str, encoding: Encoding, row: int, column: str) -> tuple[str, list[Misfit]]:
    """The text with all that does not fit replaced, and each replacement in the order of the text."""
    if fits(text, encoding):
        return text, []
    written = [_written(each, encoding) for each in text]
    changed = [Misfit(row, column, f"U+{ord(old):04X}", new) for old, new in zip(text, written, strict=True) if old != new]
    return "".join(written), changed


def _written(character: str, encoding: Encoding) -> str:
    try:
        return character.encode(encoding).decode(encoding)
    except UnicodeEncodeError:
        return MARK
