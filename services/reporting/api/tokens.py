"""Tokens (トークン): secrets by which readers are known. Of each only a hash is kept, in one file of the installation; the secret is shown once.

A secret has 256 random bits, so that one SHA-256 of it tells nothing of it.
"""

from __future__ import annotations

import fcntl
import hmac
import json
import os
import re
import secrets
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from services.reporting.api.reader import Reader, reader
from services.reporting.resource import Role

FILE = "tokens.json"
PREFIX = "tsunagu"
_TOKEN = re.compile(rf"{PREFIX}_([0-9a-f]{{16}})_([0-9A-Za-z_-]{{43}})")
_NOBODY = sha256(secrets.token_bytes(32)).hexdigest()
"""Compared with where no such token is known: that takes as long as a comparison with one that is."""


class TokensUnreadable(Exception):
    """The file of tokens is not what it should be."""


@dataclass(frozen=True, slots=True)
class Token:
    """What is kept of a token: times are RFC 3339 in UTC, ``ended`` empty while it is in use."""

    id: str
    hash: str
    role: str
    agency: str
    note: str
    made: str
    until: str
    ended: str = ""

    def stands(self, at: datetime) -> bool:
        """Whether it may be used at ``at``."""
        return not self.ended and at < datetime.fromisoformat(self.until)


class Tokens:
    """The tokens of one installation. The file is read again whenever it has changed."""

    def __init__(self, home: Path, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._path, self._clock = home / FILE, clock
        self._stamp: tuple[int, int, int] | None = None
        self._found: Mapping[str, Token] = {}

    def all(self) -> list[Token]:
        """Every token that was ever made, the oldest first. Raises TokensUnreadable."""
        return sorted(self._read().values(), key=lambda token: (token.made, token.id))

    def add(self, role: Role, agency: str, days: int, note: str = "") -> tuple[Token, str]:
        """A new token for ``days`` days, and its secret text, which nobody will ever see again. Raises ValueError where role and agency do not fit."""
        if reader(role, "", agency) is None:
            raise ValueError("a caseworker is of one agency, and nobody else of any")
        secret, now = secrets.token_urlsafe(32), self._clock()
        token = Token(secrets.token_hex(8), _hash(secret), role.value, agency, note, _text(now), _text(now + timedelta(days=days)))
        with self._alone():
            self._write({**self._read(), token.id: token})
        return token, f"{PREFIX}_{token.id}_{secret}"

    def end(self, number: str) -> Token:
        """End a token at once. Raises KeyError where there is none with this id."""
        with self._alone():
            ended = replace(self._read()[number], ended=_text(self._clock()))
            self._write({**self._read(), number: ended})
        return ended

    async def check(self, text: str) -> Reader | None:
        """The reader whose secret this is; None where it is nobody's, or no longer. Raises TokensUnreadable."""
        found = _TOKEN.fullmatch(text)
        if found is None:
            return None
        token = self._read().get(found[1])
        same = hmac.compare_digest(_hash(found[2]), token.hash if token else _NOBODY)
        if token is None or not same or not token.stands(self._clock()):
            return None
        return reader(token.role, f"token:{token.id}", token.agency)

    def _read(self) -> Mapping[str, Token]:
        try:
            status = self._path.stat()
        except FileNotFoundError:
            return {}
        stamp = (status.st_mtime_ns, status.st_size, status.st_ino)
        if stamp != self._stamp:
            try:
                self._found = {number: Token(id=number, **kept) for number, kept in json.loads(self._path.read_bytes()).items()}
            except (ValueError, TypeError, AttributeError) as error:
                raise TokensUnreadable(f"{self._path} cannot be read ({type(error).__name__})") from error
            self._stamp = stamp
        return self._found

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Nobody else changes the file meanwhile, in this process or in another."""
        with open(self._path.with_name(f".{FILE}.lock"), "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _write(self, tokens: Mapping[str, Token]) -> None:
        """Whole or not at all, for the owner's eyes alone."""
        kept = {number: {name: value for name, value in asdict(token).items() if name != "id"} for number, token in tokens.items()}
        handle, draft = tempfile.mkstemp(dir=self._path.parent, prefix=f".{FILE}.")
        with os.fdopen(handle, "w") as file:
            json.dump(kept, file, ensure_ascii=False, indent=1)
        os.replace(draft, self._path)


def _hash(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()


def _text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")
