"""Logs of a generated year, and folding them in a process of its own, set up as a service is, so that nothing else is in its memory."""

from __future__ import annotations

import gc
import multiprocessing
import uuid
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from hashlib import sha256
from time import process_time
from typing import Any

import psutil

from bench.show import tell
from kernel.decider import Function
from kernel.history import Folds, History
from kernel.memory import MemoryRecord
from kernel.warmup import collect_seldom, undisturbed
from tests.scenarios.memory_stage import TOPICS
from tests.scenarios.memory_year import played
from tests.scenarios.town import SERVICES

PEOPLE = 25_000
FUNCTIONS = {function.name: function for service in SERVICES for function in service.functions}
Lines = list[MemoryRecord]
"""Records of one log in the order of one partition."""


@cache
def lived() -> dict[str, Lines]:
    """Every function's log of a year of a town, as if it had one partition."""
    tell(f"a year of {PEOPLE:,} people")
    with played(PEOPLE) as (stage, _):
        return {name: _one_partition(stage.log.records(TOPICS.log(name))) for name in FUNCTIONS}


def _one_partition(records: Lines) -> Lines:
    """Without what every partition has: the registry's facts."""
    places: dict[bytes | None, set[int]] = {}
    for each in records:
        places.setdefault(each.key, set()).add(each.partition)
    records = [each for each in records if len(places[each.key]) == 1]
    return [
        MemoryRecord(each.topic, 0, number, each.timestamp, each.key, each.value, each.headers)
        for number, each in enumerate(sorted(records, key=lambda each: (each.timestamp, each.partition, each.offset)))
    ]


def by_key(records: Lines) -> dict[bytes, Lines]:
    """The same records, key by key."""
    found: dict[bytes, Lines] = {}
    for record in records:
        found.setdefault(record.key or b"", []).append(record)
    return found


def multiplied(keyed: list[Lines], count: int) -> Iterator[MemoryRecord]:
    """``count`` keys, each a copy of one of these under a key and with causes of its own: what is told apart in a log is told apart here."""
    offset = 0
    for number in range(count):
        key, causes = f"{number:032x}".encode(), {}
        for record in keyed[number % len(keyed)]:
            headers = dict(record.headers)
            cause = headers["ce_causationid"]
            if cause not in causes:
                causes[cause] = str(uuid.uuid5(uuid.NAMESPACE_OID, f"{number} {cause!r}")).encode()
            changed = {"ce_subject": key, "ce_causationid": causes[cause], "ce_inputdigest": sha256(causes[cause]).hexdigest()[:32].encode()}
            yield MemoryRecord(record.topic, 0, offset, record.timestamp, key, record.value, tuple({**headers, **changed}.items()))
            offset += 1


def alone(work: Callable[..., Any], *arguments: Any) -> Any:
    """What ``work`` gives in a fresh process."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(work, arguments)


def as_a_service(function: str) -> tuple[Function, list[str], History]:
    """This process from now on collects garbage as a service does. The function, its alarms, and an empty history."""
    collect_seldom()
    alarms: list[str] = []
    return FUNCTIONS[function], alarms, History(Folds(FUNCTIONS[function]), alarms.append)


def fold_all(function: str, records: Lines, repeats: int) -> list[float]:
    """Events per second of processor time, a history anew each time."""
    found = []
    for _ in range(repeats):
        _, alarms, history = as_a_service(function)
        found.append(len(records) / _timed(history, records))
        assert not alarms
    return found


def _timed(history: History, records: Iterable[MemoryRecord]) -> float:
    gc.collect()
    began = process_time()
    with undisturbed():
        for record in records:
            history.read(record)
        history.wake_all()
    return process_time() - began


def resident(function: str, keyed: list[Lines], count: int) -> tuple[int, float, float]:
    """Records, MiB that the state of ``count`` keys takes, and seconds of processor time that it took to read (making the copies included)."""
    _, alarms, history = as_a_service(function)
    before = psutil.Process().memory_info().rss
    seconds = _timed(history, multiplied(keyed, count))
    gc.collect()
    assert not alarms
    assert count == len(history.entries)
    return history.next_offset, (psutil.Process().memory_info().rss - before) / 2**20, seconds
