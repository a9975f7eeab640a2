"""A generated year (一年) of a town and of a city through the real deciders in memory, beside the sizing of domain.md §5."""

from __future__ import annotations

import resource
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from bench.figures import Figure
from bench.show import Part, tell
from bench.stage import Stage
from cli.agency.message import JAPAN
from cli.year.course import EVENING, Report
from cli.year.year import PER, courses, reports
from contracts.consent import ConsentExpired, DisclosureDecided
from contracts.registry import AgencyRegistered, DeadlinesSet, PolicyActivated
from kernel import serde
from tests.scenarios.memory_stage import TOPICS, MemoryStage
from tests.scenarios.memory_year import FIRST, Year, played

WORKING_DAYS, SEED = 245, 1
TELL_EVERY = 10_000
REGISTRY = frozenset(kind.__name__ for kind in (AgencyRegistered, DeadlinesSet, PolicyActivated))
"""Noted by every function before the year begins."""


@dataclass(frozen=True, slots=True)
class Size:
    """A municipality and what the sizing model expects of one of its working days: domain events, and with all that is derived from them."""

    name: str
    people: int
    domain: tuple[float, float]
    derived: tuple[float, float]


SIZES = (Size("town", 25_000, (23, 74), (90, 300)), Size("city", 150_000, (140, 440), (560, 1_800)))
SIZING = {
    "first contacts": (15_000, 30_000, 1.3, 1.5), "coordinated cases": (20, 60, 40, 50), "outreach persons": (15, 40, 35, 50),
    "sittings": (25, 80, 12, 14), "places": (100, 800, 12, 24), "matches": (10, 30, 50, 70),
}
"""The assumptions: so many in a year for each 100,000 people, and so many events in each (from, to)."""


@dataclass(slots=True)
class Bursts:
    """When in the year things come: all, in April, in the evening."""

    all: int = 0
    april: int = 0
    evening: int = 0

    def take(self, report: Report) -> None:
        """Count one report."""
        at = datetime.fromtimestamp(report.at / 1000, JAPAN)
        self.all += 1
        self.april += at.month == 4
        self.evening += EVENING[0] <= at.hour < EVENING[1]


@dataclass(slots=True)
class Outcome:
    """What a year left in the logs, beside its counts."""

    year: Year
    seconds: float
    mebibytes: float
    verdicts: Counter[str] = field(default_factory=Counter)
    expired_at: Counter[str] = field(default_factory=Counter)
    """Consents that time has ended, by day in Japan."""


def measure(stage: Stage) -> Part:
    """Counts of the two years. Needs nothing of the stage."""
    figures: list[Figure] = []
    remarks: list[str] = []
    for size in SIZES:
        outcome = _played(size)
        figures += [*_figures(size, outcome), *_bursts(size, outcome), *_courses(size)]
        remarks.append(_counts(size, outcome))
    return Part("year", f"a generated year, {WORKING_DAYS} working days, beside the sizing of domain.md §5", tuple(figures), tuple(remarks))


def _played(size: Size) -> Outcome:
    began = time.monotonic()
    with played(size.people, SEED, lambda done: None if done % TELL_EVERY else tell(f"{size.name}: {done} reports")) as (stage, year):
        outcome = Outcome(year, time.monotonic() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
        _look_into(stage, outcome)
    return outcome


def _look_into(stage: MemoryStage, outcome: Outcome) -> None:
    for record in stage.log.records(TOPICS.log("consent")):
        match serde.decode(record.value):
            case DisclosureDecided(outcome=verdict):
                outcome.verdicts[verdict.value] += 1
            case ConsentExpired():
                outcome.expired_at[datetime.fromtimestamp(record.timestamp / 1000, JAPAN).date().isoformat()] += 1


def _figures(size: Size, outcome: Outcome) -> Iterator[Figure]:
    year, (low, high), (least, most) = outcome.year, size.domain, size.derived
    derived = sum(count for name, count in year.logged.items() if name not in REGISTRY)
    yield _one(size, "domain events a day", "events", year.reports / WORKING_DAYS, low, high)
    yield _one(size, "with derived", "events", derived / WORKING_DAYS, least, most)
    yield _one(size, "derived for each", "times", derived / year.reports)
    yield _one(size, "dead letters", "records", len(year.buried), most=0)
    yield _one(size, "messages refused", "messages", sum(year.refused.values()))
    yield _one(size, "the year played in", "s", outcome.seconds)
    yield _one(size, "resident at most, logs included", "MiB", outcome.mebibytes)


def _bursts(size: Size, outcome: Outcome) -> Iterator[Figure]:
    seen = Bursts()
    for report in reports(size.people, SEED, FIRST):
        seen.take(report)
    yield _one(size, "reports in April (even: 8.3)", "%", 100 * seen.april / seen.all)
    yield _one(size, "reports typed in from 17 to 20 h", "%", 100 * seen.evening / seen.all)
    over = max(outcome.expired_at.values(), default=0) / max(1, sum(outcome.expired_at.values()))
    yield _one(size, "consents ended that end in one night", "%", 100 * over)


def _courses(size: Size) -> Iterator[Figure]:
    """How many of each kind there are for 100,000 people, and how many reports the longest half of them have."""
    lengths: dict[str, list[int]] = {}
    for name, course in courses(size.people, SEED, FIRST):
        lengths.setdefault(name, []).append(len(course.reports))
    for name, found in lengths.items():
        fewest, most, shortest, longest = SIZING.get(name, (None,) * 4)
        yield _one(size, f"{name} for 100,000", "courses", len(found) * PER / size.people, fewest, most)
        yield _one(size, f"{name}: reports in one that is not broken off", "events", _whole(found), shortest, longest)


def _whole(lengths: list[int]) -> float:
    """The mean of those with more than half as many as the longest; of first contacts, which have no common course, of all."""
    longest = max(lengths)
    kept = [length for length in lengths if 2 * length > longest] if longest > 10 else lengths
    return sum(kept) / len(kept)


def _one(size: Size, what: str, unit: str, value: float, least: float | None = None, most: float | None = None) -> Figure:
    return Figure(what=f"{size.name} {size.people:,}: {what}", unit=unit, values=(value,), at_most=most, at_least=least)


def _counts(size: Size, outcome: Outcome) -> str:
    types = ", ".join(f"{name} {count}" for name, count in outcome.year.logged.most_common())
    verdicts = ", ".join(f"{name} {count}" for name, count in outcome.verdicts.most_common())
    refused = ", ".join(f"{name} {code} {count}" for (name, code), count in outcome.year.refused.most_common()) or "none"
    nights = ", ".join(f"{day} {count}" for day, count in outcome.expired_at.most_common(3))
    return f"\n{size.name}: verdicts: {verdicts}; refused: {refused}; consents ended by time: {nights}\nin the logs: {types}"
