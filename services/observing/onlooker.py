"""Onlooker (見守るだけのプロセス): a process that only looks on: what it exports, whether it lives, and how it runs in the foreground at the lowest priority."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable

from prometheus_client import CollectorRegistry

from kernel import log
from kernel.health import HealthServer
from kernel.lifesigns import LOOP_STUCK_S, end_when_sick, tell_build
from kernel.settings import Settings

YIELD = 19
"""How much niceness is added: nobody waits for who only looks on."""


class Onlooker:
    """The metrics of a process that looks on, and the state behind ``/livez`` and ``/readyz``."""

    def __init__(self, service: str, patience_s: float) -> None:
        """``patience_s``: so many seconds a look may take; one that takes longer hangs."""
        self.service, self.registry, self.ready = service, CollectorRegistry(), False
        self._patience_s, self._turned = patience_s, time.monotonic()
        self._busy_since: float | None = None
        tell_build(self.registry, service)

    def turn(self, delay: float = 0.0) -> None:
        """The event loop turns, whatever its ``delay``: to be called about once a second."""
        self._turned = time.monotonic()

    def looks(self) -> None:
        """A look begins."""
        self._busy_since = time.monotonic()

    def looked(self) -> None:
        """The look is over, whatever was seen."""
        self._busy_since, self.ready = None, True

    def sick(self) -> list[str]:
        """Why the process should be restarted; empty when it lives."""
        now, began = time.monotonic(), self._busy_since
        stuck = ["event loop"] if now - self._turned > LOOP_STUCK_S else []
        return stuck + (["look"] if began is not None and now - began > self._patience_s else [])

    def unready(self) -> list[str]:
        """Why there is nothing to be read yet."""
        return [] if self.ready else ["starting"]


def run(onlooker: Onlooker, settings: Settings, work: Callable[[], Awaitable[None]]) -> None:
    """Work in the foreground until a signal; exits with 1 where the work ends in an error. Raises SettingsWrong."""
    host, listening = settings.http_host, settings.port(onlooker.service)
    log.configure(onlooker.service)
    os.nice(YIELD)
    end_when_sick(onlooker)
    asyncio.run(_run(onlooker, host, listening, work))


async def _run(onlooker: Onlooker, host: str, listening: int, work: Callable[[], Awaitable[None]]) -> None:
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    async with HealthServer(onlooker, listening, host):
        working, waiting = asyncio.ensure_future(work()), asyncio.ensure_future(ended.wait())
        await asyncio.wait({working, waiting}, return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            log.logger().critical("stopped", exc_info=working.exception())
            sys.exit(1)
        working.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await working
