"""Lines: where in a TOML file a name stands. ``tomllib`` does not say, so the file is read again, up to each of its lines."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from typing import Any


def lines(text: str) -> dict[str, int]:
    """The line (from 1) of every dotted name of a valid TOML text: the one on which the statement begins that first knows it."""
    known: dict[str, int] = {}
    rows, whole = text.replace("\r\n", "\n").split("\n"), 0
    for end in range(1, len(rows) + 1):
        try:
            content = tomllib.loads("\n".join(rows[:end]))
        except tomllib.TOMLDecodeError:
            continue  # in the middle of a statement of several lines
        for name in _names(content):
            known.setdefault(name, whole + 1)
        whole = end
    return known


def nearest(known: Mapping[str, int], name: str) -> int | None:
    """The line of a name; where it does not stand in the file, that of the table which it belongs to; None without one."""
    while name and name not in known:
        name = name.rpartition(".")[0]
    return known.get(name)


def _names(content: Mapping[str, Any], above: str = "") -> Iterator[str]:
    for key, value in content.items():
        yield f"{above}{key}"
        if isinstance(value, Mapping):
            yield from _names(value, f"{above}{key}.")
