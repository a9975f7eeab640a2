"""Routing (振り分け): to which functions an admitted event goes, and how much of it. The schema of its type says so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from contracts.catalogue import EventType
from contracts.topics import SUPPORT_FUNCTIONS, Function


class Content(Enum):
    """What a function gets of an admitted event."""

    WHOLE = auto()
    """With its sealed parts."""
    BODY = auto()
    """A copy without any personal part."""
    ANNOUNCEMENT = auto()
    """Only who opened the case."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One inbox that an admitted event goes to; ``everywhere``: to each of its partitions."""

    function: Function
    content: Content
    everywhere: bool = False


def deliveries(kind: EventType) -> Iterator[Delivery]:
    """Where an admitted event of this type goes. Announcements must have arrived before the event itself is sent."""
    owner = Function(kind.function)
    if kind.key == "case" and kind.part == "opens":
        yield from (Delivery(each, Content.ANNOUNCEMENT) for each in (*SUPPORT_FUNCTIONS, Function.CONSENT) if each is not owner)
    yield Delivery(owner, Content.WHOLE, kind.broadcast and owner is Function.CONSENT)
    yield from (Delivery(Function(copy), Content.BODY) for copy in kind.copies)
