"""Telemetry: what a process counts, and how it says that it lives. Own registry, names ``tsunagu_*``, closed labels set to 0.

What each metric says stands in docs/metrics.md. Nothing here ever takes an id of a case, a person, an event or a consent for a label.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from prometheus_client import CollectorRegistry, Counter, Gauge, disable_created_metrics

from contracts.shared import RefusalCode
from kernel import build
from kernel.pulse import NO_PROGRESS_S, Pulse
from kernel.records import TP, Record
from kernel.timings import AGES, SECONDS, Timings

disable_created_metrics()  # they would double the series and tell nothing

T = TypeVar("T")

OUTCOMES = ("decided", "repeated", "refused")
ALARMS = ("DUPLICATE", "SEQUENCE_GAP", "CAUSE_CONFLICT")
READING = (
    RefusalCode.EMPTY, RefusalCode.BAD_MAGIC, RefusalCode.UNKNOWN_SCHEMA, RefusalCode.UNDECODABLE, RefusalCode.TRAILING_BYTES, RefusalCode.TOO_LARGE,
    RefusalCode.HEADER_MISSING, RefusalCode.HEADER_INVALID, RefusalCode.TYPE_MISMATCH, RefusalCode.KEY_MISMATCH, RefusalCode.ID_CONFLICT,
    RefusalCode.UNKNOWN_TYPE,
)
"""Why a record of our own topics may be among the dead letters; the front door has more reasons and says so by ``Meter.may_bury``."""
_HUNG = 30.0
"""A worker that has been busy with one batch for longer than this many seconds is not alive."""
_AWAY = 10.0
"""One that has waited for so many seconds for a part that does not answer lives, but is not ready."""
_LOOP_STUCK = 5.0
"""Nor is a process whose event loop has not turned for this many seconds."""
_TURNS = 30
"""The loop's delay is the longest of so many turns."""


def tell_build(registry: CollectorRegistry, service: str) -> None:
    """``tsunagu_build_info``: which code a process runs."""
    info = Gauge("tsunagu_build_info", "Which code runs", ("service", "version", "git"), registry=registry)
    info.labels(service, build.version(), build.revision()).set(1)


class Telemetry:
    """The metrics of one process and the state behind ``/livez`` and ``/readyz``.

    ``no_progress_s``: after how many seconds a partition with backlog that does not move makes the process not live.
    """

    def __init__(self, service: str, no_progress_s: float = NO_PROGRESS_S) -> None:
        self.service, self.no_progress_s = service, no_progress_s
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
        self.worker, self.folded, self.ready, self._remaining = worker, 0, False, 0
        self.busy_since: float | None = None
        self.waiting_since: float | None = None
        self.pulse = Pulse(telemetry.no_progress_s)
        self.telemetry, self._own = telemetry, own
        self._handled = {outcome: telemetry.messages.labels(*own, outcome) for outcome in OUTCOMES}
        self._alarms = {code: telemetry.alarms.labels(*own, code) for code in ALARMS}
        self._dead = {code: telemetry.dead_letters.labels(*own, code.value) for code in READING}
        self._consumed, self._produced = telemetry.consumed.labels(*own), telemetry.produced.labels(*own)
        self._replayed, self._rebalances = telemetry.replayed.labels(*own), telemetry.rebalances.labels(*own)
        self._handle, self._ages = telemetry.handle.labels(*own), telemetry.ages.labels(*own)
        self._stalled, self._lag = telemetry.stalled.labels(*own), telemetry.lag.labels(*own)
        self._partitions, self._recovery = telemetry.partitions.labels(*own), telemetry.recovery.labels(*own)
        telemetry.stuck.labels(*own).set_function(lambda: len(self.pulse.stuck(time.monotonic())))

    def handled(self, outcome: str) -> None:
        """One message was answered; ``outcome`` is one of OUTCOMES."""
        self._handled[outcome].inc()

    def produced(self, records: int) -> None:
        """So many records are acknowledged."""
        self._produced.inc(records)

    def may_bury(self, codes: Iterable[RefusalCode]) -> None:
        """Set the dead letters of these codes to 0: this worker may have them too."""
        self._dead.update((code, self.telemetry.dead_letters.labels(*self._own, code.value)) for code in codes)

    def dead_letter(self, code: RefusalCode) -> None:
        """One record goes to the dead letters."""
        if code not in self._dead:
            self.may_bury((code,))
        self._dead[code].inc()

    def alarm(self, code: str) -> None:
        """A log contradicts itself; ``code`` is one of ALARMS."""
        self._alarms[code].inc()

    def recovering(self, records: int) -> None:
        """So many log records are to be folded before the worker is ready."""
        self._recovery.set(records)
        self._remaining = records

    def replayed(self, records: int) -> None:
        """So many log records were folded."""
        self.folded += records
        self._replayed.inc(records)
        self.recovering(max(0, self._remaining - records))

    def began(self) -> None:
        """A batch is being handled."""
        self.busy_since = time.monotonic()

    def ended(self, records: Sequence[Record], lag: int | None = None) -> None:
        """The batch is done; ``lag`` records are known to wait behind it, where that is known already."""
        if self.busy_since is not None:
            self._handle.observe(time.monotonic() - self.busy_since)
        self.busy_since = None
        self._ages.observe_ages(time.time(), [record.timestamp for record in records])
        self._consumed.inc(len(records))
        if lag is not None:
            self._lag.set(lag)

    def looked(self, found: Mapping[TP, tuple[int, int]] | None) -> None:
        """How far each partition is read and how far it goes; None: nobody answered. Not while the worker is paused or waits: then nothing should move."""
        self.pulse.beat(time.monotonic(), None if self.waiting_since is not None else found)
        if found is not None:
            self._lag.set(sum(max(0, end - reached) for reached, end in found.values()))

    def stalled(self, waiting: bool) -> None:
        """Whether the worker waits for a part of the installation that does not answer. A stalled worker is alive."""
        self._stalled.set(waiting)
        if not waiting:
            self.waiting_since = None
            return
        self.busy_since = None
        if self.waiting_since is None:
            self.waiting_since = time.monotonic()

    def took(self, partitions: Collection[object]) -> None:
        """These partitions are ready; the worker is ready."""
        self._partitions.set(len(partitions))
        self.recovering(0)
        self.ready = True

    def lost(self) -> None:
        """The worker's partitions are being given out anew; it is not ready until it took some."""
        self._partitions.set(0)
        self._rebalances.inc()
        self.pulse.beat(time.monotonic(), None)
        self.ready = False

    def away(self, now: float) -> bool:
        """Whether it has no partitions ready, or waits for too long; ``now`` in monotonic seconds."""
        return not self.ready or (self.waiting_since is not None and now - self.waiting_since > _AWAY)

    def hung(self, now: float) -> bool:
        """Whether one batch has taken too long, or a partition with backlog does not move; ``now`` in monotonic seconds."""
        return (self.busy_since is not None and now - self.busy_since > _HUNG) or bool(self.pulse.stuck(now))
