"""Pulse: whether every partition with backlog moves. One that stands while its broker answers is a fault of this process, and a restart helps.

What an outage, a rebalance or an order to pause keeps still is no fault: there the watch begins anew. A probe that killed then would only add to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kernel.records import TP

NO_PROGRESS_S = 180.0
"""After how many seconds without progress a partition with backlog counts as stuck."""
LOOK_EVERY_S = 5.0
"""How often a worker looks how far its partitions go."""


@dataclass(slots=True)
class Pulse:
    """Where each partition stood at the last look, and since when (monotonic seconds) it stands there with backlog."""

    after_s: float = NO_PROGRESS_S
    reached: dict[TP, int] = field(default_factory=dict)
    since: dict[TP, float] = field(default_factory=dict)
    complete_at: float | None = None
    """As of when everything is read: the last look at which nothing was left, or whose records are all read by now. None: of none yet."""
    ends: dict[TP, int] = field(default_factory=dict)
    """How far the partitions went at the look ``ends_at``, which is not made up for yet."""
    ends_at: float = 0.0

    def beat(self, now: float, found: Mapping[TP, tuple[int, int]] | None) -> None:
        """How far each partition is read and how far it goes, at ``now``; None where that is not known, or nothing is to move."""
        if found is None:
            for each in (self.reached, self.since, self.ends):
                each.clear()
            return
        behind = {tp: at for tp, (at, end) in found.items() if at < end}
        self.since = {tp: self.since.get(tp, now) if self.reached.get(tp) == at else now for tp, at in behind.items()}
        self.reached = behind
        if found and not behind:
            self.complete_at = now
            self.ends.clear()
        elif found:
            self._make_up_for(now, found)

    def _make_up_for(self, now: float, found: Mapping[TP, tuple[int, int]]) -> None:
        """Where more always comes nothing is ever read to its end, but to where it went at an earlier look."""
        if self.ends and all(found[tp][0] >= end for tp, end in self.ends.items() if tp in found):
            self.complete_at = self.ends_at
            self.ends.clear()
        if not self.ends:
            self.ends, self.ends_at = {tp: end for tp, (_, end) in found.items()}, now

    def stuck(self, now: float) -> list[TP]:
        """Partitions with backlog that have not moved for too long."""
        return [tp for tp, since in self.since.items() if now - since > self.after_s]
