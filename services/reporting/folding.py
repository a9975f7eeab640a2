"""Folding: the rows of facts, added up in memory; what one case cannot apply stays out with its case, and the others go on. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from services.reporting.facts import Parked
from services.reporting.projections.projection import Fact, Projection
from services.reporting.projections.table import Row, Rows, Table

FOLLOWS = "FOLLOWS_PARKED"
"""Why a fact is parked that could be applied: an earlier one of its case could not."""


Keys = Collection[tuple[str, str]]
"""Cases that are parked, by topic and key: what another log says of such a case has no order with it, and goes on."""


def fold(
    projection: Projection, new: Sequence[Fact], parked_keys: Keys, unread: Sequence[Parked] = (), into: Rows | None = None,
) -> tuple[Rows, list[Parked]]:
    """The rows of new facts, added up; and the facts that stay out, since they or an earlier one of their case in that log cannot be read or applied.

    ``unread``: records among them that have no place in a sequence. ``into``: rows of earlier facts, to which these are added.
    """
    rows, parked, keys = Rows() if into is None else into, [], set(parked_keys)
    broken = {(bad.topic, bad.key): bad.offset for bad in reversed(unread) if bad.key}
    for fact in new:
        key, code = fact.envelope.subject, FOLLOWS
        if (not keys or (fact.topic, key) not in keys) and (not broken or not broken.get((fact.topic, key), fact.offset) < fact.offset):
            code, found = _applied(projection, fact)
            if not code:
                if found:
                    rows.add(found)
                continue
            keys.add((fact.topic, key))
        parked.append(Parked(fact.topic, fact.partition, fact.offset, code, key))
    return rows, parked


def _applied(projection: Projection, fact: Fact) -> tuple[str, tuple[tuple[Table, Row], ...]]:
    """Why a fact cannot be applied, or its rows."""
    if fact.fault and projection.wants(fact.log, fact.kind):
        return fact.fault, ()
    try:
        return "", tuple(projection.rows(fact))
    except Exception as fault:  # noqa: BLE001 whatever it is, it is this case's trouble and nobody else's
        return type(fault).__name__, ()
