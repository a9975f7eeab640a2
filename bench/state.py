"""State: how fast a case of many events folds, and how much memory the open cases of a big city take in one process."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing

from bench import logs
from bench.figures import Figure
from bench.logs import FUNCTIONS, Lines
from bench.show import Part, tell
from bench.stage import Stage
from cli.agency.message import draft
from contracts.consultation import ConsultationReceived, ContactRecorded
from contracts.shared import ContactMethod, Field, VisitorRelation
from kernel import serde
from kernel.history import Folds, History
from tests.scenarios.memory_stage import TOPICS, MemoryStage

CASES, REPEATS = 100_000, 2
EVENTS, FOLD_MS = 500, 5.0
STATE_MIB = {"consultation": 1_536, "consent": 1_024}
"""What was promised of every function, and of the gate alone."""
LONG = 12
"""A case with so many events in the log has been worked on for months."""
_KEY, _PERSON = "a" * 32, "b" * 32


def measure(stage: Stage) -> Part:
    """Milliseconds and mebibytes. Needs nothing of the stage."""
    return Part("state", f"what one process keeps in memory; {CASES:,} open cases", (*_long_case(), *_open_cases()))


def _long_case() -> Iterator[Figure]:
    records = _case()
    events = [serde.unwrapped(serde.decode(record.value)) for record in records]
    folds = Folds(FUNCTIONS["consultation"])
    apply, read = [], []
    for _ in range(7):
        history = History(folds, lambda code: None)
        entry, began = history.entry(_KEY), time.perf_counter()
        for event in events:
            history.apply(entry, event)
        apply.append((time.perf_counter() - began) * 1000)
        history, began = History(folds, lambda code: None), time.perf_counter()
        for record in records:
            history.read(record)
        history.wake_all()
        read.append((time.perf_counter() - began) * 1000)
    yield Figure(what=f"a case of {EVENTS} events folds in", unit="ms", values=tuple(apply), at_most=FOLD_MS)
    yield Figure(what="the same, read from the bytes of its log", unit="ms", values=tuple(read))


def _case() -> Lines:
    """The log of a consultation with hundreds of contacts."""
    with closing(MemoryStage(batch=50)) as stage:
        received = ConsultationReceived(
            person=_PERSON, field=Field.ELDER, visitor_relation=VisitorRelation.SELF, wish="暮らしの相談", name="年間の対象者",
        )
        contact = ContactRecorded(person=_PERSON, method=ContactMethod.VISIT, minutes=30, note="訪ねて話を聞いた")
        stage.post("elder", draft("elder", received, _KEY))
        stage.town.pump()
        stage.post("elder", *(draft("elder", contact, _KEY) for _ in range(EVENTS)))
        stage.town.pump()
        found = [record for record in stage.log.records(TOPICS.log("consultation")) if record.key == _KEY.encode()]
        return found[:EVENTS]


def _open_cases() -> Iterator[Figure]:
    for name in ("consultation", "consent"):
        every = list(logs.by_key(logs.lived()[name]).values())
        every = [lines for lines in every if len(lines) > 1 or name == "consultation"]
        yield from _resident(name, "as in a year", every)
        yield from _resident(name, "each worked on for months", [lines for lines in every if len(lines) >= LONG])


def _resident(name: str, what: str, keyed: list[Lines]) -> Iterator[Figure]:
    repeats = []
    for number in range(REPEATS):
        tell(f"{name}: {CASES:,} cases, {what}, repeat {number + 1} of {REPEATS}")
        repeats.append(logs.alone(logs.resident, name, keyed, CASES))
    events = repeats[0][0]
    title = f"{name}: {what} ({events / CASES:.1f} events each)"
    yield Figure(what=title, unit="MiB", values=tuple([mebibytes for _, mebibytes, _ in repeats]), at_most=STATE_MIB[name])
