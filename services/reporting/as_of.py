"""As of (時点の再現): the rows of a projection as they stood at a moment or at log positions, folded from the logs anew. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice, takewhile

from kernel.records import TP, Record
from services.reporting import facts
from services.reporting.facts import Parked
from services.reporting.folding import fold
from services.reporting.projections.projection import Fact, Projection
from services.reporting.projections.table import Row, Rows, Table

_CHUNK = 2_000

Positions = Mapping[tuple[str, int], int]
"""How far each log is read: the next offset by function and partition."""


def until(records: Iterable[Record], at: int) -> Iterator[Record]:
    """Those of a partition's records that were in the log at ``at`` (milliseconds UTC); the broker's append times never fall."""
    return takewhile(lambda record: record.timestamp <= at, records)


def before(records: Iterable[Record], offset: int) -> Iterator[Record]:
    """Those of a partition's records that lie before an offset."""
    return takewhile(lambda record: record.offset < offset, records)


def positions(text: str) -> Positions:
    """What a reported figure says that it stands on: ``community:0,12,7/consent:3,0,9``. Raises ValueError."""
    found: dict[tuple[str, int], int] = {}
    for log in text.split("/"):
        name, _, offsets = log.partition(":")
        found |= {(name, number): int(offset) for number, offset in enumerate(offsets.split(","))}
    if any(offset < 0 for offset in found.values()):
        raise ValueError(text)
    return found


def rows(projection: Projection, logs: Mapping[TP, Iterable[Record]], names: Mapping[str, str], case: str = "") -> tuple[list[tuple[Table, list[Row]]], int]:
    """Each table with its rows, and how many records stayed out since their case cannot be read or applied.

    ``names``: functions by topic; ``case``: only what is recorded under this key.
    """
    found, out, parked = Rows(), 0, set[tuple[str, str]]()
    for tp in sorted(logs):
        for new, unread in _facts(logs[tp], names, projection, case):
            _, left = fold(projection, new, parked, unread, found)
            parked |= {(each.topic, each.key) for each in (*left, *unread) if each.key}
            out += len(left) + len(unread)
    return found.sorted(), out


def _facts(records: Iterable[Record], names: Mapping[str, str], projection: Projection, case: str) -> Iterator[tuple[list[Fact], list[Parked]]]:
    """The facts of one partition, each once, some at a time; and what cannot be read."""
    last: dict[facts.Sequence, int] = {}
    passed: facts.Passed = {}
    source = (record for record in records if not case or record.key == case.encode())
    while chunk := list(islice(source, _CHUNK)):
        reading = facts.read(chunk, names, projection.wants)
        fresh, seen = facts.fresh(reading, last, lambda code: None, passed)
        last |= seen
        yield fresh, reading.parked
