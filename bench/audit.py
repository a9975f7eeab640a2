"""Audit: how fast the logs of a town's year are verified, every verdict in them is decided again, and a draft of the rules is tried on them."""

from __future__ import annotations

import copy
import gc
from collections.abc import Callable, Iterator
from time import process_time
from typing import Any

import psutil

from audit import closing, values
from bench import logs
from bench.figures import Figure
from bench.show import Part, tell
from bench.stage import Stage
from kernel import partitioner, serde
from kernel.memory import MemoryRecord
from kernel.warmup import undisturbed
from services.consent import packs
from services.consent.domain import redecide
from services.consent.domain.pack import PolicyPack
from services.consent.domain.whatif import Trial
from services.consent.redeciding import Reading, tried
from tests.scenarios import verified
from tests.scenarios.memory_year import played
from tests.scenarios.redecided import log
from tests.scenarios.verified import Records

REPEATS, TIMES = 5, 20
EVENTS_PER_SECOND, DECISIONS_PER_SECOND = 120_000, 50_000
Partitions = list[list[MemoryRecord]]


def measure(stage: Stage) -> Part:
    """Per second of processor time, the logs lying in memory. Needs nothing of the stage."""
    tell(f"a year of {logs.PEOPLE:,} people, checked {REPEATS} times")
    with played(logs.PEOPLE) as (town, _):
        everything, gate = verified.everything(town), log(town)
    found = logs.alone(_measured, everything, gate)
    records, verdicts, resident = found["counts"]
    figures = (
        Figure(what="audit verify: logs read and held against each other", unit="events/s", values=found["verify"], at_least=EVENTS_PER_SECOND),
        Figure(what="audit redecide: the gate's log read, folded, decided again", unit="events/s", values=found["redecide"]),
        Figure(what="audit redecide: a verdict decided again and compared, the case being folded", unit="decisions/s", values=found["decisions"],
               at_least=DECISIONS_PER_SECOND),
        Figure(what="audit whatif: the gate's log read, folded, tried by a draft", unit="events/s", values=found["whatif"]),
        Figure(what="audit verify: memory for what is kept of a record", unit="bytes", values=(resident,)),
    )
    return Part("audit", f"{records:,} events in logs, {verdicts:,} verdicts", figures)


def _measured(everything: Records, gate: Partitions) -> dict[str, Any]:
    """In a process of its own, to which the records came side by side, as from a consumer."""
    known = packs.load()
    whole = {topic: partitions for topic, partitions in everything.items() if topic in verified.LOGS}
    records = _count(whole)
    resident, before = _resident(whole), verified.verified(whole)
    assert not before.findings
    pack = max(known.values(), key=lambda each: each.since)
    return {
        "counts": (records, before.verdicts, resident),
        "verify": _rates(records, lambda: _verified(whole)),
        "redecide": _rates(_count({"": gate}), lambda: _again(gate, known)),
        "decisions": _decisions(gate, known),
        "whatif": _rates(_count({"": gate}), lambda: _tried(gate, pack)),
    }


def _rates(count: int, work: Callable[[], Any]) -> tuple[float, ...]:
    return tuple([count / each for each in _seconds(work)])


def _seconds(work: Callable[[], Any]) -> Iterator[float]:
    for _ in range(REPEATS):
        gc.unfreeze()
        gc.collect()
        began = process_time()
        with undisturbed():
            work()
        yield process_time() - began


def _verified(whole: Records) -> None:
    """As a process does that has checked nothing before."""
    for cache in (values._short, closing._announced, partitioner.partition_of):
        cache.cache_clear()
    verified.verified(whole)


def _again(gate: Partitions, known: dict[str, PolicyPack]) -> None:
    for records in gate:
        reading = Reading(known)
        assert not [finding for record in records for finding in reading.read(record)]
        assert not [*reading.end()]


def _tried(gate: Partitions, pack: PolicyPack) -> None:
    for records in gate:
        trial = Trial(pack)
        for _ in tried(records, trial):
            pass


def _decisions(gate: Partitions, known: dict[str, PolicyPack]) -> tuple[float, ...]:
    """Deciding alone: every verdict of the year again and again, its case as it was before it."""
    asked: list[tuple[Any, ...]] = []
    decide = redecide.judged_again

    def overheard(case: Any, verdict: Any, rules: Any) -> Any:
        asked.append((copy.copy(case), verdict, rules, serde.encode(verdict)))
        return decide(case, verdict, rules)

    redecide.judged_again = overheard
    try:
        _again(gate, known)
    finally:
        redecide.judged_again = decide

    def work() -> None:
        for _ in range(TIMES):
            for case, verdict, rules, value in asked:
                assert serde.encode_as(decide(case, verdict, rules), serde.schema_id(value)) == value

    return _rates(TIMES * len(asked), work)


def _resident(whole: Records) -> float:
    before = psutil.Process().memory_info().rss
    seen = verified.kept(whole)
    gc.collect()
    assert seen
    return (psutil.Process().memory_info().rss - before) / _count(whole)


def _count(records: Records) -> int:
    return sum(len(partition) for partitions in records.values() for partition in partitions)
