"""The key store may have a server of its own, beside that of the projections."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import asyncpg
import pytest

from deploy.local import databases
from deploy.local.first_start import prepare
from deploy.local.layout import Layout
from kernel import keyring, settings
from kernel.settings import Settings, SettingsMissing


def configured(home: Path, keys: str = "") -> Settings:
    """The settings of a first start, with ``keys`` added."""
    prepare(Layout(home), ("admin",))
    (home / "secrets" / "postgres-keys.password").write_text("of the other server")
    with (home / settings.FILE_NAME).open("a", encoding="utf-8") as file:
        file.write(keys)
    return settings.load(home)


class Connection:
    """A server that has nothing yet and takes everything."""

    async def fetchval(self, *_: Any) -> None:
        return None

    async def fetch(self, *_: Any) -> list[Any]:
        return []

    async def execute(self, *_: Any) -> None:
        return None

    async def close(self) -> None:
        return None


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int, str, str, str]]:
    """Every connection that is asked for: host, port, role, password, database."""
    made: list[tuple[str, int, str, str, str]] = []

    async def connect(**of: Any) -> Connection:
        made.append((of["host"], of["port"], of["user"], of["password"], of["database"]))
        return Connection()

    monkeypatch.setattr(asyncpg, "connect", connect)
    return made


def test_the_key_store_is_on_the_one_server_unless_something_else_is_said(tmp_path: Path):
    """No table [keys], or one that says only a part: the rest is as in [database]."""
    found = configured(tmp_path)
    assert (found.database_host, found.database_port) == found.key_store

    assert ("keys.example.jp", found.database_port) == configured(tmp_path, '[keys]\nhost = "keys.example.jp"\n').key_store


async def test_each_server_gets_its_own_database_from_its_own_superuser(tmp_path: Path, calls: list[tuple[str, int, str, str, str]]):
    """Who administrates the one has no password for the other."""
    found = configured(tmp_path, '[keys]\nhost = "keys.example.jp"\nport = 5433\n')

    await databases.apply(found)

    there = {call[0]: {each[4] for each in calls if each[0] == call[0]} for call in calls}
    assert {"127.0.0.1": {"postgres", "tsunagu_reporting"}, "keys.example.jp": {"postgres", "tsunagu_keys"}} == there
    passwords = {(host, password) for host, _, role, password, _ in calls if role == "postgres"}
    assert {("127.0.0.1", found.password("postgres")), ("keys.example.jp", "of the other server")} == passwords


async def test_one_server_is_administrated_once(tmp_path: Path, calls: list[tuple[str, int, str, str, str]]):
    """As it was."""
    found = configured(tmp_path)

    await databases.apply(found)

    assert ["postgres", "tsunagu_reporting", "tsunagu_keys"] == [call[4] for call in calls]
    assert {found.password("postgres")} == {call[3] for call in calls if call[2] == "postgres"}


async def test_keys_are_asked_for_where_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The keyring goes to the key store's server."""
    asked: list[tuple[str, int]] = []

    async def pool(**of: Any) -> None:
        asked.append((of["host"], of["port"]))
        raise OSError

    monkeypatch.setattr(keyring.asyncpg, "create_pool", pool)
    found = configured(tmp_path, '[keys]\nhost = "keys.example.jp"\nport = 5433\n')

    with pytest.raises(keyring.Unavailable):
        async with keyring.keyring(found):
            pass

    assert [("keys.example.jp", 5433)] == asked


@pytest.mark.parametrize("keys", ["[keys]\nhost = 7\n", "[keys]\nport = 70000\n", "[keys]\nport = true\n"])
def test_a_server_that_cannot_be_meant_is_told(tmp_path: Path, keys: str):
    """By its name."""
    with pytest.raises(SettingsMissing, match="keys"):
        configured(tmp_path, keys)
