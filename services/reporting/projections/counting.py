"""Counting (数え方): what one fact adds to a figure, whole and divided; the words in which ``metrics`` defines every figure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from contracts import shared
from contracts.catalogue import BY_CLASS
from services.reporting.projections.projection import Fact

Source = tuple[str, type]
"""A function's log and an event type in it."""
Amounts = Iterable[tuple[str, int]]
"""Dimension and amount; the dimension is a code or an agency's id, never personal text."""
Cell = tuple[str, str]
"""By what a figure is divided, and the dimension; both empty: the whole."""
WHOLE: Cell = ("", "")
Figure = tuple[str, str, str]
"""One cell of a month: metric, by what it is divided, dimension."""


def once(_: Fact) -> int:
    """One for each event."""
    return 1


def always(_: Fact) -> bool:
    """Every event counts."""
    return True


def subject(fact: Fact) -> str:
    """The case, or other entity, that the fact is keyed by."""
    return fact.envelope.subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Division:
    """By what a figure is divided (内訳)."""

    code: str
    title_ja: str
    amounts: Callable[[Fact], Amounts]
    by_envelope: bool = False
    """Told without a look into the event."""
    overlapping: bool = False
    """One event may count under several dimensions, so that these do not add up to the whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One figure of a month, whole and divided."""

    code: str
    title_ja: str
    sources: tuple[Source, ...]
    divisions: tuple[Division, ...] = ()
    count: Callable[[Fact], int] = once
    where: Callable[[Fact], bool] = always
    member: Callable[[Fact], str] | None = None
    """What is counted once however many events it has (実); None: every event counts (延べ)."""
    unit_ja: str = "件"
    reported: shared.Metric | None = None
    """Its name in what is reported for a month; None: it stays in the town."""
    definition: int = 1
    """Counts up when the figure comes to mean something else."""

    @property
    def distinct(self) -> bool:
        """Whether each case, or other thing, is counted once (実)."""
        return self.member is not None

    @property
    def by_envelope(self) -> bool:
        """Whether it is counted without a look into the event."""
        plain = self.count is once and self.where is always and self.member in (None, subject)
        return plain and all(division.by_envelope for division in self.divisions)

    def cells(self, fact: Fact) -> list[tuple[Cell, int]]:
        """What a fact of one of its sources adds, and where."""
        if not self.where(fact):
            return []
        found = {WHOLE: self.count(fact)}
        for division in self.divisions:
            for dimension, amount in division.amounts(fact):
                cell = division.code, dimension
                found[cell] = found.get(cell, 0) + amount
        return [each for each in found.items() if each[1]]

    def overlaps(self, divided: str) -> bool:
        """Whether the dimensions of a division need not add up to the whole."""
        return self.distinct or any(each.overlapping for each in self.divisions if each.code == divided)


def by(field: str, title_ja: str, code: str = "") -> Division:
    """Divided by a field of the event."""
    return Division(code=code or field, title_ja=title_ja, amounts=lambda fact: ((str(getattr(fact.event, field)), 1),))


def by_each(field: str, title_ja: str, code: str) -> Division:
    """Divided by the members of a list in the event: each counts."""
    return Division(
        code=code, title_ja=title_ja, overlapping=True,
        amounts=lambda fact: [(text, 1) for text in sorted({str(each) for each in getattr(fact.event, field)})],
    )


AGENCY = Division(code="agency", title_ja="機関", amounts=lambda fact: ((fact.envelope.agency, 1),), by_envelope=True)
"""By the agency on whose behalf the fact was stated."""
FUNCTION = Division(code="function", title_ja="機能", amounts=lambda fact: ((fact.log, 1),), by_envelope=True)


def own(*kinds: type) -> tuple[Source, ...]:
    """These types in the log of the function that owns them."""
    return tuple((BY_CLASS[kind].function, kind) for kind in kinds)
