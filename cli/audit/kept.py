"""What a broken-off check has done (中断した点検): one file for each partition that was read to its end, and one that says what is being checked.

``--resume`` goes on from there: what lies in the files is not read again. They hold ids, offsets and digests, never a text, and go when the check is over.
"""

from __future__ import annotations

import os
import shutil
from array import array
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

_PLAN = "plan"
_FORM = 2
"""Goes up when what is kept changes: files of an older build are not read."""


class Plan(Struct):
    """What is being checked: with which options, and from where to where in each partition."""

    options: list[str]
    bounds: dict[str, tuple[int, int]] = {}
    inboxes: list[list[Any]] = []
    """Places of inboxes; those without bounds cannot be read."""
    form: int = _FORM


class Kept:
    """The files of one kind of check in the installation's folder. Each is written whole or not at all."""

    def __init__(self, home: Path, kind: str) -> None:
        self._folder = home / "audit" / kind

    def plan(self, options: list[str]) -> Plan | None:
        """The plan of a check that was broken off, if it was the same."""
        found = self._read(_PLAN, Plan)
        return found if found is not None and (found.options, found.form) == (options, _FORM) else None

    def begin(self, plan: Plan) -> None:
        """Forget what was kept, and keep this plan."""
        self.forget()
        self._folder.mkdir(parents=True, mode=0o700)
        self._write(_PLAN, plan)

    def of(self, place: str, kind: type[Any]) -> Any:
        """What was kept of a partition, a ``kind``; None where it was not read to its end."""
        return self._read(place.replace("/", "-"), kind)

    def keep(self, place: str, found: Struct) -> None:
        """A partition was read to its end, and this is what came of it."""
        self._write(place.replace("/", "-"), found)

    def forget(self) -> None:
        """The check is over."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _read(self, name: str, kind: type[Any]) -> Any:
        try:
            return msgspec.msgpack.decode((self._folder / name).read_bytes(), type=kind, dec_hook=_array)
        except (OSError, msgspec.MsgspecError):
            return None

    def _write(self, name: str, found: Struct) -> None:
        path = self._folder / name
        written = path.with_name(f"{name}.new")
        with written.open("wb") as file:
            file.write(msgspec.msgpack.encode(found, enc_hook=_bytes))
            file.flush()
            os.fsync(file.fileno())
        written.replace(path)


class Unkept(Kept):
    """Of a check that nobody goes on with: nothing is kept, and what another has kept is left alone."""

    def begin(self, plan: Plan) -> None:
        """No plan is kept."""

    def of(self, place: str, kind: type[Any]) -> Any:
        """Nothing was."""

    def keep(self, place: str, found: Struct) -> None:
        """Nothing is."""

    def forget(self) -> None:
        """There is nothing to forget."""


def _bytes(value: Any) -> bytes:
    return value.tobytes()


def _array(kind: type, value: Any) -> array:
    return array("q", value)
