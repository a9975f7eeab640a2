"""A year in memory (一年): every report of a generated year through the front door, the five functions, the gate and the courier, with its nights."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time

from cli.agency.message import JAPAN, draft
from cli.year.course import Report
from cli.year.year import DAYS, reports
from contracts.envelope import MessageRefused
from kernel import serde
from kernel.memory import MemoryRecord
from kernel.processor import Processor
from kernel.ticks import ticks
from tests.scenarios.memory_stage import TOPICS, MemoryStage

FIRST = date(2026, 4, 1)
DAY_MS = 86_400_000
_JST_MS = 9 * 3_600_000


@dataclass(slots=True)
class Year:
    """What came of a year: how many reports there were, and in the logs how many events of each type, and refusals by type and code."""

    reports: int = 0
    logged: Counter[str] = field(default_factory=Counter)
    refused: Counter[tuple[str, str]] = field(default_factory=Counter)
    buried: list[MemoryRecord] = field(default_factory=list)
    """Dead letters: there must be none."""


@contextmanager
def played(
    people: int, seed: int = 1, tell: Callable[[int], None] = lambda count: None, listen: Callable[[MemoryStage], None] = lambda stage: None,
) -> Iterator[tuple[MemoryStage, Year]]:
    """Play the year of a municipality of ``people`` inhabitants; ``tell`` hears how many reports are done, ``listen`` sees the stage before."""
    begin = datetime.combine(FIRST, time(), JAPAN).timestamp() * 1000
    stage, year = MemoryStage(batch=50, start=int(begin)), Year()
    listen(stage)
    processors = [handler for name in sum(stage.workers.values(), ()) if isinstance(handler := stage.town.handler(name), Processor)]
    night = 0
    for report in reports(people, seed, FIRST):
        night = _nights(stage, processors, night, report.at)
        _say(stage, report)
        year.reports += 1
        tell(year.reports)
    _nights(stage, processors, night, int(begin) + DAYS * DAY_MS)
    _count(stage, year)
    yield stage, year
    stage.close()


def _say(stage: MemoryStage, report: Report) -> None:
    stage.log.now = max(stage.log.now, report.at - 1)
    stage.post(report.agency, draft(report.agency, report.event, report.subject, id=report.id, time=report.time))
    stage.town.pump()


def _nights(stage: MemoryStage, processors: list[Processor], night: int, until: int) -> int:
    """Let every night before a moment pass: at midnight in Japan whatever is due is told so. Returns the number of the last night."""
    last = (until + _JST_MS) // DAY_MS
    for number in range(night + 1 if night else last, last + 1):
        stage.log.now = max(stage.log.now, number * DAY_MS - _JST_MS)
        stage.log.send(ticks(processors, TOPICS, at=stage.log.now))
        stage.town.pump()
    return last


def _count(stage: MemoryStage, year: Year) -> None:
    for topic in stage.log.topics():
        records = stage.log.records(topic)
        if topic.endswith(".log") and not topic.endswith("registry.log"):
            for record in records:
                event = serde.unwrapped(serde.decode(record.value))
                year.logged[type(event).__name__] += 1
                if isinstance(event, MessageRefused) and topic != TOPICS.log("consent"):
                    year.refused[event.message_type, event.code.value] += 1
        elif topic.endswith("dead-letters"):
            year.buried += records
