"""A person's ledger in plain words (本人の提供記録): one line for each time that something of this person was given, or refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from cli.agency.message import JAPAN
from cli.consent import words
from cli.consent.explanation import reason
from cli.consent.words import word, words_of
from cli.gate_log import Partitions
from contracts.catalogue import CATALOGUE
from contracts.shared import Outcome
from kernel.envelope import header
from kernel.reading import Reading
from services.consent import redeciding
from services.consent.domain.ledger import READ, Ledger
from services.consent.domain.pack import PolicyPack
from services.consent.domain.sight import Entry, Stop

NOT_SHOWN = "この表では示しません"
"""In place of an agency, whatever keeps it back: the cause would tell of a flag, or of a notice."""
REASON_NOT_SHOWN = "理由はこの表では示しません。"
_NO_CODE = "NOT_SHOWN"
_WANTED = frozenset(kind.__name__ for kind in READ)
_MANY = 500


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


def row(entry: Entry) -> dict[str, str]:
    """An entry as a line of the table."""
    kind = CATALOGUE.get(entry.event_type)
    return {
        "日時（日本時間）": moment(entry.at),
        "出来事": kind.title_ja if kind else entry.event_type,
        "渡す機関": entry.giver or NOT_SHOWN,
        "受け取る機関": entry.recipient or NOT_SHOWN,
        "目的": word(words.PURPOSES, entry.purpose),
        "根拠": word(words.BASES, entry.basis) + (f"（同意 {words_of({}, [each[:8] for each in entry.consents])}）" if entry.consents else ""),
        "判断": word(words.OUTCOMES, entry.outcome),
        "情報の区分": words_of(words.CATEGORIES, entry.categories),
        "渡さない区分": "、".join(word(words.CATEGORIES, category) for category, _ in entry.withheld),
        "理由": "".join(map(_why, _reasons(entry))),
        "届いた日時": moment(entry.given_at),
        "受領の確認": moment(entry.acknowledged_at),
        "使用停止": _stopped(entry.stop),
    }


def records(entries: Sequence[Entry]) -> list[dict[str, Any]]:
    """Entries with every field, for programs. Cases are numbered as they come: the number under which agencies know one is learned through the gate alone."""
    numbers = {case: number for number, case in enumerate(dict.fromkeys(entry.case for entry in entries), start=1)}
    return [{"case": numbers[entry.case], **_record(entry)} for entry in entries]


def _record(entry: Entry) -> dict[str, Any]:
    told = bool(entry.reasons) or entry.outcome is Outcome.PERMIT
    return {
        "request": entry.request, "asked_at": moment(entry.asked_at), "at": moment(entry.at), "event_type": entry.event_type,
        "giver": entry.giver or None, "recipient": entry.recipient or None, "purpose": entry.purpose.value,
        "basis": entry.basis.value, "rule": entry.rule if told else "", "outcome": entry.outcome.value, "categories": [each.value for each in entry.categories],
        "withheld": [{"category": category.value, "reason": why or _NO_CODE, "sentence": _why(why or _NO_CODE)} for category, why in entry.withheld],
        "reasons": list(_reasons(entry)), "sentence": "".join(map(_why, _reasons(entry))), "consents": list(entry.consents),
        "given_at": moment(entry.given_at) or None, "acknowledged_at": moment(entry.acknowledged_at) or None,
        "recalled_at": moment(entry.recalled_at) or None, "recall": entry.recall.value if entry.recall else None,
        "stop": None if entry.stop is None else {
            "at": moment(entry.stop.at), "answered_at": moment(entry.stop.answered_at) or None,
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
        return f"{moment(stop.at)} に求めた。回答待ち"
    kept = f"（{word(words.BASES, stop.basis)}、{stop.until} まで）" if stop.until else ""
    return f"{moment(stop.at)} に求めた。{word(words.STOP_ANSWERS, stop.answer)}{kept}"


def moment(at: int | None) -> str:
    """A moment in Japanese time, to the minute; empty for none."""
    return "" if at is None else datetime.fromtimestamp(at / 1000, UTC).astimezone(JAPAN).isoformat(timespec="minutes")
