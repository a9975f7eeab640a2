"""Closing a month (月次の締め): its figures as the projections have them, ready to be reported; the same figures give the same messages.

Every cell says which logs it stands on and how far, which definition counted it, and, where something was reported before, what has come since.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from contracts.reporting import FigureReported
from contracts.shared import CountingBasis
from kernel import serde
from kernel.decider import derive_id
from services.reporting.projections.counting import Figure
from services.reporting.projections.metrics import BY_CODE, REPORTED

ACCOUNT = "reporting"
"""Who reports: the reporting service's own account, the only one that may."""
MOST_CAUSES = 20
"""How many causing events a correction names; it counts them all."""
Counted = tuple[str, int, int, str]
"""An event that a cell counts: log, partition, offset, id."""


@dataclass(frozen=True, slots=True)
class Before:
    """What has been reported for the month already."""

    values: Mapping[Figure, int] = field(default_factory=dict)
    """Empty: the month has not been closed."""
    positions: Mapping[Figure, str] = field(default_factory=dict)
    """How far each log had been read when the cell was reported or corrected last."""
    hidden: frozenset[Figure] = frozenset()
    """What was kept back outside the town."""


@dataclass(frozen=True, slots=True)
class Report:
    """One figure, ready to be sent."""

    key: str
    fact: FigureReported

    @property
    def id(self) -> str:
        """The same for the same figure counted from the same place in the logs: sending it twice is sending it once."""
        return derive_id(ACCOUNT, ACCOUNT, sha256(serde.encode(self.fact)).hexdigest(), self.key, 0)


def cells(values: Mapping[Figure, int], before: Before) -> dict[Figure, int]:
    """Every cell that is reported: the whole of each metric, 0 where nothing was counted; of its divisions what was counted now or before."""
    wholes = {(metric.code, "", ""): 0 for metric in REPORTED.values()}
    found = {cell: 0 for cell in before.values} | {cell: value for cell, value in values.items() if BY_CODE[cell[0]].reported is not None}
    return wholes | found


def reports(
    period: str, values: Mapping[Figure, int], positions: str, hidden: Collection[Figure] = (), before: Before | None = None,
    events: Mapping[Figure, Sequence[Counted]] | None = None,
) -> Iterator[Report]:
    """Every figure of a month. ``events``: what each changed cell counts, for its causes."""
    earlier = before or Before()
    for cell, value in sorted(cells(values, earlier).items()):
        metric = BY_CODE[cell[0]]
        since = _since(earlier.positions.get(cell, ""), (events or {}).get(cell, ())) if earlier.values else []
        fact = FigureReported(
            metric=metric.reported, period=period, value=value, positions=positions, divided=cell[1], dimension=cell[2],
            basis=CountingBasis.DISTINCT if metric.distinct else CountingBasis.CONTACTS, definition=metric.definition, hidden=cell in hidden,
            causes=tuple(since[:MOST_CAUSES]), cause_count=len(since),
        )
        yield Report(key(period, cell), fact)


def _since(positions: str, events: Sequence[Counted]) -> list[str]:
    """The ids of the events that came after these positions."""
    read = _read(positions)
    return [event for log, partition, offset, event in events if offset >= read.get((log, partition), 0)]


def key(period: str, cell: Figure) -> str:
    """Under what a figure is recorded: ``sittings-2026-05``, ``consultations-2026-05-field-ELDER``."""
    name = str(BY_CODE[cell[0]].reported).lower()
    return "-".join((name, period, *(part for part in cell[1:] if part)))


def positions_text(positions: Mapping[str, Mapping[int, int]]) -> str:
    """How far each log had been read, by function: ``community:0,12,7`` is up to offset 0, 12 and 7 of its partitions."""
    return "/".join(f"{log}:{','.join(str(numbers[each]) for each in sorted(numbers))}" for log, numbers in sorted(positions.items()))


def _read(positions: str) -> dict[tuple[str, int], int]:
    """The offset up to which each log and partition had been read."""
    logs = (each.split(":") for each in positions.split("/") if each)
    return {(log, number): int(offset) for log, offsets in logs for number, offset in enumerate(offsets.split(","))}
