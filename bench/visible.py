"""From a log's append to the row that anybody can read: how far the projections are behind, at a steady load."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import asyncpg
from confluent_kafka import Consumer, TopicPartition

from bench.figures import Figure, percentile
from bench.latency import REPEATS, SECONDS, WARM_S
from bench.load.speakers import Speakers
from bench.load.subjects import prepare
from bench.show import Part, tell
from bench.stage import Stage
from deploy.local.layout import CannotRun
from kernel.records import TP
from kernel.settings import Settings
from services.reporting import store
from services.reporting.generations import LIVE_UNIT

PER_SECOND, P99_MS = 300, 500.0
"""Log records, and how soon they are to be seen."""
RATES = {46: P99_MS, 60: P99_MS, 300: None}
"""What agencies report a second, with what is promised: 46 leave some 300 log records, 60 some 390, 300 some 1,950: then this machine is full with everything else."""
LOOK_EVERY_S = 0.01
_CATCH_UP_S = 30.0
Look = tuple[float, dict[TP, int]]
"""Seconds since the epoch, and how far the tables had then followed each log partition."""


@dataclass(frozen=True, slots=True)
class Run:
    """One repeat: milliseconds from append to visible of each log record, and how many never were."""

    millis: list[float]
    missing: int


def measure(stage: Stage) -> Part:
    """How late rows are. Raises CannotRun, DidNotStart."""
    settings = stage.whole().settings
    with ExitStack() as stack:
        speakers = stack.enter_context(Speakers(settings, prepare(settings)))
        tell("warming up")
        speakers.speak(max(RATES), WARM_S)
        runs = {rate: [_run(settings, speakers, rate, number) for number in range(REPEATS)] for rate in RATES}
    figures = [figure for rate, found in runs.items() for figure in _figures(rate, found)]
    return Part("visible", f"log append to row, all projections, looked at every {LOOK_EVERY_S * 1000:g} ms", tuple(figures))


def _figures(rate: int, runs: list[Run]) -> Iterator[Figure]:
    for word, share, most in (("p50", 0.5, None), ("p99", 0.99, RATES[rate]), ("max", 1.0, None)):
        yield Figure(what=f"{rate} reports/s, {word}", unit="ms", values=tuple([percentile(run.millis, share) for run in runs]), at_most=most)
    yield Figure(what=f"{rate} reports/s, log records", unit="1/s", values=tuple([round(len(run.millis) / SECONDS) for run in runs]))
    yield Figure(what=f"{rate} reports/s, never visible", unit="records", values=tuple([run.missing for run in runs]), at_most=0)


def _run(settings: Settings, speakers: Speakers, rate: int, number: int) -> Run:
    tell(f"{rate} reports/s for {SECONDS:g} s, repeat {number + 1} of {REPEATS}")
    with _looking(settings) as looks:
        began = asyncio.run(_standing(settings))
        speakers.speak(rate, SECONDS)
        appended = _appended(settings, began)
        deadline = time.monotonic() + _CATCH_UP_S
        while any(looks[-1][1].get(tp, 0) <= max(offsets) for tp, offsets in appended.items()) and time.monotonic() < deadline:
            time.sleep(0.1)
    return _joined(appended, looks)


def _joined(appended: dict[TP, dict[int, int]], looks: list[Look]) -> Run:
    """For each record the first look at which the tables had followed past it."""
    millis: list[float] = []
    missing = 0
    for tp, offsets in appended.items():
        place = 0
        for offset in sorted(offsets):
            while place < len(looks) and looks[place][1].get(tp, 0) <= offset:
                place += 1
            if place == len(looks):
                missing += 1
            else:
                millis.append(max(0.0, looks[place][0] * 1000 - offsets[offset]))
    return Run(millis, missing)


def _appended(settings: Settings, began: dict[TP, int]) -> dict[TP, dict[int, int]]:
    """The append time of every record that came since, by partition and offset."""
    consumer = Consumer({**settings.account("admin"), "group.id": "bench-visible", "enable.auto.commit": False})
    ends = {tp: consumer.get_watermark_offsets(TopicPartition(*tp), timeout=20)[1] for tp in began}
    left = {tp: end for tp, end in ends.items() if end > began[tp]}
    found: dict[TP, dict[int, int]] = {tp: {} for tp in left}
    consumer.assign([TopicPartition(*tp, began[tp]) for tp in left])
    while left:
        for message in consumer.consume(2_000, 1.0):
            tp = TP(message.topic(), message.partition())
            if message.error() or tp not in left:
                continue
            found[tp][message.offset()] = message.timestamp()[1]
            if message.offset() + 1 >= left[tp]:
                del left[tp]
    consumer.close()
    return found


async def _standing(settings: Settings) -> dict[TP, int]:
    connection = await store.connector(settings, "tsunagu_reader")()
    try:
        return await store.positions(connection, LIVE_UNIT)
    finally:
        await connection.close()


@contextmanager
def _looking(settings: Settings) -> Iterator[list[Look]]:
    """Look at the tables' positions again and again, in a thread of its own."""
    looks: list[Look] = []
    done, first = threading.Event(), threading.Event()

    async def look() -> None:
        connection = await store.connector(settings, "tsunagu_reader")()
        try:
            while not done.is_set():
                looks.append((time.time(), await store.positions(connection, LIVE_UNIT)))
                first.set()
                await asyncio.sleep(LOOK_EVERY_S)
        finally:
            await connection.close()

    def work() -> None:
        try:
            asyncio.run(look())
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            first.set()

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    first.wait(10.0)
    if not looks:
        raise CannotRun("the reporting database does not answer")
    try:
        yield looks
    finally:
        done.set()
        thread.join()
