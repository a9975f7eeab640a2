"""The stories of the notice over the memory log."""

from __future__ import annotations

from contextlib import closing

import pytest

from cli.day.player import Day
from tests.scenarios.memory_stage import MemoryStage
from tests.scenarios.stories import Story, stories


@pytest.mark.parametrize("story", stories(), ids=str)
@pytest.mark.parametrize("batch", [1, 50])
def test_a_story_comes_out_as_it_says(story: Story, batch: int):
    """Every row is as the story says, nothing that must follow is missing, nothing stands twice in a log."""
    with closing(MemoryStage(batch)) as stage:
        day = Day(stage)
        story.play(day)

        assert [] == [(row.agency, row.type, row.outcome, row.fault) for row in day.rows if row.fault]
        assert [] == stage.view.twice
