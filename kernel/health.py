"""Health: ``/livez``, ``/readyz`` and ``/metrics`` of one process, on the address that the settings name (``[http] host``)."""

from __future__ import annotations

import asyncio
import time
from typing import Self

from aiohttp import web

from kernel.exposing import CONTENT_TYPE_LATEST, exposed
from kernel.telemetry import Telemetry

HOST = "127.0.0.1"
_TURN_S = 1.0


class HealthServer:
    """Serves one process's telemetry; port 0 takes a free one. Use as an asynchronous context."""

    def __init__(self, telemetry: Telemetry, port: int, host: str = HOST) -> None:
        self._telemetry, self._port, self._host = telemetry, port, host
        application = web.Application()
        application.add_routes([web.get("/livez", self._live), web.get("/readyz", self._ready), web.get("/metrics", self._metrics)])
        self._runner = web.AppRunner(application, access_log=None)

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        await web.TCPSite(self._runner, self._host, self._port).start()
        self._turning = asyncio.ensure_future(self._turn())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._turning.cancel()
        await self._runner.cleanup()

    @property
    def port(self) -> int:
        """The TCP port that is listened on."""
        return int(self._runner.addresses[0][1])

    async def _turn(self) -> None:
        delay = 0.0
        while True:
            self._telemetry.turn(delay)
            asleep = time.monotonic()
            await asyncio.sleep(_TURN_S)
            delay = max(0.0, time.monotonic() - asleep - _TURN_S)

    async def _live(self, _: web.Request) -> web.Response:
        return _answer(self._telemetry.sick())

    async def _ready(self, _: web.Request) -> web.Response:
        return _answer(self._telemetry.unready())

    async def _metrics(self, _: web.Request) -> web.Response:
        return web.Response(body=exposed(self._telemetry.registry), headers={"Content-Type": CONTENT_TYPE_LATEST})


def _answer(faults: list[str]) -> web.Response:
    return web.Response(status=503 if faults else 200, text=", ".join(faults) or "ok")
