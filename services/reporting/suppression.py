"""Suppression (秘匿処理): which cells of a set of tables to keep back so that nobody can compute a small one from what is shown.

Small cells are kept back first (primary), then as many others as it takes (secondary). A cell is safe only when it is *proved* to be open:
another set of values, differing in that cell, agrees with every shown cell and every relation between them. Pure.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

Name = Hashable
_STEPS = 4_000
"""How long a proof is looked for; without one the cell is not safe."""


@dataclass(frozen=True)
class Relation:
    """A whole and its parts. ``exact``: the parts add up to it; else they overlap: no part is more, and together they are no less.

    One part that is not exact says no more than that it is at most the whole.
    """

    whole: Name
    parts: tuple[Name, ...]
    exact: bool = True
    at_most: bool = False
    """Each part is at most the whole, and nothing else is known."""

    @cached_property
    def cells(self) -> tuple[Name, ...]:
        """All cells that it ties together."""
        return (self.whole, *self.parts)

    def broken(self, values: Mapping[Name, int]) -> list[tuple[Name, int]]:
        """Changes of one, each of which would bring the values nearer to the relation; none where they agree with it."""
        whole, total = values[self.whole], sum(values[part] for part in self.parts)
        if self.exact:
            return [] if whole == total else self._nearer(1 if whole < total else -1, self.parts)
        above = [part for part in self.parts if values[part] > whole]
        if above:
            return [(self.whole, 1), (above[0], -1)]
        return self._nearer(-1, self.parts) if not self.at_most and total < whole else []

    def _nearer(self, sign: int, parts: Sequence[Name]) -> list[tuple[Name, int]]:
        return [(self.whole, sign), *[(part, -sign) for part in parts]]

    def seen(self, values: Mapping[Name, int]) -> Relation:
        """As somebody would guess it who takes parts that happen not to overlap for ones that add up."""
        guessed = not self.at_most and values[self.whole] == sum(values[part] for part in self.parts)
        return Relation(self.whole, self.parts, exact=True) if guessed else self


def kept_back(
    values: Mapping[Name, int], relations: Collection[Relation], limit: int, before: Collection[Name] = (), fixed: Collection[Name] = (),
) -> set[Name]:
    """The cells to keep back: those from 1 to below ``limit``, those kept back ``before``, and whatever would give one of them away.

    ``fixed``: cells that have been shown and cannot be kept back any more. Nobody (0) is no secret.
    """
    tables = _Tables(values, relations)
    hidden = {name for name, value in values.items() if 0 < value < limit and name not in fixed} | set(before)
    waiting = sorted(hidden, key=str)
    while waiting:
        cell = waiting.pop()
        if tables.open(cell, hidden):
            continue
        more = tables.next_to_hide(cell, hidden, set(fixed))
        if more is not None:
            hidden.add(more)
            waiting += [more, cell]
    return hidden


class _Tables:
    """Values and the relations between them, from each cell's side."""

    def __init__(self, values: Mapping[Name, int], relations: Collection[Relation]) -> None:
        self._values = dict(values)
        self._of: dict[Name, list[Relation]] = {name: [] for name in values}
        for relation in relations:
            for name in relation.cells:
                self._of[name].append(relation.seen(values))

    def open(self, cell: Name, hidden: Collection[Name]) -> bool:
        """Whether the cell could have another value, as far as anybody outside can tell."""
        return any(self._agrees({cell: sign}, hidden, [_STEPS]) for sign in (1, -1) if self._allowed(cell, sign))

    def _agrees(self, moved: dict[Name, int], hidden: Collection[Name], steps: list[int]) -> bool:
        """Whether more moves of one in hidden cells make the moved values agree with every relation."""
        steps[0] -= 1
        if steps[0] < 0:
            return False
        values = _Moved(self._values, moved)
        wanted = next((found for name in moved for relation in self._of[name] if (found := relation.broken(values))), None)
        if wanted is None:
            return True
        return any(
            self._agrees({**moved, name: sign}, hidden, steps)
            for name, sign in wanted if name in hidden and name not in moved and self._allowed(name, sign)
        )

    def _allowed(self, name: Name, sign: int) -> bool:
        """A cell that is listed counts at least one."""
        return sign > 0 or self._values[name] > 1

    def next_to_hide(self, cell: Name, hidden: Collection[Name], fixed: Collection[Name]) -> Name | None:
        """A shown cell whose keeping back opens this one; else the smallest that is tied to it. A whole only where no part is left."""
        rings = list(self._rings(cell))
        wholes = {relation.whole for name in (cell, *chain(*rings)) for relation in self._of[name] if not relation.at_most}
        shown = [name for ring in rings for name in sorted(ring, key=lambda name: (self._values[name], str(name)))
                 if name not in hidden and name not in fixed and self._values[name] > 0]
        parts = [name for name in shown if name not in wholes]
        opening = (name for name in parts if self.open(cell, {*hidden, name}))
        return next(opening, next(iter((*parts, *shown)), None))

    def _rings(self, cell: Name) -> Iterator[set[Name]]:
        """The cells that share a relation with it, then those that share one with these, and so on."""
        reached, ring = {cell}, {cell}
        while ring:
            ring = {name for each in ring for relation in self._of[each] for name in relation.cells} - reached
            reached |= ring
            yield ring


class _Moved(dict[Name, int]):
    """The values with some of them moved."""

    def __init__(self, values: Mapping[Name, int], moved: Mapping[Name, int]) -> None:
        super().__init__(moved)
        self._values = values

    def __getitem__(self, name: Name) -> int:
        return self._values[name] + self.get(name, 0)
