"""Three pages, whatever is asked."""

from __future__ import annotations

import asyncio

import pytest

from kernel.health import HOST, HealthServer, Shown
from kernel.pages import PageServer, plain
from kernel.telemetry import Telemetry


async def ask(request: bytes, shown: Shown | None = None) -> tuple[int, bytes]:
    """Status and body of the answer to these bytes."""
    async with HealthServer(shown or Telemetry("intake"), 0) as server:
        reader, writer = await asyncio.open_connection(HOST, server.port)
        writer.write(request)
        async with asyncio.timeout(10):
            head, _, body = (await reader.read()).partition(b"\r\n\r\n")
        writer.close()
    return int(head.split(b" ")[1]), body


def get(path: str) -> bytes:
    """A request as a scrape makes it."""
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept: text/plain\r\n\r\n".encode()


@pytest.mark.parametrize("path", ["/livez", "/metrics", "/metrics?x=1"])
async def test_a_page_is_answered(path: str):
    """Before anything has begun, too: it lives."""
    assert 200 == (await ask(get(path)))[0]


@pytest.mark.parametrize(("request_", "status"), [
    (get("/"), 404), (b"POST /metrics HTTP/1.1\r\n\r\n", 405), (b"nonsense\r\n\r\n", 400), (b"\xff\x00\r\n\r\n", 400),
    (b"GET /metrics HTTP/1.1\r\n" + b"x: " + b"y" * 40_000 + b"\r\n\r\n", 400),
])
async def test_what_is_no_request_for_a_page_is_refused(request_: bytes, status: int):
    """And the next one is answered."""
    assert status == (await ask(request_))[0]


async def test_health_is_asked_of_the_process():
    """Ready when every worker has its partitions; what it counts is shown."""
    telemetry = Telemetry("intake")
    meter = telemetry.meter("consultation")
    assert [(200, b"ok"), (503, b"consultation")] == [await ask(get(path), telemetry) for path in ("/livez", "/readyz")]

    meter.took([1, 2])
    assert (200, b"ok") == await ask(get("/readyz"), telemetry)
    assert b'tsunagu_assigned_partitions{service="intake",worker="consultation"} 2.0' in (await ask(get("/metrics"), telemetry))[1]


async def test_the_head_of_a_page_is_given_alone():
    """To whoever asks for no more."""
    assert (200, b"") == await ask(get("/livez").replace(b"GET", b"HEAD"))


async def test_it_tells_which_code_runs():
    """As every process of ours."""
    (line,) = [line for line in (await ask(get("/metrics")))[1].decode().splitlines() if line.startswith("tsunagu_build_info")]

    assert 'service="intake"' in line and 'version="' in line and line.endswith(" 1.0")


@pytest.mark.parametrize("said", [b"", b"GET /livez HTTP/1.1\r\nX: a"])
async def test_a_request_that_never_ends_is_not_waited_for(said: bytes):
    """However many there are: each is let go, and others are answered meanwhile."""
    async with PageServer(lambda path: plain(200), 0, asks_within_s=0.3) as server, asyncio.timeout(30):
        hanging = [await asyncio.open_connection(HOST, server.port) for _ in range(50)]
        for _, writer in hanging:
            writer.write(said)
        reader, writer = await asyncio.open_connection(HOST, server.port)
        writer.write(get("/"))

        assert (await reader.read()).startswith(b"HTTP/1.1 200 ")
        assert [b""] * 50 == [await each.read() for each, _ in hanging]


async def test_nobody_takes_all_the_connections_there_are():
    """One more than many is closed at once."""
    async with PageServer(lambda path: plain(200), 0) as server, asyncio.timeout(60):
        hanging = [await asyncio.open_connection(HOST, server.port) for _ in range(256)]
        reader, _ = await asyncio.open_connection(HOST, server.port)

        assert b"" == await reader.read()
        for _, writer in hanging:
            writer.close()
