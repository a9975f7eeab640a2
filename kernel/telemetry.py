"""Telemetry: what a process counts, and how it says that it lives. Own registry, names ``tsunagu_*``, closed labels set to 0.

What each metric says stands in docs/metrics.md. Nothing here ever takes an id of a case, a person, an event or a consent for a label.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from prometheus_client import CollectorRegistry, Counter, Gauge

from kernel.lifesigns import LOOP_STUCK_S, tell_build
from kernel.meter import Meter
from kernel.pulse import NO_PROGRESS_S
from kernel.spans import Tracer
from kernel.timings import AGES, SECONDS, Timings

T = TypeVar("T")

_TURNS = 30
"""The loop's delay is the longest of so many turns."""


class Telemetry:
    """The metrics of one process and the state behind ``/livez`` and ``/readyz``.

    ``no_progress_s``: after how many seconds a partition with backlog that does not move makes the process not live.
    ``tracer``: what makes spans of what the workers do.
    """

    def __init__(self, service: str, no_progress_s: float = NO_PROGRESS_S, tracer: Tracer | None = None) -> None:
        self.service, self.no_progress_s, self.tracer = service, no_progress_s, tracer
        self.registry = CollectorRegistry()
        self.meters: dict[str, Meter] = {}
        self._made: dict[Any, Any] = {}
        self._turned = time.monotonic()
        self._delays: deque[float] = deque((0.0,), maxlen=_TURNS)
        labels = ("service", "worker")
        self.messages = self.counter("messages_total", "Messages put to a decider", (*labels, "outcome"))
        self.consumed = self.counter("consumed_total", "Records read and done with", labels)
        self.produced = self.counter("produced_total", "Records written and acknowledged", labels)
        self.dead_letters = self.counter("dead_letters_total", "Records put among the dead letters", (*labels, "code"))
        self.alarms = self.counter("integrity_alarms_total", "Contradictions found in a log", (*labels, "code"))
        self.replayed = self.counter("replayed_records_total", "Log records folded at assignment", labels)
        self.rebalances = self.counter("rebalances_total", "How often partitions were given out anew", labels)
        self.handle = Timings(self.registry, "tsunagu_handle_seconds", "From reading a batch to the last acknowledgement", labels, SECONDS)
        self.ages = Timings(self.registry, "tsunagu_event_age_seconds", "Age of a record when it was done with", labels, AGES)
        self.stalled = self.gauge("stalled", "1 while the worker waits for a part that does not answer", labels)
        self.stuck = self.gauge("stalled_partitions", "Partitions with backlog that have made no progress for minutes", labels)
        self.lag = self.gauge("lag_records", "Records known to be waiting in the inboxes", labels)
        self.partitions = self.gauge("assigned_partitions", "Partitions that the worker has ready", labels)
        self.recovery = self.gauge("recovery_remaining", "Log records still to be folded before the worker is ready", labels)
        self.gauge("loop_delay_seconds", "Longest delay of the event loop in the last half minute", ("service",)).labels(service).set_function(
            lambda: max(self._delays))
        tell_build(self.registry, service)

    def counter(self, name: str, documentation: str, labels: Sequence[str]) -> Counter:
        """A counter ``tsunagu_<name>`` of this process; whoever asks sets its labels to 0."""
        return Counter(f"tsunagu_{name}", documentation, labels, registry=self.registry)

    def gauge(self, name: str, documentation: str, labels: Sequence[str]) -> Gauge:
        """A gauge ``tsunagu_<name>`` of this process."""
        return Gauge(f"tsunagu_{name}", documentation, labels, registry=self.registry)

    def once(self, make: Callable[[Telemetry], T]) -> T:
        """What ``make`` gives, the same each time: a part that is set up again after an outage finds its metrics where it left them."""
        if make not in self._made:
            self._made[make] = make(self)
        return self._made[make]

    def meter(self, worker: str) -> Meter:
        """The meter of one worker of this process; the same one when asked again."""
        if worker not in self.meters:
            self.meters[worker] = Meter(self, worker)
        return self.meters[worker]

    def turn(self, delay: float = 0.0) -> None:
        """The event loop turns, ``delay`` seconds later than it should: to be called about once a second."""
        self._turned = time.monotonic()
        self._delays.append(delay)

    def sick(self) -> list[str]:
        """Why the process should be restarted; empty when it lives."""
        now = time.monotonic()
        stuck = ["event loop"] if now - self._turned > LOOP_STUCK_S else []
        return stuck + [name for name, meter in self.meters.items() if meter.hung(now)]

    def unready(self) -> list[str]:
        """The workers that do not work now: nothing taken over, or waiting for long; empty when the process is ready."""
        now = time.monotonic()
        return [name for name, meter in self.meters.items() if meter.away(now)] if self.meters else ["starting"]
