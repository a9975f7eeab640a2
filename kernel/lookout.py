"""Lookout: asks the broker now and then how far our partitions go. One that has more and does not move is a fault of this process (see ``pulse``)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import IllegalStateError, KafkaError
from aiokafka.structs import TopicPartition

from kernel.meter import Meter
from kernel.pulse import LOOK_EVERY_S
from kernel.records import TP

ANSWER_S = 5.0
"""A broker that takes longer than this to answer is away."""


async def look_often(consumer: AIOKafkaConsumer, working: Callable[[], Collection[TopicPartition]], meter: Meter) -> None:
    """Tell the meter, for ever. ``working``: the partitions that should move now; none while paused, or while they are being given out anew."""
    while True:
        await asyncio.sleep(LOOK_EVERY_S)
        meter.looked(await _look(consumer, partitions) if (partitions := list(working())) else None)


async def _look(consumer: AIOKafkaConsumer, partitions: list[TopicPartition]) -> dict[TP, tuple[int, int]] | None:
    """How far each partition is read, and how far it goes; None where nobody answers, or one is not ours any more."""
    try:
        async with asyncio.timeout(ANSWER_S):
            ends = await consumer.end_offsets(partitions)
            return {TP(*tp): (await consumer.position(tp), end) for tp, end in ends.items()}
    except (KafkaError, IllegalStateError, TimeoutError):
        return None
