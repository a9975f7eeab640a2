"""Exporting: what was seen last, as metrics; seconds count on between two looks, so a scrape never shows a clock that stands."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from prometheus_client.core import GaugeMetricFamily, Metric

from services.observing.domain.lag import PartitionLag, Place, fresh, workers

PREFIX = "tsunagu_"
_WORKER = ("service", "group_service", "worker")
_PARTITION = (*_WORKER, "topic", "partition")


@dataclass(slots=True)
class Sight:
    """Everything that was seen last. ``known``: how far the workers are; None: never looked, or there is none here."""

    known: Mapping[Place, PartitionLag] = field(default_factory=dict)
    members: Mapping[tuple[str, str], int] = field(default_factory=dict)
    broker_up: bool = False
    under_replicated: int | None = None
    database_up: bool = False
    keys_up: bool = False
    """Whether the key store answers: the same server, or one of its own."""
    connections: int | None = None
    waiting: int | None = None
    free: Mapping[str, int] = field(default_factory=dict)
    certificates: Mapping[str, float] = field(default_factory=dict)
    """When each certificate ends, in seconds UTC."""
    at: float = 0.0
    """When the last look ended that saw every partition of every worker, in seconds UTC; 0 where none did."""


class Exporter:
    """A collector for a registry; ``outbox`` says whether a topic is an agency's outbox: these are told together, not one by one."""

    def __init__(self, service: str, outbox: Callable[[str], object], clock: Callable[[], float] = time.time) -> None:
        self._service, self._outbox, self._clock = service, outbox, clock
        self.sight = Sight()

    def collect(self) -> Iterable[Metric]:
        """The metrics of this moment."""
        now = int(self._clock() * 1000)
        yield from self._of_workers(now)
        yield from self._of_partitions(now)
        yield from self._of_stores()

    def _of_workers(self, now: int) -> Iterable[Metric]:
        found = workers(self.sight.known, now)
        seconds = self._family("consumer_lag_seconds", "For how long what the worker has not read yet has been waiting; the longest of its partitions", _WORKER)
        records = self._family("consumer_lag_records", "Records that the worker has not read yet", _WORKER)
        ages = self._family("commit_age_seconds", "For how long the worker has had something to do and has not moved; the longest of its partitions", _WORKER)
        committed = self._family("committed_offset", "Where the worker will read on, summed over its partitions", _WORKER)
        members = self._family("group_members", "Members of the worker's consumer group", _WORKER)
        for name, each in found.items():
            for family, value in ((seconds, each.seconds), (records, each.records), (ages, each.commit_age), (committed, each.committed)):
                if value is not None:
                    self._add(family, name, value)
        for name, count in self.sight.members.items():
            self._add(members, name, count)
        yield from (seconds, records, ages, committed, members)

    def _of_partitions(self, now: int) -> Iterable[Metric]:
        family = self._family("partition_lag_seconds", "For how long what was not read yet has been waiting, by partition; outboxes apart", _PARTITION)
        for place, lag in fresh(self.sight.known, now):
            if not self._outbox(place.topic) and (seconds := lag.seconds(now)) is not None:
                self._add(family, (place.service, place.worker, place.topic, str(place.partition)), seconds)
        yield family

    def _of_stores(self) -> Iterable[Metric]:
        sight = self.sight
        yield self._one("observer_last_round_timestamp_seconds", "When the observer had last seen every partition of every worker", sight.at)
        yield self._one("broker_up", "1 while the broker answers the observer", float(sight.broker_up))
        yield self._one("under_replicated_partitions", "Partitions with fewer replicas in sync than they have", sight.under_replicated)
        stores = self._family("database_up", "1 while the database server of a store answers the observer", ("service", "store"))
        for store, up in (("projections", sight.database_up), ("keys", sight.keys_up)):
            self._add(stores, (store,), float(up))
        yield stores
        yield self._one("database_connections", "Connections to the database server", sight.connections)
        yield self._one("database_locks_waiting", "Locks that somebody waits for", sight.waiting)
        free = self._family("disk_free_bytes", "Free space where a store keeps its data", ("service", "mount"))
        for mount, found in sight.free.items():
            self._add(free, (mount,), found)
        ends = self._family("certificate_expiry_timestamp_seconds", "When a certificate ends", ("service", "certificate"))
        for name, end in sight.certificates.items():
            self._add(ends, (name,), end)
        yield from (free, ends)

    def _one(self, name: str, meaning: str, value: float | None) -> Metric:
        family = self._family(name, meaning, ("service",))
        if value is not None:
            self._add(family, (), value)
        return family

    def _family(self, name: str, meaning: str, labels: tuple[str, ...]) -> GaugeMetricFamily:
        return GaugeMetricFamily(PREFIX + name, meaning, labels=labels)

    def _add(self, family: GaugeMetricFamily, labels: tuple[str, ...], value: float) -> None:
        family.add_metric((self._service, *labels), value)
