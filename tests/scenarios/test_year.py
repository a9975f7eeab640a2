"""A year of a small town in memory (一年): the same again for the same seed, nothing unreadable, nothing refused, every log folds to what was lived.

A town of 25,000 and a city of 150,000 are played by ``python -m bench year``, beside the sizing of domain.md §5.
"""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from cli.agency.message import JAPAN
from cli.year.course import EVENING
from cli.year.year import DAYS, reports
from contracts.consent import ConsentExpired
from kernel import serde
from kernel.decider import Function
from kernel.history import Folds, History, replay
from kernel.processor import Processor
from tests.scenarios import pythons
from tests.scenarios.memory_stage import PARTITIONS, TOPICS, MemoryStage
from tests.scenarios.memory_year import FIRST, Year, played
from tests.scenarios.town import SERVICES
from tests.scenarios.year_bytes import digest

PEOPLE = 2_500
SMALL = 600
"""People of the year that other interpreters play."""
FUNCTIONS = [function for service in SERVICES for function in service.functions]


@pytest.fixture(scope="module")
def lived() -> Iterator[tuple[MemoryStage, Year]]:
    """The year of seed 1."""
    with played(PEOPLE) as found:
        yield found


def day(milliseconds: int) -> date:
    """A moment's day in Japan."""
    return datetime.fromtimestamp(milliseconds / 1000, JAPAN).date()


def folded(history: History) -> dict[str, Any]:
    """Everything that a function knows of each key, and when it wants to be asked again."""
    return {
        key: (entry.seq, entry.states, entry.due, {cause: (each.number, each.first, each.count) for cause, each in entry.handled.items()})
        for key, entry in history.entries.items()
    }


def other_python(python: str, hash_seed: str) -> str:
    """The digest of a very small year that another process finds."""
    return pythons.told(python, hash_seed, "tests.scenarios.year_bytes", str(SMALL), "1")


def test_the_same_seed_gives_the_same_reports_and_another_seed_others():
    """A year can be played again, by anybody; it lies between its first and its last day, in order."""
    first, again, other = ([*reports(PEOPLE, seed, FIRST)] for seed in (1, 1, 2))

    assert first == again
    assert first != other
    assert sorted(first, key=lambda report: (report.at, report.order)) == first
    assert FIRST <= day(first[0].at) <= day(first[-1].at) <= FIRST + timedelta(days=DAYS - 1)


def test_a_town_has_its_bursts():
    """April brings more than an even month, and the evening is when the day is typed in (domain.md §5)."""
    moments = [datetime.fromtimestamp(report.at / 1000, JAPAN) for report in reports(25_000, 1, FIRST)]
    april, evening = sum(at.month == 4 for at in moments), sum(EVENING[0] <= at.hour < EVENING[1] for at in moments)

    assert april / len(moments) > 1.3 / 12
    assert 0.3 < evening / len(moments) < 0.5


def test_the_same_seed_gives_the_same_bytes(lived: tuple[MemoryStage, Year]):
    """Every log, record by record, with what is sealed."""
    with played(PEOPLE) as (again, _):
        assert digest(lived[0]) == digest(again)


def test_nothing_is_unreadable_and_nothing_refused(lived: tuple[MemoryStage, Year]):
    """No dead letter; and since every agency keeps to the order of its work, no refusal: what the gate withholds is none."""
    _, year = lived

    assert [] == year.buried
    assert {} == dict(year.refused)
    assert year.reports > 500


def test_the_fiscal_year_ends_with_its_consents(lived: tuple[MemoryStage, Year]):
    """What was given to the end of March is over in the night to April: a burst of its own."""
    ended = Counter(
        day(record.timestamp) for record in lived[0].log.records(TOPICS.log("consent"))
        if isinstance(serde.unwrapped(serde.decode(record.value)), ConsentExpired)
    )

    assert ended.keys() == {FIRST + timedelta(days=DAYS)}
    assert ended.total() > 10


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.name)
def test_every_log_folds_to_the_state_that_was_lived(lived: tuple[MemoryStage, Year], function: Function):
    """A start after a year gives what was there before, and finds no contradiction."""
    (stage, _), alarms = lived, []
    handler = stage.town.handler(function.name)
    assert isinstance(handler, Processor)
    for number in range(PARTITIONS):
        read = asyncio.run(replay(Folds(function), stage.log, handler.log, number, alarms.append))

        assert folded(handler._histories[number]) == folded(read)
    assert [] == alarms


def test_two_hash_seeds_give_the_same_bytes():
    """No set or dict order reaches the logs."""
    assert other_python(sys.executable, "0") == other_python(sys.executable, "1")


@pytest.mark.parametrize("version", pythons.OTHERS)
def test_another_python_gives_the_same_bytes(version: str):
    """Where one is installed with the packages that we need."""
    assert other_python(sys.executable, "0") == other_python(pythons.another(version), "0")
