"""Given, when, then: the words in which every decider is tested. Ships with the kernel; needs no broker, clock or mock.

    given(DECIDER, CaseOpened(...)).when(RolesAssigned(...), agency="a").then(RolesAssigned(...), DisclosureRequested(...))
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from kernel.decider import Context, Decider, Part, fold

AT = 1_780_000_000_000
"""A fixed moment of the tests (milliseconds UTC, May 2026)."""
KEY = "c0ffee00000000000000000000000001"
MESSAGE_ID = "00000000-0000-8000-8000-000000000001"


@dataclass(frozen=True, slots=True)
class Given:
    """A decider and the events that its log already holds."""

    decider: Decider[Any]
    past: tuple[Any, ...]
    at: int = AT
    key: str = KEY
    shared: Any = None

    def when(self, message: Any, *, agency: str = "agency", source: str | None = None, parts: Sequence[Part] = (),
             persons: Sequence[str] = (), at: int | None = None, message_id: str = MESSAGE_ID, position: str = "", function: str | None = None,
             agency_kind: str = "", basis: str = "", purpose: str = "", authored: date | None = None) -> Then:
        """Put one message to the decider. ``source`` defaults to the agency itself, as through the front door."""
        context = Context(
            at=self.at if at is None else at, key=self.key, function=function or self.decider.name,
            source=agency if source is None else source, message_id=message_id, message_type=type(message).__name__,
            agency=agency, agency_kind=agency_kind, position=position, parts=tuple(parts), persons=tuple(persons), shared=self.shared,
            basis=basis, purpose=purpose, authored=authored,
        )
        events = self.decider.decide(self.state, message, context)
        _only_known_events(self.decider, events)
        return Then(self, context, events)

    @property
    def state(self) -> Any:
        """The state folded from the past."""
        return fold(self.decider, self.past)


@dataclass(frozen=True, slots=True)
class Then:
    """What the decision gave. Every assertion returns a Given that has folded it, so that a test can go on."""

    given: Given
    context: Context
    events: tuple[Any, ...]

    def then(self, *expected: Any) -> Given:
        """Exactly these events, in this order. A type instead of a value asks for the type only."""
        actual = tuple(type(event) if isinstance(want, type) else event for want, event in zip(expected, self.events))
        assert expected == actual + self.events[len(actual):]
        return self.after()

    def then_nothing(self) -> Given:
        """No event at all."""
        assert () == self.events
        return self.after()

    def then_refused(self, code: Any) -> Given:
        """One refusal, with this code, addressed to the agency that asked."""
        assert ["MessageRefused"] == [type(event).__name__ for event in self.events], self.events
        (refusal,) = self.events
        assert (code, self.context.agency) == (refusal.code, refusal.agency)
        return self.after()

    def after(self) -> Given:
        """The same decider with these events added to its past."""
        return replace(self.given, past=self.given.past + self.events)

    @property
    def state(self) -> Any:
        """The state after the decision."""
        return self.after().state


def given(decider: Decider[Any], *events: Any, at: int = AT, key: str = KEY, shared: Any = None) -> Given:
    """Start a sentence: this decider has already recorded these events."""
    return Given(decider, events, at, key, shared)


def _only_known_events(decider: Decider[Any], events: tuple[Any, ...]) -> None:
    assert isinstance(events, tuple), f"{decider.name}.decide must return a tuple, not {type(events).__name__}"
    unknown = {type(event).__name__ for event in events if type(event) not in decider.events}
    assert not unknown, f"{decider.name} decided events it does not list: {sorted(unknown)}"
