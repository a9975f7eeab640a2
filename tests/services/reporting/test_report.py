"""``tsunagu report`` on the real database: what the reader sees, in every shape; exit codes."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import shutil
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from cli.report import app
from contracts.reporting import FigureReported
from contracts.shared import Metric
from kernel.records import TP
from services.reporting.projections import PROJECTIONS
from services.reporting.projections.metrics import METRICS
from services.reporting.store import Store, connector
from tests.installation import Broker
from tests.services.reporting import workbooks
from tests.services.reporting.facts import record
from tests.services.reporting.test_exports_printed import Page
from tests.services.reporting.test_monthly import ELDER
from tests.services.reporting.test_timeline import REFUSED, VERDICT

live = pytest.mark.live

LOGS = {"consultation": "consultation", "consent": "consent", "coordination": "coordination"}
AT = 915_148_800_000
"""1 January 1999: a month in which nothing else happens."""


@dataclass
class Reports:
    """The real reporting database with one case in it, and the command."""

    home: Path
    case: str

    def ask(self, *words: str) -> Result:
        """Run ``tsunagu report``."""
        return CliRunner(env={"TSUNAGU_HOME": str(self.home), "COLUMNS": "240"}).invoke(app, list(words))

    def json(self, *words: str) -> list[dict[str, Any]]:
        """Its rows."""
        return json.loads(self.ask(*words, "--output", "json").stdout)["rows"]


@pytest.fixture
def reports(broker: Broker) -> Iterator[Reports]:
    """A consultation, a verdict, a refusal in two logs, and a second consultation, in January 1999."""
    case = uuid.uuid4().hex
    events = [(ELDER, "consultation", 1), (VERDICT, "consent", 1), (REFUSED, "coordination", 1), (REFUSED, "consent", 2), (ELDER, "consultation", 2)]
    records = [record(event, log, place, key=case, seq=seq, at=AT + place) for place, (event, log, seq) in enumerate(events)]
    asyncio.run(_fill(broker, case, records))
    yield Reports(broker.installation.layout.home, case)
    asyncio.run(_clear(broker, case))


PLACE = "no-log-of-ours"


async def _fill(broker: Broker, case: str, records: list[Any], place: str = PLACE) -> None:
    store = Store(PROJECTIONS, connector(broker.settings, "tsunagu_projector"), lambda code: None)
    await store.open()
    await store.positions([TP(place, 0)])
    await store.apply(records, [(TP(place, 0), 0, 1)], LOGS)
    await store.close()


async def _clear(broker: Broker, case: str) -> None:
    connection = await connector(broker.settings, "tsunagu_projector")()
    await connection.execute("DELETE FROM reporting.progress WHERE topic LIKE $1 || '%'", PLACE)
    await connection.execute("DELETE FROM reporting.sequences WHERE key = $1", case)
    await connection.execute("DELETE FROM reporting.timeline WHERE case_id = $1", case)
    await connection.execute("DELETE FROM reporting.monthly WHERE period = '1999-01'")
    await connection.execute("DELETE FROM reporting.monthly_cases WHERE period = '1999-01'")
    await connection.execute("DELETE FROM reporting.figure_events WHERE period = '1999-01'")
    await connection.execute("DELETE FROM reporting.shared_figures WHERE period = '1999-01'")
    await connection.execute("DELETE FROM reporting.reported_figures WHERE period = '1999-01'")
    await connection.execute("DELETE FROM reporting.parked")
    await connection.close()


@live
def test_the_timeline_tells_each_fact_once_in_its_order(reports: Reports):
    """The copy of the refusal in the function's own log is left out."""
    rows = reports.json("timeline", reports.case)

    assert ["ConsultationReceived", "DisclosureDecided", "MessageRefused", "ConsultationReceived"] == [row["type"] for row in rows]
    assert ("1999-01-01T09:00:00.001+09:00", "REDACT", "R2", ["HEALTH"]) == tuple(rows[1][name] for name in ("recorded_at", "outcome", "rule", "withheld"))


@live
def test_the_timeline_tells_everything_to_who_asks_for_all(reports: Reports):
    """An auditor sees what the functions noted of each other."""
    assert 5 == len(reports.json("timeline", reports.case, "--all"))


@live
def test_the_months_figures_have_every_metric(reports: Reports):
    """With 0 where nothing was counted; a case counts once where cases are counted."""
    rows = reports.json("monthly", "--month", "1999-01")
    found = {(row["metric"], row["divided"], row["dimension"]): row["value"] for row in rows}

    assert {metric.code for metric in METRICS} == {row["metric"] for row in rows}
    assert (2, 2, 1, 1, 0) == tuple(found[cell] for cell in (
        ("consultations", "", ""), ("consultations", "field", "ELDER"), ("new_consultation_cases", "", ""), ("refusals", "code", "CASE_NOT_FOUND"),
        ("trials", "", "")))


@live
def test_explain_lists_the_events_behind_a_number(reports: Reports):
    """Two events, one case; of one part too; what they amount to is said on standard error."""
    events = reports.json("monthly", "--month", "1999-01", "--explain", "consultations")
    asked = reports.ask("monthly", "--month", "1999-01", "--explain", "new_consultation_cases", "--dimension", "field:ELDER")

    assert [("consultation", 0, reports.case, 1), ("consultation", 4, reports.case, 1)] == [
        (row["log"], row["log_offset"], row["case_id"], row["amount"]) for row in events]
    assert ("1 from 2 events", "ConsultationReceived") == (asked.stderr.strip().removeprefix("tsunagu: "), next(
        word for word in asked.stdout.split() if word.startswith("Consultation")))
    assert [] == reports.json("monthly", "--month", "1999-01", "--explain", "consultations", "--dimension", "field:CHILD")


@pytest.mark.parametrize("words", [("nothing",), ("consultations", "--dimension", "ELDER"), ("consultations", "--dimension", "colour:RED")])
def test_what_is_no_figure_is_a_wrong_usage(words: tuple[str, ...]):
    """Exit code 2, before anything is asked."""
    assert 2 == CliRunner().invoke(app, ["monthly", "--explain", *words]).exit_code


@live
def test_a_prefectures_site_shows_its_towns_and_a_town_itself(reports: Reports, broker: Broker, tmp_path: Path):
    """The same database and account; the settings name the towns. What stays in the town is no value, and is said to."""
    own, other = broker.settings.municipality, "990027"
    asyncio.run(_reported(broker, own, other))
    shutil.copytree(reports.home / "secrets", tmp_path / "secrets")
    there = (reports.home / "tsunagu.toml").read_text("utf-8")
    (tmp_path / "tsunagu.toml").write_text(there.replace("[municipality]", f'[municipality]\ntowns = ["{own}", "{other}"]'), "utf-8")

    def seen(home: Path, *words: str) -> list[tuple[str, str, int | None, bool]]:
        rows = Reports(home, reports.case).json("prefecture", "figures", "--month", "1999-01", *words)
        return [(row["municipality"], row["title_ja"], row["value"], row["hidden"]) for row in rows]

    assert [(own, "新規相談（実）", None, True), (own, "会議の開催", 3, False)] == seen(reports.home)
    assert sorted({(town, title, value, hidden) for town in (own, other) for _, title, value, hidden in seen(reports.home)}) == sorted(seen(tmp_path))
    assert [] == seen(reports.home, "--town", other)
    assert {other} == {row[0] for row in seen(tmp_path, "--town", other)}


async def _report(broker: Broker, town: str, *reported: FigureReported) -> None:
    store = Store(PROJECTIONS, connector(broker.settings, "tsunagu_projector"), lambda code: None)
    await store.open()
    records = [record(event, f"{town}.reporting.log", place, key=uuid.uuid4().hex) for place, event in enumerate(reported)]
    await store.positions([TP(f"{PLACE}-{town}", 0)])
    await store.apply(records, [(TP(f"{PLACE}-{town}", 0), 0, 1)], {f"{town}.reporting.log": "reporting"})
    await store.close()


async def _reported(broker: Broker, *municipalities: str) -> None:
    for town in municipalities:
        sittings = FigureReported(metric=Metric.SITTINGS, period="1999-01", value=3, positions="coordination:9")
        new = sittings.changed(metric=Metric.NEW_CONSULTATIONS, value=2, hidden=True)
        await _report(broker, town, sittings, new)


@live
def test_r15_what_the_prefecture_gets_shows_no_small_count_of_persons(reports: Reports):
    """Case 33: a cell of 2 is kept back, and said to be; the town's own figures show it."""
    rows = reports.json("monthly", "--month", "1999-01", "--for", "prefecture")
    found = {(row["metric"], row["divided"], row["dimension"]): (row["value"], row["hidden"]) for row in rows}

    assert ((None, True), (0, False)) == (found["consultations", "field", "ELDER"], found["trials", "", ""])
    assert "秘匿（5未満等）" in reports.ask("monthly", "--month", "1999-01", "--for", "prefecture").stdout


@live
def test_r15_what_was_reported_without_its_value_has_none_for_the_prefecture(reports: Reports, broker: Broker):
    """Reported when it was 2, and kept back; five more come late: shown now, it would give the 2 away."""
    asyncio.run(_fill(broker, uuid.uuid4().hex, [record(ELDER, "consultation", 9 + n, key=uuid.uuid4().hex, at=AT + n) for n in range(5)], PLACE + "-late"))
    asked = ("monthly", "--month", "1999-01", "--for", "prefecture")

    def shown() -> tuple[int | None, bool]:
        return next((row["value"], row["hidden"]) for row in reports.json(*asked) if (row["metric"], row["divided"]) == ("consultations", "field"))

    assert (7, False) == shown()
    told = FigureReported(metric=Metric.CONSULTATIONS, period="1999-01", value=2, positions="consultation:5", divided="field", dimension="ELDER", hidden=True)
    asyncio.run(_report(broker, broker.settings.municipality, told))
    assert (None, True) == shown()


@live
def test_a_table_has_japanese_headings(reports: Reports):
    """For the desk."""
    assert "渡さない区分" in reports.ask("timeline", reports.case).stdout
    assert "新規相談（実）" in reports.ask("monthly", "--month", "1999-01").stdout


@live
def test_csv_is_for_a_spreadsheet(reports: Reports):
    """Byte order mark, CRLF, one row per event, lists in one cell."""
    found = reports.ask("timeline", reports.case, "--output", "csv").stdout_bytes
    rows = list(csv.DictReader(io.StringIO(found.decode("utf-8-sig"), newline="")))

    assert found.startswith(b"\xef\xbb\xbf") and 5 == found.count(b"\r\n") == found.count(b"\n")
    assert ("相談受付", "HEALTH") == (rows[0]["title_ja"], rows[1]["withheld"])


@live
def test_every_export_says_on_which_log_positions_it_stands(reports: Reports):
    """Read in the same transaction as the rows; a CSV on stdout tells it on stderr."""
    whole = json.loads(reports.ask("monthly", "--month", "1999-01", "--for", "prefecture", "--output", "json").stdout)
    told = whole["provenance"]
    beside = reports.ask("timeline", reports.case, "--output", "csv").stderr.removeprefix("tsunagu: provenance ")

    assert ("monthly", "1999-01", len(whole["rows"])) == (told["report"], told["period"], told["rows"])
    assert {"for": "prefecture", "month": "1999-01"} == told["query"]
    assert 64 == len(told["rows_sha256"]) == len(told["definition"])
    assert ("timeline", reports.case, 4) == tuple(json.loads(beside)[name] for name in ("report", "period", "rows"))


@live
def test_a_file_is_named_by_what_it_is_to_be(reports: Reports, tmp_path: Path):
    """Nothing on stdout; a workbook from the same rows."""
    found = reports.ask("timeline", reports.case, "--all", "--to", str(tmp_path / "case.xlsx"))
    rows, origin = workbooks.read((tmp_path / "case.xlsx").read_bytes())

    assert (0, "", 6, "記録（日本時間）") == (found.exit_code, found.stdout, len(rows.rows), rows.rows[0][0])
    assert f"case = {reports.case}、everything = true" == dict(origin.rows)["条件"]


@live
def test_the_printed_sheet_shows_the_figures_of_the_export(reports: Reports, tmp_path: Path):
    """The same numbers under the same hash; outside the town the small ones are kept back."""
    files = {reader: tmp_path / f"{reader}.html" for reader in ("town", "prefecture")}
    for reader, file in files.items():
        assert 0 == reports.ask("sheet", "1999-01", "--for", reader, "--to", str(file)).exit_code
    town, prefecture = (Page(file.read_text("utf-8")) for file in files.values())
    told = json.loads(reports.ask("monthly", "--month", "1999-01", "--output", "json").stdout)

    assert len(told["rows"]) == len(town.figures) and ("consultations/field:ELDER", "2") in town.figures
    assert told["provenance"]["rows_sha256"] in town.text and "1999年1月（平成11年1月）" in town.text
    assert ("consultations/field:ELDER", "秘匿") in prefecture.figures and "秘匿（5未満等）：値を示さないもの" in prefecture.text


@live
def test_a_case_that_nobody_knows_is_a_problem(reports: Reports):
    """Exit code 1 and a sentence on standard error; nothing on standard output."""
    found = reports.ask("timeline", "f" * 32)

    assert (1, "", True) == (found.exit_code, found.stdout, "nothing is recorded" in found.stderr)


@live
def test_incomplete_figures_are_shown_and_said_to_be_so(reports: Reports, broker: Broker):
    """Exit code 1: somebody has to look at the record that could not be read."""
    async def park() -> None:
        connection = await connector(broker.settings, "tsunagu_projector")()
        await connection.execute("INSERT INTO reporting.parked VALUES ('monthly', 1, 'consent.log', 0, 7, '', 'UNDECODABLE')")
        await connection.close()

    asyncio.run(park())
    found = reports.ask("monthly", "--month", "1999-01")

    assert (1, True, True) == (found.exit_code, "新規相談" in found.stdout, "incomplete" in found.stderr)


@live
def test_an_unreachable_database_is_one_sentence(reports: Reports, broker: Broker, tmp_path: Path):
    """Exit code 3 and what to do; no traceback."""
    shutil.copytree(reports.home / "secrets", tmp_path / "secrets")
    there = (reports.home / "tsunagu.toml").read_text("utf-8")
    (tmp_path / "tsunagu.toml").write_text(there.replace(str(broker.settings.database_port), "1"), "utf-8")
    found = Reports(tmp_path, reports.case).ask("monthly")

    assert (3, 1) == (found.exit_code, len(found.stderr.strip().splitlines()))
    assert "127.0.0.1:1 cannot be read" in found.stderr and found.exception.__class__ is SystemExit


@pytest.mark.parametrize("month", ["2026-13", "2026-5", "May", "2026-05-01"])
def test_a_month_that_is_none_is_a_wrong_usage(month: str):
    """Exit code 2, before anything is asked."""
    assert 2 == CliRunner().invoke(app, ["monthly", "--month", month]).exit_code
