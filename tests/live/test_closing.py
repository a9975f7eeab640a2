"""A month is closed on the real system: reported by its own account, recorded by its function, read back by the projections; then corrected."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from cli.agency.message import JAPAN
from cli.report import app
from tests.installation import Broker
from tests.live.days import play

WAIT_S = 120


def month() -> str:
    """The one of now in Japan: not that of the start of the tests, which may be another."""
    return datetime.now(JAPAN).strftime("%Y-%m")


def report(stack: Broker, *words: str) -> Result:
    """Run ``tsunagu report``."""
    return CliRunner(env={"TSUNAGU_HOME": str(stack.installation.layout.home), "COLUMNS": "240"}).invoke(app, list(words))


def rows(stack: Broker, *words: str) -> list[dict[str, Any]]:
    """What it answers."""
    return json.loads(report(stack, *words, "--output", "json").stdout)["rows"]


def until(found: Callable[[], bool]) -> bool:
    """Wait for it."""
    end = time.monotonic() + WAIT_S
    while not found() and time.monotonic() < end:
        time.sleep(0.5)
    return found()


def shared(stack: Broker) -> dict[tuple[str, str, str], int | None]:
    """What leaves the town of this month."""
    return {(row["metric"], row["divided"], row["dimension"]): row["value"] for row in rows(stack, "prefecture", "figures", "--month", month())}


@pytest.fixture(scope="module")
def closed(stack: Broker) -> dict[tuple[str, str, str], int]:
    """The month's figures as they were reported after a day."""
    play(stack.settings)
    return {(row["metric"], row["divided"], row["dimension"]): row["value"] for row in rows(stack, "close", month(), "--early")}


def test_what_is_reported_is_what_the_prefecture_sees_without_the_small_cells(stack: Broker, closed: dict[tuple[str, str, str], int]):
    """Each cell once; a value, or none where it stays in the town."""
    assert until(lambda: set(shared(stack)) == set(closed))
    seen = shared(stack)

    assert all(seen[cell] in (None, value) for cell, value in closed.items())
    assert None in seen.values() and closed["SITTINGS", "", ""] == seen["SITTINGS", "", ""]


def test_every_figure_is_explained_by_exactly_its_events(stack: Broker):
    """What they amount to is what the month says, for a figure of each kind."""
    figures = {(row["metric"], row["divided"], row["dimension"]): row["value"] for row in rows(stack, "monthly", "--month", month())}
    for metric, divided, dimension in (("consultations", "", ""), ("consultations", "field", "ELDER"), ("new_consultation_cases", "", ""), ("attendance", "", ""),
                                       ("conference_cases", "", ""), ("releases", "basis", "C"), ("active_cases", "function", "consultation")):
        words = ["--explain", metric, *(["--dimension", f"{divided}:{dimension}"] if divided else [])]
        said = report(stack, "monthly", "--month", month(), *words)

        assert f"tsunagu: {figures[metric, divided, dimension]} from " in said.stderr


def test_a_later_day_is_a_correction_and_closing_again_says_nothing(stack: Broker, closed: dict[tuple[str, str, str], int]):
    """The sittings of two days: shown as corrected. What was kept back stays so."""
    before = shared(stack)
    assert closed == {(row["metric"], row["divided"], row["dimension"]): row["value"] for row in rows(stack, "close", month(), "--early")}
    assert before == shared(stack)

    play(stack.settings)
    rows(stack, "close", month(), "--early")
    assert until(lambda: (shared(stack)["SITTINGS", "", ""] or 0) > closed["SITTINGS", "", ""])
    assert {cell for cell, value in before.items() if value is None} <= {cell for cell, value in shared(stack).items() if value is None}
