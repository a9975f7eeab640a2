"""Properties that every function must have, checked over the memory log. Ships with the kernel, like given/when/then.

Same input, same bytes · asking twice changes nothing · the state is the fold of the function's own events · how messages are
batched does not matter · in which order messages of different keys come does not matter · every message of a key leaves a fact ·
an unknown message is refused with a code.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any

from contracts.envelope import MessageRefused, PartNoted, Tick
from contracts.shared import CasePart, RefusalCode
from kernel import envelope, serde
from kernel.decider import Function
from kernel.envelope import Envelope
from kernel.memory import START, MemoryLog, MemoryRecord, MemoryTown
from kernel.partitioner import partition_of
from kernel.place import Place
from kernel.processor import Processor
from kernel.routes import Routes
from kernel.telemetry import Telemetry
from kernel.topics import Topics

PARTITIONS = 2
_TOPICS = Topics("990019")


@dataclass(frozen=True, slots=True)
class Said:
    """One message for the inbox: an event without personal fields filled in, its key, the agency it comes from, who wrote it, when.

    What concerns every key (a broadcast fact, a tick) is put to every partition, as the front door and the timer do.
    """

    message: Any
    key: str
    agency: str = "agency"
    source: str = ""
    at: int = 0
    """Append time, milliseconds UTC; 0 = right after the message before it."""


def check(function: Function, said: Sequence[Said]) -> list[MemoryRecord]:
    """Assert every property for this history of messages; returns the log that it gives."""
    with closing(_town(function, said, batch=1)) as town:
        log = _pumped(town, function)
        assert log == log_of(function, said, batch=1), "the same messages gave other bytes"
        assert _answers(log) == _answers(log_of(function, said, batch=len(said) + 1)), "batching changed the answers"
        assert not _unanswered(town, function), "a message left no fact in the log"
        live = _states(town, function, said)
        town.restart(function.name, again=len(town.log.records(_TOPICS.inbox(function.name))))
        assert live == _states(town, function, said), "the state is not the fold of the log"
        assert log == _pumped(town, function), "asking twice changed the log"
    _check_independent(function, said)
    _check_unknown(function)
    return log


def _check_independent(function: Function, said: Sequence[Said]) -> None:
    """One key after the other gives each key the answers and the state that turn by turn gives it.

    What concerns every key keeps its place. A function that sends itself messages about other keys makes its keys depend on each other.
    """
    turns = {f"message-{number}": replace(each, at=each.at or START + 1_000 * (number + 1)) for number, each in enumerate(said)}
    with closing(_town_of(function, turns, 1)) as town, closing(_town_of(function, _key_by_key(function, turns), 1)) as other:
        messages = len(town.log.records(_TOPICS.inbox(function.name)))
        answers, others = _by_key(_pumped(town, function)), _by_key(_pumped(other, function))
        if len(town.log.records(_TOPICS.inbox(function.name))) == messages:
            assert answers == others, "the order in which independent messages came changed the answers"
            assert _states(town, function, said) == _states(other, function, said), "the order in which independent messages came changed the state"


def _key_by_key(function: Function, turns: dict[str, Said]) -> dict[str, Said]:
    places: dict[str, tuple[int, str]] = {}
    barriers = 0
    for name, each in turns.items():
        alone = _concerns_every_key(function, type(each.message))
        barriers += alone
        places[name] = (2 * barriers - alone, "" if alone else each.key)  # what concerns every key at odd places, all else between
    return {name: turns[name] for name in sorted(turns, key=places.__getitem__)}


def _by_key(log: Sequence[MemoryRecord]) -> dict[bytes | None, list[bytes | None]]:
    found: dict[bytes | None, list[bytes | None]] = {}
    for record in log:
        found.setdefault(record.key, []).append(record.value)
    return found


def _check_unknown(function: Function) -> None:
    """A fact that somebody else noted is nobody's message: it gives one refusal."""
    stranger = PartNoted(agency="agency", part=CasePart.UNMAPPED)
    (refusal,) = log_of(function, [Said(stranger, "k")], batch=1)
    event = serde.decode(refusal.value)
    assert isinstance(event, MessageRefused)
    assert RefusalCode.UNKNOWN_TYPE == event.code


def _town(function: Function, said: Sequence[Said], batch: int) -> MemoryTown:
    return _town_of(function, {f"message-{number}": each for number, each in enumerate(said)}, batch)


def _town_of(function: Function, said: Mapping[str, Said], batch: int) -> MemoryTown:
    """A town whose inbox holds these messages, by id, in this order."""
    log = MemoryLog()
    for message_id, each in said.items():
        _put(log, function, each, message_id)
    town = MemoryTown(log, batch)
    place = Place("test", Routes(_TOPICS, PARTITIONS), log, Telemetry("test").meter(function.name))
    town.add(function.name, {_TOPICS.inbox(function.name): PARTITIONS}, lambda: Processor(function, place))
    return town


def _put(log: MemoryLog, function: Function, said: Said, message_id: str) -> None:
    kind = serde.type_of(said.message)
    attributes = Envelope(id=message_id, source=said.source or said.agency, type=kind.full_name, subject=said.key, agency=said.agency)
    key = said.key.encode()
    for number in range(PARTITIONS) if _concerns_every_key(function, kind.cls) else (partition_of(key, PARTITIONS),):
        log.now = said.at - 1 if said.at else log.now
        log.append(_TOPICS.inbox(function.name), number, key, serde.encode(said.message), attributes.headers())


def _concerns_every_key(function: Function, kind: type) -> bool:
    return kind is Tick or (function.shared is not None and kind in function.shared.messages)


def _unanswered(town: MemoryTown, function: Function) -> set[tuple[str, ...]]:
    """Key, source and id of each message of one key that no event in the log names as its cause."""
    logged = [envelope.read(record.key, record.headers) for record in town.log.records(_TOPICS.log(function.name))]
    keyed = [
        envelope.read(record.key, record.headers) for record in town.log.records(_TOPICS.inbox(function.name))
        if not _concerns_every_key(function, type(serde.unwrapped(serde.decode(record.value))))
    ]
    answered = {(each.subject, each.causation_source, each.causation_id) for each in logged}
    return {(each.subject, each.source, each.id) for each in keyed} - answered


def log_of(function: Function, said: Sequence[Said], batch: int = 1) -> list[MemoryRecord]:
    """The log that these messages give in a town of their own."""
    with closing(_town(function, said, batch)) as town:
        return _pumped(town, function)


def restarted(function: Function, said: Sequence[Said], place: int, again: int = 0) -> list[MemoryRecord]:
    """The log that they give when whoever decides ends before the message at ``place`` and another goes on; it sees the last ``again`` once more."""
    with closing(_town(function, said[:place], batch=1)) as town:
        town.pump()
        for number, each in enumerate(said[place:], start=place):
            _put(town.log, function, each, f"message-{number}")
        town.restart(function.name, again)
        return _pumped(town, function)


def _pumped(town: MemoryTown, function: Function) -> list[MemoryRecord]:
    town.pump()
    return [_untimed(record) for record in town.log.records(_TOPICS.log(function.name))]


def _untimed(record: MemoryRecord) -> MemoryRecord:
    """Without the append time, which is the broker's."""
    return MemoryRecord(record.topic, record.partition, record.offset, 0, record.key, record.value, record.headers)


def _answers(log: Sequence[MemoryRecord]) -> list[tuple[bytes | None, bytes | None]]:
    return [(record.key, record.value) for record in log]


def _states(town: MemoryTown, function: Function, said: Sequence[Said]) -> list[Any]:
    handler = town.handler(function.name)
    assert isinstance(handler, Processor)
    return [handler.state(key, decider) for key in sorted({each.key for each in said}) for decider in function.deciders]
