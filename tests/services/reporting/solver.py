"""A solver (秘匿の検査): what somebody can learn of a hidden cell who knows every shown cell and every equation. Exhaustive, and nothing of ours in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Equation = tuple[str, tuple[str, ...], list[tuple[str, ...]]]
"""Kind, whole and parts: = adds up; ~ overlaps; <= is at most."""


def possible(name: Any, cells: Mapping[Any, int], hidden: Any, equations: list[Equation]) -> set[int]:
    """Two of the values that a hidden cell can have, or the only one: all others are tried, by narrowing bounds and then one cell after another."""
    top = sum(cells.values()) + 3
    bounds = {each: (1, top) if each in hidden else (value, value) for each, value in cells.items()}
    found = {cells[name]}
    for value in sorted(range(1, top + 1), key=lambda value: abs(value - cells[name])):
        if value != cells[name] and _solvable({**bounds, name: (value, value)}, equations):
            return {*found, value}
    return found


def _solvable(bounds: dict[Any, tuple[int, int]], equations: list[Equation]) -> bool:
    """Whether whole numbers within the bounds satisfy every equation."""
    narrowed = _narrowed(bounds, equations)
    if narrowed is None:
        return False
    loose = [each for each, (low, high) in narrowed.items() if low < high]
    if not loose:
        return True
    name = min(loose, key=lambda each: narrowed[each][1] - narrowed[each][0])
    low, high = narrowed[name]
    return any(_solvable({**narrowed, name: (value, value)}, equations) for value in range(low, high + 1))


def _narrowed(bounds: dict[Any, tuple[int, int]], equations: list[Equation]) -> dict[Any, tuple[int, int]] | None:
    """The bounds after every equation has had its say until none has more; None where they contradict each other."""
    found, before = dict(bounds), None
    while found != before:
        before = dict(found)
        for equation in equations:
            for name, low, high in _says(*equation, found):
                found[name] = max(found[name][0], low), min(found[name][1], high)
                if found[name][0] > found[name][1]:
                    return None
    return found


def _says(kind: str, whole: Any, parts: list[Any], bounds: Mapping[Any, tuple[int, int]]) -> Iterator[tuple[Any, int, int]]:
    low, high = sum(bounds[part][0] for part in parts), sum(bounds[part][1] for part in parts)
    at_most = max(bounds[part][0] for part in parts)
    yield whole, low if kind == "=" else at_most, 10**6 if kind == "<=" else high
    for part in parts:
        others_low, others_high = low - bounds[part][0], high - bounds[part][1]
        yield part, 0 if kind == "<=" else bounds[whole][0] - others_high, bounds[whole][1] - (others_low if kind == "=" else 0)
