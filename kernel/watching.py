"""Watching: how a function's metrics follow its log. The deciders know nothing of it; it is told what is written, where it is written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Protocol

from kernel.history import History

Told = Callable[[Any], None]
"""Takes one event that counts, of one partition's log, in the order of the log: old ones while it is replayed, new ones as they are decided."""


class Answered(NamedTuple):
    """A message and what it gave, acknowledged by the broker."""

    kind: type
    """The message's type."""
    recorded: int
    """When the message was recorded at the broker, ms UTC."""
    events: Sequence[Any]


class Watch(Protocol):
    """What counts what a function writes. Never raises, never waits."""

    def opened(self, partition: int, history: History) -> Told:
        """A partition becomes ours: its events follow, from the first one on. What ``history.shared`` says may be looked up at any time."""

    def closed(self, partition: int) -> None:
        """It is no longer ours."""

    def answered(self, answers: Sequence[Answered]) -> None:
        """What one batch has given is durable."""
