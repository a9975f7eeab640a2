"""A day played on the real stack, with what its agencies heard."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from cli.day import story
from cli.day.live import open_stage
from cli.day.player import Day
from cli.day.rows import Row
from cli.day.view import View
from kernel.settings import Settings

PATIENCE_S = 180.0
"""How long a test waits for what must follow. It costs only where that is missing."""


@dataclass(frozen=True, slots=True)
class Played:
    """A day that is over: its rows and everything that was seen."""

    rows: list[Row]
    view: View

    def heard(self) -> Counter[tuple[str, str]]:
        """How many events of each type each agency received, each id once."""
        return Counter((agency, each.type) for agency, heard in self.view.heard.items() for each in heard)


def play(settings: Settings, disturb: Callable[[int], None] = lambda step: None) -> Played:
    """Play one day through the agencies' own accounts; ``disturb`` is called after each message with the step's number."""
    with open_stage(settings, PATIENCE_S) as stage:
        day = Day(stage, disturb=disturb)
        story.play(day)
        return Played(day.rows, stage.view)
