"""Meter: what one worker counts, and whether it works. The metrics themselves are the process's, see ``telemetry``."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from contracts.shared import RefusalCode
from kernel.pulse import Pulse
from kernel.records import TP, Outgoing, Record

if TYPE_CHECKING:
    from kernel.telemetry import Telemetry

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
        telemetry.stuck.labels(*own).set_function(lambda: len(self._stuck(time.monotonic())))

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

    def ended(self, records: Sequence[Record], gave: Sequence[Outgoing] = (), lag: int | None = None) -> None:
        """The batch is done, and so is what it gave; ``lag`` records are known to wait behind it, where that is known already."""
        took = 0.0 if self.busy_since is None else time.monotonic() - self.busy_since
        if self.busy_since is not None:
            self._handle.observe(took)
        self.busy_since = None
        if self.telemetry.tracer:
            now = time.time_ns()
            self.telemetry.tracer.handled(self.worker, records, gave, now - int(took * 1e9), now)
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
        return (self.busy_since is not None and now - self.busy_since > _HUNG) or bool(self._stuck(now))

    def _stuck(self, now: float) -> list[TP]:
        return self.pulse.stuck(now) if self.waiting_since is None else []
