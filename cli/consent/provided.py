"""A person's ledger in plain words (本人の提供記録): one line for each time that something of this person was given, refused, or read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from cli.agency.message import JAPAN
from cli.consent import words
from cli.consent.explanation import reason
from cli.consent.words import word, words_of
from cli.gate_log import Partitions
from contracts.catalogue import BY_CLASS, CATALOGUE
from contracts.consent import PersonalDataRead
from contracts.shared import Outcome
from kernel.envelope import header
from kernel.reading import Reading
from services.consent import redeciding
from services.consent.domain.ledger import READ, Ledger
from services.consent.domain.pack import PolicyPack
from services.consent.domain.sight import Entry, Stop
from services.consent.domain.viewing import Viewing

NOT_SHOWN = "この表では示しません"
"""In place of an agency, whatever keeps it back: the cause would tell of a flag, or of a notice."""
REASON_NOT_SHOWN = "理由はこの表では示しません。"
_NO_CODE = "NOT_SHOWN"
_WANTED = frozenset(kind.__name__ for kind in READ)
_MANY = 500
_FIELDS = (
    "kind", "asked_at", "at", "event_type", "giver", "recipient", "purpose", "basis", "rule", "outcome", "categories", "withheld", "reasons",
    "sentence", "consents", "given_at", "acknowledged_at", "role", "resource", "read_for", "recalled_at", "recall", "stop",
)
_LISTS = ("withheld", "reasons", "consents")


def ledger(person: str, partitions: Partitions, packs: Mapping[str, PolicyPack], tell: Callable[[int], None] = lambda done: None) -> Ledger:
    """A person's ledger from every partition of the gate's log; ``tell`` hears how many records are read."""
    found, done = Ledger(person, packs), 0
    for _, records in sorted(partitions.items()):
        reading = Reading()
        for record in records():
            if reading.counts(record) and (header(record.headers, "ce_type") or b"").decode().rpartition(".")[2] in _WANTED:
                found.read(redeciding.read(record))
            done += 1
            if done % _MANY == 0:
                tell(done)
    tell(done)
    return found


def row(entry: Entry | Viewing) -> dict[str, str]:
    """A line of the ledger as one of the table."""
    return _read(entry) if isinstance(entry, Viewing) else _provided(entry)


def _provided(entry: Entry) -> dict[str, str]:
    kind = CATALOGUE.get(entry.event_type)
    return {
        "日時（日本時間）": _moment(entry.at),
        "出来事": kind.title_ja if kind else entry.event_type,
        "渡す機関": entry.giver or NOT_SHOWN,
        "受け取る機関": entry.recipient or NOT_SHOWN,
        "目的": word(words.PURPOSES, entry.purpose),
        "根拠": word(words.BASES, entry.basis) + (f"（同意 {words_of({}, [each[:8] for each in entry.consents])}）" if entry.consents else ""),
        "判断": word(words.OUTCOMES, entry.outcome),
        "情報の区分": words_of(words.CATEGORIES, entry.categories),
        "渡さない区分": "、".join(word(words.CATEGORIES, category) for category, _ in entry.withheld),
        "理由": "".join(map(_why, _reasons(entry))),
        "届いた日時": _moment(entry.given_at),
        "受領の確認": _moment(entry.acknowledged_at),
        "使用停止": _stopped(entry.stop),
    }


def _read(viewing: Viewing) -> dict[str, str]:
    return {
        "日時（日本時間）": _moment(viewing.at),
        "出来事": f"{BY_CLASS[PersonalDataRead].title_ja}（{word(words.RESOURCES, viewing.resource)}）",
        "渡す機関": "",
        "受け取る機関": f"{viewing.reader or NOT_SHOWN}（{word(words.ROLES, viewing.role)}）",
        "目的": word(words.READ_REASONS, viewing.reason),
        "根拠": "", "判断": "見ました",
        "情報の区分": words_of(words.CATEGORIES, viewing.categories),
        "渡さない区分": "", "理由": "", "届いた日時": "", "受領の確認": "", "使用停止": "",
    }


def records(entries: Sequence[Entry | Viewing]) -> list[dict[str, Any]]:
    """Lines with every field, for programs; a reading (``kind`` READ) has nothing where only what was given has something. Cases, and requests with readings, are numbered as they come: the number under which agencies know a case is learned through the gate alone, and by that of a request the ledgers of two persons could be joined."""
    cases, requests = _numbers(entry.case for entry in entries), _numbers(map(_request, entries))
    return [
        {"case": cases[entry.case], "request": requests[_request(entry)], **(_record_of_reading(entry) if isinstance(entry, Viewing) else _record(entry))}
        for entry in entries
    ]


def _numbers(names: Iterable[str]) -> dict[str, int]:
    return {name: number for number, name in enumerate(dict.fromkeys(names), start=1)}


def _request(entry: Entry | Viewing) -> str:
    return entry.read if isinstance(entry, Viewing) else entry.request


def _record_of_reading(viewing: Viewing) -> dict[str, Any]:
    said = {
        "kind": "READ", "asked_at": _moment(viewing.at), "at": _moment(viewing.at), "event_type": PersonalDataRead.__name__,
        "recipient": viewing.reader or None, "role": viewing.role.value, "resource": viewing.resource, "read_for": viewing.reason.value,
        "categories": [each.value for each in viewing.categories],
    }
    return {**dict.fromkeys(_FIELDS), **{name: [] for name in _LISTS}, **said}


def _record(entry: Entry) -> dict[str, Any]:
    told = bool(entry.reasons) or entry.outcome is Outcome.PERMIT
    return {
        "kind": "PROVISION", "asked_at": _moment(entry.asked_at), "at": _moment(entry.at), "event_type": entry.event_type,
        "giver": entry.giver or None, "recipient": entry.recipient or None, "purpose": entry.purpose.value,
        "basis": entry.basis.value, "rule": entry.rule if told else "", "outcome": entry.outcome.value, "categories": [each.value for each in entry.categories],
        "withheld": [{"category": category.value, "reason": why or _NO_CODE, "sentence": _why(why or _NO_CODE)} for category, why in entry.withheld],
        "reasons": list(_reasons(entry)), "sentence": "".join(map(_why, _reasons(entry))), "consents": list(entry.consents),
        "given_at": _moment(entry.given_at) or None, "acknowledged_at": _moment(entry.acknowledged_at) or None,
        "role": None, "resource": None, "read_for": None, "recalled_at": _moment(entry.recalled_at) or None, "recall": entry.recall.value if entry.recall else None,
        "stop": None if entry.stop is None else {
            "at": _moment(entry.stop.at), "answered_at": _moment(entry.stop.answered_at) or None,
            "answer": entry.stop.answer.value if entry.stop.answer else None, "basis": entry.stop.basis.value, "until": entry.stop.until or None,
        },
    }


def _reasons(entry: Entry) -> tuple[str, ...]:
    """Why; where something stays and that is not for this reader, in one word for every cause."""
    return entry.reasons or (() if entry.outcome is Outcome.PERMIT else (_NO_CODE,))


def _why(code: str) -> str:
    """Why, without what the sender is advised to do about it."""
    if code == _NO_CODE:
        return REASON_NOT_SHOWN
    sentence, stop, _ = reason(code).partition("。")
    return sentence + stop


def _stopped(stop: Stop | None) -> str:
    if stop is None:
        return ""
    if stop.answer is None:
        return f"{_moment(stop.at)} に求めた。回答待ち"
    kept = f"（{word(words.BASES, stop.basis)}、{stop.until} まで）" if stop.until else ""
    return f"{_moment(stop.at)} に求めた。{word(words.STOP_ANSWERS, stop.answer)}{kept}"


def _moment(at: int | None) -> str:
    return "" if at is None else datetime.fromtimestamp(at / 1000, UTC).astimezone(JAPAN).isoformat(timespec="minutes")
