"""Lag (遅れ): how far each worker is in each partition that it reads, round after round, and what is told of it. Times in ms UTC.

A record waits from the moment at which the broker took it in: with every second that nobody reads it, the lag grows by one. What lay before the
log's beginning is gone and waits for nobody. What has not been seen for a while is not told any more: unknown is not zero, and not the last figure either.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

FORGET_MS = 60_000
"""So long what was seen last is told on, when the broker does not answer."""


class Place(NamedTuple):
    """One partition that a worker reads."""

    service: str
    worker: str
    topic: str
    partition: int


class Seen(NamedTuple):
    """One look at a place: first offset that is there, end, and where the worker will read on; -1 where it has never committed."""

    start: int
    end: int
    committed: int

    @property
    def waiting(self) -> int | None:
        """The offset of the record that has been waiting longest; None where none waits."""
        first = max(self.committed, self.start)
        return first if first < self.end else None


@dataclass(frozen=True, slots=True)
class PartitionLag:
    """How far the worker is in a place, after some looks."""

    committed: int
    lag: int
    waiting: int | None
    since: int | None
    """When the waiting record was written; None where none waits, or it is not known."""
    moved: int
    """When the worker last moved, or last had nothing to do."""
    seen: int

    def seconds(self, now: int) -> float | None:
        """How long the record has been waiting; None where that is not known."""
        if self.waiting is None:
            return 0.0
        return None if self.since is None else max(0, now - self.since) / 1000

    def commit_age(self, now: int) -> float:
        """Seconds for which it has had something to do and has not moved."""
        return max(0, now - self.moved) / 1000 if self.lag else 0.0


def to_ask(before: Mapping[Place, PartitionLag], seen: Mapping[Place, Seen]) -> dict[Place, int]:
    """The records of which it is not known yet since when they wait."""
    return {
        place: look.waiting for place, look in seen.items()
        if look.waiting is not None and not ((known := before.get(place)) and known.waiting == look.waiting and known.since is not None)
    }


def after(before: Mapping[Place, PartitionLag], seen: Mapping[Place, Seen], since: Mapping[Place, int], now: int) -> dict[Place, PartitionLag]:
    """What is known after one more round. What was not seen in it stays, until it is too old."""
    kept = {place: known for place, known in before.items() if place not in seen and now - known.seen <= FORGET_MS}
    return kept | {place: _looked(before.get(place), look, since.get(place), now) for place, look in seen.items()}


def _looked(before: PartitionLag | None, look: Seen, since: int | None, now: int) -> PartitionLag:
    waiting, stood = look.waiting, before is not None and before.lag > 0 and before.committed == look.committed
    if since is None and before is not None and waiting is not None:
        since = before.since if before.waiting is not None and before.waiting <= waiting else None  # it waits no longer than what lay before it
    return PartitionLag(
        committed=look.committed, lag=0 if waiting is None else look.end - waiting, waiting=waiting, since=None if waiting is None else since,
        moved=before.moved if before is not None and stood else _moved(before, look, since, now), seen=now,
    )


def _moved(before: PartitionLag | None, look: Seen, since: int | None, now: int) -> int:
    """It has not moved for as long as it has had something to do, where it had nothing to do before and stands where it stood."""
    idle = before is not None and not before.lag and before.committed == look.committed
    return since if idle and since is not None else now


@dataclass(frozen=True, slots=True)
class Worker:
    """What is told of one worker over all its partitions; ``seconds`` None where it is not known."""

    seconds: float | None
    records: int
    commit_age: float
    committed: int


def workers(known: Mapping[Place, PartitionLag], now: int) -> dict[tuple[str, str], Worker]:
    """What is told of each worker, by service and worker."""
    grouped: dict[tuple[str, str], list[PartitionLag]] = {}
    for place, lag in fresh(known, now):
        grouped.setdefault((place.service, place.worker), []).append(lag)
    return {name: _together(each, now) for name, each in grouped.items()}


def fresh(known: Mapping[Place, PartitionLag], now: int) -> Iterable[tuple[Place, PartitionLag]]:
    """What was seen lately enough to be told."""
    return ((place, lag) for place, lag in known.items() if now - lag.seen <= FORGET_MS)


def _together(lags: list[PartitionLag], now: int) -> Worker:
    seconds = [found for each in lags if (found := each.seconds(now)) is not None]
    return Worker(
        max(seconds) if seconds else None, sum(each.lag for each in lags), max(each.commit_age(now) for each in lags),
        sum(max(each.committed, 0) for each in lags),
    )
