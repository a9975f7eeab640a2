"""How long steps tell that they go on: a protocol that the command fills with bars and the tests with nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol


class Step(Protocol):
    """One running step."""

    def advance(self, done: int, total: int) -> None:
        """``done`` of ``total`` units are finished; the ETA follows from it."""


class Progress(Protocol):
    """Where steps are shown."""

    def step(self, title: str) -> AbstractContextManager[Step]:
        """Show one step for as long as the block runs."""


class Silent:
    """Shows nothing."""

    def advance(self, done: int, total: int) -> None:
        """Nothing to show."""

    @contextmanager
    def step(self, title: str) -> Iterator[Step]:
        yield self
