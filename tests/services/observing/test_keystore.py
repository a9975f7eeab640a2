"""Whether the key store's server lets anybody in, told without a log-in."""

from __future__ import annotations

import asyncio
import struct
import time
from dataclasses import replace

import pytest

from kernel.settings import Settings
from services.observing import keystore
from services.observing.app import Observer
from tests.services.observing.test_broker import settings

__all__ = ["settings"]
HOST = "127.0.0.1"


def refusal(code: str) -> bytes:
    """A PostgreSQL server's ErrorResponse with this SQLSTATE."""
    fields = b"SFATAL\x00VFATAL\x00C" + code.encode() + b"\x00Mno\x00\x00"
    return b"E" + struct.pack("!i", len(fields) + 4) + fields


async def asked(answer: bytes | None) -> bool:
    """What is told of a server that answers so; None: it listens and says nothing."""
    heard: list[bytes] = []

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.read(4_096))
        if answer is None:
            await asyncio.sleep(10)
        writer.write(answer or b"")
        writer.close()

    async with await asyncio.start_server(converse, HOST, 0) as server:
        found = await keystore.answers(HOST, server.sockets[0].getsockname()[1])
    assert struct.pack("!i", len(heard[0])) == heard[0][:4] and b"tsunagu_keys\x00" in heard[0]
    return found


@pytest.mark.parametrize(("answer", "up"), [
    (b"R\x00\x00\x00\x17\x00\x00\x00\x0aSCRAM-SHA-256\x00\x00", True), (refusal("28000"), True), (refusal("28P01"), True),
    (refusal("57P03"), False), (refusal("53300"), False), (b"", False), (b"HTTP/1.1 400", False),
])
async def test_a_server_is_up_where_it_would_let_somebody_in(answer: bytes, up: bool):
    """It asks for a password, or refuses this one guest; one that starts, is full, or is something else lets nobody in."""
    assert up is await asked(answer)


async def test_one_that_says_nothing_is_down_in_time(monkeypatch: pytest.MonkeyPatch):
    """As one that is not there."""
    monkeypatch.setattr(keystore, "LOOK_S", 0.2)
    began = time.monotonic()

    assert not await asked(None) and not await keystore.answers(HOST, 1)
    assert time.monotonic() - began < 9


@pytest.mark.parametrize(("more", "own"), [({}, None), ({"keys_host": "keys-rw"}, ("keys-rw", 5432)), ({"keys_port": 5433}, ("db", 5433)), ({"keys_host": "db"}, None)])
def test_it_is_asked_only_where_it_is_another_server(settings: Settings, more: dict[str, object], own: tuple[str, int] | None):
    """Otherwise one look tells of both."""
    assert own == Observer(replace(settings, database_host="db", database_port=5432, **more), dict, {})._keys
