"""Plays the story on a stage: says the words, waits until everything that must follow has been seen, and keeps the table's rows."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cli.agency.message import Draft, Heard
from cli.day.rows import Row, Want, compare, recorded, rows_of
from cli.day.stage import Stage, Words
from cli.day.view import View
from contracts.catalogue import BY_CLASS
from contracts.topics import SUPPORT_FUNCTIONS


def pseudonym() -> str:
    """A random 128-bit id of a case, a person or another entity, as a client makes it."""
    return secrets.token_hex(16)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One message that was taken in, for the recount."""

    step: int
    agency: str
    event: Any
    subject: str


class Day:
    """One working day under way."""

    def __init__(self, stage: Stage, tell: Callable[[Row], None] = lambda row: None, disturb: Callable[[int], None] = lambda step: None) -> None:
        """``tell`` hears of each row as it comes about; ``disturb`` is called with the step's number as soon as a message is sent."""
        self.stage, self.step = stage, 0
        self.rows: list[Row] = []
        self.told: list[Told] = []
        self._tell, self._disturb = tell, disturb

    @property
    def view(self) -> View:
        """What has been seen."""
        return self.stage.view

    def say(self, agency: str, event: Any, subject: str, *wants: Want, id: str = "", stranger: bool = False, basis: str = "", purpose: str = "") -> list[Row]:
        """Report an event and wait for all that ``wants`` names (default: it is recorded).

        The agency speaks only once the function knows its part in the case, as it would after hours of other work; a
        ``stranger`` has none and speaks all the same. ``basis``, ``purpose``: what it claims for passing the event on.
        """
        if not stranger:
            self._wait_for_part(agency, event, subject)
        words = Words(agency=agency, event=event, subject=subject, id=id or str(uuid.uuid4()), basis=basis, purpose=purpose)
        sent_at = self.stage.say(words)
        self._disturb(self.step)
        rows = self.follow(agency, words.id, type(event).__name__, sent_at, *(wants or (recorded(),)))
        if not any(row.outcome.startswith("REFUSED") for row in rows):
            self.recount(agency, event, subject)
        return rows

    def recount(self, agency: str, event: Any, subject: str) -> None:
        """Count a message that was posted raw and taken in."""
        self.told.append(Told(step=self.step, agency=agency, event=event, subject=subject))

    def post(self, agency: str, *drafts: Draft) -> int:
        """Put raw records into an outbox; the append time of the last, ms UTC."""
        sent_at = self.stage.post(agency, *drafts)
        self._disturb(self.step)
        return sent_at

    def follow(self, agency: str, message_id: str, message_type: str, sent_at: int, *wants: Want) -> list[Row]:
        """Wait for what must come of a message, and add the rows."""

        def observed() -> list[Row]:
            return rows_of(self.view, self.step, agency, message_id, message_type, sent_at)

        def complete() -> bool:
            return not self.view.missing(agency, message_id) and not compare(observed(), wants, message_type)

        timely = self.stage.until(complete)
        rows = observed() or [Row(step=self.step, agency=agency, event_id=message_id, type=message_type, outcome="MISSING")]
        if not timely:
            wrong = compare(rows, wants, message_type) or "; ".join(self.view.missing(agency, message_id))
            for row in rows:
                row.fault = wrong
        self.add(*rows)
        return rows

    def add(self, *rows: Row) -> None:
        """Keep rows and tell of them."""
        self.rows.extend(rows)
        for row in rows:
            self._tell(row)

    def learned(self, agency: str, kind: type, subject: str = "") -> Heard:
        """The last event of this type (about ``subject``) that has reached the agency: what it may speak of. Raises LookupError."""
        for heard in reversed(self.view.heard[agency]):
            if type(heard.event) is kind and subject in ("", heard.subject):
                return heard
        raise LookupError(f"{agency} has not received any {kind.__name__}")

    def _wait_for_part(self, agency: str, event: Any, subject: str) -> None:
        kind = BY_CLASS[type(event)]
        functions = [kind.function, *kind.copies] if kind.part == "required" else []
        known = [name for name in functions if name in (*SUPPORT_FUNCTIONS, "consent")]
        self.stage.until(lambda: all(self.view.has_part(agency, subject, name) for name in known))
