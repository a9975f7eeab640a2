"""Observed (起きたこと): what has happened on a stage: types of event, codes of refusal, and how the states of every machine have moved.

States are made as the functions make them: by folding the logs, the events of one message together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, NamedTuple

from contracts.envelope import MessageNoted, MessageRefused, SealedEvent
from contracts.topics import SUPPORT_FUNCTIONS
from kernel import envelope, serde
from kernel.decider import Decider
from kernel.envelope import Envelope, header
from kernel.memory import MemoryLog, MemoryRecord
from tests.scenarios.machines import MACHINES, Machine
from tests.scenarios.memory_stage import TOPICS, MemoryStage
from tests.scenarios.town import SERVICES

NOT_THERE = "."
"""The state of what is not there (yet, or any more)."""
_DECIDERS: dict[tuple[str, str], Decider[Any]] = {
    (function.name, decider.name): decider for service in SERVICES for function in service.functions for decider in function.deciders
}


class Move(NamedTuple):
    """One transition: the machine, the state before, the message that was decided about, the state after."""

    machine: str
    before: str
    message: str
    after: str


@dataclass(slots=True)
class Observed:
    """Everything that was seen, on any number of stages."""

    types: set[str] = field(default_factory=set)
    codes: set[str] = field(default_factory=set)
    moves: set[Move] = field(default_factory=set)

    def look(self, stage: MemoryStage) -> None:
        """Take in all that has happened on a stage."""
        log, said = stage.log, dict[tuple[str, str], str]()
        for topic in log.topics():
            for record in log.records(topic):
                if topic.endswith("dead-letters"):
                    self._buried(record)
                elif not topic.endswith(".outbox"):
                    self._seen(topic, record, said)
        for function in (*SUPPORT_FUNCTIONS, "consent", "reporting"):
            for machine in MACHINES:
                if machine.function == function:
                    self.moves.update(_moves(machine, log, said))

    def _buried(self, record: MemoryRecord) -> None:
        message = (header(record.headers, "dlq.error.message") or b"").decode()
        self.codes.add(message.split(" ")[0])

    def _seen(self, topic: str, record: MemoryRecord, said: dict[tuple[str, str], str]) -> None:
        event = serde.decode(record.value)
        if isinstance(event, SealedEvent):
            self.types.add(SealedEvent.__name__)
        event = serde.unwrapped(event)
        self.types.add(type(event).__name__)
        attributes = envelope.read(record.key, record.headers)
        if isinstance(event, MessageRefused) and topic.startswith(TOPICS.named("agency.")):
            self.codes.add(event.code)
        elif topic.endswith((".inbox", ".urgent")):
            said[attributes.source, attributes.id] = type(event).__name__


def _moves(machine: Machine, log: MemoryLog, said: dict[tuple[str, str], str]) -> Iterator[Move]:
    """How a machine has moved, key by key, message by message."""
    decider = _DECIDERS[machine.function, machine.decider]
    states: dict[str, Any] = defaultdict(lambda: decider.initial)
    for (key, *cause), events in _decisions(log.records(TOPICS.log(machine.function))):
        before = machine.names(states[key], ())
        for event in events:
            if type(event) in decider.events:
                states[key] = decider.evolve(states[key], event)
        message = said.get(tuple(cause), "?")
        yield from _compared(machine, before, machine.names(states[key], events), message, events)


def _decisions(records: list[MemoryRecord]) -> Iterator[tuple[tuple[str, str, str], list[Any]]]:
    """The events of a log as they were decided: those of one key and one message side by side."""
    read = [(envelope.read(record.key, record.headers), serde.unwrapped(serde.decode(record.value))) for record in records]
    for place, group in groupby(read, lambda each: _place(each[0])):
        yield place, [event for _, event in group]


def _place(attributes: Envelope) -> tuple[str, str, str]:
    return attributes.subject, attributes.causation_source, attributes.causation_id.partition("#")[0]


def _compared(machine: Machine, before: dict[str, str], after: dict[str, str], message: str, events: list[Any]) -> Iterator[Move]:
    changed = {thing for thing in before.keys() | after.keys() if before.get(thing) != after.get(thing)}
    for thing in changed:
        yield Move(machine.name, before.get(thing, NOT_THERE), message, after.get(thing, NOT_THERE))
    if not changed and message in machine.loops and not isinstance(events[0], MessageRefused | MessageNoted):
        state = after.get(getattr(events[0], machine.of, "") if machine.of else "", NOT_THERE)
        yield Move(machine.name, state, message, state)
