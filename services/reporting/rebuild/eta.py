"""ETA (残り時間): when a phase will be over, with an error bar.

Loading: what a record of each log costs to read and to write, as it was seen now and, before that, in earlier rebuilds; what is left, played to its end.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean, median, pstdev

MEMORY = 0.98
"""What one report of a worker weighs of the one after it: a cost is that of the last fifty or so."""
SAMPLES = 80
ASSUMED = 2_000
"""So many records of a log must be seen to weigh as much as what was known of it before."""
UNKNOWN = float("inf")


@dataclass(frozen=True, slots=True)
class Left:
    """Seconds that are left, more or less; endless where nothing is known yet."""

    seconds: float
    error: float = 0.0

    def __str__(self) -> str:
        return "unknown" if self.seconds == UNKNOWN else f"{self.seconds:.0f} s ± {self.error:.0f} s"


@dataclass(frozen=True, slots=True)
class Cost:
    """What a record of one log costs, in seconds of a worker."""

    reading: float
    """To fetch, decode and fold."""
    writing: float
    """Its share of the rows, when they go to the database."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a worker did since it told last, with one partition of a log."""

    log: str
    """Its topic."""
    events: int
    """Records that it read."""
    reading: float
    """Seconds that this took."""
    written: int = 0
    """Records whose rows it wrote."""
    writing: float = 0.0
    """Seconds that this took."""


@dataclass(slots=True)
class Spent:
    """What the records of one log took in all: records and seconds of reading, and of writing."""

    events: int = 0
    reading: float = 0.0
    written: int = 0
    writing: float = 0.0

    def take(self, report: Report) -> None:
        """Add what a worker has told."""
        self.events, self.reading = self.events + report.events, self.reading + report.reading
        self.written, self.writing = self.written + report.written, self.writing + report.writing

    @property
    def cost(self) -> Cost:
        """Of one record."""
        return Cost(self.reading / max(1, self.events), self.writing / max(1, self.written))


@dataclass(slots=True)
class _Mean:
    """Seconds for a record, the present weighing more than the past."""

    events: float = 0.0
    seconds: float = 0.0

    def take(self, events: int, seconds: float) -> None:
        if events:
            self.events, self.seconds = self.events * MEMORY + events, self.seconds * MEMORY + seconds

    @property
    def known(self) -> bool:
        return self.events > 0

    def near(self, before: float, weight: float) -> float:
        """The mean, with so many records more of what was known before."""
        return (self.seconds + weight * before) / (self.events + weight)


@dataclass(slots=True)
class _Kind:
    """Costs of one kind, by log: seen now, and in earlier rebuilds."""

    earlier: Mapping[str, float]
    seen: dict[str, _Mean] = field(default_factory=dict)

    def take(self, log: str, events: int, seconds: float) -> None:
        self.seen.setdefault(log, _Mean()).take(events, seconds)

    def costs(self, logs: Iterable[str]) -> dict[str, float]:
        """Of each of these logs. One that nothing is known of costs what the others do; all of them nothing before any was seen."""
        known = {log: mean for log, mean in self.seen.items() if mean.known}
        pace, usual = self._pace(known), _together(known.values())
        if usual is None:
            return {log: self.earlier.get(log, fmean(self.earlier.values()) if self.earlier else 0.0) for log in logs}
        return {log: self._cost(known.get(log), pace * self.earlier[log] if log in self.earlier else None, usual) for log in logs}

    @staticmethod
    def _cost(seen: _Mean | None, before: float | None, usual: float) -> float:
        if seen is None:
            return usual if before is None else before
        return seen.near(before, ASSUMED) if before is not None else seen.near(0.0, 0)

    def _pace(self, known: Mapping[str, _Mean]) -> float:
        """How much slower it goes than in earlier rebuilds."""
        both = [(mean.seconds, mean.events * self.earlier[log]) for log, mean in known.items() if self.earlier.get(log)]
        return sum(now for now, _ in both) / sum(then for _, then in both) if both else 1.0


class Loading:
    """The ETA of loading by some ``workers``. ``earlier``: what records of each log cost in earlier rebuilds, if there were any."""

    def __init__(self, workers: int, earlier: Mapping[str, Cost] | None = None) -> None:
        earlier = earlier or {}
        self._workers, self._owed = workers, dict[str, int]()
        self._reading = _Kind({log: cost.reading for log, cost in earlier.items()})
        self._writing = _Kind({log: cost.writing for log, cost in earlier.items()})
        self._off: deque[float] = deque(maxlen=SAMPLES)
        self._told = False

    def took(self, report: Report) -> None:
        """A worker has told what it did."""
        expected = self._reading.costs([report.log])[report.log] * report.events
        if expected and report.events:
            self._off.append(report.reading / expected)
        self._told = self._told or report.events > 0
        self._reading.take(report.log, report.events, report.reading)
        self._writing.take(report.log, report.written, report.writing)
        self._owed[report.log] = max(0, self._owed.get(report.log, 0) + report.events - report.written)

    def left(self, items: Iterable[tuple[str, int]]) -> Left:
        """How long the rest takes; ``items``: log and records left of each partition. What was read and is not written yet comes on top."""
        if not self._told:
            return Left(UNKNOWN)
        rest = [(log, events) for log, events in items if events > 0]
        logs = {log for log, _ in rest} | set(self._owed)
        reading, writing = self._reading.costs(logs), self._writing.costs(logs)
        lengths = [events * (reading[log] + writing[log]) for log, events in rest]
        owed = sum(events * writing[log] for log, events in self._owed.items())
        seconds = makespan(lengths, [1.0] * self._workers) + owed / self._workers
        return Left(seconds, seconds * pstdev(self._off) / fmean(self._off) if len(self._off) > 1 else seconds)


def makespan(items: Sequence[float], rates: Sequence[float]) -> float:
    """Seconds until all is done when whoever is free takes the longest that is left; ``rates`` in units of an item a second."""
    free = [(0.0, number) for number in range(len(rates))]
    heapq.heapify(free)
    for length in sorted(items, reverse=True):
        at, number = heapq.heappop(free)
        heapq.heappush(free, (at + length / rates[number], number))
    return max((at for at, _ in free if at), default=0.0)


def by_history(events: int, earlier: Sequence[Mapping[str, float]]) -> Left:
    """How long a phase takes that earlier rebuilds had too: seconds for each record that was loaded, times the records now."""
    each = [row["seconds"] / row["events"] for row in earlier if row["events"] and row["seconds"] is not None]
    if not each:
        return Left(UNKNOWN)
    return Left(events * median(each), events * (max(each) - min(each)) / 2)


def catching_up(backlog: int, rate: float, inflow: float) -> Left:
    """How long until the backlog is read while the log grows; never, if it grows faster."""
    return Left(backlog / (rate - inflow)) if rate > inflow else Left(UNKNOWN)


def _together(means: Iterable[_Mean]) -> float | None:
    found = list(means)
    events = sum(mean.events for mean in found)
    return sum(mean.seconds for mean in found) / events if events else None
