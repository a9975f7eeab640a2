"""A year (一年): how many courses of each kind a municipality of a size has, and all their reports in the order of time. The same seed, the same year."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from heapq import merge
from random import Random

from cli.year import desks, town, visits
from cli.year.course import Course, Report

PER, DAYS = 100_000, 365
APRIL_WEIGHT = 1.8
"""April brings contract changes and new faces: as much more begins on one of its days (domain.md §5)."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of course: how many begin in a year for each 100,000 people, at least how many, and what is reported in one."""

    name: str
    per_100_000: float
    least: int
    play: Callable[[Course], None]


KINDS = (
    Kind("first contacts", 18_000, 1, desks.first_contact),
    Kind("coordinated cases", 40, 1, desks.coordinated),
    Kind("outreach persons", 27, 1, visits.visited),
    Kind("sittings", 50, 1, town.sitting),
    Kind("places", 300, 1, town.place),
    Kind("cooperation projects", 12, 1, town.cooperation),
    Kind("notices", 0, 4, town.notice),
    Kind("implementation plans", 0, 1, town.implementation_plan),
)
"""The middle of the sizing model of domain.md §5; matches are made beside them, since they need a resource."""
MATCHES_PER_100_000, PERSONS_A_RESOURCE = 20, 10


def reports(people: int, seed: int, first: date) -> Iterator[Report]:
    """Every report of the year that begins on ``first``, in the order of time; ``people``: inhabitants."""
    last = first + timedelta(days=DAYS - 1)
    return merge(*(course.within(last) for _, course in courses(people, seed, first)))


def courses(people: int, seed: int, first: date) -> Iterator[tuple[str, Course]]:
    """Every course that begins in the year, with the name of its kind; one that begins late reaches into the next year."""
    days = _days(first)
    starts = Random(f"{seed}/starts")
    number = 0
    for kind in KINDS:
        for _ in range(max(kind.least, round(kind.per_100_000 * people / PER))):
            number += 1
            course = Course(number, seed, starts.choice(days))
            kind.play(course)
            yield kind.name, course
    yield from _matches(max(1, round(MATCHES_PER_100_000 * people / PER)), number, seed, first, starts, days)


def _matches(count: int, number: int, seed: int, first: date, starts: Random, days: list[date]) -> Iterator[tuple[str, Course]]:
    resource = None
    for made in range(count):
        if made % PERSONS_A_RESOURCE == 0:
            number += 1
            resource = Course(number, seed, first)
            visits.resource(resource)
            yield "resources", resource
        number += 1
        course = Course(number, seed, max(first + timedelta(days=7), starts.choice(days)))
        assert resource is not None
        visits.matched(course, resource.subject)
        yield "matches", course


def _days(first: date) -> list[date]:
    """The days of the year on which something may begin; those of April more than once."""
    days = [first + timedelta(days=number) for number in range(DAYS)]
    extra = [day for day in days if day.month == 4]
    return days + [day for number, day in enumerate(extra) if number % 5 < round((APRIL_WEIGHT - 1) * 5)]
