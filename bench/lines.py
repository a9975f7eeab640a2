"""Lines for ``tsunagu consent decide``: the forty cases again and again, each time with other ids, days and minutes, as in real use."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from deploy.local.layout import REPOSITORY

FORTY = REPOSITORY / "tests/services/consent/cases/forty.jsonl"
DAYS = 300
"""So far a line's days are moved, all of them alike: no pack ends within."""
_SEED = 20260510
_ID, _DAY, _TIME = re.compile(r'"[0-9a-f]{32}"'), re.compile(r"\d{4}-\d\d-\d\d"), re.compile(r"T(\d\d):\d\d:\d\d")


def write(path: Path, count: int) -> None:
    """So many lines, in the order of the cases; no two have an id of a person or a consent in common. The same every time."""
    with path.open("w", encoding="utf-8") as file:
        file.writelines(_lines(count))


def _lines(count: int) -> Iterator[str]:
    cases, chance = FORTY.read_text("utf-8").splitlines(keepends=True), random.Random(_SEED)
    for number in range(count):
        yield _another(cases[number % len(cases)], number, chance)


def _another(line: str, number: int, chance: random.Random) -> str:
    """The same case of another person on another day."""
    known: dict[str, str] = {}
    moved, minute = timedelta(days=number % DAYS), f"{number % 60:02}:{number // 60 % 60:02}"
    line = _ID.sub(lambda found: known.setdefault(found[0], f'"{chance.getrandbits(128):032x}"'), line)
    line = _DAY.sub(lambda found: (date.fromisoformat(found[0]) + moved).isoformat(), line)
    return _TIME.sub(lambda found: f"T{found[1]}:{minute}", line)
