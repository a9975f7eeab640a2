"""Where a day is played: on the real system or in memory, the same story says the same words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from cli.agency.message import Draft
from cli.day.view import View


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One event that an agency is about to report. ``id`` is the message's id for ever; ``time``: when it happened (empty: now); ``basis``, ``purpose``: what it claims."""

    agency: str
    event: Any
    subject: str
    id: str
    time: str = ""
    basis: str = ""
    purpose: str = ""


class Stage(Protocol):
    """The agencies' accounts, and what can be seen."""

    view: View

    @property
    def today(self) -> date:
        """The day in Japan."""

    def say(self, words: Words) -> int:
        """Let an agency report an event through its own outbox; the append time, ms UTC."""

    def post(self, agency: str, *drafts: Draft) -> int:
        """Put records, broken ones too, into an agency's outbox in one burst; the append time of the last."""

    def until(self, done: Callable[[], bool]) -> bool:
        """Let things happen until ``done``; False when it took too long."""

    def restart(self, service: str) -> bool:
        """kill -9 a service; whoever supervises it starts it again. False where nobody does."""

    def figures(self) -> dict[tuple[str, str], int] | None:
        """The reported figures of all months by metric and dimension; None where there is no reporting."""
