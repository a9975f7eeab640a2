"""Rows of the day: what is shown, and when a row is not as the story says."""

from __future__ import annotations

import csv
import io
import json
from datetime import date

import pytest

from cli.day import table
from cli.day.rows import Receipt, Row, Withheld, categories, compare, deny, permit, recorded, redact
from cli.output import Output
from contracts.coordination import PlanShared
from contracts.shared import DataCategory, PersonalItem

PERSON = "0" * 32
ROW = Row(
    step=7, agency="coordinator", event_id="1", type="PlanShared", outcome="REDACT", rule="R2", millis=12,
    recipients=[Receipt("poverty", ("BASIC", "ECONOMIC"))], withheld=[Withheld("poverty", PERSON, "HEALTH", "CATEGORY_NOT_CONSENTED")],
)


def test_a_row_as_the_story_says_has_no_fault():
    """The agency, the outcome and exactly the categories."""
    assert "" == compare([ROW], [redact("poverty", DataCategory.BASIC, DataCategory.ECONOMIC)], "PlanShared")


@pytest.mark.parametrize("want", [
    redact("poverty", DataCategory.BASIC), permit("poverty", DataCategory.BASIC, DataCategory.ECONOMIC), deny("poverty"),
    redact("elder", DataCategory.BASIC, DataCategory.ECONOMIC), recorded(),
])
def test_anything_else_is_a_fault_that_names_what_was_wanted(want):
    """One category more or less, another outcome, another agency."""
    assert str(want) == compare([ROW], [want], "PlanShared")


def test_categories_are_those_that_an_event_really_carries():
    """An empty field counts for nothing, whatever a verdict said."""
    today = date(2026, 4, 1)
    item = PersonalItem(person=PERSON, category=DataCategory.ECONOMIC, code="budget", text="家計")
    event = PlanShared(person=PERSON, plan=PERSON, version=1, recipients=("elder",), period_from=today, period_to=today, items=(item,))

    assert ("ECONOMIC",) == categories(event)


def test_json_has_the_documented_keys(capsys: pytest.CaptureFixture[str]):
    """One object a row; a fault only where there is one."""
    table.show([ROW], Output.JSON)
    (printed,) = json.loads(capsys.readouterr().out)

    assert ["step", "agency", "event_id", "type", "outcome", "rule", "recipients", "withheld", "millis"] == list(printed)
    assert [{"agency": "poverty", "categories": ["BASIC", "ECONOMIC"]}] == printed["recipients"]


def test_csv_has_one_line_a_row(capsys: pytest.CaptureFixture[str]):
    """Recipients and what was withheld in one cell each."""
    table.show([ROW], Output.CSV)
    header, line = csv.reader(io.StringIO(capsys.readouterr().out))

    assert "poverty (BASIC ECONOMIC)" == line[header.index("recipients")]
    assert "poverty: HEALTH [CATEGORY_NOT_CONSENTED]" == line[header.index("withheld")]


def test_the_table_shows_a_fault(capsys: pytest.CaptureFixture[str]):
    """What the story says stands beside what came."""
    table.show([Row(step=1, agency="elder", event_id="1", type="SignalReceived", outcome="MISSING", fault="RECORDED")], Output.TABLE)

    assert "MISSING ✗ RECORDED" in capsys.readouterr().out
