"""Ticks: let deadlines pass. A timer asks which partitions have a key that is due; the tick's append time is the "now" of the decision."""

from __future__ import annotations

import time
from collections.abc import Iterable

from contracts.envelope import Tick
from kernel import serde
from kernel.decider import derive_id
from kernel.envelope import OURS, Envelope
from kernel.processor import Processor
from kernel.records import MESSAGE, Outgoing
from kernel.topics import Topics


def ticks(processors: Iterable[Processor], topics: Topics, everywhere: bool = False, at: int = 0) -> list[Outgoing]:
    """One tick for each partition of ours in which a key is due ``at`` (ms UTC; 0: by this machine's clock), or for every partition of ours."""
    at = at or int(time.time() * 1000)
    return [
        _tick(processor.function.name, number, at, topics)
        for processor in processors
        for number in (processor.partitions() if everywhere else processor.due(at))
    ]


def _tick(function: str, partition: int, at: int, topics: Topics) -> Outgoing:
    key = f"tick-{partition}"
    envelope = Envelope(
        id=derive_id("tick", function, str(at), key, 0), source=OURS + function, type=serde.type_of(Tick()).full_name, subject=key,
        municipality=topics.municipality,
    )
    return Outgoing(topics.inbox(function), partition, key.encode(), serde.encode(Tick()), envelope.headers(), MESSAGE)
