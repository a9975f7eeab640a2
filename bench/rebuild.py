"""Rebuild: how fast projections are made anew from the logs, by one and by two processes, against what others do with the same log.

Quix Streams needs another confluent-kafka than ours, so it runs in an environment of its own: make a virtual environment of the same Python, install
``quixstreams`` and ``msgspec`` there, and name its Python in TSUNAGU_QUIX_PYTHON. Without that it is not measured, and the table says so.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import asyncpg
import psutil
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic

from bench import logs, topics
from bench.figures import Figure
from bench.show import Part, tell
from bench.stage import Stage
from deploy.local.layout import REPOSITORY, CannotRun
from deploy.local.lifecycle import Installation
from kernel.clients import clients
from kernel.memory import MemoryRecord
from kernel.partitioner import partition_of
from kernel.settings import Settings
from services.reporting import generations
from services.reporting.generations import LIVE_UNIT
from services.reporting.projections import PROJECTIONS
from services.reporting.rebuild import here, ledger, runner, switch
from services.reporting.rebuild.crew import Crew
from services.reporting.rebuild.eta import Left
from services.reporting.rebuild.place import Place
from services.reporting.rebuild.worker import Options

PER_SECOND = 45_000
RESIDENT_MIB = 1_024
ETA_ERROR = 0.10
TIMES = 12
"""So many copies of the year: a rebuild of all projections then takes half a minute, long enough for somebody to look at its ETA."""
REPEATS = 3
PEER_EVENTS = 30_000
TIMEOUT_S = 180.0
NAMES = {"COUNTS": ("monthly",), "PAIR": ("monthly", "timeline"), "PROJECTIONS": tuple(each.name for each in PROJECTIONS)}
QUIX = "TSUNAGU_QUIX_PYTHON"
_READ = "INSERT INTO reporting.progress (unit, topic, partition, next_offset) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING"


@dataclass(frozen=True, slots=True)
class Run:
    """One load: events, seconds by the wall and of the workers' processor time, MiB of all processes, error of the ETA, and whether it knew of an earlier one."""

    events: int
    wall: float
    cpu: float
    resident: float
    eta_error: float
    informed: bool


def measure(stage: Stage) -> Part:
    """Events a second, memory, ETA, peers. Raises CannotRun."""
    installation = stage.stores()
    settings = installation.settings
    place = here.place(settings)
    made = {f"bench-rebuild.{name}": name for name in place.logs.values() if logs.lived().get(name)}
    place = replace(place, logs=made, partitions=topics.PARTITIONS, clients=clients(settings, "admin"))
    events = _publish(settings, place)
    tell(f"rebuild of {events:,} events")
    runs = {(name, workers): _runs(place, name, workers) for name, workers in (("COUNTS", 1), ("PAIR", 1), ("PAIR", 2), ("PROJECTIONS", 2))}
    peers = {name: [_peer(installation, name, python, number) for number in range(REPEATS)] for name, python in _pythons().items()}
    title = f"{events:,} events of a town's year, {len(place.places)} partitions; read, decode, fold, COPY; workers' processor time"
    return Part("rebuild", title, (*_figures(runs), *_peers(runs, peers)), _remarks())


def _publish(settings: Settings, place: Place) -> int:
    """The year's logs, several times under other keys."""
    admin = AdminClient(settings.account("admin"))
    config = {"message.timestamp.type": "LogAppendTime"}
    names = [*place.logs, "bench-rebuild"]
    for answer in admin.create_topics([NewTopic(name, topics.PARTITIONS, config=config) for name in names]).values():
        answer.result(TIMEOUT_S)
    producer, count = Producer({**settings.account("admin"), "linger.ms": 20, "acks": "all", "queue.buffering.max.messages": 1_000_000}), 0
    for topic, name in place.logs.items():
        keyed = list(logs.by_key(logs.lived()[name]).values())
        for record in logs.multiplied(keyed, TIMES * len(keyed)):
            count += 1
            _produce(producer, topic, record)
            if count <= PEER_EVENTS:
                _produce(producer, "bench-rebuild", record)
        if producer.flush(TIMEOUT_S):
            raise CannotRun("the broker did not take the logs of a year; is the machine busy?")
    return count


def _produce(producer: Producer, topic: str, record: MemoryRecord) -> None:
    partition = partition_of(record.key or b"", topics.PARTITIONS)
    producer.produce(topic, key=record.key, value=record.value, headers=list(record.headers), partition=partition)
    producer.poll(0)


def _runs(place: Place, name: str, workers: int) -> list[Run]:
    found = []
    for number in range(REPEATS):
        tell(f"{name.lower()}, {workers} process{'es' if workers > 1 else ''}, repeat {number + 1} of {REPEATS}")
        found.append(asyncio.run(_run(place, NAMES[name], workers, informed=number > 0)))
    return found


async def _run(place: Place, names: Sequence[str], workers: int, informed: bool) -> Run:
    """Load everything into new generations, and take them away again. ``informed``: by what the last such run took."""
    connection = await place.connect()
    try:
        await generations.establish(connection, list(place.projections.values()))
        await _as_if_read(place, connection)
        run = await runner.begin(place, connection, names)
        await ledger.move(connection, await ledger.current(connection), generations.State.LOADING)
        await ledger.began(connection, run, generations.State.LOADING, names)
        costs = await ledger.costs(connection, names) if informed else {}
        crew, seen = Crew(place, run, Options(workers=workers), await ledger.left(connection, run), 0, costs), _Seen()
        began = time.monotonic()
        await crew.work(seen.tell)
        wall = time.monotonic() - began
        assert not await ledger.left(connection, run)
        await ledger.spent(connection, run, crew.spent)
        await switch.cancel(connection, [])
        return Run(crew.events, wall, crew.busy, seen.most, abs((crew.predicted or 0) - wall) / wall, informed)
    finally:
        await connection.close()


class _Seen:
    """The most memory that runner and workers have taken together."""

    def __init__(self) -> None:
        self.most, self._looked = 0.0, 0.0

    def tell(self, done: int, total: int, left: Left) -> None:
        """Look now and then."""
        if time.monotonic() - self._looked > 0.2:
            self._looked, workers = time.monotonic(), psutil.Process().children()
            resident = [each.memory_info().rss for each in workers if each.status() != psutil.STATUS_ZOMBIE and "spawn_main" in " ".join(each.cmdline())]
            self.most = max(self.most, sum(resident) / 2**20)


async def _as_if_read(place: Place, connection: asyncpg.Connection) -> None:
    """The live reader stands at the logs' ends: that is how far a rebuild loads."""
    reader = place.reader("bench")
    await reader.start()
    ends = [(LIVE_UNIT, *tp, await reader.end(*tp)) for tp in place.places]
    await reader.stop()
    await connection.executemany(_READ, ends)


def _pythons() -> dict[str, str]:
    """The programs below ``bench/loops`` that do the same with the same log, and the Python that each of them needs."""
    quix = os.environ.get(QUIX)
    return {"faust_table": sys.executable, "library": sys.executable, **({"quix": quix} if quix else {})}


def _peer(installation: Installation, name: str, python: str, number: int) -> float:
    """Events per second of its own processor time of a program below ``bench/loops``."""
    tell(f"{name}, repeat {number + 1} of {REPEATS}")
    group = f"bench-{name}-{number}"
    if name == "faust_table":
        admin = AdminClient(installation.settings.account("admin"))
        changelog = NewTopic(f"{group}-counts-changelog", topics.PARTITIONS, config={"cleanup.policy": "compact"})
        for answer in admin.create_topics([changelog]).values():
            answer.result(TIMEOUT_S)
    command = [python, "-P", "-m", f"bench.loops.{name}", "bench-rebuild", "bench-rebuild", str(PEER_EVENTS), group]
    environment = {"TSUNAGU_HOME": str(installation.layout.home), "PYTHONPATH": str(REPOSITORY), "PATH": "/usr/bin:/bin"}
    try:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=TIMEOUT_S, check=True)
    except subprocess.TimeoutExpired as error:
        raise CannotRun(f"{name} did not fold {PEER_EVENTS} events in {TIMEOUT_S:g} s; is the machine busy?") from error
    except subprocess.CalledProcessError as error:
        raise CannotRun(f"{name} ended with {error.returncode}: {error.stderr.strip().splitlines()[-1:]}") from error
    found = json.loads(next(line for line in done.stdout.splitlines() if line.startswith("{")))
    return found["events"] / found["cpu_seconds"]


def _figures(runs: dict[tuple[str, int], list[Run]]) -> Iterator[Figure]:
    titles = {"COUNTS": "monthly", "PAIR": "monthly and timeline", "PROJECTIONS": f"all {len(PROJECTIONS)} projections"}
    for (name, workers), found in runs.items():
        title = f"{titles[name]}, {workers} process{'es' if workers > 1 else ''}"
        promised = PER_SECOND if (name, workers) == ("COUNTS", 1) else None
        yield Figure(what=f"{title}, per second of processor time", unit="events/s", values=tuple([run.events / run.cpu for run in found]), at_least=promised)
        yield Figure(what=f"{title}, wall clock", unit="events/s", values=tuple([run.events / run.wall for run in found]))
    two = runs["PAIR", 2]
    one = sorted(run.cpu for run in runs["PAIR", 1])[REPEATS // 2]
    yield Figure(what="two processes: processor time of one against that of both", unit="times", values=tuple([one / run.cpu for run in two]), at_least=0.85)
    yield Figure(what="two processes, resident together", unit="MiB", values=tuple([run.resident for run in runs["PROJECTIONS", 2]]), at_most=RESIDENT_MIB)
    for informed, which in ((False, "the first rebuild of its projections"), (True, "one that follows another")):
        errors = tuple([run.eta_error for found in runs.values() for run in found if run.informed is informed])
        yield Figure(what=f"error of the ETA after the first tenth, {which}", unit="of the time", values=errors, at_most=ETA_ERROR)


def _peers(runs: dict[tuple[str, int], list[Run]], peers: dict[str, list[float]]) -> Iterator[Figure]:
    titles = {"faust_table": "plain Faust table worker", "library": "eventsourcing library, in memory", "quix": "Quix Streams application"}
    ours = sorted(run.events / run.cpu for run in runs["COUNTS", 1])[REPEATS // 2]
    for name, rates in peers.items():
        yield Figure(what=f"{titles[name]}, per second of its processor time", unit="events/s", values=tuple(rates))
        yield Figure(what=f"one process of ours against the {titles[name]}", unit="times", values=tuple([ours / rate for rate in rates]))


def _remarks() -> tuple[str, ...]:
    return () if os.environ.get(QUIX) else (
        f"Quix Streams is NOT measured: it needs another confluent-kafka than ours. Name a Python that has it in {QUIX} (see bench/rebuild.py).",
    )
