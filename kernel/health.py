"""Health: ``/livez``, ``/readyz`` and ``/metrics`` of one process, on the address that the settings name (``[http] host``)."""

from __future__ import annotations

import asyncio
import time
from typing import Protocol, Self

from prometheus_client import CollectorRegistry

from kernel.exposing import CONTENT_TYPE_LATEST, exposed
from kernel.lifesigns import Living
from kernel.pages import HOST, PLAIN, Answer, PageServer, plain

_TURN_S = 1.0


class Shown(Living, Protocol):
    """What is asked of a process."""

    registry: CollectorRegistry

    def turn(self, delay: float = 0.0) -> None:
        """The event loop turns, ``delay`` seconds later than it should."""


class HealthServer(PageServer):
    """The pages of one process; while they are served, the process is told that its event loop turns."""

    def __init__(self, shown: Shown, port: int, host: str = HOST) -> None:
        super().__init__(self._page, port, host)
        self._shown = shown

    async def __aenter__(self) -> Self:
        await super().__aenter__()
        self._turning = asyncio.ensure_future(self._turn())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._turning.cancel()
        await super().__aexit__()

    async def _turn(self) -> None:
        delay = 0.0
        while True:
            self._shown.turn(delay)
            asleep = time.monotonic()
            await asyncio.sleep(_TURN_S)
            delay = max(0.0, time.monotonic() - asleep - _TURN_S)

    def _page(self, path: str) -> Answer:
        match path:
            case "/livez":
                return _health(self._shown.sick())
            case "/readyz":
                return _health(self._shown.unready())
            case "/metrics":
                return 200, CONTENT_TYPE_LATEST, exposed(self._shown.registry)
        return plain(404)


def _health(faults: list[str]) -> Answer:
    return 503 if faults else 200, PLAIN, (", ".join(faults) or "ok").encode()
