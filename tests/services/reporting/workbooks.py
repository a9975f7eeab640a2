"""An XLSX read back without any library of spreadsheets: a zip of XML, as the standard has it."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")


@dataclass(frozen=True)
class Sheet:
    """One sheet."""

    name: str
    rows: list[list[Any]]
    formulas: int
    quoted: list[list[bool]]
    """Whether a cell has the prefix that keeps its text a text."""


def read(data: bytes) -> list[Sheet]:
    """The sheets in their order."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = [sheet.get("name", "") for sheet in ElementTree.fromstring(archive.read("xl/workbook.xml")).iter(f"{_MAIN}sheet")]
        styles = ElementTree.fromstring(archive.read("xl/styles.xml")).find(f"{_MAIN}cellXfs")
        assert styles is not None
        prefixed = [style.get("quotePrefix") == "1" for style in styles]
        return [_sheet(name, archive.read(f"xl/worksheets/sheet{place}.xml"), prefixed) for place, name in enumerate(names, 1)]


def properties(data: bytes) -> dict[str, str]:
    """What the file says of itself, by the local name of the element."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {each.tag.split("}")[1]: each.text or "" for each in ElementTree.fromstring(archive.read("docProps/core.xml"))}


def _sheet(name: str, text: bytes, prefixed: list[bool]) -> Sheet:
    root = ElementTree.fromstring(text)
    rows = [list(row) for row in root.iter(f"{_MAIN}row")]
    quoted = [[prefixed[int(cell.get("s", 0))] for cell in row] for row in rows]
    return Sheet(name, [[_value(cell) for cell in row] for row in rows], len(list(root.iter(f"{_MAIN}f"))), quoted)


def _value(cell: ElementTree.Element) -> Any:
    match cell.get("t"):
        case "inlineStr":
            text = "".join(part.text or "" for part in cell.iter(f"{_MAIN}t"))
            return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
        case "b":
            return cell.findtext(f"{_MAIN}v") == "1"
        case _:
            return float(cell.findtext(f"{_MAIN}v", "nan"))
