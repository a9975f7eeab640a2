"""Exports: no cell is a formula, no character is replaced in silence, every text survives."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.reporting.exports.cells import guarded, unguarded
from services.reporting.exports.characters import MARK, Encoding, Misfit
from services.reporting.exports.export import Format
from tests.services.reporting import workbooks
from tests.services.reporting.test_exports import exported

FORMULAS = (
    "=1+1", "+81", "-1", "@SUM(A1)", "\tx", "\rx", "\n=1", "＝１＋１", "＋81", "－1", "＠SUM(A1)", "=cmd|' /C calc'!A0", "'=1+1", "''@x",
    '=HYPERLINK("http://example.invalid","x")',
)
HARMLESS = ("", "1-2", "a=b", "'quoted'", "たろう", " =1", "0123", "1e5", "〒990-0019", "#N/A")
TEXT = st.text(st.characters(codec="utf-8"))


def table(data: bytes, encoding: str = "utf-8-sig") -> list[list[str]]:
    """A CSV, read as any program reads it."""
    return list(csv.reader(io.StringIO(data.decode(encoding), newline="")))


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_of_a_csv_is_a_formula(text: str):
    """What a spreadsheet would calculate is shown as text (CWE-1236), full-width signs too; and can be had back."""
    (found,) = table(exported(Format.CSV, [{"metric": text, "value": -1, "parts": [text]}])[0])[1:]

    assert [f"'{text}", "-1", f"'{text}"] == found
    assert text == unguarded(found[0])


@pytest.mark.parametrize("text", HARMLESS)
def test_any_other_text_is_left_alone(text: str):
    """No apostrophe is put before what nobody would calculate."""
    assert text == guarded(text) == unguarded(text)


@pytest.mark.parametrize("text", [*FORMULAS, *HARMLESS, "https://example.invalid/", "\x01_x0041_\ufffe"])
def test_no_cell_of_an_xlsx_is_a_formula_a_number_or_a_link(text: str):
    """Text stays text, unchanged, and stays so when somebody edits the cell."""
    (sheet, _) = workbooks.read(exported(Format.XLSX, [{"metric": text, "value": 1, "parts": []}])[0])
    whole = sheet.rows[1][0] if text else ""

    assert (text.replace("\ufffe", "_xFFFE"), 0) == (whole.replace("\ufffe", "_xFFFE"), sheet.formulas)
    assert (text in FORMULAS) == sheet.quoted[1][0]


def test_the_names_of_columns_are_guarded_too():
    """They come from the rows."""
    assert "'=1+1" == table(exported(Format.CSV, [{"=1+1": 1}])[0])[0][3]


def test_cp932_has_no_byte_order_mark_and_reads_back():
    """What old programs of a town hall read: names with ㈱, 髙 and 﨑 fit, as Windows has them."""
    data, told = exported(Format.CSV, [{"metric": "㈱髙﨑①", "value": 1, "parts": []}], Encoding.CP932)

    assert [["metric", "value", "parts"], ["㈱髙﨑①", "1", ""]] == table(data, "cp932")
    assert [] == told


def test_what_does_not_fit_into_cp932_is_marked_and_told_cell_by_cell():
    """Row, column and code point; a cell that fits is left alone."""
    rows: list[dict[str, Any]] = [
        {"metric": "高木", "value": 1, "parts": ["BASIC"]},
        {"metric": "𠮷田", "value": 2, "parts": ["葛\U000e0100城", "é"]},
    ]
    data, told = exported(Format.CSV, rows, Encoding.CP932)

    assert [["高木", "1", "BASIC"], [f"{MARK}田", "2", f"葛{MARK}城 {MARK}"]] == table(data, "cp932")[1:]
    assert [
        Misfit(3, "metric", "U+20BB7", MARK), Misfit(3, "parts", "U+E0100", MARK), Misfit(3, "parts", "U+00E9", MARK),
    ] == told


@pytest.mark.parametrize(("text", "twin", "code_point"), [("〜", "～", "U+301C"), ("−", "－", "U+2212"), ("‖", "∥", "U+2016")])
def test_a_twin_that_the_codec_would_write_in_silence_is_told(text: str, twin: str, code_point: str):
    """The wave dash of a period comes back as another character: readable, but not the same."""
    data, told = exported(Format.CSV, [{"metric": f"四月{text}五月", "value": 1, "parts": []}], Encoding.CP932)

    assert f"四月{twin}五月" == table(data, "cp932")[1][0]
    assert [Misfit(2, "metric", code_point, twin)] == told


def test_a_twin_that_a_spreadsheet_would_calculate_is_guarded():
    """− is harmless, its twin － is not."""
    assert "'－1" == table(exported(Format.CSV, [{"metric": "−1", "value": 1, "parts": []}], Encoding.CP932)[0], "cp932")[1][0]


@settings(deadline=None)
@given(st.lists(st.fixed_dictionaries({"metric": TEXT, "value": st.none() | st.integers(-2**63, 2**63 - 1), "parts": st.lists(TEXT)})))
def test_every_text_survives(rows: list[dict[str, Any]]):
    """Unchanged in JSONL and JSON; in CSV, but for the apostrophe that guards it."""
    data, told = exported(Format.CSV, rows)
    found = [(unguarded(name), value, unguarded(parts)) for name, value, parts in table(data)[1:]]

    assert rows == [json.loads(line) for line in exported(Format.JSONL, rows)[0].splitlines()[1:]]
    assert rows == json.loads(exported(Format.JSON, rows)[0])["rows"]
    assert [(row["metric"], "" if row["value"] is None else str(row["value"]), " ".join(row["parts"])) for row in rows] == found
    assert [] == told


@settings(deadline=None)
@given(TEXT)
def test_all_that_changes_on_the_way_to_cp932_is_told(text: str):
    """The file, with what was told put back, is the text again."""
    data, told = exported(Format.CSV, [{"metric": text, "value": 0, "parts": []}], Encoding.CP932)
    written = unguarded(table(data, "cp932")[1][0])
    changed = [(f"U+{ord(old):04X}", new) for old, new in zip(text, written, strict=True) if old != new]

    assert changed == [(each.code_point, each.written) for each in told]
    assert {(2, "metric")} >= {(each.row, each.column) for each in told}
