"""Which policy packs (規則集) an offline decision goes by."""

from __future__ import annotations

from pathlib import Path

from kernel.days import ordinal_in_japan
from services.consent import packs
from services.consent.domain.pack import PolicyPack


class Shelf:
    """The packs that come with this build, and one that the user names: then that one is in force on every day."""

    def __init__(self, named: PolicyPack | None = None) -> None:
        """Without ``named`` each line is judged by the pack of its day. Raises PackInvalid."""
        self.packs = packs.load()
        self._by_day = sorted(self.packs.values(), key=lambda each: (each.effective_from, each.hash))
        if named is not None:
            self.packs[named.hash] = named
        self._named, self._of_day = named, dict[int, str]()

    def in_force(self, at: int) -> str:
        """The hash of the pack in force at ``at``; empty where there was none yet."""
        if self._named is not None:
            return self._named.hash
        day = ordinal_in_japan(at)
        if (found := self._of_day.get(day)) is None:
            found = self._of_day[day] = next((each.hash for each in reversed(self._by_day) if each.effective_from.toordinal() <= day), "")
        return found


def named(name: str) -> PolicyPack:
    """The pack in a file, or the one that comes with this build under that name. It may have a ``vocabulary`` of its own. Raises PackInvalid, OSError."""
    path = Path(name)
    return packs.of(path if path.exists() else packs.FOLDER / f"{name}.yaml")
