"""Warm-up: while a handler reads its log from the beginning, the log line says how far it has come, and at the end how much it was and how fast."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager

from kernel import log
from kernel.meter import Meter

TELL_EVERY_S = 2.0
_GARBAGE = (10_000, 20, 50)
"""Thresholds of the collector's three generations."""


def collect_seldom() -> None:
    """What is loaded now stays for ever, and states grow but hardly die: looking for garbage often, or in all of it, would only make events and readers wait."""
    gc.freeze()
    gc.set_threshold(*_GARBAGE)


async def warm_up(work: Awaitable[None], meter: Meter) -> None:
    """Await ``work`` and tell of the records that ``meter`` counts as replayed meanwhile. Raises what ``work`` raises."""
    began, before = time.monotonic(), meter.folded
    telling = asyncio.ensure_future(_tell_often(meter, before, began))
    try:
        with undisturbed():
            await work
    finally:
        telling.cancel()
    if meter.folded > before:
        _tell("replayed", meter, before, began)


@contextmanager
def undisturbed() -> Iterator[None]:
    """No looking for garbage while a state is built that stays, nor in it afterwards: a fifth of the time of a replay."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


async def _tell_often(meter: Meter, before: int, began: float) -> None:
    while True:
        await asyncio.sleep(TELL_EVERY_S)
        _tell("replaying", meter, before, began)


def _tell(what: str, meter: Meter, before: int, began: float) -> None:
    count = meter.folded - before
    log.logger().info(what, worker=meter.worker, records=count, per_second=round(count / max(time.monotonic() - began, 0.001)))
