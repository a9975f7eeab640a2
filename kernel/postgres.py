"""PostgreSQL (データベースへの接続): the only place from which a server is reached, so that how it is reached is said once: ``[database]`` and ``[keys]``."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg

from kernel.settings import Settings, SettingsWrong, where

VERIFIED = ("verify-ca", "verify-full")
"""Modes in which the server must show a certificate of a known authority; the second, one for the very name by which it is reached."""
DATABASE_CA, KEYS_CA = "database.ca", "keys.ca"


@dataclass(frozen=True, slots=True)
class Server:
    """One server as it is reached. ``sslmode`` as libpq has it; ``ca``: file of the authorities that sign its certificate, empty: those of this machine."""

    host: str
    port: int
    sslmode: str = "prefer"
    ca: str = ""

    async def connect(self, *, role: str, password: str, database: str, **more: Any) -> asyncpg.Connection:
        """A connection; ``more`` as asyncpg has it. Raises OSError, ssl.SSLError among them, TimeoutError, asyncpg's errors."""
        return await asyncpg.connect(**self._reached(), user=role, password=password, database=database, **more)

    async def pool(self, *, role: str, password: str, database: str, **more: Any) -> asyncpg.Pool:
        """A pool, likewise. An authority that is replaced in its file holds for every connection that is made from then on."""

        async def anew(*args: Any, **of: Any) -> asyncpg.Connection:
            return await asyncpg.connect(*args, **{**of, **self._reached()})

        return await asyncpg.create_pool(host=self.host, port=self.port, user=role, password=password, database=database, connect=anew, **more)

    def _reached(self) -> dict[str, Any]:
        return {"host": self.host, "port": self.port, "ssl": self._context() if self.sslmode in VERIFIED else self.sslmode}

    def _context(self) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=self.ca or None)
        context.check_hostname = self.sslmode == "verify-full"
        return context


def projections(settings: Settings) -> Server:
    """The server of the projections. Raises SettingsWrong."""
    return Server(settings.database_host, settings.database_port, settings.database_sslmode, _authorities(settings, settings.database_ca, DATABASE_CA))


def keys(settings: Settings) -> Server:
    """The server of the key store: another one, or the same. Raises SettingsWrong."""
    own = _authorities(settings, settings.keys_ca, KEYS_CA) if settings.keys_ca else _authorities(settings, settings.database_ca, DATABASE_CA)
    return Server(*settings.key_store, settings.database_sslmode, own)


def _authorities(settings: Settings, ca: str, name: str) -> str:
    """The whole path of the file that a setting names; empty where it names none. Raises SettingsWrong."""
    if not ca:
        return ""
    if settings.database_sslmode not in VERIFIED:
        raise SettingsWrong(f"setting {name} ({where(settings.home, name)}) is of no use while database.sslmode is {settings.database_sslmode}; allowed beside it: {', '.join(VERIFIED)}")
    if not (path := Path(settings.home / ca)).is_file():
        raise SettingsWrong(f"setting {name} names {path}, which is not there ({where(settings.home, name)}); allowed: the file of the authority that signs the server's certificate")
    return str(path)
