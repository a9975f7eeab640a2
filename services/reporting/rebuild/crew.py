"""Crew: the worker processes of one rebuild, and what they tell; whoever dies is replaced, a few times."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

from services.reporting.rebuild import worker
from services.reporting.rebuild.eta import Cost, Left, Loading, Spent
from services.reporting.rebuild.ledger import Item
from services.reporting.rebuild.place import Place
from services.reporting.rebuild.worker import Options, Told

LOOK_S = 0.05
DEATHS = 5
"""So many workers may die before the rebuild gives up; it can be resumed even then."""
TENTH = 0.1

Tell = Callable[[int, int, Left], None]
"""Called with records done, records in all, and the time that is left."""


class WorkersDie(Exception):
    """Worker processes end before their work does; the text says how."""


class Crew:
    """Workers at work on the items of a rebuild; ``before``: records that were loaded earlier; ``costs``: see Loading."""

    def __init__(self, place: Place, run: int, options: Options, items: list[Item], before: int, costs: Mapping[str, Cost] | None = None) -> None:
        self._place, self._run, self._options = place, run, options
        self._left = {item.place: item.left for item in items}
        self._total, self._eta, self._deaths, self._numbers = sum(self._left.values()) + before, Loading(options.workers, costs), 0, 0
        self._workers: dict[int, tuple[BaseProcess, Connection]] = {}
        self.events = self.size = 0
        self.busy = 0.0
        """Seconds of the workers' processors."""
        self.predicted: float | None = None
        """Seconds from the beginning to the end, as said after the first tenth."""
        self.spent: dict[str, Spent] = {}
        """What the records of each log, by its topic, took: what the next rebuild expects."""

    async def work(self, tell: Tell) -> None:
        """Until everything is loaded. Raises WorkersDie."""
        began = time.monotonic()
        try:
            for _ in range(self._options.workers):
                self._hire()
            while self._workers:
                await asyncio.sleep(LOOK_S)
                for number in list(self._workers):
                    self._look(number)
                left = self._eta.left((place.topic, events) for place, events in self._left.items())
                done = self._total - sum(self._left.values())
                if self.predicted is None and done >= TENTH * self._total:
                    self.predicted = time.monotonic() - began + left.seconds
                tell(done, self._total, left)
        finally:
            for process, _ in self._workers.values():
                process.kill()
                process.join()

    def _hire(self) -> None:
        self._numbers += 1
        self._workers[self._numbers] = worker.start(self._place, self._run, self._numbers, self._options)

    def _look(self, number: int) -> None:
        process, told = self._workers[number]
        ended = not process.is_alive()
        try:
            while told.poll():
                self._took(told.recv())
        except (EOFError, OSError):
            pass
        if not ended:
            return
        del self._workers[number]
        if process.exitcode:
            self._deaths += 1
            if self._deaths > DEATHS:
                raise WorkersDie(f"the last one with {process.exitcode}")
            self._hire()

    def _took(self, told: Told) -> None:
        report = told.report
        self._eta.took(report)
        self._left[told.place] = max(0, self._left.get(told.place, 0) - report.events)
        self.events, self.size = self.events + report.events, self.size + told.size
        self.spent.setdefault(report.log, Spent()).take(report)
        self.busy += told.busy
