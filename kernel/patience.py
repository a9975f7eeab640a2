"""Patience: a part of the installation that does not answer is waited for, in place and without end, and the meter says so."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator
from typing import TypeVar

from kernel.failures import TooLate, Unavailable
from kernel.meter import Meter

T = TypeVar("T")

STALL_AFTER_S = 2.0
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.1, 5.0


async def patiently(attempt: Callable[[], Awaitable[T]], meter: Meter) -> T:
    """Try again, with growing pauses, for as long as a part of the installation does not answer."""
    pause = _FIRST_PAUSE_S
    while True:
        try:
            found = await attempt()
        except Unavailable:
            meter.stalled(True)
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE_S)
        else:
            meter.stalled(False)
            return found


@contextlib.contextmanager
def stall_watch(meter: Meter) -> Iterator[None]:
    """Say so while acknowledgements take long; the producer itself tries again without end."""
    timer = asyncio.get_running_loop().call_later(STALL_AFTER_S, meter.stalled, True)
    try:
        yield
    finally:
        timer.cancel()
        meter.stalled(False)


async def in_time(
    given: T, send: Callable[[T], Awaitable[None]], renew: Callable[[], Awaitable[None]], again: Callable[[], Awaitable[T]],
) -> T:
    """Send what is given, and say what was sent: who has been asleep for so long that it came too late looks ``again``, and sends that."""
    while True:
        try:
            await send(given)
        except TooLate:
            await renew()
            given = await again()
        else:
            return given
