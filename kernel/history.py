"""History: what one partition of a log says. The only state a function has; replayed whenever the partition is taken over.

Which events count says the reading rule of every reader, see ``reading``; a hole in ``seq`` is an alarm, since nothing may be missing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from kernel import envelope, serde
from kernel.causes import Cause, Handled, cause_of, number_of, parted
from kernel.decider import Decider, Function, derive_id
from kernel.reading import Passed
from kernel.records import LogReader, Record

Alarm = Callable[[str], None]
"""Called with a code: DUPLICATE (harmless, counted), SEQUENCE_GAP or CAUSE_CONFLICT (integrity)."""
SHORT = 32
"""Bytes of an event that holds no id of a person or a case."""


class Entry:
    """One key: its last ``seq``, one state per decider, what it has handled, and when it wants a tick (ms UTC)."""

    __slots__ = ("due", "handled", "seq", "states")

    def __init__(self, states: list[Any]) -> None:
        self.seq = 0
        self.states = states
        self.handled: dict[Cause, Handled] = {}
        self.due: int | None = None


class Folds:
    """Which deciders of a function fold which event type; built once, shared by all partitions."""

    def __init__(self, function: Function) -> None:
        self.function = function
        self.initial = [decider.initial for decider in function.deciders]
        self.shared = function.shared
        self._timed = [index for index, decider in enumerate(function.deciders) if decider.due]
        self._by_type: dict[type, list[tuple[int, Decider[Any]]]] = {}
        for index, decider in enumerate(function.deciders):
            for kind in decider.events:
                self._by_type.setdefault(kind, []).append((index, decider))

    def apply(self, entry: Entry, event: Any) -> None:
        """Fold one event of this key into every state that wants it."""
        for index, decider in self._by_type.get(type(event), ()):
            entry.states[index] = decider.evolve(entry.states[index], event)

    def wake(self, entry: Entry) -> None:
        """Note when the key is due next."""
        wanted = [self.function.deciders[index].due(entry.states[index]) for index in self._timed]  # type: ignore[misc]
        entry.due = min((at for at in wanted if at is not None), default=None)


class History:
    """One partition of a function's log, folded. ``next_offset`` is where the next event must land if we are the only writer."""

    def __init__(self, folds: Folds, alarm: Alarm) -> None:
        self._folds = folds
        self._alarm = alarm
        self.told: Callable[[Any], None] | None = None
        """Told of every event that is folded; see ``kernel.watching``."""
        self.entries: dict[str, Entry] = {}
        self.shared: Any = folds.shared.initial if folds.shared else None
        self.next_offset = 0
        self._passed = Passed()

    def entry(self, key: str) -> Entry:
        """The entry of one key; a new key starts from the initial states."""
        found = self.entries.get(key)
        if found is None:
            found = self.entries[key] = Entry(list(self._folds.initial))
        return found

    def apply(self, entry: Entry, event: Any) -> None:
        """Fold a new event: give it the next ``seq`` of its key."""
        entry.seq += 1
        self._folds.apply(entry, event)
        if self._folds.shared and type(event) in self._folds.shared.events:
            self.shared = self._folds.shared.evolve(self.shared, event)
        if self.told:
            self.told(event)

    def wake(self, entry: Entry) -> None:
        """Note when the key is due next; to be called after its events of one message."""
        self._folds.wake(entry)

    def due(self, at: int) -> list[str]:
        """Keys that want a tick by ``at`` (ms UTC), in order."""
        return sorted(key for key, entry in self.entries.items() if entry.due is not None and entry.due <= at)

    def offset_of(self, key: str, event_id: str) -> int | None:
        """Where in the log an event of this key lies; None when it is not known. Derives ids instead of keeping them."""
        name = self._folds.function.name
        for cause, handled in self.entry(key).handled.items():
            source, message_id = parted(cause)
            for ordinal in range(handled.count):
                if handled.first >= 0 and derive_id(name, source, message_id, key, ordinal) == event_id:
                    return handled.first + ordinal
        return None

    def read(self, record: Record) -> None:
        """Take one record of the log into account; ``wake_all`` follows the last. Raises PoisonError: a log of ours is never unreadable."""
        self.next_offset = record.offset + 1
        subject, seq, source, message_id, digest = envelope.origin(record.key, record.headers)
        entry, cause = self.entry(subject), cause_of(source, message_id)
        handled = entry.handled.get(cause)
        late = seq <= entry.seq or (handled and record.offset != handled.first + handled.count)
        if self._passed.over(record, subject, cause, bool(late)):
            self._alarm("DUPLICATE" if handled and handled.same(digest) else "CAUSE_CONFLICT")
            return
        if seq > entry.seq + 1:
            self._alarm("SEQUENCE_GAP")
            entry.seq = seq - 1
        if handled:
            handled.count += 1
        else:
            entry.handled[cause] = Handled(number_of(digest), record.offset, 1)
        self.apply(entry, _event(record.value))

    def wake_all(self) -> None:
        """Note when each key is due next: once, after everything was read."""
        for entry in self.entries.values():
            self.wake(entry)


def _event(value: bytes | None) -> Any:
    return _short(value) if value and len(value) <= SHORT else serde.unwrapped(serde.decode(value))


@lru_cache(maxsize=4_096)
def _short(value: bytes) -> Any:
    """Half of what logs hold is short and comes again, byte by byte: that an agency has a part, that a message is noted. Events never change."""
    return serde.unwrapped(serde.decode(value))


async def replay(folds: Folds, reader: LogReader, topic: str, partition: int, alarm: Alarm,
                 progress: Callable[[int], None] = lambda records: None, watched: Callable[[History], None] = lambda history: None) -> History:
    """Fold one partition of a log from its beginning to its present end. ``watched`` has the empty history first. Raises Unavailable."""
    history = History(folds, alarm)
    watched(history)
    end = await reader.end(topic, partition)
    async for records in reader.scan(topic, partition, 0, end):
        _read_all(history, records)
        progress(len(records))
    history.wake_all()
    return history


def _read_all(history: History, records: Sequence[Record]) -> None:
    for record in records:
        history.read(record)
