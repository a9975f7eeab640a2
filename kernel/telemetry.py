"""Telemetry: what a process counts, and how it says that it lives. Own registry, names ``tsunagu_*``, closed labels set to 0."""

from __future__ import annotations

import time
from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from contracts.shared import RefusalCode

OUTCOMES = ("decided", "repeated", "refused")
ALARMS = ("DUPLICATE", "SEQUENCE_GAP", "CAUSE_CONFLICT")
_SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10)
_HUNG = 30.0
"""A worker that has been busy with one batch for longer than this many seconds is not alive."""
_AWAY = 10.0
"""One that has waited for so many seconds for a part that does not answer lives, but is not ready."""
_LOOP_STUCK = 5.0
"""Nor is a process whose event loop has not turned for this many seconds."""


class Telemetry:
    """The metrics of one process and the state behind ``/livez`` and ``/readyz``."""

    def __init__(self, service: str) -> None:
        self.service = service
        self.registry = CollectorRegistry()
        self.meters: dict[str, Meter] = {}
        self._turned = time.monotonic()
        labels = ("service", "worker")
        self.messages = Counter("tsunagu_messages_total", "Messages put to a decider", (*labels, "outcome"), registry=self.registry)
        self.events = Counter("tsunagu_events_total", "Events written to the log", labels, registry=self.registry)
        self.records = Counter("tsunagu_records_total", "Records read from inboxes", labels, registry=self.registry)
        self.dead_letters = Counter("tsunagu_dead_letters_total", "Records put among the dead letters", (*labels, "code"),
                                    registry=self.registry)
        self.alarms = Counter("tsunagu_integrity_alarms_total", "Contradictions found in a log", (*labels, "code"),
                              registry=self.registry)
        self.replayed = Counter("tsunagu_replayed_records_total", "Log records folded at assignment", labels, registry=self.registry)
        self.batch = Histogram("tsunagu_batch_seconds", "From reading a batch to the last acknowledgement", labels,
                               buckets=_SECONDS, registry=self.registry)
        self.stalled = Gauge("tsunagu_stalled", "1 while the worker waits for a part that does not answer", labels,
                             registry=self.registry)
        self.lag = Gauge("tsunagu_lag_records", "Records known to be waiting in the inboxes", labels, registry=self.registry)
        self.partitions = Gauge("tsunagu_assigned_partitions", "Partitions that the worker has ready", labels, registry=self.registry)

    def meter(self, worker: str) -> Meter:
        """The meter of one worker of this process; the same one when asked again."""
        if worker not in self.meters:
            self.meters[worker] = Meter(self, worker)
        return self.meters[worker]

    def turn(self) -> None:
        """The event loop turns: to be called about once a second."""
        self._turned = time.monotonic()

    def sick(self) -> list[str]:
        """Why the process should be restarted; empty when it lives."""
        now = time.monotonic()
        stuck = ["event loop"] if now - self._turned > _LOOP_STUCK else []
        return stuck + [name for name, meter in self.meters.items() if meter.hung(now)]

    def unready(self) -> list[str]:
        """The workers that do not work now: nothing taken over, or waiting for long; empty when the process is ready."""
        now = time.monotonic()
        return [name for name, meter in self.meters.items() if meter.away(now)] if self.meters else ["starting"]


class Meter:
    """What one worker counts. Children of the labelled metrics are bound once: this is called for every message."""

    def __init__(self, telemetry: Telemetry, worker: str) -> None:
        own = (telemetry.service, worker)
        self.worker, self.folded, self.ready = worker, 0, False
        self.busy_since: float | None = None
        self.waiting_since: float | None = None
        self._handled = {outcome: telemetry.messages.labels(*own, outcome) for outcome in OUTCOMES}
        self._alarms = {code: telemetry.alarms.labels(*own, code) for code in ALARMS}
        self._dead = {code: telemetry.dead_letters.labels(*own, code.value) for code in RefusalCode}
        self._events, self._records = telemetry.events.labels(*own), telemetry.records.labels(*own)
        self._replayed, self._batch = telemetry.replayed.labels(*own), telemetry.batch.labels(*own)
        self._stalled, self._lag = telemetry.stalled.labels(*own), telemetry.lag.labels(*own)
        self._partitions = telemetry.partitions.labels(*own)

    def handled(self, outcome: str) -> None:
        """One message was answered; ``outcome`` is one of OUTCOMES."""
        self._handled[outcome].inc()

    def recorded(self, events: int) -> None:
        """So many events go to the log."""
        self._events.inc(events)

    def dead_letter(self, code: RefusalCode) -> None:
        """One record goes to the dead letters."""
        self._dead[code].inc()

    def alarm(self, code: str) -> None:
        """A log contradicts itself; ``code`` is one of ALARMS."""
        self._alarms[code].inc()

    def replayed(self, records: int) -> None:
        """So many log records were folded."""
        self.folded += records
        self._replayed.inc(records)

    def began(self) -> None:
        """A batch is being handled."""
        self.busy_since = time.monotonic()

    def ended(self, records: int, lag: int) -> None:
        """The batch is done; ``lag`` records are known to wait behind it."""
        if self.busy_since is not None:
            self._batch.observe(time.monotonic() - self.busy_since)
        self.busy_since = None
        self._records.inc(records)
        self._lag.set(lag)

    def stalled(self, waiting: bool) -> None:
        """Whether the worker waits for a part of the installation that does not answer. A stalled worker is alive."""
        self._stalled.set(waiting)
        if not waiting:
            self.waiting_since = None
            return
        self.busy_since = None
        if self.waiting_since is None:
            self.waiting_since = time.monotonic()

    def took(self, partitions: Iterable[object]) -> None:
        """These partitions are ready; the worker is ready."""
        self._partitions.set(len(list(partitions)))
        self.ready = True

    def lost(self) -> None:
        """The worker's partitions are being given out anew; it is not ready until it took some."""
        self._partitions.set(0)
        self.ready = False

    def away(self, now: float) -> bool:
        """Whether it has no partitions ready, or waits for too long; ``now`` in monotonic seconds."""
        return not self.ready or (self.waiting_since is not None and now - self.waiting_since > _AWAY)

    def hung(self, now: float) -> bool:
        """Whether one batch has taken too long; ``now`` in monotonic seconds."""
        return self.busy_since is not None and now - self.busy_since > _HUNG
