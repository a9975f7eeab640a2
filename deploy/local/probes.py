"""Readiness probes: each asks a process in its own protocol, so that "ready" means that it would serve."""

from __future__ import annotations

import asyncio
import ssl
import struct
from collections.abc import Awaitable, Callable

from .ports import HOST

Probe = Callable[[int], Awaitable[bool]]
"""Given a port on loopback: whether the process behind it is ready."""

TIMEOUT_S = 3.0


async def kafka(port: int) -> bool:
    """ApiVersions, which a broker answers before any login."""
    return await _api_versions(port)


async def kafka_tls(port: int) -> bool:
    """The same over TLS. Whose certificate it is does not matter here: it is on loopback, and nothing is told."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return await _api_versions(port, context)


async def _api_versions(port: int, tls: ssl.SSLContext | None = None) -> bool:
    client = b"tsunagu-probe"
    request = struct.pack(">hhih", 18, 0, 1, len(client)) + client
    answer = await _exchange(port, struct.pack(">i", len(request)) + request, 10, tls)
    return len(answer) == 10 and answer[4:10] == struct.pack(">ih", 1, 0)


async def postgres(port: int) -> bool:
    """A start-up message: a server that is ready asks for authentication ("R"), one that still recovers refuses ("E")."""
    body = struct.pack(">i", 196608) + b"user\0probe\0database\0probe\0\0"
    answer = await _exchange(port, struct.pack(">i", len(body) + 4) + body, 1)
    return answer == b"R"


async def http_ready(port: int) -> bool:
    """``GET /readyz`` answers 200."""
    return await _http(port, "/readyz")


async def http_alive(port: int) -> bool:
    """``GET /livez`` answers 200: the process turns and no batch of it hangs; waiting for a broker or a database is alive."""
    return await _http(port, "/livez")


async def http_schemas(port: int) -> bool:
    """``GET /subjects`` of the schema window answers 200."""
    return await _http(port, "/subjects")


async def _http(port: int, path: str) -> bool:
    request = f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n".encode()
    return (await _exchange(port, request, 12))[8:12] == b" 200"


async def _exchange(port: int, request: bytes, size: int, tls: ssl.SSLContext | None = None) -> bytes:
    """Send ``request`` and read ``size`` bytes of the answer; fewer, or none, when the other side is not there."""
    try:
        async with asyncio.timeout(TIMEOUT_S):
            reader, writer = await asyncio.open_connection(HOST, port, ssl=tls)
            try:
                writer.write(request)
                return await reader.readexactly(size)
            finally:
                writer.close()
    except (OSError, TimeoutError, asyncio.IncompleteReadError):
        return b""
