"""Decider: the pure heart of every function. Standard library and records only; no clock, no random, no I/O.

A *decider* (決定子) is two functions over frozen data: ``decide(state, message, context) -> events`` and
``evolve(state, event) -> state``. A *function* (支援機能) is one inbox, one log and the deciders that share them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any, Generic, TypeVar

from contracts.record import Record
from kernel.days import day_in_japan

S = TypeVar("S")

_VARIANT = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}


def derive_id(processor: str, source: str, message_id: str, key: str, ordinal: int) -> str:
    """The id of the ``ordinal``-th event that ``processor`` derives under ``key`` from one message: a UUIDv8 cut from SHA-256.

    Same cause, same id, on every machine and for ever. Topic, partition, offset, time and code version are not part of it.
    The texts must not contain 0x1f (the envelope refuses ids that do).
    """
    cause = "\x1f".join(("tsunagu", processor, source, message_id, key, str(ordinal)))
    digest = sha256(cause.encode()).hexdigest()
    return f"{digest[:8]}-{digest[8:12]}-8{digest[13:16]}-{_VARIANT[digest[16]]}{digest[17:20]}-{digest[20:32]}"


@dataclass(frozen=True, slots=True)
class Part:
    """The codes on one sealed part: whom it is about, of which category, and whether the event is useless without it."""

    person: str
    category: str
    essential: bool


class Context(Record, frozen=True, kw_only=True):
    """What a decision may know beside state and message. All of it comes with the input record, so a replay sees the same."""

    at: int
    """Append time of the input record at the broker, milliseconds UTC: the only "now" a decider has."""
    key: str
    """Record key: the case (個人・世帯) or other entity that the message is about."""
    function: str
    """Name of the function that decides; part of every derived id."""
    source: str
    """Who wrote the message: an agency's id (through the front door) or a function's name."""
    message_id: str
    message_type: str
    """Short type name of the message."""
    reported_id: str = ""
    """Id of the agency's own message, where another of our functions has passed its consequence on; empty when this is it."""
    agency: str = ""
    """Agency on whose behalf the message came; empty for a tick."""
    agency_kind: str = ""
    """Its kind in the registry when the front door took the message in; empty where it did not come through the front door itself."""
    basis: str = ""
    """The lawful basis that the agency claims for passing its own message on, as a code; empty where it claims none."""
    purpose: str = ""
    """The purpose that it claims beside it."""
    authored: date | None = None
    """The day in Japan on which its sender says it was written down, never later than it came in; None where nobody says."""
    position: str = ""
    """``topic/partition/offset`` of the logged event that travelled here, or empty. A transport hint, never identity."""
    parts: tuple[Part, ...] = ()
    """Codes of the input's sealed parts."""
    persons: tuple[str, ...] = ()
    """Pseudonyms of the persons whom the body of the input names, sorted."""
    reporters: tuple[str, ...] = ()
    """Those of them whom it names only as somebody who has reported something (知らせた人), sorted."""
    shared: Any = None
    """State of the whole partition, for functions that have a ``shared`` decider; else None."""
    first: int = 0
    """How many events another decider has given to the same message before: a tick goes to every decider that has deadlines."""

    @property
    def today(self) -> date:
        """The day in Japan on which the message came in: what has happened did so by then, what is planned comes later."""
        return day_in_japan(self.at)

    def event_id(self, ordinal: int) -> str:
        """The id that the ``ordinal``-th (from 0) event returned by this decision will carry."""
        return derive_id(self.function, self.source, self.message_id, self.key, self.first + ordinal)


@dataclass(frozen=True, slots=True)
class Decider(Generic[S]):
    """One pure decider: its initial state, its two functions, and the types it takes and folds.

    ``due(state)`` (optional) tells when, in milliseconds UTC, the entity wants to be asked again; None = never. Then ``decide`` takes ticks,
    which are not listed among ``messages``: they go to every decider that has deadlines.
    """

    name: str
    initial: S
    decide: Callable[[S, Any, Context], tuple[Any, ...]]
    evolve: Callable[[S, Any], S]
    messages: tuple[type, ...]
    events: tuple[type, ...]
    due: Callable[[S], int | None] | None = None


@dataclass(frozen=True, slots=True)
class Function:
    """One inbox, one log, and the deciders that share them.

    A message goes to the one decider that lists its type, a tick to each that has deadlines; a recorded event is folded by every decider that lists its type.
    ``shared`` is a decider whose one state belongs to the partition, not to a key: it takes broadcast facts, and its state is
    every other decider's ``context.shared``. A broadcast type that a keyed decider lists too is then put to each key in order.
    """

    name: str
    deciders: tuple[Decider[Any], ...]
    shared: Decider[Any] | None = None

    def __post_init__(self) -> None:
        """Raises ValueError when two deciders claim one message type: then order would decide, not the reader."""
        claimed = [kind for decider in self.deciders for kind in decider.messages]
        twice = {kind.__name__ for kind in claimed if claimed.count(kind) > 1}
        if twice:
            raise ValueError(f"function {self.name}: message types claimed by two deciders: {', '.join(sorted(twice))}")


def fold(decider: Decider[S], events: tuple[Any, ...], state: S | None = None) -> S:
    """The state after ``events``; those of other deciders on the same log are passed over."""
    current = decider.initial if state is None else state
    for event in events:
        if type(event) in decider.events:
            current = decider.evolve(current, event)
    return current
