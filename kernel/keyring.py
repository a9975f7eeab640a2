"""Keyring: the key store's client. One 256-bit key per person and retention class, wrapped under the municipality's key (KEK).

Keys for opening are kept unwrapped in memory for at most a minute, so that a destroyed key is soon forgotten everywhere.
"""

from __future__ import annotations

import secrets
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from kernel import postgres
from kernel.failures import IntegrityError, Unavailable
from kernel.sealing import Erased, Key
from kernel.settings import Settings

DATABASE = ROLE = "tsunagu_keys"
TTL_S = 60.0
MAX_KEPT = 10_000
_TIMEOUT_S = 5.0
_LIVING = "SELECT person, key_id, wrapped FROM person_key WHERE retention = $1 AND person = ANY($2) AND destroyed_at IS NULL"
_INSERT = """
    INSERT INTO person_key (key_id, person, retention, wrapped)
    SELECT key_id, person, $1, wrapped FROM unnest($2::text[], $3::text[], $4::bytea[]) AS new (key_id, person, wrapped)
    ON CONFLICT (person, retention) WHERE destroyed_at IS NULL DO NOTHING
"""
_BY_ID = "SELECT key_id, wrapped FROM person_key WHERE key_id = ANY($1)"
_DESTROY = """
    WITH fresh AS (INSERT INTO destruction (fact) VALUES ($1) ON CONFLICT DO NOTHING RETURNING fact)
    UPDATE person_key SET wrapped = NULL, destroyed_at = now()
    WHERE person = $2 AND retention = $3 AND destroyed_at IS NULL AND EXISTS (SELECT FROM fresh)
    RETURNING key_id
"""

_AWAY = (
    OSError, TimeoutError, asyncpg.PostgresConnectionError, asyncpg.InterfaceError, asyncpg.exceptions.OperatorInterventionError,
    asyncpg.InternalClientError,  # a connection cut while the client wrote to it
    asyncpg.TooManyConnectionsError,
)
"""How a store shows that it does not answer now but may later."""

Found = Key | Erased


class Kept:
    """The most recently used values, each for ``TTL_S`` seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._values: OrderedDict[Any, tuple[float, Any]] = OrderedDict()

    def get(self, name: Any) -> Any:
        """The value, or None when it is not there or too old."""
        expires, value = self._values.get(name, (0.0, None))
        if expires <= self._clock():
            self._values.pop(name, None)
            return None
        self._values.move_to_end(name)
        return value

    def put(self, name: Any, value: Any) -> None:
        """Keep a value; the least recently used one goes when there are too many."""
        self._values[name] = (self._clock() + TTL_S, value)
        self._values.move_to_end(name)
        if len(self._values) > MAX_KEPT:
            self._values.popitem(last=False)

    def clear(self) -> None:
        """Forget everything, for instance when a key was destroyed."""
        self._values.clear()


class Keyring:
    """Keys by person (for sealing) and by id (for opening). Every method raises Unavailable when the store does not answer."""

    def __init__(self, pool: asyncpg.Pool, kek: bytes) -> None:
        self._pool, self._kek = pool, kek
        self._by_id = Kept()

    async def for_sealing(self, people: Iterable[str], retention: str) -> dict[str, Key]:
        """The living key of each person for one retention class, made where there is none; the same for everybody who asks at once.

        The store is asked each time: what a destroyed key seals nobody could ever open.
        """
        wanted = sorted(set(people))
        return dict(await self._made(wanted, retention)) if wanted else {}

    async def for_opening(self, key_ids: Iterable[str]) -> dict[str, Found]:
        """Each key by its id, or the proof that it was destroyed. Raises Unavailable also for an id the store has never had."""
        wanted = set(key_ids)
        found: dict[str, Found] = {key_id: key for key_id in wanted if (key := self._by_id.get(key_id))}
        if missing := sorted(wanted - found.keys()):
            for key_id, wrapped in await self._query(_BY_ID, missing):
                found[key_id] = key = Erased(key_id) if wrapped is None else self._unwrapped(key_id, wrapped)
                self._by_id.put(key_id, key)
        if wanted - found.keys():
            raise Unavailable("key store")  # neither a key nor a tombstone: this store is not the one that sealed
        return found

    async def destroy(self, fact: str, person: str, retention: str) -> list[str]:
        """Destroy a person's living key of one retention class; the ids of those destroyed. Others forget them within TTL_S seconds.

        Done once for each ``fact`` that orders it, however often it is told: a key that is made afterwards is another matter.
        """
        destroyed = [row["key_id"] for row in await self._query(_DESTROY, fact, person, retention)]
        self._by_id.clear()
        return sorted(destroyed)

    async def _made(self, people: list[str], retention: str) -> Mapping[str, Key]:
        living = await self._query(_LIVING, retention, people)
        known = {row["person"] for row in living}
        if new := [person for person in people if person not in known]:
            ids = [secrets.token_hex(16) for _ in new]
            wrapped = [aes_key_wrap(self._kek, secrets.token_bytes(32)) for _ in new]
            await self._query(_INSERT, retention, ids, new, wrapped)
            living = await self._query(_LIVING, retention, people)  # whoever came first has won
        return {row["person"]: self._unwrapped(row["key_id"], row["wrapped"]) for row in living}

    def _unwrapped(self, key_id: str, wrapped: bytes) -> Key:
        try:
            return Key(key_id, aes_key_unwrap(self._kek, wrapped))
        except InvalidUnwrap:
            raise IntegrityError(f"key {key_id} does not open under this municipality's key") from None

    async def _query(self, text: str, *values: Any) -> list[Any]:
        try:
            return await self._pool.fetch(text, *values, timeout=_TIMEOUT_S)
        except _AWAY as error:
            raise Unavailable("key store") from error


@asynccontextmanager
async def keyring(settings: Settings) -> AsyncIterator[Keyring]:
    """The installation's key store, open. Raises SettingsMissing, Unavailable."""
    try:
        pool = await postgres.keys(settings).pool(role=ROLE, password=settings.password(ROLE), database=DATABASE, min_size=1, max_size=4, timeout=_TIMEOUT_S)
    except (OSError, TimeoutError, asyncpg.PostgresError) as error:
        raise Unavailable("key store") from error
    try:
        yield Keyring(pool, settings.kek())
    finally:
        pool.terminate()
