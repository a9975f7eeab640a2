"""Every figure of the sample day and of the stories stands on events that can be named; those of the day equal a hand count."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from cli.day import story
from cli.day.player import Day
from cli.day.recount import by_hand, grown
from cli.figures import value
from services.reporting import facts
from services.reporting.projections.projection import Fact
from tests.scenarios.memory_stage import LOGS, MemoryStage
from tests.scenarios.stories import Story, stories
from tests.services.reporting.test_figure_events import explained, figures


@pytest.fixture(scope="module")
def day() -> Iterator[Day]:
    """The sample day, played once."""
    found = Day(MemoryStage())
    story.play(found)
    yield found
    found.stage.close()  # type: ignore[attr-defined]


def logged(day: Day) -> list[Fact]:
    """Everything that the logs of a town in memory hold."""
    log = day.stage.log  # type: ignore[attr-defined]
    return [fact for _, fact in facts.read((record for topic in LOGS for record in log.records(topic)), LOGS).facts]


def test_every_figure_of_the_day_equals_the_hand_count(day: Day):
    """All metrics, whole and in every part; none is left over on either side."""
    assert by_hand(day) == grown({}, day.stage.figures() or {})


def test_explain_lists_exactly_the_events_of_the_day(day: Day):
    """Each figure is what its events amount to, each event once, and each of them lies where it is said to lie."""
    found = logged(day)
    events, there = explained(found), {(fact.log, fact.partition, fact.offset): fact.envelope.id for fact in found}

    assert figures(found) == {figure: value(figure[1:], rows) for figure, rows in events.items()}
    for rows in events.values():
        places = [(row["log"], row["partition"], row["log_offset"]) for row in rows]
        assert len(places) == len(set(places))
        assert [row["event_id"] for row in rows] == [there[place] for place in places]


def test_the_events_behind_a_figure_of_the_day_are_those_that_were_told(day: Day):
    """By hand: who said what. The home visits are the visits of the day, case by case."""
    rows = next(rows for figure, rows in explained(logged(day)).items() if figure[1:] == ("outreach_contacts", "", ""))
    told = [each.subject for each in day.told if type(each.event).__name__ == "ContactAttempted"]

    assert sorted(told) == sorted(row["case_id"] for row in rows)


@pytest.mark.parametrize("told", stories(), ids=str)
def test_every_figure_of_a_story_stands_on_its_events(told: Story):
    """The same for every story."""
    with closing(MemoryStage()) as stage:
        day = Day(stage)
        told.play(day)
        found = logged(day)

        assert figures(found) == {figure: value(figure[1:], rows) for figure, rows in explained(found).items()}
