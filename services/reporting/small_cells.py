"""Small cells (秘匿): counts of persons so small that somebody could be recognised do not leave the town (R15), nor what would tell them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from contracts.catalogue import BY_CLASS
from services.reporting.projections.counting import Figure, Metric
from services.reporting.projections.metrics import BY_CODE, METRICS
from services.reporting.suppression import Name, Relation, kept_back

Row = Mapping[str, Any]
HIDDEN = "hidden"
"""Key of a row: whether its value is kept back."""
_OF_PERSONS = ("人", "事例")
_THEN = "then"
"""Marks a cell as it was reported before."""


def for_outside(rows: Sequence[Row], limit: int) -> list[dict[str, Any]]:
    """Rows of ``queries.monthly`` as they may leave the town: what counts persons and is below ``limit`` has no value; nobody is no secret."""
    values = {cell(row): int(row["value"]) for row in rows}
    hidden = small(values, limit)
    return [{**row, "value": None if cell(row) in hidden else row["value"], HIDDEN: cell(row) in hidden} for row in rows]


def cell(row: Row) -> Figure:
    """Which figure a row is about."""
    return row["metric"], row.get("divided", ""), row["dimension"]


def small(values: Mapping[Figure, int], limit: int, then: Mapping[Figure, int] | None = None, hidden_then: frozenset[Figure] = frozenset()) -> set[Figure]:
    """The cells of a month that are kept back. ``then``: what was reported for it before, of which ``hidden_then`` was kept back.

    Whoever has both reports can take one from the other: so what was kept back stays so, and no difference may tell it.
    """
    now = {name: value for name, value in values.items() if of_persons(BY_CODE[name[0]])}
    earlier: dict[Name, int] = {(_THEN, *name): value for name, value in (then or {}).items() if name in now}
    tied = [*relations(now), *(_marked(each) for each in relations({name: now[name] for name in then or {} if name in now}))]
    tied += [Relation(name[1:], (name,), exact=False, at_most=True) for name in earlier if now[name[1:]] >= earlier[name]]  # type: ignore[index]
    tied = [each for each in tied if _true(each, {**now, **earlier})]
    kept = kept_back(
        {**now, **earlier}, tied, limit, before={name for each in hidden_then if each in now for name in (each, (_THEN, *each))},
        fixed={name for name in earlier if name[1:] not in hidden_then},  # type: ignore[index]
    )
    return {name for name in now if name in kept}


def relations(values: Mapping[Figure, int]) -> Iterator[Relation]:
    """What ties the cells of a month together: a division to its whole, and distinct counts (実) to the contacts (延べ) that they are within."""
    parts: defaultdict[tuple[str, str], list[Figure]] = defaultdict(list)
    for name in sorted(values):
        if name[1]:
            parts[name[0], name[1]].append(name)
        within = (BY_CODE[name[0]].within, *name[1:])
        if within in values:
            yield Relation(within, (name,), exact=False, at_most=True)
    for (metric, divided), found in parts.items():
        if (metric, "", "") in values:
            yield Relation((metric, "", ""), tuple(found), exact=not BY_CODE[metric].overlaps(divided))


def of_persons(metric: Metric) -> bool:
    """Whether it counts persons, or what happened to one: facts of cases, and heads."""
    return metric.unit_ja in _OF_PERSONS or any(BY_CLASS[kind].key == "case" for _, kind in metric.sources)


PERSONAL = frozenset(metric.code for metric in METRICS if of_persons(metric))
"""The metrics of which small cells are kept back."""


def _marked(relation: Relation) -> Relation:
    parts = tuple((_THEN, *part) for part in relation.parts)  # type: ignore[misc]
    return Relation((_THEN, *relation.whole), parts, relation.exact, relation.at_most)  # type: ignore[misc]


def _true(relation: Relation, values: Mapping[Name, int]) -> bool:
    """A relation that the figures themselves do not keep (parked events, a changed definition) tells nobody anything."""
    return not relation.broken(values)
