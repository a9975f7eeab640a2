"""``tsunagu report``: one way out for every report; a new one is an entry in a table; files are whole or not there."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from cli.report import app, delivering, verbs
from cli.report.asking import Answer
from cli.report.definitions import CASE, EVERYTHING, IN_MONTH, REPORTS, Report
from cli.report.delivering import EncodingOption, ShapeOption, ToOption, Way, deliver
from services.reporting.exports.characters import Encoding
from services.reporting.projections import RESOURCES
from tests.services.reporting import workbooks
from tests.services.reporting.test_exports import PROVENANCE


async def _no_question(*_: object, **__: object) -> list[dict[str, Any]]:
    return []


REPORT = Report(
    name="cases", title="事例一覧", help="Every case.", example="cases --month 2026-05", projection="cases", rows=_no_question,
    headings={"name": "名", "parts": "区分"}, parameters=(CASE, EVERYTHING, IN_MONTH), period="month",
)
ROWS = [{"name": "𠮷田", "parts": ["A", "B"], "id": "=1"}, {"name": "[bold]", "parts": [], "id": "2"}]


def delivered(*words: str, rows: Iterable[dict[str, Any]] = ROWS, missing: int = 0, report: Report = REPORT) -> Result:
    """What becomes of these rows under these options."""
    command = typer.Typer()

    @command.command()
    def cases(output: ShapeOption = None, encoding: EncodingOption = Encoding.UTF_8, to: ToOption = None) -> None:
        deliver(report, Answer(rows, replace(PROVENANCE, missing=missing)), Way(output, encoding, to))

    return CliRunner(env={"COLUMNS": "200"}).invoke(command, list(words))


def test_a_table_is_for_the_eye():
    """Japanese headings, the title with its period, lists in one cell; what stands in brackets is no markup; other fields are left out."""
    found = delivered()

    assert 0 == found.exit_code and "=1" not in found.stdout
    for text in ("事例一覧 2026-05", "区分", "A B", "[bold]"):
        assert text in found.stdout


def test_json_on_stdout_has_every_field_and_the_provenance():
    """And nothing else."""
    found = json.loads(delivered("--output", "json").stdout)

    assert ROWS == found["rows"]
    assert ["name", "parts", "id"] == found["provenance"]["columns"]


def test_a_csv_on_stdout_tells_its_provenance_on_stderr():
    """The table itself stays a table."""
    found = delivered("--output", "csv")
    told = json.loads(found.stderr.removeprefix("tsunagu: provenance "))

    assert [["name", "parts", "id"], ["𠮷田", "A B", "'=1"], ["[bold]", "", "2"]] == list(csv.reader(io.StringIO(found.stdout_bytes.decode("utf-8-sig"))))
    assert (0, 2) == (found.exit_code, told["rows"])


def test_a_csv_in_a_file_has_its_provenance_beside_it(tmp_path: Path):
    """By the ending of the name; nothing on stdout or stderr; the hash of the file is in it."""
    found = delivered("--to", str(tmp_path / "x.CSV"))
    beside = json.loads((tmp_path / "x.CSV.provenance.json").read_bytes())

    assert (0, "", "") == (found.exit_code, found.stdout, found.stderr)
    assert ("x.CSV", sha256((tmp_path / "x.CSV").read_bytes()).hexdigest(), []) == (beside["file"], beside["file_sha256"], beside["does_not_fit"])
    assert ["x.CSV", "x.CSV.provenance.json"] == sorted(path.name for path in tmp_path.iterdir())


def test_what_does_not_fit_into_cp932_is_told_and_a_problem(tmp_path: Path):
    """Exit code 1; on stderr and beside the file; the file is there, with its marks."""
    for words in (("--output", "csv"), ("--to", str(tmp_path / "x.csv"))):
        found = delivered(*words, "--encoding", "cp932")
        assert (1, True, True) == (
            found.exit_code, "row 2, name: U+20BB7 written as 〓" in found.stderr, "1 characters do not fit into cp932" in found.stderr)

    assert "〓田" in (tmp_path / "x.csv").read_text("cp932")
    assert [{"row": 2, "column": "name", "code_point": "U+20BB7", "written": "〓"}] == json.loads((tmp_path / "x.csv.provenance.json").read_bytes())["does_not_fit"]


def test_a_long_list_of_misfits_is_told_in_part_where_the_file_beside_has_them_all(tmp_path: Path):
    """Thirty characters: twenty lines on stderr."""
    rows = [{"name": "𠮷" * 30}]

    assert 30 == delivered("--output", "csv", "--encoding", "cp932", rows=rows).stderr.count("written as")
    found = delivered("--to", str(tmp_path / "x.csv"), "--encoding", "cp932", rows=rows)
    assert (delivering.TOLD_AT_MOST, True) == (found.stderr.count("written as"), "all of them: x.csv.provenance.json" in found.stderr)
    assert 30 == len(json.loads((tmp_path / "x.csv.provenance.json").read_bytes())["does_not_fit"])


def test_a_workbook_is_a_file(tmp_path: Path):
    """Whole, under its name."""
    assert 0 == delivered("--to", str(tmp_path / "x.xlsx")).exit_code
    assert ["データ", "出所"] == [sheet.name for sheet in workbooks.read((tmp_path / "x.xlsx").read_bytes())]


def test_rows_that_no_workbook_holds_leave_no_file_and_the_old_one_alone(tmp_path: Path):
    """Exit code 1 and one sentence, which says what else to take."""
    (tmp_path / "x.xlsx").write_bytes(b"as it was")
    found = delivered("--to", str(tmp_path / "x.xlsx"), rows=[{"name": "x" * 40_000}])

    assert (1, True) == (found.exit_code, found.stderr.endswith("row 2 has more in name; take CSV or JSONL\n"))
    assert [("x.xlsx", b"as it was")] == [(path.name, path.read_bytes()) for path in tmp_path.iterdir()]


@pytest.mark.parametrize("words", [("--to", "x.txt"), ("--to", "x"), ("--output", "table", "--to", "x.csv"), ("--encoding", "cp932"),
                                   ("--output", "json", "--encoding", "cp932"), ("--to", "x.xlsx", "--encoding", "cp932")])
def test_what_does_not_go_together_is_a_wrong_usage(words: tuple[str, ...]):
    """Exit code 2, nothing written."""
    found = delivered(*words)

    assert (2, "") == (found.exit_code, found.stdout)


def test_incomplete_rows_are_shown_and_said_to_be_so(tmp_path: Path):
    """Exit code 1 in every shape; the export says it too."""
    found = delivered("--to", str(tmp_path / "x.json"), missing=3)

    assert (1, True) == (found.exit_code, "3 log records could not be read" in found.stderr)
    assert 3 == json.loads((tmp_path / "x.json").read_bytes())["provenance"]["missing"]


def test_no_row_is_an_answer_unless_the_report_says_otherwise():
    """A month without cases is empty; a case that nobody knows is a problem."""
    assert 0 == delivered("--output", "jsonl", rows=[]).exit_code
    found = delivered("--output", "jsonl", rows=[], report=replace(REPORT, nothing="nothing in {month}"))
    assert (1, "", "tsunagu: nothing in 2026-05\n") == (found.exit_code, found.stdout, found.stderr)


def test_a_report_becomes_a_verb_by_its_entry(monkeypatch: pytest.MonkeyPatch):
    """Its parameters and the options of every report; a month that is none is a wrong usage."""
    told: list[dict[str, Any]] = []
    monkeypatch.setattr(verbs, "ask", lambda report, **given: told.append(given) or Answer(ROWS, replace(PROVENANCE, missing=0)))
    command = typer.Typer()
    command.callback()(lambda: None)
    verbs.add(command, REPORT)

    assert 0 == CliRunner().invoke(command, ["cases", "c1", "--all", "--month", "2026-05", "-o", "json"]).exit_code
    assert 0 == CliRunner().invoke(command, ["cases", "c1"]).exit_code
    assert 2 == CliRunner().invoke(command, ["cases", "c1", "--month", "2026-5"]).exit_code
    assert 2 == CliRunner().invoke(command, ["cases"]).exit_code
    assert {"case": "c1", "everything": True, "month": "2026-05"} == told[0]
    assert ("c1", False, 7) == (told[1]["case"], told[1]["everything"], len(told[1]["month"]))


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: report.name)
def test_every_report_has_what_its_verb_needs(report: Report):
    """A sentence, an example of itself, headings; its period is one of its parameters."""
    found = CliRunner().invoke(app, [report.name, "--help"])

    assert 0 == found.exit_code and report.help[:20] in found.stdout and report.example.startswith(report.name)
    assert report.headings and report.period in ("", *(each.name for each in report.parameters))


def test_whatever_the_api_shows_is_a_report_too():
    """Under the same name, its filters as options; what has a report of its own, and what several towns share, is asked for there."""
    names = [report.name for report in REPORTS]
    own = {"timeline", "figures", "figure-events", "plan-targets"}

    assert len(names) == len(set(names))
    for resource in RESOURCES:
        if resource.name not in own and not resource.municipality:
            (report,) = (each for each in REPORTS if each.name == resource.name)
            assert list(resource.filters) == [parameter.name for parameter in report.parameters]


def test_a_month_that_is_not_over_is_not_closed_by_mistake():
    """Its figures would all have to be corrected."""
    done = CliRunner().invoke(app, ["close", "2999-01"])

    assert 1 == done.exit_code
    assert "--early" in done.stderr
