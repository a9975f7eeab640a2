"""Facts: log records read, each counted once. A repeated send or a late append of a zombie has a ``seq`` that was seen before."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from contracts.catalogue import EventType
from contracts.shared import RefusalCode
from kernel import serde
from kernel.failures import PoisonError
from kernel.records import Record
from services.reporting import attributes
from services.reporting.projections.projection import Fact

Sequence = tuple[str, int, str]
"""Topic, partition, key: what has one gapless ``seq``. A fact of the whole municipality has one in each partition."""
Wants = Callable[[str, EventType], bool]
"""Whether the events of a type in a function's log are looked into; see Projection."""
Alarm = Callable[[str], None]
"""Called with DUPLICATE (harmless, counted) or SEQUENCE_GAP (integrity)."""


@dataclass(frozen=True, slots=True)
class Parked:
    """A log record that cannot be read or applied: where it lies, and why."""

    topic: str
    partition: int
    offset: int
    code: str
    key: str = ""
    """The case, or other entity; empty where not even that can be read."""


@dataclass(slots=True)
class Reading:
    """What a batch of log records says."""

    facts: list[tuple[Sequence, Fact]] = field(default_factory=list)
    parked: list[Parked] = field(default_factory=list)

    def sequences(self) -> list[Sequence]:
        """The sequences that the facts belong to, each once, in order."""
        return sorted({sequence for sequence, _ in self.facts})


def read(records: Iterable[Record], logs: Mapping[str, str], wants: Wants = lambda log, kind: True) -> Reading:
    """Read log records; ``logs`` gives the function by topic. What has no place in a sequence is parked, and its neighbours go on.

    An event that cannot be decoded has its place: the fact says so, and only who wants to look into it is concerned.
    """
    reading, types = Reading(), _Types(wants)
    for record in records:
        try:
            reading.facts.append(_read(record, logs[record.topic], types))
        except PoisonError as error:
            reading.parked.append(Parked(record.topic, record.partition, record.offset, error.code, _key(record)))
    return reading


class _Types(dict[tuple[str, str], tuple[EventType, bool]]):
    """By log and full name: the type, and whether its events are looked into; asked once for each."""

    def __init__(self, wants: Wants) -> None:
        super().__init__()
        self._wants = wants

    def __missing__(self, place: tuple[str, str]) -> tuple[EventType, bool]:
        log, name = place
        kind = serde.types_by_full_name().get(name)
        if kind is None:
            raise PoisonError(RefusalCode.UNKNOWN_TYPE, "ce_type")
        self[place] = found = kind, self._wants(log, kind)
        return found


def _read(record: Record, log: str, types: _Types) -> tuple[Sequence, Fact]:
    read_as = attributes.read(record.key, record.headers)
    if not read_as.seq:
        raise PoisonError(RefusalCode.HEADER_MISSING, "ce_seq")
    kind, wanted = types[log, read_as.type]
    topic, partition, value = record.topic, record.partition, record.value
    event, fault = _event(value) if wanted else (None, "")
    return (topic, partition, read_as.subject), Fact(log, partition, read_as, kind, event, topic, record.offset, value or b"", fault)


def _event(value: bytes | None) -> tuple[Any, str]:
    try:
        return serde.unwrapped(serde.decode(value)), ""
    except PoisonError as error:
        return None, error.code


def _key(record: Record) -> str:
    try:
        return (record.key or b"").decode()
    except UnicodeDecodeError:
        return ""


Passed = dict[Sequence, tuple[tuple[str, str], str]]
"""Of each sequence the answer that is being passed over: the message that it answers, and the id of its first event."""


def fresh(reading: Reading, last: Mapping[Sequence, int], alarm: Alarm, passed: Passed) -> tuple[list[Fact], dict[Sequence, int]]:
    """The facts not counted yet, and the last ``seq`` of each sequence after them; ``last`` is that before them.

    The reading rule (``kernel.reading``): an answer that begins too late is passed over whole. A late one always begins with a ``seq`` that was
    seen, since its writer knew less. ``passed`` is kept from batch to batch by whoever reads, and is changed here.
    """
    facts: list[Fact] = []
    seen: dict[Sequence, int] = {}
    for sequence, fact in reading.facts:
        before, seq = seen.get(sequence) or last.get(sequence, 0), fact.envelope.seq
        first = passed.pop(sequence, None)
        goes_on = first is not None and _goes_on(first, fact)
        if seq <= before or goes_on:
            passed[sequence] = first if first is not None and goes_on else _answer(fact)
            alarm("DUPLICATE")
            continue
        if seq > before + 1:
            alarm("SEQUENCE_GAP")
        seen[sequence] = seq
        facts.append(fact)
    return facts, seen


_Answer = tuple[tuple[str, str], str]
"""What was answered, as source and id, and the first event of the answer."""


def _answer(fact: Fact) -> _Answer:
    return (fact.envelope.causation_source, fact.envelope.causation_id), fact.envelope.id


def _goes_on(first: _Answer, fact: Fact) -> bool:
    """Whether a fact is one more of an answer."""
    answer, identity = _answer(fact)
    return first[0] == answer != ("", "") and first[1] != identity
