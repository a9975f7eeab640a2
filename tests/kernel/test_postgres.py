"""How a database server is reached: what the settings say reaches asyncpg, and a server that shows another certificate is not spoken to."""

from __future__ import annotations

import asyncio
import re
import ssl
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from deploy.local import authority
from deploy.local.databases import connect
from deploy.local.layout import REPOSITORY, CannotRun
from kernel import postgres
from kernel.postgres import Server
from kernel.settings import FILE_NAME, Settings, SettingsWrong, load
from tests.kernel.test_settings import GOOD

SSL_REQUEST = struct.pack("!ii", 8, 80877103)
REACHED = (asyncpg.PostgresError, asyncpg.InterfaceError, ConnectionResetError)
"""What comes of it when the handshake is done, and nobody is behind it."""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """verify-full, with an authority for each server."""
    (tmp_path / FILE_NAME).write_text(GOOD, "utf-8")
    (tmp_path / "secrets").mkdir()
    for name in ("database-ca.pem", "keys-ca.pem"):
        (tmp_path / "secrets" / name).write_text("-")
    (tmp_path / "secrets" / "tsunagu_reader.password").write_text("secret")
    return load(tmp_path)


@asynccontextmanager
async def server(certificate: Path | None, host: str = "127.0.0.1") -> AsyncIterator[tuple[int, list[bytes]]]:
    """A server's greeting, with TLS or without: its port, and what it is asked once the way is encrypted."""
    heard: list[bytes] = []

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            assert SSL_REQUEST == await reader.readexactly(8)
            writer.write(b"S" if certificate else b"N")
            await writer.drain()
            if certificate:
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.load_cert_chain(certificate)
                await writer.start_tls(context)
                heard.append(await reader.read(1024))
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    listening = await asyncio.start_server(converse, host, 0)
    try:
        yield listening.sockets[0].getsockname()[1], heard
    finally:
        listening.close()


@pytest.fixture
def signed(tmp_path: Path) -> tuple[Path, Path, Path]:
    """A server's certificate for 127.0.0.1, the authority that signed it, and another one."""
    ours, other = authority.new("990019"), authority.new("990019")
    paths = tuple(tmp_path / name for name in ("server.pem", "ca.pem", "other.pem"))
    for path, content in zip(paths, (ours.server(), authority.certificates(ours.trusted), authority.certificates(other.trusted)), strict=True):
        path.write_bytes(content)
    return paths  # type: ignore[return-value]


async def reach(port: int, mode: str, ca: Path | str = "", host: str = "127.0.0.1") -> None:
    """Try to connect."""
    await Server(host, port, mode, str(ca)).connect(role="someone", password="secret", database="any", timeout=10)


async def test_a_server_of_our_authority_is_spoken_to_and_no_other(signed: tuple[Path, Path, Path]):
    """Encrypted, and nothing is said before its certificate is known: not even the role."""
    certificate, ca, other = signed
    async with server(certificate) as (port, heard):
        with pytest.raises(ssl.SSLCertVerificationError):
            await reach(port, "verify-full", other)
        with pytest.raises(ssl.SSLCertVerificationError):
            await reach(port, "verify-full")  # the machine's own authorities
        assert not any(heard)
        with pytest.raises(REACHED):
            await reach(port, "verify-full", ca)
        assert any(b"someone" in each for each in heard)


async def test_verify_full_wants_the_name_and_verify_ca_does_not(signed: tuple[Path, Path, Path]):
    """The same authority signs for many; only one of them is the key store. The certificate is for 127.0.0.1, the server is elsewhere."""
    certificate, ca, _ = signed
    async with server(certificate, "127.0.0.2") as (port, heard):
        with pytest.raises(ssl.SSLCertVerificationError):
            await reach(port, "verify-full", ca, "127.0.0.2")
        assert not any(heard)
        with pytest.raises(REACHED):
            await reach(port, "verify-ca", ca, "127.0.0.2")


async def test_a_pool_follows_an_authority_that_is_replaced(tmp_path: Path, signed: tuple[Path, Path, Path]):
    """As operators of clusters do every few months: whoever was started before needs no restart."""
    certificate, ca, other = signed
    file = tmp_path / "now.pem"
    file.write_bytes(other.read_bytes())
    async with server(certificate) as (port, _):
        pool = await Server("127.0.0.1", port, "verify-full", str(file)).pool(role="someone", password="secret", database="any", min_size=0, timeout=10)
        with pytest.raises(ssl.SSLCertVerificationError):
            await pool.acquire()
        file.write_bytes(ca.read_bytes())
        with pytest.raises(REACHED):
            await pool.acquire()
        pool.terminate()


@pytest.mark.parametrize("mode", ["require", "verify-ca", "verify-full"])
async def test_who_wants_tls_says_nothing_without_it(mode: str, signed: tuple[Path, Path, Path]):
    """Least of all a password."""
    async with server(None) as (port, _):
        with pytest.raises(ConnectionError, match="SSL"):
            await reach(port, mode, signed[1] if mode != "require" else "")


async def test_what_is_wrong_is_said(settings: Settings, signed: tuple[Path, Path, Path]):
    """A certificate that is not trusted, and a server without TLS, are no servers that do not answer."""
    for certificate, said in ((signed[0], "not trusted"), (None, "speaks no TLS, but database.sslmode is verify-full")):
        async with server(certificate) as (port, _):
            there = replace(settings, database_port=port, database_ca=str(signed[2]))
            with pytest.raises(CannotRun, match=said):
                await connect(there, "tsunagu_reader", "tsunagu_reporting")


def test_the_settings_say_it(settings: Settings):
    """Each server its own authority; the key store that of the other where it has none."""
    here = settings.home / "secrets"

    assert Server(settings.database_host, 5432, "verify-full", str(here / "database-ca.pem")) == postgres.projections(settings)
    assert (5433, str(here / "keys-ca.pem")) == (postgres.keys(settings).port, postgres.keys(settings).ca)
    assert str(here / "database-ca.pem") == postgres.keys(replace(settings, keys_ca="")).ca
    assert Server(settings.database_host, 5432) == postgres.projections(replace(settings, database_sslmode="prefer", database_ca="", keys_ca=""))


@pytest.mark.parametrize("name", ["database.ca", "keys.ca"])
@pytest.mark.parametrize(("change", "said"), [
    ({"database_sslmode": "require"}, "is of no use while database.sslmode is require; allowed beside it: verify-ca, verify-full"), ({}, "which is not there"),
])
def test_an_authority_that_cannot_be_used_is_told_with_file_and_line(name: str, change: dict[str, Any], said: str, settings: Settings):
    """One that is not there, and one that nobody would look at."""
    field, at = name.replace(".", "_"), postgres.keys if name == "keys.ca" else postgres.projections
    line = next(number for number, text in enumerate(GOOD.splitlines(), 1) if text == f'ca = "{getattr(settings, field)}"')
    wrong = replace(settings, **{**change, **({} if change else {field: "secrets/nowhere.pem"})})

    with pytest.raises(SettingsWrong, match=re.escape(said)) as told:
        at(wrong)
    assert f"setting {name}" in str(told.value) and f"{settings.home / FILE_NAME}:{line}" in str(told.value)


def test_there_is_one_place_where_connections_are_made():
    """So that nobody reaches a server past what the settings say."""
    ours = [path for folder in ("kernel", "services", "cli", "deploy", "audit") for path in (REPOSITORY / folder).rglob("*.py")]
    makers = {path.relative_to(REPOSITORY).as_posix() for path in ours if re.search(r"asyncpg\.(connect|create_pool)\(", path.read_text("utf-8"))}

    assert {"kernel/postgres.py"} == makers
