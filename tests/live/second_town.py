"""Another town (990027), whose days are played and whose month is closed in memory: the logs that it shares, as they would lie in its own cluster."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import closing as closed
from dataclasses import dataclass

import pytest

from cli import registry
from cli.day import story
from cli.day.player import Day
from kernel.memory import MemoryRecord
from kernel.partitioner import partition_of
from kernel.topics import Topics
from services.reporting import closing, small_cells
from services.reporting.closing import Before
from services.reporting.projections.counting import Figure
from services.reporting.projections.metrics import BY_CODE
from tests.scenarios import memory_stage
from tests.scenarios.stories import s13_prefecture
from tests.services.reporting.facts import record

CODE, PACK, PARTITIONS = "990027", "national-2", 12
TOPICS = Topics(CODE)


@dataclass(frozen=True, slots=True)
class SecondTown:
    """What it has written. ``figures``: of its month, by public name, division and dimension; ``hidden``: those that stay in the town."""

    month: str
    community: list[MemoryRecord]
    reporting: list[MemoryRecord]
    figures: Mapping[tuple[str, str, str], int]
    hidden: frozenset[tuple[str, str, str]]


def lived(patch: pytest.MonkeyPatch) -> SecondTown:
    """A day and the story of the prefecture, then the month is closed."""
    patch.setattr(memory_stage, "TOPICS", TOPICS)
    patch.setattr(memory_stage, "PARTITIONS", PARTITIONS)
    patch.setattr(memory_stage, "LOGS", {TOPICS.log(name): name for name in memory_stage.LOGS.values()})
    with closed(memory_stage.MemoryStage(batch=50, start=int(time.time() * 1000))) as stage:
        for play in (story.play, s13_prefecture.play):
            day = Day(stage)
            play(day)
            assert not [row for row in day.rows if row.fault]
        month, community, at = stage.today.strftime("%Y-%m"), stage.log.records(TOPICS.log("community")), stage.log.now
        values = {(metric, *part.partition(":")[::2]): value for (metric, part), value in stage.figures().items()}
    hidden = _hidden(values)
    reports = list(closing.reports(month, values, "", hidden))
    return SecondTown(month, community, _log(reports, at), {_public(*each): value for each, value in closing.cells(values, Before()).items()},
                      frozenset(_public(*each) for each in hidden))


def _hidden(values: Mapping[Figure, int]) -> set[Figure]:
    return small_cells.small(closing.cells(values, Before()), registry.pack(PACK).small_cell)


def _public(metric: str, divided: str, dimension: str) -> tuple[str, str, str]:
    return str(BY_CODE[metric].reported), divided, dimension


def _log(reports: list[closing.Report], at: int) -> list[MemoryRecord]:
    """As the reporting function writes it: each figure is the first of its key."""
    ends: dict[int, int] = {}
    found = []
    for each in reports:
        number = partition_of(each.key.encode(), PARTITIONS)
        ends[number] = ends.get(number, -1) + 1
        found.append(record(each.fact, TOPICS.log("reporting"), ends[number], number, key=each.key, at=at + len(found)))
    return found
