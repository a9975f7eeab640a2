"""Turns (一通ごとの検算): what one message must have made the gate decide, so that no verdict is missing and none is uncalled for.

A message is known by the first event that it left under a key: the fact itself, a fact of the whole town, or what only time brings.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from contracts.consent import ConsentExpired, ConsentLapsed, DisclosureDecided, UseExpired
from contracts.envelope import DeadlineMissed, DisclosureRequested, MessageNoted, MessageRefused, Tick
from kernel.decider import Context, Decider
from services.consent.domain import registry
from services.consent.domain.casefile import CaseFile
from services.consent.domain.findings import DOES_NOT_FOLLOW, Difference, Finding, Logged
from services.consent.domain.pack import PolicyPack, in_force
from services.consent.domain.reasons import Reason
from services.consent.domain.registry import Registry

FUNCTION = "consent"
_OF_TIME = (DeadlineMissed, ConsentExpired, ConsentLapsed, UseExpired, DisclosureDecided)
"""What a tick may leave first."""
_SWEPT = "#swept/"
_TIMER = "tsunagu.consent"


@dataclass(slots=True)
class Turn:
    """What one message has left under one key so far, and the case and the town before it."""

    first: Logged
    before: CaseFile
    town: Registry
    decided: list[str] = field(default_factory=list)
    unjudged: bool = False
    """Something was decided for want of a pack: this build may know it."""


@dataclass(slots=True)
class CaseLog:
    """One key of the log, read up to a place."""

    case: CaseFile
    seq: int = 0
    place: int = -1
    passed: int = -1
    """Where something was passed over last."""
    causes: dict[tuple[str, str], tuple[str, int]] = field(default_factory=dict)
    """What was answered: digest and number of events."""
    asked: Logged | None = None
    """The request whose verdict must come next."""
    turn: Turn | None = None

    def count(self, logged: Logged) -> None:
        """Note that this record counts."""
        digest, count = self.causes.get(logged.cause, (logged.digest, 0))
        self.causes[logged.cause] = (digest, count + 1)
        self.seq, self.place = logged.seq, logged.place
        self.asked = logged if type(logged.event) is DisclosureRequested else None


class Turns:
    """What every message of one partition has made the gate decide, against what it makes it decide again."""

    def __init__(self, gate: Decider[CaseFile], packs: Mapping[str, PolicyPack]) -> None:
        self._gate, self._packs = gate, packs
        self._spoken = frozenset(gate.messages) - frozenset(registry.DECIDER.messages) - {DisclosureRequested, MessageRefused}
        self._of_town = frozenset(gate.messages) & frozenset(registry.DECIDER.messages)
        self._facts: dict[tuple[str, str], Logged] = {}
        self._tick: Logged | None = None
        self._last: Logged | None = None
        self.keys: dict[str, CaseLog] = {}

    def of(self, key: str) -> CaseLog:
        """The log of one key as far as it has been read."""
        found = self.keys.get(key)
        if found is None:
            found = self.keys[key] = CaseLog(self._gate.initial)
        return found

    def begin(self, log: CaseLog, logged: Logged, town: Registry) -> Iterator[Finding]:
        """Before a record is folded: with the first of another message, the turn before is over."""
        if log.turn is None or log.turn.first.cause != logged.cause:
            yield from self._closed(log.turn)
            log.turn = Turn(logged, log.case, town)
        if type(logged.event) is DisclosureDecided:
            log.turn.decided.append(logged.event.request_id)
            log.turn.unjudged |= Reason.POLICY_UNKNOWN in logged.event.reasons
        if _of_time(log.turn.first):
            self._tick = logged
        self._last = logged

    def after(self, logged: Logged, town: Registry) -> Iterator[Finding]:
        """After a record is folded: a fact of the town is kept; once every case has had it, nothing may be left to decide."""
        if type(logged.event) in self._of_town:
            self._facts[logged.cause] = logged
        source, _, place = logged.cause[1].rpartition(_SWEPT)
        fact = self._facts.get((logged.cause[0], source)) if place and type(logged.event) is MessageNoted else None
        if fact is not None:
            yield from self._left(fact.event, fact, {key: log for key, log in self.keys.items() if key != fact.key}, town)

    def end(self, town: Registry) -> Iterator[Finding]:
        """When nothing more comes: the last turns, and what the last tick should have brought."""
        for log in self.keys.values():
            yield from self._closed(log.turn)
            if log.asked is not None:
                yield log.asked.found(Difference.VERDICT_MISSING, log.asked.cause[1])
        tick = self._tick
        if tick is not None and self._last is not None:
            over = self._last.cause != tick.cause
            reached = {key: log for key, log in self.keys.items() if log.place < tick.place and (over or key < tick.key)}
            yield from self._left(Tick(), tick, {key: log for key, log in reached.items() if self._due(log.case, tick.at)}, town)

    def _due(self, case: CaseFile, at: int) -> bool:
        due = self._gate.due(case) if self._gate.due else None
        return due is not None and due <= at

    def _closed(self, turn: Turn | None) -> Iterator[Finding]:
        """What the message makes the gate decide again, by request, against what it did."""
        message = None if turn is None else self._message(turn.first)
        if turn is None or message is None or turn.unjudged or not self._known(turn.town, turn.first.at, turn.before):
            return
        try:
            events = self._gate.decide(turn.before, message, _context(turn.first, message, turn.town))
        except DOES_NOT_FOLLOW:
            yield turn.first.found(Difference.SEQUENCE, detail="it cannot follow what stands before it")
            return
        if events and type(events[0]) is MessageRefused:
            return  # this build would not have recorded it: what it is, is in the log all the same
        expected = [event.request_id for event in events if type(event) is DisclosureDecided]
        for request in sorted(set(expected) - set(turn.decided)):
            yield turn.first.found(Difference.VERDICT_MISSING, request)
        for request in sorted(set(turn.decided) - set(expected)):
            yield turn.first.found(Difference.VERDICT_UNCALLED, request)

    def _message(self, first: Logged) -> Any:
        """The message that left this event first; None where it decides about nothing else than itself."""
        kind = type(first.event)
        if kind in self._spoken:
            return first.event
        fact = self._facts.get(first.cause)
        if fact is not None:
            return None if fact.key == first.key else fact.event
        return Tick() if _of_time(first) else None

    def _left(self, message: Any, said: Logged, keys: Mapping[str, CaseLog], town: Registry) -> Iterator[Finding]:
        """What this message would still make the gate decide in these cases: it has had its turn there."""
        for key in sorted(keys):
            case = keys[key].case
            if (case.holds or case.deliveries) and self._known(town, said.at, case):
                for event in self._gate.decide(case, message, _context(said.changed(key=key), message, town)):
                    if type(event) is DisclosureDecided:
                        yield said.changed(key=key).found(Difference.VERDICT_MISSING, event.request_id)

    def _known(self, town: Registry, at: int, case: CaseFile) -> bool:
        """Whether this build can tell which pack was in force; and the build of then could, of what waits."""
        return in_force(self._packs, town.policy, town.earlier, at) is not None and not any(hold.unjudged for hold in case.holds.values())


def _of_time(first: Logged) -> bool:
    """Whether a tick has left it: the gate's own timer spoke, and it tells of no fact that came from elsewhere."""
    return type(first.event) in _OF_TIME and first.cause[0] == _TIMER


def _context(first: Logged, message: Any, town: Registry) -> Context:
    source, identity = first.cause
    return Context(
        at=first.at, key=first.key, function=FUNCTION, source=source, message_id=identity, message_type=type(message).__name__,
        agency="" if type(message) is Tick else first.agency, shared=town,
    )
