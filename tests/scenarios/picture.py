"""The picture of the sample day (見本の一日の図): ``python -m tests.scenarios.picture`` draws docs/day.svg anew, from a day played in memory."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from cli.day import story
from cli.day.player import Day
from cli.trace import facts_of
from cli.trace.arrows import Step, steps
from cli.trace.picture import draw
from contracts.coordination import CoordinationReferred
from tests.scenarios.memory_stage import LOGS, MemoryStage

FILE = Path(__file__).parents[2] / "docs" / "day.svg"


def case_steps(stage: MemoryStage, case: str) -> list[Step]:
    """What `tsunagu trace` reads of a case from the logs in memory. Raises ValueError where a record cannot be read."""
    found, unreadable = facts_of(case, (record for topic in LOGS for record in stage.log.records(topic)), LOGS)
    if unreadable:
        raise ValueError(f"{unreadable} records of {case} cannot be read")
    return steps(found)


def of_the_day(day: Day, stage: MemoryStage) -> str:
    """The chart of the household that the elder centre referred first."""
    household = next(told.subject for told in day.told if isinstance(told.event, CoordinationReferred))
    return draw("見本の一日", case_steps(stage, household), "見本の一日の記録")


if __name__ == "__main__":
    with closing(MemoryStage()) as stage:
        day = Day(stage)
        story.play(day)
        FILE.write_text(of_the_day(day, stage), "utf-8")
