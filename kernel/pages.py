"""Pages: a server of a few pages, each given whole to whoever asks for it. It serves ``/livez``, ``/readyz``, ``/metrics`` and the schema window.

A few lines of ``asyncio``: a web framework takes 12 MiB, a fifth of all that a process may take which only looks on; and none has a time limit for a
request that never ends, of which each holds a file descriptor for ever.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from typing import Self

HOST = "127.0.0.1"
PLAIN = "text/plain; charset=utf-8"
ASKS_WITHIN_S = 5.0
"""A request is there, and its answer taken, within so many seconds, or the connection is closed."""
_LONGEST, _MOST = 16_384, 256
_REASONS = {200: "OK", 400: "Bad Request", 404: "Not Found", 405: "Method Not Allowed", 503: "Service Unavailable"}
Answer = tuple[int, str, bytes]
"""Status, type, body."""


class PageServer:
    """Answers one request on each connection; port 0 takes a free one. Use as an asynchronous context. Raises OSError where the port is taken."""

    def __init__(self, page: Callable[[str], Answer], port: int, host: str = HOST, asks_within_s: float = ASKS_WITHIN_S) -> None:
        """``page``: the page at a path, without its query."""
        self._page_at, self._port, self._host, self._within_s, self._open = page, port, host, asks_within_s, 0

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._converse, self._host, self._port, limit=_LONGEST)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    @property
    def port(self) -> int:
        """The TCP port that is listened on."""
        return int(self._server.sockets[0].getsockname()[1])

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.closing(writer), contextlib.suppress(OSError, TimeoutError, asyncio.IncompleteReadError), self._counted() as room:
            if not room:
                return
            async with asyncio.timeout(self._within_s):
                try:
                    head = await reader.readuntil(b"\r\n\r\n")
                except asyncio.LimitOverrunError:
                    head = b""
                method, status, kind, body = self._answered(head)
                length = f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
                writer.write(f"HTTP/1.1 {status} {_REASONS[status]}\r\nContent-Type: {kind}\r\n{length}".encode() + (b"" if method == "HEAD" else body))
                await writer.drain()

    @contextlib.contextmanager
    def _counted(self) -> Iterator[bool]:
        """Whether there is room for one more."""
        self._open += 1
        try:
            yield self._open <= _MOST
        finally:
            self._open -= 1

    def _answered(self, head: bytes) -> tuple[str, int, str, bytes]:
        words = head.split(b"\r\n", 1)[0].decode("latin-1").split(" ")
        if len(words) != 3 or not words[2].startswith("HTTP/1."):
            return "", *plain(400)
        method, path = words[0], words[1].partition("?")[0]
        if method not in ("GET", "HEAD"):
            return method, *plain(405)
        return method, *self._page_at(path)


def plain(status: int) -> Answer:
    """A page that says no more than its status."""
    return status, PLAIN, _REASONS[status].encode()
