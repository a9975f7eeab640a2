"""Closing a month (月次の締め): its figures as the projection has them, ready to be reported; the same figures give the same messages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256

from contracts.reporting import FigureReported
from contracts.shared import Metric
from kernel import serde
from kernel.decider import derive_id

ACCOUNT = "reporting"
"""Who reports: the reporting service's own account, the only one that may."""
REPORTED: Mapping[Metric, str] = {
    Metric.NEW_CONSULTATIONS: "new_consultation_cases",
    Metric.LINKED_OUT: "links",
    Metric.COORDINATION_RECEIVED: "coordination_accepted",
    Metric.PLANS_NEW: "plans_proposed",
    Metric.SITTINGS: "sittings",
    Metric.OUTREACH_PERSONS: "outreach_cases",
    Metric.OUTREACH_VISITS: "outreach_contacts",
    Metric.FIRST_CONTACTS: "first_contacts",
    Metric.RESOURCES: "resources",
    Metric.PLACES: "places_opened",
    Metric.SESSIONS: "sessions",
    Metric.ATTENDANCE: "attendance",
}
"""What is reported, and the projection's metric that counts it."""


@dataclass(frozen=True, slots=True)
class Report:
    """One figure, ready to be sent."""

    key: str
    fact: FigureReported

    @property
    def id(self) -> str:
        """The same for the same figure counted from the same place in the logs: sending it twice is sending it once."""
        return derive_id(ACCOUNT, ACCOUNT, sha256(serde.encode(self.fact)).hexdigest(), self.key, 0)


def reports(period: str, totals: Mapping[str, int], positions: str) -> Iterator[Report]:
    """Every figure of a month; ``totals`` by the projection's metric, 0 where nothing was counted."""
    for metric, code in REPORTED.items():
        fact = FigureReported(metric=metric, period=period, value=totals.get(code, 0), positions=positions)
        yield Report(f"{metric.lower()}-{period}", fact)


def positions_text(positions: Mapping[str, Mapping[int, int]]) -> str:
    """How far each log had been read, by function: ``community:0,12,7`` is up to offset 0, 12 and 7 of its partitions."""
    return "/".join(f"{log}:{','.join(str(numbers[each]) for each in sorted(numbers))}" for log, numbers in sorted(positions.items()))
