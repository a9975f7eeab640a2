"""A town whose log a ledger is taken from."""

from __future__ import annotations

from datetime import date
from typing import Any

from contracts.consent import (
    DisclosureDecided,
    DisclosureReleased,
    ProtectionFlagSet,
)
from contracts.envelope import PersonsNoted
from contracts.shared import (
    Basis,
    DataCategory,
    PartCode,
)
from kernel.days import DAY_MS
from kernel.decider import Context
from kernel.testing import AT
from services.consent.domain import registry
from services.consent.domain.findings import Logged
from services.consent.domain.ledger import Ledger
from services.consent.domain.sight import Entry
from services.consent.domain.viewing import Viewing
from tests.services.consent.town import GATE, MOTHER, PACK, SON, TOWN

BASIC, HEALTH, ADDRESS, DANGER, REPORTER = (
    DataCategory.BASIC, DataCategory.HEALTH, DataCategory.ADDRESS, DataCategory.DANGER, DataCategory.REPORTER,
)
CASE = "1" * 32
LATER = AT + 400 * DAY_MS
FLAG = ProtectionFlagSet(flag="5" * 32, person=SON, blocked_agencies=("workshop",), until=date(2026, 12, 31))


class Town:
    """A gate, and the log that it writes, one message an hour."""

    def __init__(self) -> None:
        self.log: list[Logged] = []
        self._town, self._states = TOWN, {CASE: GATE.initial}
        self._messages = 0

    def say(self, message: Any, agency: str = "elder", case: str = CASE) -> str:
        """Put a message to the gate and write what it decides; returns the message's id."""
        self._messages += 1
        identity = f"message-{self._messages}"
        if type(message) in registry.DECIDER.events:
            self._town = registry.evolve(self._town, message)
            self._write((message,), agency, "7" * 32, identity)
        if type(message) in GATE.messages:
            context = Context(
                at=self.at, key=case, function="consent", source=agency, message_id=identity, message_type=type(message).__name__, agency=agency,
                shared=self._town,
            )
            self._write(GATE.decide(self._states.get(case, GATE.initial), message, context), agency, case, identity)
        elif type(message) not in registry.DECIDER.events:
            self._write((message,), agency, case, identity)
        return identity

    @property
    def at(self) -> int:
        """When the message came in."""
        return AT + self._messages * DAY_MS // 24

    def deliver(self, identity: str, case: str = CASE, verdict: DisclosureDecided | None = None, opened: tuple[PartCode, ...] | None = None) -> None:
        """What the courier says of a verdict on a request, the last one."""
        verdict = verdict or self.verdict(identity)
        self.say(DisclosureReleased(
            verdict_id="v", decided_at=verdict.at, request_id=identity, event_id=verdict.event_id, event_type=verdict.event_type,
            recipient=verdict.recipient, basis=verdict.basis, consents=verdict.consents, released=verdict.released if opened is None else opened,
        ), "", case)

    def verdict(self, identity: str) -> DisclosureDecided:
        """The last verdict on a request."""
        return next(each.event for each in reversed(self.log) if isinstance(each.event, DisclosureDecided) and each.event.request_id == identity)

    def given(self, *messages: Any) -> str:
        """Facts, then a request that is delivered."""
        for message in messages:
            identity = self.say(message)
        self.deliver(identity)
        return identity

    def ledger(self, person: str = MOTHER, at: int = LATER, by_proxy: bool = False) -> list[Entry]:
        """A person's entries."""
        return list(self._folded(person).entries(at, by_proxy))

    def lines(self, person: str = MOTHER, at: int = LATER) -> list[Entry | Viewing]:
        """The same with what was read."""
        return list(self._folded(person).lines(at))

    def viewings(self, person: str = MOTHER, at: int = LATER, by_proxy: bool = False) -> list[Viewing]:
        """Who has read something of a person."""
        return list(self._folded(person).viewings(at, by_proxy))

    def _folded(self, person: str) -> Ledger:
        found = Ledger(person, {"hash": PACK})
        for each in self.log:
            found.read(each)
        return found

    def _write(self, events: tuple[Any, ...], agency: str, key: str, identity: str) -> None:
        for event in events:
            if type(event) in GATE.events:
                self._states[key] = GATE.evolve(self._states.get(key, GATE.initial), event)
            self.log.append(Logged(
                place=len(self.log), key=key, seq=0, id="", cause=(agency, identity), digest="", at=self.at, agency=agency, position="", event=event,
            ))


LOOK_UP = {"recipient": "tax", "agency": "tax", "event_type": "InformationRequested", "wanted": (ADDRESS,), "basis": Basis.NONE}
REPORTED = PersonsNoted(persons=(MOTHER, SON), reporters=(SON,))


def replace_flag(person: str) -> ProtectionFlagSet:
    """The same flag for somebody else."""
    return FLAG.changed(flag="6" * 32, person=person)
