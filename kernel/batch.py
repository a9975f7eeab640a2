"""Batch: what a function gives to one batch of messages: log records, what travels on from them, dead letters."""

from __future__ import annotations

from typing import Any

from contracts.envelope import DisclosureRequested
from kernel import outputs, serde
from kernel.causes import Handled, cause_of, number_of
from kernel.deadletters import dead_letter
from kernel.envelope import POSITION, header
from kernel.failures import IntegrityError, PoisonError
from kernel.history import Entry, History
from kernel.inputs import Input
from kernel.place import Place
from kernel.records import Outgoing, Record, position
from kernel.watching import Answered

MAX_ANSWER = 900_000
"""Most bytes that the events of one message may have together: they must fit into one record batch of 1 MiB."""
_OVERHEAD = 1_200
"""Upper bound of key and headers of one log record, in bytes."""


class Batch:
    """Grows while a batch is decided; ``out`` is then sent; ``settle`` notes where it landed."""

    def __init__(self, function: str, place: Place) -> None:
        self.out: list[Outgoing] = []
        self._function, self._place = function, place
        self._log = place.routes.topics.log(function)
        self._own = {place.routes.topics.inbox(function), *((place.routes.topics.urgent,) if place.urgent else ())}
        self._unsettled: list[tuple[History, Handled, list[Outgoing]]] = []
        self._fresh: dict[str, Outgoing] = {}
        self._answered: list[Answered] = []

    def bury(self, record: Record, error: PoisonError) -> None:
        """Put a record among the dead letters of this service."""
        place = self._place
        self.out.append(dead_letter(record, error, place.routes.topics.dead_letters(place.service), place.service))
        place.meter.dead_letter(error.code)

    def record(self, message: Input, history: History, key: str, events: tuple[Any, ...], cause_id: str = "") -> bool:
        """Write what was decided on ``message`` under ``key``, fold it, and send on what travels; False, and nothing, if it is too much."""
        entry, cause_id = history.entry(key), cause_id or message.envelope.id
        answer = [self._written(event, message, cause_id, key, entry, ordinal) for ordinal, event in enumerate(events)]
        if sum(len(outgoing.value or b"") + _OVERHEAD for outgoing in answer) > MAX_ANSWER:
            return False
        for event in events:
            history.apply(entry, event)
        history.wake(entry)
        handled = entry.handled[cause_of(message.envelope.source, cause_id)] = Handled(number_of(message.digest), -1, len(answer))
        self._unsettled.append((history, handled, answer))
        if self._place.watch:
            self._answered.append(Answered(message.kind.cls, message.record.timestamp, events))
        self.out.extend(answer)
        for event, outgoing in zip(events, answer, strict=True):
            self._fresh[_id(outgoing.headers)] = outgoing
            self._send_on(history, event, key, outgoing)
        return True

    def say_again(self, history: History, logged: Record) -> None:
        """Send on once more what travels from an event that is in the log already; the same ids, the same bytes."""
        event = serde.unwrapped(serde.decode(logged.value))
        again = Outgoing(self._log, logged.partition, logged.key, logged.value, list(logged.headers), offset=logged.offset)
        self._send_on(history, event, (logged.key or b"").decode(), again)

    def settle(self) -> None:
        """Note where our events lie. Raises IntegrityError when another writer was there: the state must be read anew."""
        for history, handled, answer in self._unsettled:
            handled.first = answer[0].offset
            for outgoing in answer:
                if outgoing.offset != history.next_offset:
                    raise IntegrityError(f"{outgoing.position}: offset {history.next_offset} was expected; another writer?")
                history.next_offset += 1
        if self._place.watch:
            self._place.watch.answered(self._answered)

    def _written(self, event: Any, message: Input, cause_id: str, key: str, entry: Entry, ordinal: int) -> Outgoing:
        return outputs.log_record(
            event, message, cause_id=cause_id, key=key, seq=entry.seq + 1 + ordinal, ordinal=ordinal, function=self._function,
            log=self._log, municipality=self._place.routes.topics.municipality,
        )

    def _send_on(self, history: History, event: Any, key: str, logged: Outgoing) -> None:
        """A message for each place the event travels to; never back into our own inbox under the same key."""
        for route in self._place.routes.of(serde.type_of(event), event, key):
            if route.topic in self._own and route.key == logged.key:
                continue
            headers = logged.headers if route.key == logged.key else _about(route.key, logged.headers)
            message = Outgoing(route.topic, route.partition, route.key, logged.value, headers, route.stage)
            self._point(message, history, event, key, logged)
            self.out.append(message)

    def _point(self, message: Outgoing, history: History, event: Any, key: str, logged: Outgoing) -> None:
        """Name the log position of the event itself, or of the one whose release a request asks for."""
        if type(event) is DisclosureRequested and event.event_id != _id(logged.headers):
            target = self._fresh.get(event.event_id)
            offset = None if target else history.offset_of(key, event.event_id)
        else:
            target, offset = logged, logged.offset if logged.offset >= 0 else None
        if offset is not None:
            message.headers = [*message.headers, (POSITION, position(self._log, logged.partition, offset).encode())]
        else:
            message.position_of = target


def _id(headers: list[tuple[str, bytes]]) -> str:
    return (header(headers, "ce_id") or b"").decode()


def _about(key: bytes, headers: list[tuple[str, bytes]]) -> list[tuple[str, bytes]]:
    """The headers of an event that travels on under another key: its subject follows, its identity stays."""
    return [(name, key if name == "ce_subject" else value) for name, value in headers]
