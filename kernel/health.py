"""Health: ``/livez``, ``/readyz`` and ``/metrics`` of one process, on the address that the settings name (``[http] host``).

A few lines of ``asyncio``: a web framework takes 12 MiB, a fifth of all that a process may take which only looks on.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import Protocol, Self

from prometheus_client import CollectorRegistry

from kernel.exposing import CONTENT_TYPE_LATEST, exposed
from kernel.lifesigns import Living

HOST = "127.0.0.1"
_TURN_S = 1.0
_ASKS_WITHIN_S, _LONGEST = 5.0, 16_384
_REASONS = {200: "OK", 400: "Bad Request", 404: "Not Found", 405: "Method Not Allowed", 503: "Service Unavailable"}
_PLAIN = "text/plain; charset=utf-8"
Answer = tuple[int, str, bytes]
"""Status, type, body."""


class Shown(Living, Protocol):
    """What is asked of a process."""

    registry: CollectorRegistry

    def turn(self, delay: float = 0.0) -> None:
        """The event loop turns, ``delay`` seconds later than it should."""


class HealthServer:
    """Answers one request on each connection; port 0 takes a free one. Use as an asynchronous context."""

    def __init__(self, shown: Shown, port: int, host: str = HOST) -> None:
        self._shown, self._port, self._host = shown, port, host

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._converse, self._host, self._port, limit=_LONGEST)
        self._turning = asyncio.ensure_future(self._turn())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._turning.cancel()
        self._server.close()

    @property
    def port(self) -> int:
        """The TCP port that is listened on."""
        return int(self._server.sockets[0].getsockname()[1])

    async def _turn(self) -> None:
        delay = 0.0
        while True:
            self._shown.turn(delay)
            asleep = time.monotonic()
            await asyncio.sleep(_TURN_S)
            delay = max(0.0, time.monotonic() - asleep - _TURN_S)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.closing(writer), contextlib.suppress(OSError, TimeoutError, asyncio.IncompleteReadError):
            async with asyncio.timeout(_ASKS_WITHIN_S):
                try:
                    head = await reader.readuntil(b"\r\n\r\n")
                except asyncio.LimitOverrunError:
                    head = b""
                method, status, kind, body = self._answered(head)
                length = f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
                writer.write(f"HTTP/1.1 {status} {_REASONS[status]}\r\nContent-Type: {kind}\r\n{length}".encode() + (b"" if method == "HEAD" else body))
                await writer.drain()

    def _answered(self, head: bytes) -> tuple[str, int, str, bytes]:
        words = head.split(b"\r\n", 1)[0].decode("latin-1").split(" ")
        if len(words) != 3 or not words[2].startswith("HTTP/1."):
            return "", *_plain(400)
        method, path = words[0], words[1].partition("?")[0]
        if method not in ("GET", "HEAD"):
            return method, *_plain(405)
        return method, *self._page(path)

    def _page(self, path: str) -> Answer:
        match path:
            case "/livez":
                return _health(self._shown.sick())
            case "/readyz":
                return _health(self._shown.unready())
            case "/metrics":
                return 200, CONTENT_TYPE_LATEST, exposed(self._shown.registry)
        return _plain(404)


def _health(faults: list[str]) -> Answer:
    return 503 if faults else 200, _PLAIN, (", ".join(faults) or "ok").encode()


def _plain(status: int) -> Answer:
    return status, _PLAIN, _REASONS[status].encode()
