"""Exports: every format read back; each says where it comes from; the same rows give the same bytes."""

from __future__ import annotations

import csv
import io
import json
import tracemalloc
from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any

import pytest

from contracts.shared import Outcome
from services.reporting.exports.canonical import Canonical
from services.reporting.exports.characters import Encoding, Misfit
from services.reporting.exports.csv_file import beside
from services.reporting.exports.export import Format, export
from services.reporting.exports.provenance import Provenance
from services.reporting.exports.workbook import DoesNotFit
from tests.services.reporting import workbooks

HEADINGS = {"metric": "指標", "value": "値", "parts": "区分"}
ROWS: list[dict[str, Any]] = [
    {"metric": "consultations", "value": 12, "parts": ["BASIC", "HEALTH"], "period": "2026-05"},
    {"metric": "trials", "value": None, "parts": [], "period": "2026-05"},
    {"metric": "髙木、\"葛\U000e0100城\"\r\n二行目", "value": -3, "parts": ["𠮷"], "period": "2026-05"},
]
COLUMNS = ["metric", "value", "parts", "period"]
PROVENANCE = Provenance(
    report="monthly", title="月次実績", query={"month": "2026-05", "for": "town"}, period="2026-05", municipality="990019",
    positions={"990019.consent.log": {1: 7, 0: 12}, "990019.community.log": {0: 3}}, definition="d" * 64,
    generated_at=datetime(2026, 6, 1, 0, 30, tzinfo=UTC), missing=2,
)


def exported(form: Format, rows: Iterable[dict[str, Any]] = ROWS, encoding: Encoding = Encoding.UTF_8) -> tuple[bytes, list[Misfit]]:
    """The bytes of an export and what did not fit into them."""
    told: list[Misfit] = []
    with Canonical(rows, HEADINGS) as canonical:
        return b"".join(export(canonical, PROVENANCE, form, encoding, told.append)), told


def hash_of(rows: Iterable[dict[str, Any]]) -> str:
    """The hash in the provenance, reckoned by hand from the definition of a canonical row."""
    lines = [json.dumps({name: row[name] for name in COLUMNS}, ensure_ascii=False, separators=(",", ":")) for row in rows]
    return sha256("".join(line + "\n" for line in lines).encode()).hexdigest()


def test_json_has_the_provenance_beside_the_rows():
    """Every field of every row, in the order of the columns, and what was asked, of which positions, by which definition."""
    found = json.loads(exported(Format.JSON)[0])

    assert ROWS == found["rows"] and COLUMNS == list(found["rows"][0])
    assert {
        "report": "monthly", "title": "月次実績", "query": {"for": "town", "month": "2026-05"}, "period": "2026-05", "municipality": "990019",
        "positions": {"990019.community.log": {"0": 3}, "990019.consent.log": {"0": 12, "1": 7}}, "definition": "d" * 64,
        "generated_at": "2026-06-01T00:30:00.000+00:00", "missing": 2, "columns": COLUMNS, "rows": 3, "rows_sha256": hash_of(ROWS),
    } == found["provenance"]


def test_the_lines_of_a_jsonl_are_what_was_hashed():
    """Anybody can check the first line with `tail -n +2 FILE | sha256sum`."""
    first, *lines = exported(Format.JSONL)[0].splitlines(keepends=True)
    provenance = json.loads(first)["provenance"]

    assert ROWS == [json.loads(line) for line in lines]
    assert hash_of(ROWS) == provenance["rows_sha256"] == sha256(b"".join(lines)).hexdigest()


def test_a_csv_is_a_plain_table_for_a_spreadsheet():
    """Byte order mark, CRLF, names, a list in one cell; a number stays a number, also below nought; nothing else stands in it."""
    data, told = exported(Format.CSV)
    found = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))

    assert data.startswith(b"\xef\xbb\xbf") and data.endswith(b"\r\n") and not told
    assert [
        COLUMNS, ["consultations", "12", "BASIC HEALTH", "2026-05"], ["trials", "", "", "2026-05"],
        ["髙木、\"葛\U000e0100城\"\r\n二行目", "-3", "𠮷", "2026-05"],
    ] == found


def test_what_stands_beside_a_csv_names_it_and_its_provenance():
    """By the hash of the file, too: the two cannot be mixed up."""
    found = json.loads(beside(PROVENANCE, "2026-05.csv", "ab", Encoding.CP932, [Misfit(3, "metric", "U+20BB7", "〓")]))

    assert ("2026-05.csv", "ab", "cp932", PROVENANCE.as_object()) == tuple(found[name] for name in ("file", "file_sha256", "encoding", "provenance"))
    assert [{"row": 3, "column": "metric", "code_point": "U+20BB7", "written": "〓"}] == found["does_not_fit"]


def test_an_xlsx_has_japanese_headings_and_a_second_sheet_of_its_provenance():
    """Numbers are numbers, what is not there is an empty cell; when it was made is when the provenance says."""
    data = exported(Format.XLSX)[0]
    rows, origin = workbooks.read(data)
    told = dict(origin.rows)

    assert ("データ", "出所") == (rows.name, origin.name)
    assert [["指標", "値", "区分", "period"], ["consultations", 12.0, "BASIC HEALTH", "2026-05"], ["trials", "2026-05"]] == rows.rows[:3]
    assert ["髙木、\"葛\U000e0100城\"\r\n二行目", -3.0, "𠮷", "2026-05"] == rows.rows[3]
    assert (hash_of(ROWS), "2", "0:12 1:7") == (told["行のSHA-256"], told["読めない記録"], told["位置 990019.consent.log"])
    assert ("2026-06-01T00:30:00Z", "2026-06-01T00:30:00Z") == tuple(workbooks.properties(data)[name] for name in ("created", "modified"))


@pytest.mark.parametrize("form", Format)
def test_the_same_rows_give_the_same_bytes(form: Format):
    """From a list, from an iterator, with fields in another order."""
    shuffled = ({name: row[name] for name in reversed(row)} for row in ROWS)

    assert exported(form)[0] == exported(form, iter(ROWS))[0] == exported(form, shuffled)[0]


@pytest.mark.parametrize("form", Format)
def test_no_rows_are_an_answer_too(form: Format):
    """The headings stand there, and the hash of nothing."""
    data, _ = exported(form, [])

    match form:
        case Format.JSON:
            assert ([], sha256().hexdigest()) == (json.loads(data)["rows"], json.loads(data)["provenance"]["rows_sha256"])
        case Format.JSONL:
            assert 0 == json.loads(data)["provenance"]["rows"]
        case Format.CSV:
            assert b"\xef\xbb\xbfmetric,value,parts\r\n" == data
        case Format.XLSX:
            assert [["指標", "値", "区分"]] == workbooks.read(data)[0].rows


def test_what_a_database_gives_has_one_canonical_form():
    """A moment in Japan, a day, a sum, a code; what has none is a mistake and not text by chance."""
    row = {"at": datetime(2026, 5, 31, 15, 0, 0, 1234, UTC), "on": date(2026, 6, 1), "sum": Decimal(7), "share": Decimal("0.50"), "outcome": Outcome.HOLD}
    with Canonical([row], {}) as found:
        assert [{"at": "2026-06-01T00:00:00.001+09:00", "on": "2026-06-01", "sum": 7, "share": 0.5, "outcome": "HOLD"}] == list(found.rows())
    for value in (datetime(2026, 5, 31), Decimal("NaN"), float("nan"), float("inf"), object(), {1}, 2**64, "\ud800"):
        with pytest.raises(TypeError):
            Canonical([{"a": value}], {})


def test_what_is_more_than_a_word_is_json_in_a_cell():
    """Nothing is dropped, in CSV as in XLSX: numbers in a list, a list of things; true and false are what they are."""
    row = {"metric": {"a": [1]}, "value": True, "parts": [1, None]}
    whole = workbooks.read(exported(Format.XLSX, [row])[0])[0].rows[1]

    assert b'"{""a"":[1]}",true,"[1,null]"\r\n' in exported(Format.CSV, [row])[0]
    assert ['{"a":[1]}', True, "[1,null]"] == whole


def test_a_number_that_a_spreadsheet_would_round_is_a_text_in_it():
    """Sixteen digits; anywhere else it is the number that it is."""
    row = {"metric": "x", "value": 10**15, "parts": []}

    assert "1000000000000000" == workbooks.read(exported(Format.XLSX, [row])[0])[0].rows[1][1]
    assert b"x,1000000000000000,\r\n" in exported(Format.CSV, [row])[0]


def test_what_no_sheet_can_hold_is_said_before_anything_is_written():
    """A cell of more than 32,767 characters would be dropped in silence; the row and the column are named."""
    fits, longer = {"metric": "あ" * 32_767}, {"metric": "あ" * 32_768}

    assert 32_767 == len(workbooks.read(exported(Format.XLSX, [fits])[0])[0].rows[1][0])
    with pytest.raises(DoesNotFit, match="row 3 has more in metric"):
        exported(Format.XLSX, [fits, longer])


def test_too_many_rows_for_a_sheet_are_said_so(monkeypatch: pytest.MonkeyPatch):
    """And not cut off."""
    monkeypatch.setattr("services.reporting.exports.workbook.MOST_ROWS", 2)

    with pytest.raises(DoesNotFit, match="holds 2 rows, these are 3"):
        exported(Format.XLSX)


@pytest.mark.parametrize("form", [Format.JSON, Format.JSONL, Format.CSV, Format.XLSX])
def test_twenty_thousand_rows_do_not_stand_in_memory(form: Format, monkeypatch: pytest.MonkeyPatch):
    """As objects they would take 7 MB."""
    count = 20_000
    monkeypatch.setattr("services.reporting.exports.canonical.IN_MEMORY", 256 * 1024)
    many = ({"metric": f"consultations-{number}", "value": number, "parts": ["BASIC", "HEALTH"], "period": "2026-05"} for number in range(count))
    tracemalloc.start()
    try:
        with Canonical(many, HEADINGS) as rows:
            written = sum(len(chunk) for chunk in export(rows, PROVENANCE, form, Encoding.UTF_8, lambda misfit: None))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert count == rows.count and written > 4 * count
    assert peak < 3 * 1024 * 1024, peak
