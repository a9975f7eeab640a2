"""A course (経過): what the agencies report about one case or other entity in the course of a year, each report at its time. Seeded, so the same again."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from cli.agency.message import JAPAN

OFFICE = (9, 17)
"""Hours in which most people come or call."""
EVENING = (17, 20)
"""When the day's visits are typed in, all at once."""
EVENING_SHARE = 0.4


@dataclass(frozen=True, slots=True, order=True)
class Report:
    """One report: when (ms UTC), and in which order among those of the same moment; by whom, what, about which case or entity."""

    at: int
    order: tuple[int, int]
    agency: str
    id: str
    event: Any
    subject: str

    @property
    def time(self) -> str:
        """The same moment as its sender claims it, RFC 3339 in Japan."""
        return datetime.fromtimestamp(self.at / 1000, JAPAN).isoformat(timespec="milliseconds")


class Course:
    """Walks through the days and says what is reported. ``number``: of the course in its year."""

    def __init__(self, number: int, seed: int, start: date) -> None:
        self.random = Random(f"{seed}/{number}")
        self.number, self.subject = number, self.pseudonym()
        self.reports: list[Report] = []
        self._now = self._moment(start)

    @property
    def today(self) -> date:
        """The day in Japan on which the course stands."""
        return self._now.date()

    def pseudonym(self) -> str:
        """An id of a case, a person or a thing: 32 hex digits."""
        return f"{self.random.getrandbits(128):032x}"

    def chance(self, share: float) -> bool:
        """True in ``share`` of all cases."""
        return self.random.random() < share

    def pick(self, *among: Any) -> Any:
        """One of them, each as likely."""
        return self.random.choice(among)

    def wait(self, least: int, most: int) -> None:
        """Go on some days later, on a working day, at an hour at which people report."""
        self._now = max(self._moment(self.today + timedelta(days=self.random.randint(least, most))), self._now + timedelta(minutes=2))

    def say(self, agency: str, event: Any, subject: str = "") -> None:
        """Let an agency report an event, about the course's own case by default; a minute or more passes before the next."""
        identity = str(uuid.UUID(int=self.random.getrandbits(128), version=4))
        at = int(self._now.timestamp() * 1000)
        self.reports.append(Report(at, (self.number, len(self.reports)), agency, identity, event, subject or self.subject))
        self._now += timedelta(seconds=self.random.randint(60, 600))

    def within(self, last: date) -> Iterator[Report]:
        """Its reports up to and with a day: a course may reach into the next year."""
        return (each for each in self.reports if datetime.fromtimestamp(each.at / 1000, JAPAN).date() <= last)

    def _moment(self, day: date) -> datetime:
        while day.weekday() >= 5:
            day += timedelta(days=1)
        first, last = EVENING if self.chance(EVENING_SHARE) else OFFICE
        seconds = self.random.randrange((last - first) * 3600)
        return datetime(day.year, day.month, day.day, first, tzinfo=JAPAN) + timedelta(seconds=seconds)
