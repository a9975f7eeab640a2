"""Life signs (生きているしるし): what every process says of itself, whatever it does, and its end where it is not alive. Small: a process that only looks on has it too."""

from __future__ import annotations

import os
import threading
import time
from typing import Protocol

from prometheus_client import CollectorRegistry, Gauge, disable_created_metrics

from kernel import build, log

disable_created_metrics()  # of every process: they would double the series of a counter and tell nothing

LOOP_STUCK_S = 5.0
"""A process whose event loop has not turned for this many seconds is not alive."""
EVERY_S, TIMES = 10.0, 6
"""A process that is not alive at so many looks, one after another, ends itself: as often as a cluster's probe asks."""


def tell_build(registry: CollectorRegistry, service: str) -> None:
    """``tsunagu_build_info``: which code a process runs."""
    info = Gauge("tsunagu_build_info", "Which code runs", ("service", "version", "git"), registry=registry)
    info.labels(service, build.version(), build.revision()).set(1)


class Living(Protocol):
    """What a process says of itself."""

    def sick(self) -> list[str]:
        """Why it should be restarted."""

    def unready(self) -> list[str]:
        """Why it cannot be used now."""


class Watchdog:
    """Looks again and again at a process that was ready once. It must be sick at several looks, one after another: stopped and continued it is not at the next."""

    def __init__(self, living: Living) -> None:
        self._living, self._begun, self._times = living, False, 0

    def look(self) -> list[str]:
        """Why the process is to end now; empty while it is to go on."""
        try:
            self._begun = self._begun or not self._living.unready()
            faults = self._living.sick() if self._begun else []
        except RuntimeError:  # what is counted changed meanwhile: it moves
            faults = []
        self._times = self._times + 1 if faults else 0
        return faults if self._times >= TIMES else []


def end_when_sick(living: Living) -> None:
    """End this process with 1 where it stays sick: not everybody who starts a process asks ``/livez``, but everybody starts one again that has ended.

    From a thread of its own, which a standing event loop does not keep from looking.
    """
    threading.Thread(target=_look_on, args=(Watchdog(living),), daemon=True, name="lifesigns").start()


def _look_on(watchdog: Watchdog) -> None:
    while True:
        time.sleep(EVERY_S)
        if faults := watchdog.look():
            log.logger().critical("not alive, ends", reason=", ".join(faults))
            os._exit(1)  # crash only: the log says what was done
