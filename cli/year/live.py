"""A year on the real system (一年): every report through its agency's own account, many cases at once, each case in its own order.

The broker's clock is now, whenever in the year a report is made: so each report is moved to today with every day that it names, while its
claimed time (``ce_time``) stays in the year that ends today.
"""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from cli.agency.message import JAPAN
from cli.day.live import LiveStage
from cli.day.rows import REFUSED, Row, rows_of
from cli.day.stage import Words
from cli.day.view import GATE
from cli.year.course import Report
from cli.year.year import DAYS, reports
from contracts.catalogue import BY_CLASS
from contracts.topics import SUPPORT_FUNCTIONS

AT_ONCE = 64
"""Reports that may wait for what follows of them at the same time."""
AHEAD = 512
"""Reports that are looked through for one whose case is free."""
MISSING = "MISSING"
"""The outcome of a report of which something that must follow has not followed in time."""
_DAY_S = 86_400


@dataclass(slots=True)
class Played:
    """What came of a year: how many reports there were, and outcomes by type and outcome."""

    reports: int = 0
    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)

    @property
    def faults(self) -> int:
        """Reports that were refused or not answered: in a generated year there are none."""
        return sum(count for (_, outcome), count in self.outcomes.items() if outcome == MISSING or outcome.startswith(REFUSED))


@dataclass(frozen=True, slots=True)
class _Asked:
    """A report under way: when it was sent (ms UTC), and until when it is waited for."""

    report: Report
    sent_at: int
    deadline: float


class LiveYear:
    """One year under way. ``speed``: days of the year in a second; 0 = as fast as answers come."""

    def __init__(self, stage: LiveStage, people: int, seed: int, speed: float = 0.0) -> None:
        first = stage.today - timedelta(days=DAYS - 1)
        self._stage, self._speed = stage, speed
        self._first = datetime(first.year, first.month, first.day, tzinfo=JAPAN).timestamp()
        self._coming = deque(reports(people, seed, first))
        self._asked: list[_Asked] = []
        self._patient: dict[str, float] = {}
        self.total, self.played = len(self._coming), Played()

    def play(self, tell: Callable[[int], None] = lambda done: None) -> Played:
        """Play it to its end; ``tell`` hears how many reports are answered."""
        self._began = time.monotonic()
        while self._coming or self._asked:
            for report in self._free():
                self._say(report)
            self._stage.look()
            self._settle()
            tell(self.played.reports)
        return self.played

    def _free(self) -> list[Report]:
        """What may be said now: it is time, and nothing before it in its case, or about the place that it names, is under way or waits."""
        busy = {name for each in self._asked for name in _lanes(each.report)}
        free: list[Report] = []
        kept: list[Report] = []
        while self._coming and len(kept) < AHEAD and len(self._asked) + len(free) < AT_ONCE and self._timely(self._coming[0]):
            report = self._coming.popleft()
            lanes = _lanes(report)
            (free if not busy & lanes and self._informed(report) else kept).append(report)
            busy |= lanes
        self._coming.extendleft(reversed(kept))
        return free

    def _timely(self, report: Report) -> bool:
        passed = (time.monotonic() - self._began) * self._speed * _DAY_S
        return not self._speed or report.at / 1000 <= self._first + passed

    def _say(self, report: Report) -> None:
        event = moved(report.event, self._stage.today - datetime.fromtimestamp(report.at / 1000, JAPAN).date())
        words = Words(agency=report.agency, event=event, subject=report.subject, id=report.id, time=report.time)
        self._asked.append(_Asked(report, self._stage.say(words), time.monotonic() + self._stage.patience))

    def _settle(self) -> None:
        """Count what is answered, and what has not been answered for too long."""
        waiting = []
        for each in self._asked:
            report = each.report
            if not self._stage.view.missing(report.agency, report.id):
                self._count(rows_of(self._stage.view, 0, report.agency, report.id, type(report.event).__name__, each.sent_at))
            elif time.monotonic() > each.deadline:
                self._count([Row(step=0, agency=report.agency, event_id=report.id, type=type(report.event).__name__, outcome=MISSING)])
            else:
                waiting.append(each)
        self._asked = waiting

    def _informed(self, report: Report) -> bool:
        """Whether every function knows the agency's part in the case, as it would after hours of other work; it waits for that only so long."""
        kind, view = BY_CLASS[type(report.event)], self._stage.view
        known = [name for name in (kind.function, *kind.copies) if name in (*SUPPORT_FUNCTIONS, GATE)] if kind.part == "required" else []
        if all(view.has_part(report.agency, report.subject, name) for name in known):
            return True
        return time.monotonic() > self._patient.setdefault(report.id, time.monotonic() + self._stage.patience)

    def _count(self, rows: list[Row]) -> None:
        self.played.outcomes.update((row.type, row.outcome) for row in rows)
        self.played.reports += 1


def moved(event: Any, by: timedelta) -> Any:
    """The event with every day that it names so much later."""
    return type(event).from_avro(_moved(event.to_avro(), by))


def _moved(value: Any, by: timedelta) -> Any:
    match value:
        case dict():
            return {name: _moved(member, by) for name, member in value.items()}
        case list() | tuple():
            return [_moved(member, by) for member in value]
        case date():
            return value + by
        case _:
            return value


def _lanes(report: Report) -> set[str]:
    """What a report must not overtake: those of its course, of its case, of the place that it names."""
    return {str(report.order[0]), report.subject, getattr(report.event, "resource", "") or report.subject}

