"""Watching (期限の見守り): which deadlines still stand under a case, so that what is done meets only what was set."""

from __future__ import annotations

from collections.abc import Iterator

from contracts.envelope import DeadlineMet, DeadlineMissed, DeadlineSet
from contracts.shared import Deadline
from kernel.deadlines import met

Watched = frozenset[tuple[Deadline, str]]
"""Kind of deadline and what it is about; empty = the case."""


def watched_after(watched: Watched, event: DeadlineSet | DeadlineMet | DeadlineMissed) -> Watched:
    """What is watched after ``event``."""
    place = frozenset(((event.deadline, event.of),))
    return watched | place if isinstance(event, DeadlineSet) else watched - place


def done(watched: Watched, of: str = "", *deadlines: Deadline) -> Iterator[DeadlineMet]:
    """These deadlines are met, as far as they stand; without a kind every one about ``of``."""
    for deadline, about in sorted(watched):
        if about == of and (not deadlines or deadline in deadlines):
            yield met(deadline, about)
