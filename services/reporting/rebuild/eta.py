"""ETA (残り時間): when a phase will be over, with an error bar. Loading: rates of the workers and what is left of each partition, played to its end."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median, pstdev

MEMORY = 0.98
"""What one report of a worker weighs of the one after it: a rate is that of the last fifty or so."""
SAMPLES = 40
UNKNOWN = float("inf")


@dataclass(frozen=True, slots=True)
class Left:
    """Seconds that are left, more or less; endless where nothing is known yet."""

    seconds: float
    error: float = 0.0

    def __str__(self) -> str:
        return "unknown" if self.seconds == UNKNOWN else f"{self.seconds:.0f} s ± {self.error:.0f} s"


@dataclass(slots=True)
class _Rate:
    """A worker's records a second, the present weighing more than the past."""

    events: float = 0.0
    seconds: float = 0.0
    samples: deque[float] = field(default_factory=lambda: deque(maxlen=SAMPLES))

    def take(self, events: int, seconds: float) -> None:
        self.events, self.seconds = self.events * MEMORY + events, self.seconds * MEMORY + seconds
        if self.events:
            self.samples.append(self.seconds / self.events)

    @property
    def per_second(self) -> float:
        return self.events / self.seconds if self.seconds else 0.0


class Loading:
    """The ETA of loading. ``workers`` at work, of whom some may not have told anything yet."""

    def __init__(self, workers: int) -> None:
        self._workers, self._rates = workers, {}  # type: int, dict[int, _Rate]

    def took(self, worker: int, events: int, seconds: float) -> None:
        """A worker has told what it did."""
        self._rates.setdefault(worker, _Rate()).take(events, seconds)

    def left(self, items: Iterable[int]) -> Left:
        """How long the rest takes; ``items``: records left of each partition."""
        rates = [rate.per_second for rate in self._rates.values() if rate.per_second]
        if not rates:
            return Left(UNKNOWN)
        rates += [median(rates)] * max(0, self._workers - len(rates))
        seconds = makespan([each for each in items if each > 0], rates)
        samples = [each for rate in self._rates.values() for each in rate.samples]
        return Left(seconds, seconds * pstdev(samples) / (sum(samples) / len(samples)) if len(samples) > 1 else seconds)


def makespan(items: Sequence[int], rates: Sequence[float]) -> float:
    """Seconds until all is done when whoever is free takes the longest that is left; ``rates`` in records a second."""
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
