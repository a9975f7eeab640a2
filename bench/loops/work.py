"""What every loop does with one event, and how its time is taken: from the first event in hand to the last acknowledgement."""

from __future__ import annotations

import json
import os
import sys
import time
from dataclasses import dataclass, field
from typing import Any

from kernel import serde


@dataclass(frozen=True, slots=True)
class Task:
    """Which records to move: from one topic to another, so many, as a consumer group of its own."""

    source: str
    target: str
    count: int
    group: str


def task() -> Task:
    """The task in the arguments of this process."""
    source, target, count, group = sys.argv[1:]
    return Task(source, target, int(count), group)


def answered(value: bytes) -> bytes:
    """Decode, decide, encode: the same work for all."""
    return serde.encode(decide(serde.decode(value)))


def decide(event: Any) -> Any:
    """The trivial decision: the signal, noted for another area."""
    return event.changed(area_code="noted")


@dataclass(slots=True)
class Clock:
    """Wall and processor time of this process while it works."""

    count: int
    done: int = 0
    _wall: float = field(default=0.0)
    _cpu: float = field(default=0.0)

    def begin(self) -> None:
        """The first events are there; later calls change nothing."""
        if not self._wall:
            self._wall, self._cpu = time.perf_counter(), time.process_time()

    def end(self) -> None:
        """The last acknowledgement is there: report on stdout and leave; what is open is nobody's."""
        print(json.dumps({"events": self.done, **self.took()}), flush=True)
        os._exit(0)

    def took(self) -> dict[str, float]:
        """Seconds since the beginning, by the wall and of processor time."""
        return {"seconds": time.perf_counter() - self._wall, "cpu_seconds": time.process_time() - self._cpu}
