"""Pending (未了の数): what waits in one partition of the gate's log, counted along with the log; no case is looked through for a scrape."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import Any

from contracts.consent import DisclosureDecided, KeyDestroyed, RightsDecided, StopNoticeAnswered, UseStopRequested
from contracts.envelope import DeadlineMet, DeadlineMissed, DeadlineSet
from contracts.shared import Deadline, Outcome, RightsOutcome

REQUESTED, GRANTED = "REQUESTED", "GRANTED"
STAGES = (REQUESTED, GRANTED)
"""Where an erasure (利用停止・消去) stands: asked for and not decided; granted, and no key of the person destroyed yet."""

COUNTED = frozenset((DisclosureDecided, KeyDestroyed, RightsDecided, StopNoticeAnswered, UseStopRequested, DeadlineMet, DeadlineMissed, DeadlineSet))
"""Events that change what waits."""


@dataclass(slots=True)
class Held:
    """What is held for one recipient: when each request was held first, ms UTC."""

    since: dict[str, int] = field(default_factory=dict)
    _by_age: list[tuple[int, str]] = field(default_factory=list)

    def hold(self, request: str, at: int) -> None:
        """A request is held; one that is held anew is as old as before."""
        if request not in self.since:
            self.since[request] = at
            heappush(self._by_age, (at, request))

    def oldest(self) -> int | None:
        """When the oldest one was held, None where there is none."""
        while self._by_age and self.since.get(self._by_age[0][1]) != self._by_age[0][0]:
            heappop(self._by_age)
        return self._by_age[0][0] if self._by_age else None


@dataclass(slots=True)
class Pending:
    """One partition: holds by recipient, stop notices without an answer, erasures that were asked for or granted."""

    held: dict[str, Held] = field(default_factory=dict)
    asked: dict[str, tuple[str, int | None]] = field(default_factory=dict)
    """Use stops that are not decided: whose, and by when the answer is due (ms UTC), by request."""
    granted: dict[str, set[str]] = field(default_factory=dict)
    """Requests that were granted and are not carried out, by person."""
    _recipients: dict[str, str] = field(default_factory=dict)
    _notices: set[str] = field(default_factory=set)
    _late: Counter[str] = field(default_factory=Counter)
    """Stop notices whose time is over without an answer, less the answers that came after it, by consent."""

    def take(self, event: Any) -> None:
        """After one event of the log, one of COUNTED."""
        match event:
            case DisclosureDecided():
                self._decided(event)
            case DeadlineSet(deadline=Deadline.STOP_NOTICE_ANSWER):
                self._notices.add(event.of)
            case DeadlineMet(deadline=Deadline.STOP_NOTICE_ANSWER) if event.of in self._notices:
                self._notices.remove(event.of)
                self._late[_consent(event.of)] += 1  # its answer was counted just before
            case DeadlineMissed(deadline=Deadline.STOP_NOTICE_ANSWER) if event.of in self._notices:
                self._notices.remove(event.of)
                self._late[_consent(event.of)] += 1
            case StopNoticeAnswered():
                self._late[event.consent] -= 1
            case UseStopRequested():
                self.asked[event.request] = event.person, None
            case DeadlineSet(deadline=Deadline.RIGHTS_ANSWER) if event.of in self.asked:
                self.asked[event.of] = self.asked[event.of][0], event.due
            case RightsDecided() if event.request in self.asked:
                person, _ = self.asked.pop(event.request)
                if event.outcome in (RightsOutcome.GRANTED, RightsOutcome.PARTIAL):
                    self.granted.setdefault(person, set()).add(event.request)
            case KeyDestroyed():
                self.granted.pop(event.person, None)

    @property
    def unanswered(self) -> int:
        """Stop notices that nobody has answered, in their time or after it."""
        return len(self._notices) + sum(count for count in self._late.values() if count > 0)

    def due(self) -> Iterator[int]:
        """By when each use stop that is not decided is to be answered, ms UTC."""
        return (due for _, due in self.asked.values() if due is not None)

    def erasures(self, stage: str) -> int:
        """How many stand in one of STAGES."""
        return len(self.asked) if stage == REQUESTED else sum(map(len, self.granted.values()))

    def _decided(self, verdict: DisclosureDecided) -> None:
        if verdict.outcome is Outcome.HOLD:
            self._recipients[verdict.request_id] = verdict.recipient
            self.held.setdefault(verdict.recipient, Held()).hold(verdict.request_id, verdict.at)
        elif (recipient := self._recipients.pop(verdict.request_id, None)) is not None:
            self.held[recipient].since.pop(verdict.request_id, None)


def _consent(of: str) -> str:
    """The consent in what a stop notice's deadline is of."""
    return of.partition("/")[0]
