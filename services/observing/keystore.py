"""The key store's server, asked whether it lets somebody in (as ``pg_isready`` does): nobody logs in, so nothing there knows the observer."""

from __future__ import annotations

import asyncio
import contextlib
import re
import struct

LOOK_S = 3.0
_PROTOCOL_3 = 196_608
_HELLO = b"user\x00tsunagu_observer\x00database\x00tsunagu_keys\x00\x00"
_WANTS_A_PASSWORD, _REFUSES = b"R", b"E"
_NOT_THIS_ONE = re.compile(rb"\x00C28[0-9A-Z]{3}\x00")
"""SQLSTATE of class 28: who asks may not come in, others may. With another (57P03: starting, 53300: full) nobody can."""
_LONGEST = 4_096


async def answers(host: str, port: int) -> bool:
    """Whether a PostgreSQL server there takes connections. Within ``LOOK_S``; raises nothing."""
    with contextlib.suppress(OSError, TimeoutError):
        async with asyncio.timeout(LOOK_S):
            reader, writer = await asyncio.open_connection(host, port)
            try:
                writer.write(struct.pack("!ii", len(_HELLO) + 8, _PROTOCOL_3) + _HELLO)
                return _takes(await reader.read(_LONGEST))
            finally:
                writer.close()
    return False


def _takes(said: bytes) -> bool:
    kind, rest = said[:1], said[5:]
    return kind == _WANTS_A_PASSWORD or (kind == _REFUSES and _NOT_THIS_ONE.search(b"\x00" + rest) is not None)
