"""Small cells (秘匿): counts of persons so small that somebody could be recognised do not leave the town (R15), nor what would tell them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from contracts.catalogue import BY_CLASS
from services.reporting.projections.counting import Figure, Metric, always, once
from services.reporting.projections.metrics import BY_CODE, METRICS
from services.reporting.suppression import Name, Relation, kept_back

Row = Mapping[str, Any]
HIDDEN = "hidden"
"""Key of a row: whether its value is kept back."""
_OF_PERSONS = ("人", "事例")
_OF_CASES = frozenset(source for metric in METRICS if metric.unit_ja == "事例" for source in metric.sources)
_THEN = "then"
"""Marks a cell as it was reported before."""


def for_outside(
    rows: Sequence[Row], limit: int, then: Mapping[Figure, int] | None = None, hidden_then: frozenset[Figure] = frozenset(),
) -> list[dict[str, Any]]:
    """Rows of ``queries.monthly`` as they may leave the town: what counts persons and is below ``limit`` has no value; nobody is no secret.

    ``then``, ``hidden_then``: what was reported for the month and what of it kept back, see ``small``.
    """
    values = {cell(row): int(row["value"]) for row in rows}
    hidden = small(values, limit, then, hidden_then)
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
    """What ties the cells of a month together: a division to its whole, metrics that add up to another, and those that are within another."""
    parts: defaultdict[tuple[str, str], list[Figure]] = defaultdict(list)
    for name in sorted(values):
        metric, *at = name
        if name[1]:
            parts[metric, name[1]].append(name)
        yield from (Relation((whole, *at), (name,), exact=False, at_most=True) for whole in WITHIN[metric] if (whole, *at) in values)
        if metric in SUMS and (not name[1] or all(_divides(part, name[1]) for part in SUMS[metric])):
            yield Relation(name, tuple((part, *at) for part in SUMS[metric] if (part, *at) in values))
    for (metric, divided), found in parts.items():
        if (metric, "", "") in values:
            yield Relation((metric, "", ""), tuple(found), exact=not BY_CODE[metric].overlaps(divided))


def of_persons(metric: Metric) -> bool:
    """Whether it counts persons, or what happened to one: facts of cases, and heads; and the events (延べ) that some metric counts cases (実) by."""
    return metric.unit_ja in _OF_PERSONS or any(BY_CLASS[kind].key == "case" or (log, kind) in _OF_CASES for log, kind in metric.sources)


PERSONAL = frozenset(metric.code for metric in METRICS if of_persons(metric))
"""The metrics of which small cells are kept back."""


def _within(part: Metric, whole: Metric) -> bool:
    """Whether whatever counts in ``part`` counts in ``whole``: the same events or fewer; 実 within 延べ, or within 実 of the same."""
    plain = whole.where is always and whole.count is once is part.count
    return part is not whole and plain and set(part.sources) <= set(whole.sources) and whole.member in (None, part.member)


def _sum(whole: Metric) -> tuple[str, ...]:
    """The metrics that add up to this one: every event of it counts in exactly one of them."""
    parts = [each for each in METRICS if _within(each, whole) and each.member is None is whole.member and each.where is always]
    sources = [source for each in parts for source in each.sources]
    return tuple(each.code for each in parts) if sorted(sources, key=str) == sorted(whole.sources, key=str) else ()


def _divides(metric: str, divided: str) -> bool:
    return any(each.code == divided for each in BY_CODE[metric].divisions)


WITHIN: Mapping[str, tuple[str, ...]] = {part.code: tuple(whole.code for whole in METRICS if _within(part, whole)) for part in METRICS}
"""For each metric those that are never less, whole and in every part that both have."""
SUMS: Mapping[str, tuple[str, ...]] = {whole.code: parts for whole in METRICS if (parts := _sum(whole))}
"""The metrics that others add up to, and which."""


def _marked(relation: Relation) -> Relation:
    parts = tuple((_THEN, *part) for part in relation.parts)  # type: ignore[misc]
    return Relation((_THEN, *relation.whole), parts, relation.exact, relation.at_most)  # type: ignore[misc]


def _true(relation: Relation, values: Mapping[Name, int]) -> bool:
    """A relation that the figures themselves do not keep (parked events, a changed definition) tells nobody anything."""
    return not relation.broken(values)
