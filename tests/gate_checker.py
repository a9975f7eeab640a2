"""What must hold of the gate's topics after any fault, read from the records alone: this checker believes nobody, not even our own readers.

It is given what was asked (the gate's two lanes), the gate's log and the agencies' inboxes, and lists every violation; see ``Kind``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from contracts.consent import ConsentWithdrawn, DisclosureDecided, DisclosureReleased, StopNoticeIssued
from contracts.envelope import DisclosureRequested
from contracts.shared import FunctionName, Outcome
from kernel import envelope, serde
from kernel.envelope import Envelope, header
from kernel.records import Record

GIVEN = (Outcome.PERMIT, Outcome.REDACT)
Cause = tuple[str, str]
Keyed = tuple[int, str]
"""Partition and key: what has one gapless ``seq``. A fact of the whole town has one in each partition."""


class Kind(StrEnum):
    """What can be wrong."""

    NO_VERDICT = "a release without a durable verdict before it that gives it to this recipient"
    NOT_LOGGED = "a notice that does not stand in the gate's log"
    AFTER_WITHDRAWAL = "a release on a consent whose withdrawal stood earlier in the case's order"
    NOT_STOPPED = "a release on a consent that was withdrawn later, without a stop notice behind it in the recipient's inbox"
    UNDECIDED = "a request without a verdict"
    DECIDED_TWICE = "a request with two verdicts of its own"
    RELEASED_TWICE = "a request released under two ids"
    NOT_RELEASED = "a verdict that stands and was not carried out"
    GAP = "a hole in the sequence of a case"
    OTHER_BYTES = "one id with two contents"


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing that is wrong, and where."""

    kind: Kind
    where: str


@dataclass(frozen=True, slots=True)
class Fact:
    """One record, read."""

    record: Record
    envelope: Envelope
    event: Any
    request: str
    """On what was released: the request that it answers."""

    @property
    def id(self) -> str:
        """The event's id."""
        return self.envelope.id

    @property
    def key(self) -> str:
        """The case."""
        return self.envelope.subject

    @property
    def cause(self) -> Cause:
        """The message that it answers."""
        return self.envelope.causation_source, self.envelope.causation_id

    @property
    def place(self) -> str:
        """Topic, partition and offset."""
        return f"{self.record.topic}/{self.record.partition}/{self.record.offset}"


def read(record: Record) -> Fact:
    """A record of ours. Raises PoisonError."""
    event = serde.unwrapped(serde.decode(record.value))
    return Fact(record, envelope.read(record.key, record.headers), event, (header(record.headers, "ce_requestid") or b"").decode())


@dataclass(slots=True)
class Seen:
    """Everything that was read, each topic partition by partition in its order."""

    asked: list[Fact] = field(default_factory=list)
    log: list[Fact] = field(default_factory=list)
    received: dict[str, list[Fact]] = field(default_factory=dict)
    """By agency."""


def violations(seen: Seen) -> list[Violation]:
    """Everything that is wrong; to be asked when nothing is under way any more."""
    counted, gaps = _counted(seen.log)
    story = _Story(seen, counted)
    found = (
        gaps, _other_bytes(seen.log), *(_other_bytes(heard) for heard in seen.received.values()),
        story.unfounded(), story.after_withdrawal(), story.not_stopped(), story.undecided(), story.released_twice(), story.not_released(),
    )
    return [violation for each in found for violation in each]


def standing(log: Iterable[Fact]) -> dict[str, Fact]:
    """The last verdict on each request."""
    return {fact.event.request_id: fact for fact in _counted(log)[0] if isinstance(fact.event, DisclosureDecided)}


def stop_notices(log: Iterable[Fact]) -> dict[str, str]:
    """Whom the gate tells to stop, by the notice's id."""
    return {fact.id: fact.event.recipient for fact in _counted(log)[0] if isinstance(fact.event, StopNoticeIssued)}


def _counted(log: Iterable[Fact]) -> tuple[list[Fact], list[Violation]]:
    """What counts in the gate's log, and the holes: an answer (the events of one message, in one piece) counts if its cause is new and
    it follows what the case has; what comes again or too late counts for nothing, whole."""
    last: dict[Keyed, int] = defaultdict(int)
    causes: dict[Keyed, set[Cause]] = defaultdict(set)
    found: list[Fact] = []
    wrong: list[Violation] = []
    for answer in _answers(log):
        first, key = answer[0], (answer[0].record.partition, answer[0].key)
        if first.envelope.seq <= last[key] or first.cause in causes[key]:
            continue
        for fact in answer:
            if fact.envelope.seq != last[key] + 1:
                wrong.append(Violation(Kind.GAP, fact.place))
            last[key] = fact.envelope.seq
        causes[key].add(first.cause)
        found.extend(answer)
    return found, wrong


def _answers(log: Iterable[Fact]) -> Iterator[list[Fact]]:
    """The log in pieces: side by side, one case, one cause; where the first id of a piece comes again, the next begins."""
    piece: list[Fact] = []
    for fact in log:
        if piece and not _goes_on(piece, fact):
            yield piece
            piece = []
        piece.append(fact)
    if piece:
        yield piece


def _goes_on(piece: Sequence[Fact], fact: Fact) -> bool:
    before = piece[-1]
    beside = (before.record.partition, before.record.offset + 1) == (fact.record.partition, fact.record.offset)
    return beside and (before.key, before.cause) == (fact.key, fact.cause) and fact.id != piece[0].id


def _other_bytes(facts: Iterable[Fact]) -> Iterator[Violation]:
    values: dict[tuple[str, int], bytes | None] = {}
    for fact in facts:
        name = fact.id, fact.record.partition  # what concerns everybody stands in every partition
        if values.setdefault(name, fact.record.value) != fact.record.value:
            yield Violation(Kind.OTHER_BYTES, f"{fact.id} {fact.place}")


class _Story:
    """What was asked, decided and received, put together."""

    def __init__(self, seen: Seen, counted: Sequence[Fact]) -> None:
        self._asked = [fact for fact in seen.asked if isinstance(fact.event, DisclosureRequested)]
        self._withdrawals_asked = [fact for fact in seen.asked if isinstance(fact.event, ConsentWithdrawn)]
        self._received = seen.received
        self._ids = {(fact.id, fact.record.value) for fact in counted}
        self._verdicts = {fact.id: fact for fact in counted if isinstance(fact.event, DisclosureDecided)}
        self._own = [fact for fact in counted if isinstance(fact.event, DisclosureRequested) and fact.event.function is FunctionName.CONSENT]
        self._receipts = {fact.event.verdict_id: fact for fact in counted if isinstance(fact.event, DisclosureReleased)}
        self._withdrawals = [fact for fact in counted if isinstance(fact.event, ConsentWithdrawn)]
        self._stops = {fact.id: fact for fact in counted if isinstance(fact.event, StopNoticeIssued)}

    def unfounded(self) -> Iterator[Violation]:
        """(a) What reached an agency without a verdict that says so, or without standing in the log."""
        for agency, heard in self._received.items():
            for fact in heard:
                if fact.request and not self._gives(self._verdicts.get(fact.envelope.causation_id), fact, agency):
                    yield Violation(Kind.NO_VERDICT, f"{agency} {fact.place}")
                elif not fact.request and (fact.id, fact.record.value) not in self._ids:
                    yield Violation(Kind.NOT_LOGGED, f"{agency} {fact.place}")

    def after_withdrawal(self) -> Iterator[Violation]:
        """(b) Withdrawn before it was decided, in the gate's log or in the lane where both were asked."""
        order = {fact.id: (fact.record.topic, fact.record.partition, fact.record.offset) for fact in self._asked}
        for agency, fact, verdict in self._copies():
            for withdrawal in self._ending(verdict, self._withdrawals):
                if _precedes(withdrawal, verdict):
                    yield Violation(Kind.AFTER_WITHDRAWAL, f"{agency} {fact.place}")
            for withdrawal in self._ending(verdict, self._withdrawals_asked):
                topic, partition, offset = order.get(verdict.event.request_id, ("", 0, 0))
                taken_in = any(noted.cause == (withdrawal.envelope.source, withdrawal.id) for noted in self._withdrawals)
                if taken_in and (withdrawal.record.topic, withdrawal.record.partition) == (topic, partition) and withdrawal.record.offset < offset:
                    yield Violation(Kind.AFTER_WITHDRAWAL, f"{agency} {fact.place}")

    def not_stopped(self) -> Iterator[Violation]:
        """(b) Withdrawn after it was decided: whoever has it is told, behind it."""
        told = {
            (agency, stop.key, stop.event.consent): fact.record.offset
            for agency, heard in self._received.items() for fact in heard if (stop := self._stops.get(fact.id))
        }
        first = {(agency, fact.id): (fact, verdict) for agency, fact, verdict in reversed([*self._copies()])}  # a repeat is dropped by its id
        for (agency, _), (fact, verdict) in first.items():
            for withdrawal in self._ending(verdict, self._withdrawals):
                for consent in set(withdrawal.event.consents) & set(verdict.event.consents):
                    if _precedes(verdict, withdrawal) and told.get((agency, verdict.key, consent), -1) < fact.record.offset:
                        yield Violation(Kind.NOT_STOPPED, f"{agency} {fact.place}")

    def undecided(self) -> Iterator[Violation]:
        """(c) Of each request exactly one verdict is its own; whatever was decided later has another cause."""
        own: dict[tuple[str, Cause], int] = defaultdict(int)
        for verdict in self._verdicts.values():
            own[verdict.event.request_id, verdict.cause] += 1
        wanted = {(fact.id, (fact.envelope.source, fact.id)) for fact in self._asked} | {(fact.id, fact.cause) for fact in self._own}
        for request, cause in sorted(wanted):
            if own[request, cause] != 1:
                yield Violation(Kind.DECIDED_TWICE if own[request, cause] else Kind.UNDECIDED, request)

    def released_twice(self) -> Iterator[Violation]:
        """(d) One verdict gives one id; a second verdict is carried out only where nobody knew that the first one was."""
        copies: dict[tuple[str, str], dict[str, Fact]] = defaultdict(dict)
        for agency, fact, verdict in self._copies():
            known = copies[agency, fact.request].setdefault(fact.id, verdict)
            others = [other for identity, other in copies[agency, fact.request].items() if identity != fact.id]
            if any(other.id == known.id or self._done_before(*_in_order(other, known)) for other in others):
                yield Violation(Kind.RELEASED_TWICE, f"{agency} {fact.place}")

    def not_released(self) -> Iterator[Violation]:
        """What the last verdict gives has arrived, and the gate knows; as far as somebody reads that inbox."""
        arrived = {verdict.id for _, _, verdict in self._copies()}
        last = {verdict.event.request_id: verdict for verdict in self._verdicts.values()}
        for verdict in last.values():
            if verdict.event.outcome in GIVEN and verdict.event.recipient in self._received and (verdict.id not in arrived or verdict.id not in self._receipts):
                yield Violation(Kind.NOT_RELEASED, verdict.place)

    def _copies(self) -> Iterator[tuple[str, Fact, Fact]]:
        """Agency, what it has received, the verdict on which it has."""
        for agency, heard in self._received.items():
            for fact in heard:
                if fact.request and (verdict := self._verdicts.get(fact.envelope.causation_id)):
                    yield agency, fact, verdict

    def _gives(self, verdict: Fact | None, copy: Fact, agency: str) -> bool:
        if verdict is None:
            return False
        event = verdict.event
        named = (event.recipient, event.request_id) == (agency, copy.request)
        return named and event.outcome in GIVEN and verdict.record.timestamp <= copy.record.timestamp

    def _ending(self, verdict: Fact, withdrawals: Iterable[Fact]) -> Iterator[Fact]:
        consents = set(verdict.event.consents)
        return (fact for fact in withdrawals if fact.key == verdict.key and not consents.isdisjoint(fact.event.consents))

    def _done_before(self, first: Fact, second: Fact) -> bool:
        """Whether the log said that the first verdict was carried out when the second was written."""
        receipt = self._receipts.get(first.id)
        return receipt is not None and _precedes(receipt, second)


def _precedes(one: Fact, other: Fact) -> bool:
    return one.record.offset < other.record.offset  # of one case, so of one partition


def _in_order(one: Fact, other: Fact) -> tuple[Fact, Fact]:
    return (one, other) if _precedes(one, other) else (other, one)


def kinds(found: Collection[Violation]) -> Mapping[Kind, int]:
    """How many of each."""
    return {kind: sum(each.kind is kind for each in found) for kind in Kind if any(each.kind is kind for each in found)}
