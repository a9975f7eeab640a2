"""Strangers who hold connections to the read API: they hold them for a while, and whoever asks properly is answered meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, MutableMapping
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
import uvicorn

from services.reporting.api.connection import TimedConnection
from services.reporting.api.watch import Meters, Watched

PATIENCE_S = 30.0
HALF = b"GET /livez HTTP/1.1\r\nX: a"


class Application:
    """Answers every path; one that is held only when it is let go."""

    def __init__(self) -> None:
        self.go_on, self.held = asyncio.Event(), 0

    async def __call__(self, scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        """See ASGI."""
        if scope["path"] == "/held":
            self.held += 1
            await self.go_on.wait()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"ok"})


@asynccontextmanager
async def served(app: Any, within_s: float = 0.3) -> AsyncIterator[int]:
    """The application behind such connections; its port."""
    protocol = type("Timed", (TimedConnection,), {"within_s": within_s})
    server = uvicorn.Server(uvicorn.Config(app, port=0, http=protocol, ws="none", lifespan="off", log_config=None, server_header=False))
    running = asyncio.ensure_future(server.serve())
    async with asyncio.timeout(PATIENCE_S):
        while not server.started:
            await asyncio.sleep(0.01)
        try:
            yield server.servers[0].sockets[0].getsockname()[1]
        finally:
            server.should_exit = True
            await running


async def opened(port: int, said: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection on which this was said; it is held by whoever keeps both."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(said)
    await writer.drain()
    return reader, writer


@pytest.mark.parametrize("said", [b"", HALF, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" + HALF])
async def test_a_request_that_never_ends_is_not_waited_for(said: bytes):
    """Nothing said, half a head, and half a head after a whole request."""
    async with served(Application()) as port:
        reader, writer = await opened(port, said)
        answer = await reader.read()
        writer.close()

    assert (b"ok" in answer) is said.startswith(b"GET / ") and b"400" not in answer


async def test_strangers_who_hang_shut_nobody_out():
    """More of them than requests may be under way."""
    async with served(Application(), within_s=PATIENCE_S) as port:
        hanging = [await opened(port, HALF) for _ in range(100)]
        async with httpx.AsyncClient() as client:
            assert 200 == (await client.get(f"http://127.0.0.1:{port}/v1")).status_code
        assert not any(reader.at_eof() for reader, _ in hanging)
        for _, writer in hanging:
            writer.close()


async def test_an_answer_that_takes_long_is_not_cut_off():
    """The limit is for the request."""
    app = Application()
    async with served(app, within_s=0.2) as port:
        reader, writer = await opened(port, b"GET /held HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        await asyncio.sleep(0.6)
        app.go_on.set()

        assert (await reader.read()).endswith(b"ok")
        writer.close()


async def test_while_much_is_under_way_more_is_told_to_come_back_but_not_the_probes():
    """A crowd of readers must not look as if the process were dead."""
    app = Application()
    watched = Watched(app, Meters(), most=1)
    transport = httpx.ASGITransport(watched)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://api") as client, asyncio.timeout(PATIENCE_S):
        first = asyncio.ensure_future(client.get("/held"))
        while not app.held:
            await asyncio.sleep(0.01)
        answers = [await client.get(path) for path in ("/v1", "/livez", "/metrics")]
        app.go_on.set()

        assert ([503, 200, 200], "UNAVAILABLE", 200) == ([each.status_code for each in answers], answers[0].json()["code"], (await first).status_code)
        assert 200 == (await client.get("/v1")).status_code
