"""Form (書式): readings of what stands in a policy pack. They tell everything that is wrong, each with its place, and raise nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, NamedTuple


class Problem(NamedTuple):
    """Something that may not stand where it stands, or is missing there."""

    place: str
    """Keys down to it, as ``bases.V.ceiling[2]``."""
    says: str


Problems = list[Problem]
Reading = Callable[[Any, str, Problems], Any]
"""The value as the gate needs it; what it tells of a value that is no such thing, it adds to the problems."""
_NONE: Mapping[str, Reading] = {}
_SHORT = 8
"""So many codes are named in a problem; more are not."""


def keys(needed: Mapping[str, Reading], optional: Mapping[str, Reading] = _NONE) -> Reading:
    """A table with these keys and no other."""
    known = {**needed, **optional}

    def reading(value: Any, place: str, problems: Problems) -> dict[str, Any]:
        if not _is_table(value, place, problems):
            return {}
        problems += [Problem(at(place, key), f"there is no such key here; there are: {', '.join(known)}") for key in value if key not in known]
        problems += [Problem(at(place, key), "is missing") for key in needed if key not in value]
        return {key: read(value[key], at(place, key), problems) for key, read in known.items() if key in value}

    return reading


def by(key: Reading, value: Reading) -> Reading:
    """A table from anything to anything; nothing at all is an empty one."""

    def reading(table: Any, place: str, problems: Problems) -> dict[Any, Any]:
        if table is None or not _is_table(table, place, problems):
            return {}
        return {key(each, at(place, each), problems): value(found, at(place, each), problems) for each, found in table.items()}

    return reading


def several(one: Reading, least: int = 0) -> Reading:
    """A list in which nothing stands twice, as a set."""

    def reading(value: Any, place: str, problems: Problems) -> frozenset[Any]:
        found = listed(one)(value, place, problems)
        if len(found) < least:
            problems.append(Problem(place, "names nothing"))
        problems += [Problem(f"{place}[{number}]", f"{each!r} stands twice") for number, each in enumerate(found) if each in found[:number]]
        return frozenset(found)

    return reading


def listed(one: Reading) -> Reading:
    """A list, in its order."""

    def reading(value: Any, place: str, problems: Problems) -> tuple[Any, ...]:
        if not isinstance(value, list):
            problems.append(Problem(place, f"{value!r} is no list"))
            return ()
        return tuple(one(each, f"{place}[{number}]", problems) for number, each in enumerate(value))

    return reading


def code(known: Mapping[str, Any], what: str) -> Reading:
    """One of these codes."""

    def reading(value: Any, place: str, problems: Problems) -> Any:
        if isinstance(value, str) and value in known:
            return known[value]
        there_are = f"; there are: {', '.join(known)}" if len(known) <= _SHORT else ""
        problems.append(Problem(place, f"{value!r} is no {what}{there_are}"))
        return None

    return reading


def number(least: int, most: int, of: str) -> Reading:
    """A whole number within bounds."""

    def reading(value: Any, place: str, problems: Problems) -> int:
        if type(value) is int and least <= value <= most:
            return value
        problems.append(Problem(place, f"{value!r} is no number of {of} from {least} to {most}"))
        return least

    return reading


def text(value: Any, place: str, problems: Problems) -> str:
    """Some words."""
    if isinstance(value, str) and value.strip():
        return value
    problems.append(Problem(place, f"{value!r} is no text"))
    return ""


def day(value: Any, place: str, problems: Problems) -> date:
    """A day, as ``2026-04-01``."""
    if type(value) is date:
        return value
    problems.append(Problem(place, f"{value!r} is no day; write it as 2026-04-01"))
    return date.max


def at(place: str, key: Any) -> str:
    """The place of a key within a place."""
    return f"{place}.{key}" if place else str(key)


def _is_table(value: Any, place: str, problems: Problems) -> bool:
    if isinstance(value, Mapping):
        return True
    problems.append(Problem(place, f"{value!r} is no table of keys and values"))
    return False
