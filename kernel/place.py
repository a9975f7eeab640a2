"""Place: where a function works, as its process has set it up."""

from __future__ import annotations

from dataclasses import dataclass

from kernel.meter import Meter
from kernel.records import LogReader
from kernel.routes import Routes
from kernel.watching import Watch


@dataclass(frozen=True, slots=True)
class Place:
    """The process a function works in, its topics, the reader of its log, its meter.

    ``urgent``: whether it also reads the urgent lane, which is co-partitioned with its inbox. ``watch``: what counts what it writes.
    """

    service: str
    routes: Routes
    reader: LogReader
    meter: Meter
    urgent: bool = False
    watch: Watch | None = None
