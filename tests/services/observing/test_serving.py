"""Three pages, whatever is asked; and when a process that looks on lives and is ready."""

from __future__ import annotations

import asyncio

import pytest

from services.observing import standing as standings
from services.observing.serving import Server
from services.observing.standing import Standing

HOST = "127.0.0.1"


async def ask(request: bytes, standing: Standing | None = None) -> tuple[int, bytes]:
    """Status and body of the answer to these bytes."""
    async with Server(standing or Standing("observer", 60.0), HOST, 0) as server:
        reader, writer = await asyncio.open_connection(HOST, server.port)
        writer.write(request)
        async with asyncio.timeout(60):
            head, _, body = (await reader.read()).partition(b"\r\n\r\n")
        writer.close()
    return int(head.split(b" ")[1]), body


def get(path: str) -> bytes:
    """A request as a scrape makes it."""
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept: text/plain\r\n\r\n".encode()


@pytest.mark.parametrize("path", ["/livez", "/metrics", "/metrics?x=1"])
async def test_a_page_is_answered(path: str):
    """Before the first look too: it lives."""
    assert 200 == (await ask(get(path)))[0]


@pytest.mark.parametrize(("request_", "status"), [
    (get("/"), 404), (b"POST /metrics HTTP/1.1\r\n\r\n", 405), (b"nonsense\r\n\r\n", 400), (b"\xff\x00\r\n\r\n", 400),
    (b"GET /metrics HTTP/1.1\r\n" + b"x: " + b"y" * 40_000 + b"\r\n\r\n", 400),
])
async def test_what_is_no_request_for_a_page_is_refused(request_: bytes, status: int):
    """And the next one is answered."""
    assert status == (await ask(request_))[0]


async def test_it_is_ready_after_its_first_look():
    """Whatever was seen."""
    standing = Standing("observer", 60.0)
    assert (503, b"starting") == await ask(get("/readyz"), standing)

    standing.looks()
    standing.looked()
    assert (200, b"ok") == await ask(get("/readyz"), standing)


async def test_a_look_that_hangs_is_no_life(monkeypatch: pytest.MonkeyPatch):
    """One that takes its time is."""
    standing, now = Standing("observer", 60.0), standings.time.monotonic()
    standing.looks()
    for passed, faults in ((59, []), (61, ["look"])):
        monkeypatch.setattr(standings.time, "monotonic", lambda passed=passed: now + passed)
        standing.turn()
        assert faults == standing.sick()


async def test_it_tells_which_code_runs():
    """As every process of ours."""
    (line,) = [line for line in (await ask(get("/metrics")))[1].decode().splitlines() if line.startswith("tsunagu_build_info")]

    assert 'service="observer"' in line and 'version="' in line and line.endswith(" 1.0")
