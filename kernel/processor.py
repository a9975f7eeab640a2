"""Processor: binds a function's deciders to its inbox and log. One path for repeats, conflicts, poison, refusals and ticks.

What a message gives reaches the log in one piece (one record batch) or not at all, so the log alone says what was handled.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from functools import partial
from typing import Any

from contracts.envelope import MessageNoted, MessageRefused, Tick
from contracts.shared import RefusalCode
from kernel import inputs
from kernel.batch import Batch
from kernel.causes import Handled
from kernel.decider import Context, Decider, Function
from kernel.failures import PoisonError
from kernel.history import Folds, History, replay
from kernel.inputs import Input
from kernel.parties import PARTIES, admit, refused
from kernel.place import Place
from kernel.records import TP, Outgoing, Record

Chosen = tuple[int, Decider[Any]]
"""A decider and its place among the function's deciders."""


class Processor:
    """The handler of one function. See ``records.Handler`` for the contract of its methods."""

    def __init__(self, function: Function, place: Place) -> None:
        topics = place.routes.topics
        self.function, self.place, self.log = function, place, topics.log(function.name)
        self.inboxes = ([topics.urgent] if place.urgent else []) + [topics.inbox(function.name)]
        chosen = list(enumerate(function.deciders))
        self._by_message: dict[type, Chosen] = {kind: (index, decider) for index, decider in chosen for kind in decider.messages}
        self._timed = [(index, decider) for index, decider in chosen if decider.due]
        self._parties = function.deciders.index(PARTIES) if PARTIES in function.deciders else None
        self._folds = Folds(function)
        self._histories: dict[int, History] = {}
        self._batch = Batch(function.name, place)

    async def assigned(self, partitions: Collection[TP]) -> None:
        """Replay the log of each partition that is new to us."""
        meter, reader = self.place.meter, self.place.reader
        new = sorted({tp.partition for tp in partitions} - self._histories.keys())
        meter.recovering(sum([await reader.end(self.log, number) for number in new]))
        for number in new:
            self._histories[number] = await replay(self._folds, reader, self.log, number, meter.alarm, meter.replayed, partial(self._watched, number))

    async def revoked(self, partitions: Collection[TP]) -> None:
        """Forget the state: whoever has the partition next replays the log."""
        for tp in partitions:
            if self._histories.pop(tp.partition, None) and self.place.watch:
                self.place.watch.closed(tp.partition)

    def at_once(self, records: Sequence[Record]) -> list[Outgoing]:
        """Nothing: every answer needs the state."""
        return []

    async def handle(self, records: Sequence[Record]) -> list[Outgoing]:
        """Decide a batch in its order. Raises Unavailable before anything has changed, counters aside."""
        batch = Batch(self.function.name, self.place)
        messages = [message for record in records if (message := self._read(record, batch))]
        logged = await self._logged(messages)
        for message in messages:
            for event in self._said_before(message, logged):
                batch.say_again(self._histories[message.record.partition], event)
            self._answer(message, batch)
        self._batch = batch
        return batch.out

    def settled(self) -> None:
        """Note where our events lie. Raises IntegrityError when another writer was there."""
        self._batch.settle()

    def due(self, at: int) -> list[int]:
        """Partitions in which any key wants a tick by ``at`` (ms UTC)."""
        return [number for number, history in self._histories.items() if history.due(at)]

    def partitions(self) -> list[int]:
        """The partitions that are ours."""
        return list(self._histories)

    def state(self, key: str, decider: Decider[Any]) -> Any:
        """The state of one key, for tests and inspection; the initial one where the key is unknown."""
        found = next((history.entries[key] for history in self._histories.values() if key in history.entries), None)
        return found.states[self.function.deciders.index(decider)] if found else decider.initial

    def _watched(self, number: int, history: History) -> None:
        if self.place.watch:
            history.told = self.place.watch.opened(number, history)

    def _read(self, record: Record, batch: Batch) -> Input | None:
        try:
            return inputs.read(record)
        except PoisonError as error:
            batch.bury(record, error)
            return None

    def _sweeps(self, message: Input) -> bool:
        """Whether the message concerns every key of the partition."""
        shared, kind = self.function.shared, type(message.message)
        return kind is Tick or (shared is not None and kind in shared.messages)

    def _handled(self, message: Input) -> Iterator[Handled]:
        """What the log says this very message has already given, under one key or under many."""
        entries = self._histories[message.record.partition].entries
        keys = sorted(entries) if self._sweeps(message) else (message.envelope.subject,)
        for answered in (entries[key].handled for key in keys if key in entries):
            for cause in (message.cause, message.known_as(message.conflict_id)):
                handled = answered.get(cause)
                if handled and handled.first >= 0 and handled.same(message.digest):
                    yield handled

    async def _logged(self, messages: Sequence[Input]) -> dict[tuple[int, int], Record]:
        """The events that repeated messages have given before, by partition and offset."""
        wanted = {
            (self.log, message.record.partition, handled.first + ordinal)
            for message in messages for handled in self._handled(message) for ordinal in range(handled.count)
        }
        found = await self.place.reader.fetch(wanted) if wanted else {}
        return {(number, offset): record for (_, number, offset), record in found.items()}

    def _said_before(self, message: Input, logged: dict[tuple[int, int], Record]) -> Iterator[Record]:
        number = message.record.partition
        for handled in self._handled(message) if logged else ():
            yield from (logged[number, offset] for offset in range(handled.first, handled.first + handled.count))

    def _answer(self, message: Input, batch: Batch) -> None:
        """Put one message to every key that it concerns."""
        history, kind, key = self._histories[message.record.partition], type(message.message), message.envelope.subject
        if kind is Tick:
            for due in history.due(message.record.timestamp):
                self._put(message, history, due, None, batch)
        elif self._sweeps(message):
            self._sweep(message, history, key, batch)
        elif kind in self._by_message:
            self._put(message, history, key, self._by_message[kind], batch)
        else:
            self._refuse(message, history, key, RefusalCode.UNKNOWN_TYPE, batch)

    def _sweep(self, message: Input, history: History, key: str, batch: Batch) -> None:
        """Put a shared fact to the partition, then to every key, and note that this is done: what was broken off is finished, once."""
        self._put(message, history, key, None, batch)
        kind, answered = type(message.message), history.entry(key).handled
        handled = answered.get(message.cause)
        if kind not in self._by_message or message.known_as(message.swept_id) in answered or handled is None or not handled.same(message.digest):
            return
        for each in sorted(history.entries):
            self._put(message, history, each, self._by_message[kind], batch)
        batch.record(message, history, key, (MessageNoted(message_type=message.kind.name),), message.swept_id)

    def _put(self, message: Input, history: History, key: str, chosen: Chosen | None, batch: Batch) -> None:
        """Put a message to one key, once; without a chosen decider, to the partition's shared one (a tick: to those that have deadlines).

        A message of this key always leaves a fact: without one a repeat would be decided anew, against another state.
        """
        if self._seen(message, history, key, batch):
            return
        events = self._decide(message, history, key, chosen)
        if not events and not self._sweeps(message):
            events = (MessageNoted(message_type=message.kind.name),)
        if not events or batch.record(message, history, key, events):
            self.place.meter.handled("refused" if any(isinstance(event, MessageRefused) for event in events) else "decided")
        else:
            self._record_refusal(message, history, key, RefusalCode.TOO_MANY, batch)

    def _decide(self, message: Input, history: History, key: str, chosen: Chosen | None) -> tuple[Any, ...]:
        context = message.context(key, self.function.name, history.shared)
        if message.kind.cls is Tick:
            return self._let_pass(message, history.entry(key).states, context)
        if chosen is None:
            assert self.function.shared is not None
            return self.function.shared.decide(history.shared, message.message, context)
        (index, decider), states = chosen, history.entry(key).states
        if self._parties is None or self._sweeps(message):
            return decider.decide(states[index], message.message, context)
        return admit(states[self._parties], message.kind, context, lambda: decider.decide(states[index], message.message, context))

    def _let_pass(self, message: Input, states: list[Any], context: Context) -> tuple[Any, ...]:
        """Put a tick to every decider that has deadlines, one after the other."""
        events: tuple[Any, ...] = ()
        for index, decider in self._timed:
            events += decider.decide(states[index], message.message, context.changed(first=len(events)))
        return events

    def _refuse(self, message: Input, history: History, key: str, code: RefusalCode, batch: Batch) -> None:
        """Record a refusal that no decider has to make, once."""
        if not self._seen(message, history, key, batch):
            self._record_refusal(message, history, key, code, batch)

    def _seen(self, message: Input, history: History, key: str, batch: Batch) -> bool:
        """Whether this key has answered the message; the same id with other bytes is buried, and refused once."""
        answered = history.entry(key).handled
        handled = answered.get(message.cause)
        if handled is None:
            return False
        if handled.same(message.digest):
            self.place.meter.handled("repeated")
            return True
        batch.bury(message.record, PoisonError(RefusalCode.ID_CONFLICT, "ce_id"))
        if message.known_as(message.conflict_id) not in answered:
            self._record_refusal(message, history, key, RefusalCode.ID_CONFLICT, batch, message.conflict_id)
        return True

    def _record_refusal(self, message: Input, history: History, key: str, code: RefusalCode, batch: Batch, cause_id: str = "") -> None:
        self.place.meter.handled("refused")
        context = message.context(key, self.function.name, history.shared)
        batch.record(message, history, key, (refused(context, code),), cause_id)
