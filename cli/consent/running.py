"""Decisions of the running system (稼働中の判断): found in the gate's log by a request, a verdict, a message or a case, with what came of them.

Read through the auditor's account, of whose rights only that to read the gate's log is used. The log holds codes and pseudonyms alone.
What another recipient got, or did with it, is never told.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from cli.consent.consents import NOW, Consents
from cli.consent.lines import JAPAN
from cli.consent.words import CATEGORIES, OUTCOMES, STOP_ANSWERS, word, words_of
from contracts.catalogue import BY_CLASS
from contracts.consent import (
    DisclosureAcknowledged,
    DisclosureDecided,
    DisclosureReleased,
    RecallRequested,
    ReviewOpened,
    StopNoticeAnswered,
    StopNoticeIssued,
    UseExpired,
)
from contracts.envelope import DeadlineMissed, DisclosureRequested
from contracts.registry import AgencyRegistered
from contracts.shared import AgencyKind, Deadline, Outcome
from kernel import envelope
from kernel.days import ordinal_in_japan
from kernel.failures import PoisonError
from kernel.reading import counting
from kernel.records import Record
from services.consent.domain.model import GIVEN
from services.consent.domain.unasked import number as number_of
from services.reporting import facts
from services.reporting.projections.projection import Fact

GATE = "consent"
_DECIDING = frozenset(BY_CLASS[kind].full_name for kind in (DisclosureRequested, DisclosureDecided))
_REGISTERED = BY_CLASS[AgencyRegistered].full_name


@dataclass(slots=True)
class Decision:
    """One request to the gate, and every fact of its case that concerns it, in order."""

    id: str
    request: DisclosureRequested
    names: set[str]
    """Ids by which it may be asked for: of the request, its verdicts, the event, and the message that was at the beginning of it."""
    verdicts: list[DisclosureDecided] = field(default_factory=list)
    history: list[str] = field(default_factory=list)
    begins: set[date] = field(default_factory=set)
    """First days of consents that stand and speak of it."""
    consents: set[str] = field(default_factory=set)
    """Consents that any of its verdicts rested on."""
    delivered: bool = False
    now: dict[type, str] = field(default_factory=dict)
    """What has become of what it rested on, by kind of fact."""

    @property
    def verdict(self) -> DisclosureDecided:
        """The last one: it is what counts."""
        return self.verdicts[-1]


def places(records: Iterable[Record], wanted: str) -> Iterator[bytes]:
    """The key of the case that ``wanted`` is or belongs to, as soon as it is met; without decoding, since ids stand in a body as they are."""
    text = wanted.encode()
    for record in records:
        if record.key == text:
            yield text
        elif record.key and (any(value == text for _, value in record.headers) or text in (record.value or b"")) and _type_of(record) in _DECIDING:
            yield record.key


def answers(records: Iterable[Record], case: bytes, wanted: str, topic: str) -> list[dict[str, Any]]:
    """The decisions of a case that ``wanted`` names (all, where it is the case), as ``explanation.explained`` takes them.

    ``records``: of the case's partition of the gate's log, in order.
    """
    reading = facts.read((each for each in counting(records) if each.key == case or _type_of(each) == _REGISTERED), {topic: GATE})
    found, _ = facts.fresh(reading, {}, lambda code: None, {})
    town = {fact.event.agency: fact.event for fact in found if isinstance(fact.event, AgencyRegistered)}
    decisions = list(_decisions(fact for fact in found if fact.envelope.subject == case.decode()))
    asked_for = [each for each in decisions if wanted == case.decode() or wanted in each.names]
    return [_answer(each, town) for each in asked_for if each.verdicts]


def _decisions(found: Iterable[Fact]) -> Collection[Decision]:
    known: dict[str, Decision] = {}
    consents = Consents()
    for fact in found:
        if isinstance(fact.event, DisclosureRequested):
            _asked(known, fact)
        for decision in known.values():
            if line := _line(decision, fact) or consents.line(fact.event, decision.request, decision.consents):
                decision.history.append(f"{_moment(fact.envelope.recorded_time)} {line}")
            decision.now.update(filter(None, (consents.now(fact.event, decision.request, decision.consents),)))
        consents.read(fact.event)
    for decision in known.values():
        decision.begins = consents.begins(decision.request)
    return known.values()


def _asked(known: dict[str, Decision], fact: Fact) -> None:
    """A request is known by the message that brought it; one that the gate made itself, by its own id."""
    request, of = fact.event, fact.envelope
    own = request.function.value == GATE.upper()
    identity = of.id if own else of.causation_id
    names = {identity, of.id, request.event_id} | (set() if own else {of.correlation_id})
    known[identity] = Decision(id=identity, request=request, names=names - {""})


def _line(decision: Decision, fact: Fact) -> str:
    """What a fact says of one decision; empty where it says nothing of it."""
    event, recipient = fact.event, decision.request.recipient
    match event:
        case DisclosureDecided(request_id=decision.id):
            decision.verdicts.append(event)
            decision.names.add(fact.envelope.id)
            decision.consents.update(event.consents)
            decision.now.clear()
            return f"判断: {word(OUTCOMES, event.outcome)}（規則 {event.rule}）"
        case ReviewOpened(request_id=decision.id):
            return f"事後の確認が必要になりました（期限 {_moment(event.due)}）"
        case DisclosureReleased(request_id=decision.id):
            decision.delivered = True
            released = words_of(CATEGORIES, dict.fromkeys(part.category for part in event.released))
            return f"提供先に届きました: {released or '符号だけ'}"
        case DisclosureAcknowledged(request_id=decision.id):
            return "提供先が受け取りと義務を確認しました"
        case RecallRequested(request_id=decision.id):
            decision.now[RecallRequested] = "今は、回収を求めています"
            return "回収を求めました"
        case UseExpired(request_id=decision.id, recipient=told, holder=holder) if told == holder:
            decision.now[UseExpired] = "今は、使える時間が終わっています"
            return "緊急に渡した情報を使える時間が終わりました"
        case _:
            return _of_stop(decision, fact, recipient)


def _of_stop(decision: Decision, fact: Fact, recipient: str) -> str:
    numbers = {*decision.consents, number_of(decision.id)}
    match fact.event:
        case StopNoticeIssued(recipient=told, consent=consent) if told == recipient and consent in numbers:
            return f"提供先に使用停止を通知しました: {words_of(CATEGORIES, fact.event.categories)}"
        case StopNoticeAnswered(consent=consent, answer=answer) if fact.envelope.agency == recipient and consent in numbers:
            return f"提供先の回答: {word(STOP_ANSWERS, answer)}"
        case DeadlineMissed(deadline=Deadline.STOP_NOTICE_ANSWER, of=of) if of in {f"{each}/{recipient}" for each in numbers}:
            return "提供先が、使用停止の通知に期限までに答えていません"
        case _:
            return ""


def _now(decision: Decision) -> str:
    """What a desk must know before it reads on: that it was given all the same, or what it rested on is no more."""
    if decision.verdict.outcome not in GIVEN:
        return "この判断より先に届いています" if decision.delivered else ""
    weightiest = next((decision.now[kind] for kind in NOW if decision.now.get(kind)), "")
    return "。".join(filter(None, (weightiest, decision.now.get(RecallRequested), decision.now.get(UseExpired))))


def _answer(decision: Decision, town: Mapping[str, AgencyRegistered]) -> dict[str, Any]:
    request, verdict = decision.request, decision.verdict
    kinds = {name: town[agency].kind.value for name, agency in (("from_kind", request.agency), ("to_kind", request.recipient)) if agency in town}
    today = date.fromordinal(ordinal_in_japan(verdict.at))
    waiting = verdict.outcome is Outcome.HOLD
    return {
        "id": decision.id, "outcome": verdict.outcome.value, "rule": verdict.rule, "basis": verdict.basis.value, "consents": list(verdict.consents),
        "consent": verdict.consents[0] if verdict.consents else None, "policy": verdict.policy, "at": verdict.at, "deadline": verdict.deadline,
        "released": [{"person": part.person, "category": part.category.value} for part in verdict.released],
        "withheld": [{"person": part.person, "category": part.category.value, "reason": part.reason} for part in verdict.withheld],
        "reasons": list(verdict.reasons), "releases_when": list(verdict.releases_when), "obligations": list(verdict.obligations),
        "asked": {"from": request.agency, "to": request.recipient, "purpose": request.purpose.value, "basis": request.basis.value,
                  "event_type": request.event_type, **kinds},
        "history": decision.history, "delivered": decision.delivered, "now": _now(decision), "phone": [each.name for each in town.values() if each.kind is AgencyKind.MUNICIPALITY],
        "begins": [day.isoformat() for day in sorted(decision.begins) if waiting and day > today],
    }


def _type_of(record: Record) -> str:
    try:
        return envelope.read(record.key, record.headers).type
    except PoisonError:
        return ""


def _moment(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).astimezone(JAPAN).strftime("%Y年%m月%d日 %H:%M")


Partition = Callable[[int], Iterable[Record]]
"""The records of one partition of the gate's log, from its beginning to its present end."""


def decisions(partition: Partition, partitions: int, first: int, wanted: str, topic: str) -> list[dict[str, Any]]:
    """What the log says of ``wanted``; ``first``: the partition in which it lies if it is a case."""
    for number in (first, *(each for each in range(partitions) if each != first)):
        case = next(places(partition(number), wanted), None)
        if case is not None:
            return answers(partition(number), case, wanted, topic)
    return []
