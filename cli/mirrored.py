"""How far a town's mirror is (写しの進み), as metrics: when all that is shared was there, when the last record was taken, how many wait.

Without a port in ``[http] ports`` nothing is served: a town that sends by the hour (``--once``) has nobody to ask.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable

from kernel.health import HealthServer
from kernel.lifesigns import end_when_sick
from kernel.settings import Settings
from services.observing.onlooker import Onlooker

NAME = "mirror"
EVERY_S = 15.0
"""So often is asked how far the logs here go."""
HANGS_S = 300.0
"""Everything that is waited for has an end before that."""


class Progress:
    """What is told of a mirror. ``clock``: seconds UTC."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        from prometheus_client import Counter, Gauge

        self.onlooker, self._clock, self._sent, self._due = Onlooker(NAME, HANGS_S), clock, 0, 0.0
        own = {"registry": self.onlooker.registry, "labelnames": ("service",)}
        self._whole = Gauge("tsunagu_mirror_caught_up_timestamp_seconds", "When all that is shared was last seen to be there; 0 before the first time", **own).labels(NAME)
        self._last = Gauge("tsunagu_mirror_last_copied_timestamp_seconds", "When records were last taken there; 0 before the first", **own).labels(NAME)
        self._waiting = Gauge("tsunagu_mirror_lag_records", "Records of the logs that are shared which are not there yet, as last seen", **own).labels(NAME)
        self._copied = Counter("tsunagu_mirror_records", "Records that were taken there", **own).labels(NAME)

    def due(self) -> bool:
        """Whether it is time to see again how far the logs here go. Also says that the process moves."""
        self.onlooker.looked()
        self.onlooker.looks()
        return time.monotonic() >= self._due

    def seen(self, left: int) -> None:
        """So many records are to be sent in all since this began, by the ends of the logs as they are now."""
        self._due = time.monotonic() + EVERY_S
        self._waiting.set(max(0, left - self._sent))
        if left <= self._sent:
            self._whole.set(self._clock())

    def sent(self, many: int) -> None:
        """So many more records were taken there."""
        if many:
            self._sent += many
            self._copied.inc(many)
            self._last.set(self._clock())


def serve(progress: Progress, settings: Settings) -> None:
    """Serve ``/metrics``, ``/livez`` and ``/readyz`` at the process's port, where the settings name one, from a thread that goes with the process. Raises OSError."""
    if NAME not in settings.http_ports:
        return
    begun, problems = threading.Event(), list[OSError]()
    threading.Thread(target=asyncio.run, args=(_serve(progress.onlooker, settings, begun, problems),), daemon=True, name=NAME).start()
    begun.wait()
    if problems:
        raise problems[0]
    end_when_sick(progress.onlooker)


async def _serve(onlooker: Onlooker, settings: Settings, begun: threading.Event, problems: list[OSError]) -> None:
    try:
        async with HealthServer(onlooker, settings.port(NAME), settings.http_host):
            begun.set()
            await asyncio.Event().wait()
    except OSError as error:
        problems.append(error)
        begun.set()
