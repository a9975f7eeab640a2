"""A Prometheus with six hours of a town made from the contract: no panel of any board is empty."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from typing import Any

import pytest

from deploy.observability import reading
from deploy.observability.boards import signs
from deploy.observability.preview.asking import Prometheus
from deploy.observability.preview.filling import Look, filled
from tests.boards_data import silent
from tests.deploy.exposition import text
from tests.prometheus import promtool
from tests.scraping import scraping

SPAN = 6 * 3600


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Prometheus that remembers the six hours."""
    folder, now = tmp_path_factory.mktemp("town"), time.time()
    (folder / "town.txt").write_text("\n".join(text(now - SPAN, now)) + "\n")
    done = subprocess.run([promtool(), "tsdb", "create-blocks-from", "openmetrics", "town.txt", "data"], cwd=folder, capture_output=True, text=True, check=False)
    assert 0 == done.returncode, done.stderr
    with scraping(folder) as address:
        yield address


def test_no_panel_is_empty(town: str):
    """Every query of every panel, with everything chosen, has finite values."""
    assert [] == silent(town, SPAN)


def test_a_town_that_is_well_looks_well(town: str):
    """The eight signs and what is said of them together: 正常."""
    (path,) = (each for each in reading.files() if each.stem == "overview")
    panels = filled(reading.board(path), Prometheus(town), Look(SPAN))["panels"]
    together = next(panel for panel in panels if panel["title"].startswith("つなぐの様子"))

    assert ["0"] == [series["value"][1] for answer in together["answers"] for series in answer["series"]]


def test_what_is_not_well_is_named(town: str):
    """Half a year later nothing is exported any more: every sign is named, but no alert; now nothing is."""
    now, later = (
        sorted(series["metric"].get("sign", "") for series in Prometheus(town).now(reading.put_in(signs.reasons()), time.time() + ahead)) for ahead in (0, 180 * 86_400)
    )

    assert [signs.ALL_WELL] == now
    assert sorted(sign.about.title for sign in (*signs.SIGNS, signs.DOWN)) == later


def test_too_few_events_are_no_sign(town: str):
    """Five hours ago they were fewer than a hundred: no panel is empty, each budget says まだ言えない, and nothing is worse for it."""
    then = time.time() - 5 * 3600
    (path,) = (each for each in reading.files() if each.stem == "slo")
    left = [panel for panel in filled(reading.board(path), Prometheus(town), Look(600, until=then))["panels"] if panel["title"] == "残りの余裕"]
    says = [(answer["series"][0]["value"][1], word) for panel in left for answer, words in zip(panel["answers"], mapped(panel), strict=True) for word in words]

    assert 2 == len(left) and [("2", "まだ言えない"), ("2", "100件から")] * 2 == says
    assert ["0"] == [series["value"][1] for series in Prometheus(town).now(signs.BUDGET.level(), then)]


def mapped(panel: dict[str, Any]) -> list[list[str]]:
    """What the word and the number of a panel say in the place of 2."""
    says = panel["fieldConfig"]
    (word,) = [each["value"] for each in says["overrides"][0]["properties"] if each["id"] == "mappings"]
    return [[each["options"]["2"]["text"] for each in place if each["type"] == "value"] for place in (word, says["defaults"]["mappings"])]


def test_a_repeated_row_is_there_once_for_each_service(town: str):
    """And nothing of it stands on anything else."""
    (path,) = (each for each in reading.files() if each.stem == "services")
    panels = filled(reading.board(path), Prometheus(town), Look(SPAN))["panels"]
    cells = [(x, y) for p in panels for at in [p["gridPos"]] for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])]

    assert ["consent", "coordination", "intake", "participation", "reporting"] == [p["title"].removeprefix("部品：") for p in panels if p["title"].startswith("部品：")]
    assert len(cells) == len(set(cells))
