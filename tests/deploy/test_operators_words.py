"""Words that operators read, in alerts, on boards and in runbooks: one word for one thing, and nothing said that is not known."""

from __future__ import annotations

import re
from typing import Any

import pytest

from deploy.local.layout import REPOSITORY
from deploy.observability import reading
from deploy.observability.boards import signs, terms
from tests.deploy.alerts.rules import alerts

OTHER_WORDS = {
    "判断": "判定, what the gate does", "停止の知らせ": "停止の通知", "撤回の知らせ": "停止の通知", "符号": "コード", "盤": "ダッシュボード", "偽": "nobody knows that yet: 名乗りと送り手が違う",
}
"""Word → what is said instead, and why."""
LINE, LINES, TALL = 4.8, 3, 4
"""Signs of Japanese in a line of a description for each column of the grid, and how many lines a value's panel of this height has on the preview (preview.css)."""
PANELS = {f"{path.stem}: {panel['title']}": panel for path in reading.files() for panel in reading.panels(reading.board(path))}
PAGE = (REPOSITORY / "docs" / "operators.md").read_text("utf-8")


def texts() -> list[str]:
    """Everything in Japanese."""
    boards = [text for path in reading.files() for text in re.findall(r'"([^"]*[ぁ-ん一-龠][^"]*)"', path.read_text("utf-8"))]
    rules = [rule["annotations"][key] for rule in alerts() for key in ("summary", "description")]
    return [*boards, *rules, *(name for name, _ in terms.ALERTS.values()), *re.findall(r"(?m)^\*\*(?:人への影響|まずすること)\*\*：.*", PAGE)]


@pytest.mark.parametrize("word", OTHER_WORDS)
def test_one_thing_has_one_word(word: str):
    """Whoever reads an alert finds its words on the board and in the runbook."""
    assert [] == [text for text in texts() if re.search(f"(?<!基){word}", text)], OTHER_WORDS[word]


def test_a_contradiction_in_the_logs_stops_what_changes_data_and_no_support():
    """The board says what the runbook says."""
    first = re.search(r"### ChainFailure.*?\*\*まずすること\*\*：([^。]*。)", PAGE, re.DOTALL)[1]

    assert first in signs.CHAIN.about.answers and "支援は続ける。" in signs.CHAIN.about.answers
    assert "業務" not in signs.CHAIN.about.answers


@pytest.mark.parametrize("panel", [each for each in PANELS.values() if each["type"] == "stat"], ids=[name for name, each in PANELS.items() if each["type"] == "stat"])
def test_what_a_value_means_has_room(panel: dict[str, Any]):
    """On the preview and in its pictures nothing of it is cut off."""
    at = panel["gridPos"]

    assert len(panel["description"]) <= at["w"] * LINE * (LINES if at["h"] >= TALL else 2)
