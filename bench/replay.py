"""Replay: how fast a function reads its log when its service starts, from memory and from the real broker, and what that means for ten years."""

from __future__ import annotations

import time
from collections.abc import Iterator

import uvloop
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic

from bench import logs
from bench.figures import Figure
from bench.logs import Lines
from bench.show import Part, tell
from bench.stage import Stage
from deploy.local.layout import CannotRun
from kernel.clients import clients
from kernel.history import Folds, replay
from kernel.logreader import KafkaLogReader
from kernel.settings import Settings
from kernel.warmup import undisturbed

REPEATS = 3
PER_SECOND = 45_000
START_S = 30.0
TIMEOUT_S = 60.0
YEARS, CITY = 10, 150_000
TIMES = 3
"""The town's year is read so many times over, under other keys: a replay of less than a second says little."""
PROCESSES = {
    "intake": ("consultation", "outreach"), "coordination": ("coordination",), "participation": ("participation", "community"),
    "consent": ("consent",),
}
"""Whose logs each service reads when it starts."""


def measure(stage: Stage) -> Part:
    """Events per second of processor time, by function, and seconds for ten years of a city. Raises CannotRun."""
    settings = stage.stores().settings
    longer = {name: [*logs.multiplied(list(logs.by_key(lines).values()), TIMES * len(logs.by_key(lines)))] for name, lines in logs.lived().items()}
    _publish(settings, longer)
    figures, rates = [], {}
    for name, lines in longer.items():
        tell(f"replay of {name}: {len(lines):,} events")
        memory = logs.alone(logs.fold_all, name, lines, REPEATS)
        broker = [logs.alone(_from_broker, settings, name) for _ in range(REPEATS)]
        rates[name] = sorted(wall for wall, _ in broker)[len(broker) // 2]
        figures += _figures(name, memory, broker)
    return Part("replay", "warm-up of each function by replay of its log", (*figures, *_starts(rates)))


def _publish(settings: Settings, longer: dict[str, Lines]) -> None:
    """Each log as a topic of one partition."""
    admin = AdminClient(settings.account("admin"))
    topics = [NewTopic(f"bench-{name}-log", 1, config={"message.timestamp.type": "LogAppendTime"}) for name in longer]
    for answer in admin.create_topics(topics).values():
        answer.result(TIMEOUT_S)
    producer = Producer({**settings.account("admin"), "linger.ms": 20, "acks": "all", "queue.buffering.max.messages": 1_000_000})
    for name, lines in longer.items():
        for record in lines:
            producer.produce(f"bench-{name}-log", key=record.key, value=record.value, headers=list(record.headers), partition=0)
        if producer.flush(TIMEOUT_S):
            raise CannotRun("the broker did not take the logs of a year in a minute; is the machine busy?")


def _from_broker(settings: Settings, name: str) -> tuple[float, float]:
    """Events per second by the clock on the wall, and by the processor time of this process."""
    return uvloop.run(_read(settings, name))


async def _read(settings: Settings, name: str) -> tuple[float, float]:
    function, alarms, _ = logs.as_a_service(name)
    reader = KafkaLogReader(clients(settings, "admin").reader(f"bench-{name}"))
    await reader.start()
    try:
        await reader.end(f"bench-{name}-log", 0)
        wall, cpu = time.perf_counter(), time.process_time()
        with undisturbed():
            history = await replay(Folds(function), reader, f"bench-{name}-log", 0, alarms.append)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    finally:
        await reader.stop()
    assert not alarms
    return history.next_offset / wall, history.next_offset / cpu


def _figures(name: str, memory: list[float], broker: list[tuple[float, float]]) -> Iterator[Figure]:
    yield Figure(what=f"{name}, from memory, per second of processor time", unit="events/s", values=tuple(memory))
    cpu = tuple([each for _, each in broker])
    yield Figure(what=f"{name}, from the broker, per second of processor time", unit="events/s", values=cpu, at_least=PER_SECOND)
    yield Figure(what=f"{name}, from the broker, wall clock", unit="events/s", values=tuple([each for each, _ in broker]))


def _starts(rates: dict[str, float]) -> Iterator[Figure]:
    """How long each service would read ten years of a city, at the rates of the wall clock; its functions one after another."""
    lengths = {name: len(lines) * YEARS * CITY / logs.PEOPLE for name, lines in logs.lived().items()}
    for service, functions in PROCESSES.items():
        events = sum(lengths[name] for name in functions)
        yield Figure(what=f"{service}: events of {YEARS} years of {CITY:,} people", unit="events", values=(events,))
        seconds = sum(lengths[name] / rates[name] for name in functions)
        yield Figure(what=f"{service}: start after {YEARS} years of {CITY:,} people", unit="s", values=(seconds,), at_most=START_S)
