"""What can be seen of a day: the logs, as the auditor's account reads them, and each agency's inbox, as that agency reads it.

A message, the events it caused, the gate's verdicts and the copies that arrived hang together by causation ids; this module
puts them together and knows when nothing that must follow is still missing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from cli.agency.message import Heard
from contracts.catalogue import BY_CLASS
from contracts.consent import DisclosureDecided, DisclosureReleased, ReviewOpened, StopNoticeIssued
from contracts.envelope import DisclosureRequested, MessageRefused, PartGiven, PartNoted, SealedEvent
from contracts.shared import Outcome
from kernel import envelope, serde
from kernel.topics import Topics

GATE = "consent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """One event in a log; personal fields are sealed and not here. ``timestamp``: append time, ms UTC."""

    id: str
    log: str
    """The function whose log it is."""
    key: str
    agency: str
    causation_id: str
    event: Any
    timestamp: int

    @property
    def type(self) -> str:
        """Short type name."""
        return type(self.event).__name__


class View:
    """Everything observed so far."""

    def __init__(self, topics: Topics, partitions: int) -> None:
        self._functions = {topics.log(name): name for name in
                           ("consultation", "outreach", "coordination", "participation", "community", GATE, "registry")}
        self._partitions = partitions
        self._caused: dict[str, list[Logged]] = defaultdict(list)
        self._verdicts: dict[str, list[Logged]] = defaultdict(list)
        self._refusals: dict[tuple[str, str], list[Logged]] = defaultdict(list)
        self._receipts: set[str] = set()
        self._parts: set[tuple[str, str, str]] = set()
        self._heard_by_id: dict[tuple[str, str], Heard] = {}
        self._copies: dict[str, tuple[str, Heard]] = {}
        self.heard: dict[str, list[Heard]] = defaultdict(list)
        """By agency, in the order of arrival."""
        self.logged: dict[str, Logged] = {}
        self.twice: list[str] = []
        """Ids that stand in one log more than once: must stay empty."""

    def see_log(self, topic: str, key: bytes | None, value: bytes, headers: Sequence[tuple[str, bytes]], timestamp: int) -> None:
        """Take in one record of a log."""
        attributes, event = envelope.read(key, headers), serde.decode(value)
        if isinstance(event, SealedEvent):
            event = serde.decode(event.body)
        each = Logged(
            id=attributes.id, log=self._functions[topic], key=attributes.subject, agency=attributes.agency,
            causation_id=attributes.causation_id, event=event, timestamp=timestamp,
        )
        if each.id in self.logged and not BY_CLASS[type(event)].broadcast:
            self.twice.append(each.id)
        self.logged[each.id] = each
        self._caused[each.causation_id].append(each)
        self._note(each)

    def see_inbox(self, agency: str, heard: Heard) -> None:
        """Take in one event that reached ``agency``."""
        self.heard[agency].append(heard)
        self._heard_by_id[agency, heard.id] = heard
        if not isinstance(heard.event, (DisclosureDecided, MessageRefused)):
            self._copies[heard.causation_id] = (agency, heard)

    def has_part(self, agency: str, key: str, function: str) -> bool:
        """Whether this function knows that the agency has a part in the case or other entity."""
        return (function, key, agency) in self._parts

    def family(self, message_id: str) -> list[Logged]:
        """Every logged event that the message caused, directly or through others, in no particular order."""
        found, waiting = [], list(self._caused.get(message_id, ()))
        while waiting:
            each = waiting.pop()
            found.append(each)
            waiting.extend(self._caused.get(each.id, ()))
        return found

    def refusals(self, agency: str, message_id: str) -> list[Heard]:
        """The coded refusals of this message that its sender has received."""
        return [heard for logged in self._refusals.get((agency, message_id), ())
                if (heard := self._heard_by_id.get((agency, logged.id))) is not None]

    def copy(self, verdict: Logged) -> Heard | None:
        """What reached the recipient on this verdict; None when nothing has."""
        agency, heard = self._copies.get(verdict.id, ("", None))
        return heard if agency == verdict.event.recipient else None

    def notice(self, agency: str, logged: Logged) -> Heard | None:
        """An event of the gate's log as it reached an agency."""
        return self._heard_by_id.get((agency, logged.id))

    def missing(self, agency: str, message_id: str) -> list[str]:
        """What must still follow from a message; empty when everything has."""
        family = self.family(message_id)
        refused = self._refusals.get((agency, message_id), ())
        if not family and not refused:
            return ["an answer"]
        return [*(gap for each in family for gap in self._gaps(each)), *(gap for each in refused for gap in self._untold(each, agency))]

    def _note(self, each: Logged) -> None:
        match each.event:
            case PartGiven(agency=agency) | PartNoted(agency=agency):
                self._parts.add((each.log, each.key, agency))
            case DisclosureDecided(request_id=request):
                self._verdicts[request].append(each)
            case DisclosureReleased(verdict_id=verdict):
                self._receipts.add(verdict)
            case MessageRefused(agency=agency, message_id=message) if each.log == GATE:
                self._refusals[agency, message].append(each)

    def _gaps(self, each: Logged) -> Iterator[str]:
        kind = BY_CLASS[type(each.event)]
        match each.event:
            case PartGiven(agency=agency):
                yield from (f"part of {agency} in {name}" for name in kind.forwards if not self.has_part(agency, each.key, name))
            case DisclosureRequested() if each.log != GATE:
                if each.id not in self._verdicts:
                    yield f"verdict for {each.event.recipient}"
            case DisclosureDecided():
                yield from self._verdict_gaps(each)
            case StopNoticeIssued(recipient=agency) | ReviewOpened(recipient=agency):
                yield from self._untold(each, agency)
            case MessageRefused() if each.log == GATE:
                yield from self._untold(each, each.event.agency)
            case _ if kind.broadcast and each.log == GATE:
                if sum(other.type == each.type for other in self._caused[each.causation_id]) < self._partitions:
                    yield f"{each.type} in every partition"
            case _ if each.log != GATE:
                told = {other.log for other in self._caused.get(each.id, ())}
                yield from (f"{each.type} in {name}" for name in kind.forwards if name not in told and kind.function != "envelope")

    def _verdict_gaps(self, verdict: Logged) -> Iterator[str]:
        event = verdict.event
        answered = self._caused.get(verdict.id, ())
        if event.outcome in (Outcome.PERMIT, Outcome.REDACT) and self._verdicts[event.request_id][-1] is verdict:
            if self.copy(verdict) is None:
                yield f"copy for {event.recipient}"
            if verdict.id not in self._receipts:
                yield f"receipt for {event.recipient}"
        if event.agency:
            yield from self._untold(verdict, event.agency)
        if event.function.lower() != GATE and not any(other.log == event.function.lower() for other in answered):
            yield f"verdict in {event.function.lower()}"

    def _untold(self, logged: Logged, agency: str) -> Iterator[str]:
        if self.notice(agency, logged) is None:
            yield f"{logged.type} for {agency}"
