"""The gate's whole path per core: consume, decide, durable verdict, deliver; against the same without a log, and without sealed parts."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

from bench.figures import Figure, percentile
from bench.load import releases
from bench.load.releases import Prepared, moved
from bench.show import Part, tell
from bench.stage import Stage
from deploy.local.layout import REPOSITORY, CannotRun
from deploy.local.lifecycle import Installation
from kernel.envelope import header
from kernel.memory import MemoryRecord

REPEATS = 5
BACKLOG, PACED, PER_SECOND = 4_000, 600, 100
"""Requests that wait when the gate comes, and requests that then come at an even pace."""
P99_TIMES, THROUGHPUT = 2.0, 0.74
"""Rule 36: the 99th percentile with the log at most twice that without; encryption costs at most 26 % of the throughput."""
_WAIT_S = 120.0


@dataclass(frozen=True, slots=True)
class Way:
    """One way to carry the same requests out; ``loop`` tells the process which."""

    name: str
    title: str
    loop: str


WAYS = (
    Way("full", "whole path", "log"),
    Way("direct", "without the log", "direct"),
    Way("open", "without sealed parts", "unsealed"),
)


@dataclass(frozen=True, slots=True)
class Run:
    """Requests per second by the wall and per second of the process's own processor time; milliseconds from inbox to inbox at an even pace."""

    wall: float
    cpu: float
    millis: list[float]


def measure(stage: Stage) -> Part:
    """Rates, latencies and ratios; the ways take turns. Raises CannotRun."""
    installation = stage.stores()
    tell(f"{BACKLOG + PACED:,} requests, played in memory")
    prepared = releases.prepare(BACKLOG + PACED)
    runs: dict[str, list[Run]] = {way.name: [] for way in WAYS}
    with tempfile.TemporaryDirectory(prefix="tsunagu-bench-") as folder:
        keys = Path(folder) / "keys.json"
        keys.write_text(json.dumps({name: key.secret.hex() for name, key in prepared.keys.items()}), "utf-8")
        for number in range(REPEATS):
            for place, way in enumerate((*WAYS[number % 3:], *WAYS[:number % 3])):
                tell(f"{way.title}, repeat {number + 1} of {REPEATS}")
                runs[way.name].append(_run(installation, prepared, way, f"99{number + 1:02}{place + 1:02}", keys))
    title = f"gate and courier in one process: {BACKLOG:,} requests that wait, then {PACED} at {PER_SECOND}/s; two sealed parts each"
    return Part("gate", title, tuple(_figures(runs)))


def _run(installation: Installation, prepared: Prepared, way: Way, prefix: str, keys: Path) -> Run:
    account = installation.settings.account("admin")
    _make(account, prepared.topics(prefix))
    log = prepared.unsealed() if way.loop == "unsealed" else prepared.log
    _send(account, moved((*log, *prepared.facts, *prepared.requests[:BACKLOG]), prefix))
    with _process(installation, prefix, way, keys) as process:
        took = _told(process, way)
        time.sleep(1.0)
        _send(account, moved(prepared.requests[BACKLOG:], prefix), PER_SECOND)
        millis = _millis(account, prepared, prefix)
    return Run(took["events"] / took["seconds"], took["events"] / took["cpu_seconds"], millis)


def _make(account: dict[str, str | int], topics: dict[str, int]) -> None:
    admin, config = AdminClient(account), {"message.timestamp.type": "LogAppendTime"}
    for answer in admin.create_topics([NewTopic(name, count, config=config) for name, count in topics.items()]).values():
        answer.result(_WAIT_S)


def _send(account: dict[str, str | int], records: Iterator[MemoryRecord], per_second: int = 0) -> None:
    """As fast as it goes, or at an even pace. Raises CannotRun."""
    producer = Producer({**account, "acks": "all", "enable.idempotence": True, "linger.ms": 0 if per_second else 20})
    began = time.monotonic()
    for number, each in enumerate(records):
        while per_second and (left := began + number / per_second - time.monotonic()) > 0:
            time.sleep(left)
        producer.produce(each.topic, key=each.key, value=each.value, headers=list(each.headers), partition=each.partition)
        producer.poll(0)
    if producer.flush(_WAIT_S):
        raise CannotRun("the broker did not take the requests of the measurement; is the machine busy?")


@contextmanager
def _process(installation: Installation, prefix: str, way: Way, keys: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-P", "-m", "bench.loops.gate", prefix, way.loop, str(BACKLOG), str(keys)]
    environment = {"TSUNAGU_HOME": str(installation.layout.home), "PYTHONPATH": str(REPOSITORY), "PATH": "/usr/bin:/bin"}
    with tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=errors, text=True)
        try:
            yield process
            if process.poll() is not None:
                errors.seek(0)
                raise CannotRun(f"the gate of the measurement ended: {errors.read().strip().splitlines()[-1:]}")
        finally:
            process.kill()
            process.wait()


def _told(process: subprocess.Popen[str], way: Way) -> dict[str, float]:
    """What the process says once the backlog is carried out. Raises CannotRun."""
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith('{"events"'):
            found: dict[str, float] = json.loads(line)
            return found
    raise CannotRun(f"the gate of the measurement ({way.title}) ended before its work was done")


def _millis(account: dict[str, str | int], prepared: Prepared, prefix: str) -> list[float]:
    """From the append time of each paced request to that of its copy. Raises CannotRun where one has not come."""
    wanted = {header(record.headers, "ce_id") for record in prepared.requests[BACKLOG:]}
    consumer = Consumer({**account, "group.id": f"bench-{prefix}", "enable.auto.commit": False})
    inbox = f"{prefix}.consent.inbox"
    places = [TopicPartition(name, number, 0) for name, count in prepared.topics(prefix).items() for number in range(count)]
    consumer.assign([place for place in places if place.topic in (inbox, prepared.recipient(prefix))])
    asked: dict[bytes, int] = {}
    given: dict[bytes, int] = {}
    until = time.monotonic() + _WAIT_S
    while len(given) < len(wanted) or len(asked) < len(wanted):
        if time.monotonic() > until:
            raise CannotRun(f"{len(wanted) - len(given)} of {len(wanted)} copies have not come")
        for message in consumer.consume(2_000, 0.2):
            if message.error() is None:
                into, name = (asked, "ce_id") if message.topic() == inbox else (given, "ce_requestid")
                if (identity := header(message.headers() or (), name)) in wanted:
                    into.setdefault(identity, message.timestamp()[1])
    consumer.close()
    return [float(given[each] - asked[each]) for each in given]


def _figures(runs: dict[str, list[Run]]) -> Iterator[Figure]:
    for way in WAYS:
        found = runs[way.name]
        yield Figure(what=f"{way.title}, per second of its processor time", unit="requests/s", values=tuple([run.cpu for run in found]))
        yield Figure(what=f"{way.title}, wall clock", unit="requests/s", values=tuple([run.wall for run in found]))
        for word, share in (("p50", 0.5), ("p99", 0.99)):
            yield Figure(what=f"{way.title}, {PER_SECOND}/s, {word}", unit="ms", values=tuple([percentile(run.millis, share) for run in found]))
    pairs = list(zip(*(runs[way.name] for way in WAYS), strict=True))
    yield Figure(
        what="p99 with the log ÷ without", unit="times", at_most=P99_TIMES,
        values=tuple([percentile(full.millis, 0.99) / percentile(direct.millis, 0.99) for full, direct, _ in pairs]),
    )
    yield Figure(
        what="p50 with the log ÷ without", unit="times", values=tuple([median(full.millis) / median(direct.millis) for full, direct, _ in pairs]),
    )
    yield Figure(what="throughput with the log ÷ without", unit="times", values=tuple([full.cpu / direct.cpu for full, direct, _ in pairs]))
    yield Figure(
        what="throughput with sealed parts ÷ without", unit="times", at_least=THROUGHPUT,
        values=tuple([full.cpu / unsealed.cpu for full, _, unsealed in pairs]),
    )
