"""kill -9 of each service in the middle of the day: the day ends the same."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cli.day import story
from cli.day.player import Day
from tests.installation import Broker
from tests.live.days import Played, play
from tests.scenarios.lines import expected, lines
from tests.scenarios.memory_stage import MemoryStage

MOMENTS = {"intake": (4, 14), "coordination": (2, 8), "participation": (6, 10), "consent": (3, 13), "reporting": (1, 7)}
"""Steps in which the service is killed, just as a message that it will have to do with has been sent."""


def killer(stack: Broker, service: str, killed: list[int]) -> Callable[[int], None]:
    """Kills ``service`` after the first message of each of its moments, and notes it in ``killed``."""

    def disturb(step: int) -> None:
        if step in MOMENTS[service] and step not in killed:
            stack.kill(service)
            killed.append(step)

    return disturb


@pytest.fixture(scope="module")
def undisturbed() -> Played:
    """The day in memory, where nothing is killed."""
    day = Day(MemoryStage())
    story.play(day)
    return Played(day.rows, day.view)


@pytest.mark.parametrize("service", MOMENTS)
def test_the_day_ends_the_same_when_a_service_is_killed(stack: Broker, undisturbed: Played, service: str):
    """The same rows; no event lost; none twice in a log; to readers that drop by id, every event exactly once."""
    killed: list[int] = []

    found = play(stack.settings, killer(stack, service, killed))

    assert [*MOMENTS[service]] == killed
    assert expected() == lines(found.rows)
    assert [] == found.view.twice
    assert undisturbed.heard() == found.heard()

