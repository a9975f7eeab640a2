"""Folding: the rows of facts, added up in memory; what one case cannot apply stays out with its case, and the others go on. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from services.reporting.facts import Parked
from services.reporting.projections.projection import Fact, Projection
from services.reporting.projections.table import Rows

FOLLOWS = "FOLLOWS_PARKED"
"""Why a fact is parked that could be applied: an earlier one of its case could not."""


def fold(
    projection: Projection, new: Sequence[Fact], parked_keys: Collection[str], unread: Sequence[Parked] = (), into: Rows | None = None,
) -> tuple[Rows, list[Parked]]:
    """The rows of new facts, added up; and the facts that stay out, since they or an earlier one of their case cannot be read or applied.

    ``new`` and ``unread`` in the order of topic, partition and offset. ``into``: rows of earlier facts, to which these are added.
    """
    rows, parked, keys = Rows() if into is None else into, [], set(parked_keys)
    broken = {bad.key: (bad.topic, bad.partition, bad.offset) for bad in reversed(unread) if bad.key}
    for fact in new:
        key, code = fact.envelope.subject, FOLLOWS
        if key not in keys and not (key in broken and broken[key] < (fact.topic, fact.partition, fact.offset)):
            try:
                found = tuple(projection.rows(fact))
            except Exception as fault:  # noqa: BLE001 whatever it is, it is this case's trouble and nobody else's
                code = type(fault).__name__
                keys.add(key)
            else:
                if found:
                    rows.add(found)
                continue
        parked.append(Parked(fact.topic, fact.partition, fact.offset, code, key))
    return rows, parked
