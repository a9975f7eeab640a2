"""Rows of the day's table: what became of one message, as it was observed, beside what the story says must come of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from cli.day.view import GATE, Logged, View
from contracts.catalogue import BY_CLASS
from contracts.consent import DisclosureDecided, ReviewOpened, StopNoticeIssued
from contracts.shared import DataCategory, RefusalCode

RECORDED, PERMIT, REDACT, HOLD, DENY, STOPPED = "RECORDED", "PERMIT", "REDACT", "HOLD", "DENY", "STOPPED"
REFUSED = "REFUSED:"


@dataclass(frozen=True, slots=True)
class Receipt:
    """Who received which data categories; none where the event carries no personal data."""

    agency: str
    categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Withheld:
    """A part that an agency did not receive, and why, in the gate's codes; person and category are empty where all was refused."""

    agency: str
    person: str
    category: str
    reason: str


@dataclass(slots=True, kw_only=True)
class Row:
    """One line of the table."""

    step: int
    agency: str
    event_id: str
    type: str
    outcome: str
    rule: str = ""
    recipients: list[Receipt] = field(default_factory=list)
    withheld: list[Withheld] = field(default_factory=list)
    millis: int = 0
    """From the sender's outbox to the last thing that followed, by the broker's clock."""
    fault: str = ""
    """What the story says instead; empty when this is as it says."""

    def to_json(self) -> dict[str, Any]:
        """The row as a JSON object; ``fault`` only where there is one."""
        found = asdict(self)
        if not self.fault:
            del found["fault"]
        return found


@dataclass(frozen=True, slots=True)
class Want:
    """One thing that must come of a message: this outcome, for this agency, with exactly these categories."""

    outcome: str
    to: str = ""
    categories: frozenset[str] = frozenset()
    type: str = ""
    """Short name of the event released, where it is not the message itself."""

    def __str__(self) -> str:
        named = f" {self.type}" if self.type else ""
        whom = f" → {self.to}" if self.to else ""
        return f"{self.outcome}{named}{whom}" + (f" ({', '.join(sorted(self.categories))})" if self.categories else "")


def recorded() -> Want:
    """Recorded; nothing about it crosses a boundary."""
    return Want(RECORDED)


def permit(to: str, *categories: DataCategory, type: str = "") -> Want:
    """Everything goes to ``to``."""
    return Want(PERMIT, to, frozenset(categories), type)


def redact(to: str, *categories: DataCategory, type: str = "") -> Want:
    """Only these categories go to ``to``."""
    return Want(REDACT, to, frozenset(categories), type)


def hold(to: str) -> Want:
    """Waits; ``to`` sees nothing."""
    return Want(HOLD, to)


def deny(to: str, type: str = "") -> Want:
    """Does not go to ``to``."""
    return Want(DENY, to, frozenset(), type)


def refused(code: RefusalCode) -> Want:
    """Not taken in; the sender is told this code."""
    return Want(REFUSED + code)


def stopped(to: str) -> Want:
    """``to`` is told to stop using what it has."""
    return Want(STOPPED, to, frozenset(), StopNoticeIssued.__name__)


def reviewed(by: str) -> Want:
    """``by`` is told to look at the release afterwards."""
    return Want(RECORDED, by, frozenset(), ReviewOpened.__name__)


def rows_of(view: View, step: int, agency: str, message_id: str, message_type: str, sent_at: int) -> list[Row]:
    """What became of a message so far, one row for each kind of outcome."""

    def row(of: str, outcome: str, at: int, **more: Any) -> Row:
        return Row(step=step, agency=agency, event_id=more.pop("event_id", message_id), type=of, outcome=outcome,
                   millis=max(0, at - sent_at), **more)

    refusals = view.refusals(agency, message_id)
    if refusals:
        last = refusals[-1]
        return [row(message_type, REFUSED + last.event.code, last.timestamp, rule=last.event.code)]
    family = view.family(message_id)
    own = next((each for each in family if each.causation_id == message_id and each.type == message_type), None)
    rows = [_verdict_row(view, row, group, message_type, own) for group in _groups(family)]
    if own is not None and not any(each.type == message_type for each in rows):
        rows.insert(0, row(message_type, RECORDED, max(each.timestamp for each in family if each.causation_id == message_id)))
    for told in _notices(family):
        stop = isinstance(told[0].event, StopNoticeIssued)
        arrived = [notice for each in told if (notice := view.notice(each.event.recipient, each))]
        rows.append(row(
            told[0].type, STOPPED if stop else RECORDED, max((notice.timestamp for notice in arrived), default=told[-1].timestamp),
            event_id=told[0].id, rule="R5" if stop else "V", recipients=[Receipt(each.event.recipient) for each in told],
        ))
    return rows


def compare(rows: list[Row], wants: Iterable[Want], message_type: str) -> str:
    """What the story says instead of ``rows``; empty when they agree."""
    found = {(row.type, row.outcome, *whom) for row in rows for whom in _whom(row)}
    said = {(want.type or message_type, want.outcome, want.to, want.categories) for want in wants}
    return "" if found == said else "; ".join(str(want) for want in wants)


def categories(event: Any) -> tuple[str, ...]:
    """The data categories that an event really carries in its personal fields, sorted."""
    found: set[str] = set()
    for mark in BY_CLASS[type(event)].personal:
        value = getattr(event, mark.field)
        if mark.array:
            found.update(getattr(member, mark.category_field) for member in value)
        elif value is not None:
            found.add(mark.category or "")
    return tuple(sorted(str(category) for category in found))


def _whom(row: Row) -> Iterator[tuple[str, frozenset[str]]]:
    """Agencies of a row: who received, or from whom it was kept."""
    received = {receipt.agency: frozenset(receipt.categories) for receipt in row.recipients}
    kept = {entry.agency: frozenset[str]() for entry in row.withheld}
    yield from ({**kept, **received} or {"": frozenset[str]()}).items()


def _groups(family: list[Logged]) -> list[list[Logged]]:
    """The verdicts of a family, those on one event with one outcome by one rule together, in the order of the gate."""
    verdicts = [each for each in family if each.log == GATE and isinstance(each.event, DisclosureDecided)]
    groups: dict[tuple[str, str, str], list[Logged]] = {}
    for each in sorted(verdicts, key=lambda each: (each.timestamp, each.event.recipient)):
        groups.setdefault((each.event.event_id, each.event.outcome, each.event.rule), []).append(each)
    return list(groups.values())


def _notices(family: list[Logged]) -> list[list[Logged]]:
    """Stop notices, those of one consent together, and reviews, those of one release together, by recipient."""
    groups: dict[str, list[Logged]] = {}
    for each in sorted(family, key=lambda each: (each.timestamp, each.id)):
        match each.event:
            case StopNoticeIssued(consent=cause) | ReviewOpened(request_id=cause):
                groups.setdefault(cause, []).append(each)
    return [sorted(group, key=lambda each: each.event.recipient) for group in groups.values()]


def _verdict_row(view: View, row: Any, group: list[Logged], message_type: str, own: Logged | None) -> Row:
    verdict = group[0].event
    copies = [(each, view.copy(each)) for each in group]
    derived = {} if own is not None and verdict.event_id == own.id else {"event_id": verdict.event_id}
    return row(
        verdict.event_type, str(verdict.outcome), max(heard.timestamp if heard else each.timestamp for each, heard in copies),
        rule=verdict.rule, **derived,
        recipients=[Receipt(each.event.recipient, categories(heard.event)) for each, heard in copies if heard],
        withheld=[entry for each in group for entry in _withheld(each.event)],
    )


def _withheld(verdict: DisclosureDecided) -> list[Withheld]:
    if verdict.withheld:
        return [Withheld(verdict.recipient, part.person, str(part.category), part.reason) for part in verdict.withheld]
    if verdict.outcome in (PERMIT, REDACT):
        return []
    return [Withheld(verdict.recipient, "", "", reason) for reason in verdict.reasons or ("",)]
