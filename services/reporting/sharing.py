"""Sharing (県への共有): what of a record in a town's log leaves the town for its prefecture. Pure.

What the prefecture's projections are made of, and of that no value that stays in the town. All else keeps its place in the log, without a value: from
how many came to each session, a small count that is kept back could be added up again (R15).
"""

from __future__ import annotations

from typing import Any

from contracts.community import CaseStoryDrafted
from contracts.reporting import FigureCorrected, FigureReported
from kernel import serde
from kernel.failures import PoisonError
from services.reporting.projections import OF_TOWNS


def shared(log: str, value: bytes | None) -> bytes | None:
    """What leaves of a record's value; ``log``: the function whose log it is of. None: nothing, as of what cannot be read."""
    try:
        event = serde.decode(value)
    except PoisonError:
        return None
    kind = serde.type_of(event)
    if not any(each.wants(log, kind) for each in OF_TOWNS):
        return None
    kept = _without(event)
    return value if kept is event else serde.encode(kept)


def _without(event: Any) -> Any:
    """The event without what stays in the town; the same one where all of it may go."""
    match event:
        case FigureReported(hidden=True):
            return event.changed(value=0, causes=(), cause_count=0)
        case FigureCorrected(hidden=True):
            return event.changed(value=0, difference=0, causes=(), cause_count=0)
        case CaseStoryDrafted(deidentified=False):
            return event.changed(title="", reason="", aim="", content="", result="", mechanism="", scheme="", helpers=())
    return event
