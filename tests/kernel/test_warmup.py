"""What the log says while a log is read from its beginning."""

from __future__ import annotations

import asyncio
import io
import json
import logging
from collections.abc import Iterator

import pytest

from kernel import log, warmup
from kernel.failures import Unavailable
from kernel.meter import Meter
from kernel.telemetry import Telemetry
from kernel.warmup import warm_up


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """Where the log goes; the test run's own logging is put back afterwards."""
    root = logging.getLogger()
    before = list(root.handlers), root.level
    found = io.StringIO()
    log.configure("intake", found)
    yield found
    root.handlers[:], root.level = before


async def reading(meter: Meter, *chunks: int, broken: bool = False) -> None:
    """A replay of so many records, chunk by chunk."""
    for records in chunks:
        meter.replayed(records)
        await asyncio.sleep(0.02)
    if broken:
        raise Unavailable("broker")


def told(stream: io.StringIO) -> list[tuple[str, str, int]]:
    """What was said, of which worker, how many records."""
    return [(line["event"], line["worker"], line["records"]) for line in map(json.loads, stream.getvalue().splitlines())]


def test_a_replay_says_how_far_it_is_and_what_it_was(stream: io.StringIO, monkeypatch: pytest.MonkeyPatch):
    """Count and rate, now and then and at the end."""
    monkeypatch.setattr(warmup, "TELL_EVERY_S", 0.03)
    meter = Telemetry("intake").meter("outreach")

    asyncio.run(warm_up(reading(meter, 10, 20, 30), meter))

    assert ("replayed", "outreach", 60) == told(stream)[-1]
    assert ("replaying", "outreach", 30) in told(stream)
    assert all(json.loads(line)["per_second"] > 0 for line in stream.getvalue().splitlines())


def test_what_reads_nothing_says_nothing(stream: io.StringIO):
    """A handler without a log, or with an empty one."""
    meter = Telemetry("intake").meter("outreach")

    asyncio.run(warm_up(reading(meter), meter))

    assert [] == told(stream)


def test_a_replay_that_is_broken_off_is_not_called_done(stream: io.StringIO):
    """It will be tried again; whoever waits learns why it ended."""
    meter = Telemetry("intake").meter("outreach")

    with pytest.raises(Unavailable):
        asyncio.run(warm_up(reading(meter, 10, broken=True), meter))
    assert [] == told(stream)
