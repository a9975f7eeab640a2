"""Which policy packs (規則集) an offline decision goes by."""

from __future__ import annotations

from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import yaml

from kernel.days import ordinal_in_japan
from services.consent import packs
from services.consent.domain import pack
from services.consent.domain.pack import PackInvalid, PolicyPack


class Shelf:
    """The packs that come with this build, and one that the user names: then that one is in force on every day."""

    def __init__(self, named: PolicyPack | None = None) -> None:
        """Without ``named`` each line is judged by the pack of its day. Raises PackInvalid."""
        self.packs = packs.load()
        self._by_day = sorted(self.packs.values(), key=lambda each: (each.effective_from, each.hash))
        if named is not None:
            self.packs[named.hash] = named
        self._named = named
        self.newest = named or self._by_day[-1]

    def in_force(self, at: int) -> str:
        """The hash of the pack in force at ``at``; empty where there was none yet."""
        if self._named is not None:
            return self._named.hash
        day = ordinal_in_japan(at)
        return next((each.hash for each in reversed(self._by_day) if each.effective_from.toordinal() <= day), "")


def named(name: str) -> PolicyPack:
    """The pack in a file, or the one that comes with this build under that name. It may have codes of its own. Raises PackInvalid, OSError."""
    path = Path(name)
    content = (path if path.exists() else packs.FOLDER / f"{name}.yaml").read_bytes()
    return pack.read(_table(content, name), sha256(content).hexdigest(), own_codes=True)


def _table(content: bytes, name: str) -> dict[str, Any]:
    """JSON is YAML too, but has no days."""
    try:
        table = yaml.safe_load(content)
        if type(table) is not dict:
            raise PackInvalid(f"{name} is no policy pack")
        day = table.get("effective_from")
        return {**table, "effective_from": date.fromisoformat(day)} if type(day) is str else table
    except (yaml.YAMLError, ValueError) as error:
        raise PackInvalid(f"{name}: {error}") from error
