"""Steps on stderr: a bar with ETA on a terminal, one line per finished step elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol, runtime_checkable

from deploy.local.progress import Progress, Step


def shown() -> Progress:
    """What fits where stderr goes."""
    return _Bars() if sys.stderr.isatty() else _Lines()


@runtime_checkable
class Titled(Protocol):
    """A step whose title may change while it runs: to tell of a better ETA than the bar's own."""

    def title(self, text: str) -> None:
        """Show another title."""


class _Lines:
    def advance(self, done: int, total: int) -> None:
        """A line per unit would bury the log."""

    @contextmanager
    def step(self, title: str) -> Iterator[Step]:
        began = time.monotonic()
        yield self
        print(f"tsunagu: {title}: {time.monotonic() - began:.1f} s", file=sys.stderr, flush=True)


class _Bars:
    @contextmanager
    def step(self, title: str) -> Iterator[Step]:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

        columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(24), MofNCompleteColumn())
        times = (TimeElapsedColumn(), TextColumn("ETA"), TimeRemainingColumn())
        with Progress(*columns, *times, console=Console(stderr=True)) as bars:
            bar = _Bar(bars, bars.add_task(title, total=None))
            yield bar
            bar.finish()


class _Bar:
    def __init__(self, bars, task) -> None:
        self._bars, self._task = bars, task

    def advance(self, done: int, total: int) -> None:
        self._bars.update(self._task, completed=done, total=total)

    def title(self, text: str) -> None:
        """See Titled."""
        self._bars.update(self._task, description=text)

    def finish(self) -> None:
        total = self._bars.tasks[0].total or 1
        self._bars.update(self._task, completed=total, total=total)
