"""One question a line, one answer a line (一行に一件): from JSON to the gate's own terms and back, in canonical JSON."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta, timezone
from functools import lru_cache
from typing import Any

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from cli.consent import fields
from cli.consent.fields import INVALID, MISSING, NOT_JSON, UNKNOWN_TYPE, Unreadable
from contracts.catalogue import CATALOGUE
from contracts.consent import ConsentExtended, ConsentGranted, DisclosureDecided
from contracts.envelope import DisclosureRequested
from contracts.record import Record
from contracts.shared import AgencyKind, Basis, DataCategory, FunctionName, PartCode, Purpose
from services.consent.domain.model import ConsentState
from services.consent.domain.offline import RefusedFact, Stated

_ENDING, _FOR_EVER = frozenset((ConsentGranted, ConsentExtended)), "9999-12-31"
"""A yes that names no last day is one for ever, which is not recorded (rule 3)."""
JAPAN = timezone(timedelta(hours=9))
_IDS = (str, int)
_USUAL = len("2026-05-10T12:00:00+09:00")
_decode = msgspec.json.Decoder().decode
_encode, _encode_sorted = msgspec.json.Encoder().encode, msgspec.json.Encoder(order="sorted").encode


class Part(Record, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part as a line has it."""

    person: str | None = None
    category: DataCategory | None = None
    essential: bool | None = None


class Asked(Record, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"sender": "from", "recipient": "to"}):
    """A request as a line has it."""

    sender: str | None = None
    from_kind: AgencyKind | None = None
    recipient: str | None = None
    to_kind: AgencyKind | None = None
    purpose: Purpose | None = None
    basis: Basis | None = None
    event_type: str | None = None
    event_id: str | None = None
    segment: str | None = None
    authored: date | None = None
    parts: tuple[Part, ...] | None = None
    persons: tuple[str, ...] | None = None
    wanted: tuple[DataCategory, ...] | None = None


class Line(Struct):
    """What one line asks."""

    id: str | int
    at: int
    facts: list[Stated]
    request: DisclosureRequested
    kinds: Mapping[str, AgencyKind]
    asked: Mapping[str, Any]
    """The request as it stands in the line, without its parts."""


def read(text: bytes) -> Line:
    """The question of one line. Raises Unreadable."""
    line = decode(text)
    if type(line.get("id")) not in _IDS:
        raise Unreadable(MISSING if line.get("id") is None else INVALID, "id")
    at = fields.within("at", moment, _needed(line, "at"))
    facts, asked = line.get("facts", []), _needed(line, "request")
    if type(facts) is not list:
        raise Unreadable(INVALID, "facts")
    request, kinds = fields.within("request", _request, asked)
    return Line(line["id"], at, [_stated(place, fact, at) for place, fact in enumerate(facts)], request, kinds, asked)


def decode(text: bytes) -> dict[str, Any]:
    """The object that a line holds. Raises Unreadable."""
    try:
        line = _decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Unreadable(NOT_JSON) from None
    if type(line) is not dict:
        raise Unreadable(NOT_JSON)
    return line


class Answer(Struct, kw_only=True):
    """The answer to a line, its entries in the order of the alphabet: canonical JSON, and nothing to be sorted for it."""

    asked: Raw
    at: int
    basis: str
    consent: str | None
    consents: tuple[str, ...]
    deadline: int | None
    id: str | int
    obligations: tuple[str, ...]
    outcome: str
    policy: str
    reasons: tuple[str, ...]
    refused_facts: list[dict[str, str]] | UnsetType = UNSET
    released: list[dict[str, str]]
    releases_when: tuple[str, ...]
    rule: str
    states: Mapping[str, ConsentState] | UnsetType = UNSET
    withheld: list[dict[str, str]]


def answered(line: Line, verdict: DisclosureDecided, refused: list[RefusedFact], states: Mapping[str, ConsentState]) -> bytes:
    """The answer to a line; with how each consent of the case stands, where nothing was given and there is one. What was asked comes back in one spelling."""
    asked = {**line.asked}
    del asked["parts"]
    for name, entry in asked.items():
        if type(entry) is dict:
            asked[name] = next(iter(entry.values()))
    if line.request.authored is not None:
        asked["authored"] = line.request.authored
    return _encode(Answer(
        id=line.id, outcome=verdict.outcome, rule=verdict.rule, basis=verdict.basis,
        consent=verdict.consents[0] if verdict.consents else None, consents=verdict.consents,
        released=[{"category": part.category, "person": part.person} for part in verdict.released],
        withheld=[{"category": part.category, "person": part.person, "reason": part.reason} for part in verdict.withheld],
        obligations=verdict.obligations, reasons=verdict.reasons, releases_when=verdict.releases_when, policy=verdict.policy,
        deadline=verdict.deadline, at=line.at, asked=Raw(_encode_sorted(asked)),
        states=dict(sorted(states.items())) if states else UNSET,
        refused_facts=[{"code": each.code, "type": each.type} for each in refused] if refused else UNSET,
    ))


def unreadable(text: bytes, problem: Unreadable, number: int) -> bytes:
    """The answer to a line that cannot be read; it has the line's id where that much can be read, else the line's number."""
    error: dict[str, Any] = {"code": problem.code, "where": problem.where}
    identity = identity_of(text)
    return _encode_sorted({"id": identity, "error": error if identity is not None else {**error, "line": number}})


def identity_of(text: bytes) -> str | int | None:
    """The id of a line, where that much can be read."""
    try:
        identity = decode(text).get("id")
    except Unreadable:
        return None
    return identity if type(identity) in _IDS else None


def moment(value: Any) -> int:
    """Reads a moment: milliseconds UTC, or ISO 8601; without an offset it is the time in Japan, without a time the day's beginning there."""
    if type(value) is int and 0 <= value < 1 << 48:
        return value
    if type(value) is not str:
        raise Unreadable(INVALID)
    return _moment(value)


def _moment(text: str) -> int:
    """In two pieces, which come again more often than the whole does, where the text has the usual form: ``2026-05-10T12:00:00+09:00``."""
    try:
        if len(text) == _USUAL and text[10] == "T" and text[13] == text[16] == text[22] == ":":
            return _day(text[:10], text[19:]) + _clock(text[11:19])
        return _whole(text)
    except ValueError:
        raise Unreadable(INVALID) from None


@lru_cache(maxsize=4_096)
def _whole(text: str) -> int:
    found = datetime.fromisoformat(text)
    return int((found if found.tzinfo else found.replace(tzinfo=JAPAN)).timestamp() * 1000)


@lru_cache(maxsize=4_096)
def _day(day: str, offset: str) -> int:
    return _whole(f"{day}T00:00:00{offset}")


@lru_cache(maxsize=4_096)
def _clock(text: str) -> int:
    found = time.fromisoformat(text)
    return (found.hour * 3_600 + found.minute * 60 + found.second) * 1_000 + found.microsecond // 1_000


def _needed(line: dict[str, Any], name: str) -> Any:
    if line.get(name) is None:
        raise Unreadable(MISSING, name)
    return line[name]


def _stated(place: int, fact: Any, at: int) -> Stated:
    try:
        return _fact(fact, at)
    except Unreadable as problem:
        raise problem.inside(f"facts[{place}]") from None


def _fact(fact: Any, at: int) -> Stated:
    if type(fact) is not dict:
        raise Unreadable(INVALID)
    kind = CATALOGUE.get(name) if type(name := fact.pop("type", None)) is str else None
    if kind is None:
        raise Unreadable(MISSING if name is None else UNKNOWN_TYPE, "type")
    if kind.cls in _ENDING and fact.get("valid_to") is None:
        fact["valid_to"] = _FOR_EVER
    stated, agency = fact.pop("at", None), fact.pop("from", "")
    found = fields.record(kind.cls)(fact)
    if stated is not None:
        at = fields.within("at", moment, stated)
    if type(agency) is not str:
        raise Unreadable(INVALID, "from")
    return Stated(fact=found, at=at, agency=agency, undated=stated is None)


def _request(asked: Any) -> tuple[DisclosureRequested, dict[str, AgencyKind]]:
    """A request; what it does not say matches nothing (rule 9), but its parts must be there."""
    said = _asked(asked)
    if said.parts is None:
        raise Unreadable(MISSING, "parts")
    sender, recipient, event_type = said.sender or "", said.recipient or "", said.event_type or ""
    request = DisclosureRequested(
        event_id=said.event_id or "", event_type=event_type, recipient=recipient, agency=sender, function=_function(event_type),
        purpose=said.purpose or _NOTHING, basis=said.basis or _NO_BASIS, segment=said.segment, parts=tuple([_part(each) for each in said.parts]),
        wanted=said.wanted or (), persons=said.persons or (), authored=said.authored,
    )
    kinds = {}
    if sender and said.from_kind:
        kinds[sender] = said.from_kind
    if recipient and said.to_kind:
        kinds[recipient] = said.to_kind
    return request, kinds


def _part(said: Part) -> PartCode:
    """A part; one without a label is the most sensitive there is (rule 14)."""
    return PartCode(person=said.person or "", category=said.category or _NOTHING, essential=said.essential or False)


@lru_cache(maxsize=4096)
def _function(event_type: str) -> FunctionName:
    known = CATALOGUE.get(event_type)
    return FunctionName.__members__.get(known.function.upper(), FunctionName.UNMAPPED) if known else FunctionName.UNMAPPED


_NOTHING: Any = ""
"""In place of a code that is not said."""
_NO_BASIS = Basis.NONE
_asked = fields.record(Asked)
