"""The stories of the notice on the real broker, database and services, through the agencies' own accounts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cli.day.live import LiveStage, open_stage
from cli.day.player import Day
from tests.installation import Broker
from tests.scenarios.stories import Story, stories


@pytest.fixture(scope="module")
def stage(stack: Broker) -> Iterator[LiveStage]:
    """The running town, for all stories one after the other."""
    with open_stage(stack.settings) as opened:
        yield opened


@pytest.mark.parametrize("story", stories(), ids=str)
def test_a_story_comes_out_as_it_says(stage: LiveStage, story: Story):
    """The same rows as in memory; nothing that must follow is missing, nothing stands twice in a log."""
    day = Day(stage)
    story.play(day)

    assert [] == [(row.agency, row.type, row.outcome, row.fault) for row in day.rows if row.fault]
    assert [] == stage.view.twice
