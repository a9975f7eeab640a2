"""Search (いつからか): since when a record has been lying in its partition, asked without ever seeing the record.

The broker answers "which is the first record written at or after this moment, and when was it written?". Times in a partition never go back (the broker
sets them), so a few such answers enclose the time of any offset: first eight times further back at each question, then by halves.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

FIRST_MS, FURTHER = 1_000, 8
NEAR_MS, NEAR_SHARE = 250, 0.03
"""It is near enough to a quarter of a second, or to so much of what it has been waiting."""


@dataclass(frozen=True, slots=True)
class Search:
    """One record that is looked for; times in ms UTC. ``low``: it was written then or later; ``high``: before that."""

    offset: int
    now: int
    high: int
    low: int | None = None
    age: int = FIRST_MS
    done: bool = False

    def question(self) -> int:
        """The moment to ask about next."""
        return max(0, self.now - self.age) if self.low is None else (self.low + self.high) // 2 + 1

    def answered(self, asked: int, offset: int | None, at: int) -> Search:
        """What the broker says of the moment ``asked``: the first record from then on, and when it was written; None where there is none."""
        if asked == 0:  # the first of all that there are: what lies before it is gone
            return self._within(at if offset is not None else self.now, self.high) if offset is not None and offset <= self.offset else self._ended(at, offset)
        if offset is None or offset > self.offset:
            return self._within(self.low, min(self.high, asked), self.age * FURTHER)
        exact = self._within(max(at, self.low or 0), self.high)
        return replace(exact, done=True) if offset == self.offset else exact

    def _ended(self, at: int, offset: int | None) -> Search:
        return replace(self, low=self.now if offset is None else at, done=True)

    def _within(self, low: int | None, high: int, age: int | None = None) -> Search:
        near = low is not None and (high - low <= max(NEAR_MS, (self.now - low) * NEAR_SHARE) or low + 1 >= high)
        return replace(self, low=low, high=high, age=age or self.age, done=near)


def search(offset: int, now: int) -> Search:
    """Look for the time of the record at ``offset``; ``now`` in ms UTC."""
    return Search(offset, now, now + 1)
