"""One question a line, one answer a line (一行に一件): from JSON to the gate's own terms and back, in canonical JSON."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta, timezone
from functools import lru_cache
from typing import Any

import msgspec
from msgspec import UNSET, Struct, UnsetType

from cli.consent import fields
from cli.consent.fields import INVALID, MISSING, NOT_JSON, UNKNOWN_TYPE, Unreadable
from contracts.catalogue import CATALOGUE
from contracts.consent import ConsentExtended, ConsentGranted, DisclosureDecided
from contracts.envelope import DisclosureRequested
from contracts.record import Record
from contracts.shared import AgencyKind, Basis, DataCategory, FunctionName, PartCode, Purpose
from kernel.days import start_of
from services.consent.domain.model import ConsentState
from services.consent.domain.offline import RefusedFact, Stated

_ENDING, _FOR_EVER = frozenset((ConsentGranted, ConsentExtended)), "9999-12-31"
"""A yes that names no last day is one for ever, which is not recorded (rule 3)."""
JAPAN, _IN_JAPAN = timezone(timedelta(hours=9)), "+09:00"
_IDS = (str, int)
_decode = msgspec.json.Decoder().decode
_encode, _encode_sorted = msgspec.json.Encoder().encode, msgspec.json.Encoder(order="sorted").encode


class Part(Record, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part as a line has it."""

    person: str | None = None
    category: DataCategory | None = None
    essential: bool | None = None


class Asked(Record, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"sender": "from", "recipient": "to"}):
    """A request as a line has it; what the line does not say is unset. In the order of the alphabet, as it stands in the answer."""

    authored: date | None | UnsetType = UNSET
    basis: Basis | None | UnsetType = UNSET
    event_id: str | None | UnsetType = UNSET
    event_type: str | None | UnsetType = UNSET
    sender: str | None | UnsetType = UNSET
    from_kind: AgencyKind | None | UnsetType = UNSET
    parts: tuple[Part, ...] | None | UnsetType = UNSET
    persons: tuple[str, ...] | None | UnsetType = UNSET
    purpose: Purpose | None | UnsetType = UNSET
    segment: str | None | UnsetType = UNSET
    recipient: str | None | UnsetType = UNSET
    to_kind: AgencyKind | None | UnsetType = UNSET
    wanted: tuple[DataCategory, ...] | None | UnsetType = UNSET


class Line(Struct):
    """What one line asks."""

    id: str | int
    at: int
    facts: list[Stated]
    request: DisclosureRequested
    kinds: Mapping[str, AgencyKind]
    asked: Asked
    """The request as it stands in the line, without its parts."""


def read(text: bytes) -> Line:
    """The question of one line. Raises Unreadable."""
    line = decode(text)
    if type(line.get("id")) not in _IDS:
        raise Unreadable(MISSING if line.get("id") is None else INVALID, "id")
    at = moment(_needed(line, "at"))
    stated, said = line.get("facts", []), _needed(line, "request")
    if type(stated) is not list:
        raise Unreadable(INVALID, "facts")
    asked = fields.within("request", _asked, said)
    request = _request(asked)
    return Line(line["id"], at, _facts(stated, at), request, _kinds(asked), asked.changed(parts=UNSET))


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

    asked: Asked
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
    return _encode(Answer(
        id=line.id, outcome=verdict.outcome, rule=verdict.rule, basis=verdict.basis,
        consent=verdict.consents[0] if verdict.consents else None, consents=verdict.consents,
        released=[{"category": part.category, "person": part.person} for part in verdict.released],
        withheld=[{"category": part.category, "person": part.person, "reason": part.reason} for part in verdict.withheld],
        obligations=verdict.obligations, reasons=verdict.reasons, releases_when=verdict.releases_when, policy=verdict.policy,
        deadline=verdict.deadline, at=line.at, asked=line.asked,
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
    """Reads ``at``: milliseconds UTC, or ISO 8601; without an offset it is the time in Japan, without a time the day's beginning there."""
    if type(value) is int and 0 <= value < 1 << 48:
        return value
    if type(value) is not str:
        raise Unreadable(INVALID, "at")
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        raise Unreadable(INVALID, "at") from None
    if found.tzinfo is not None and not value.endswith(_IN_JAPAN):
        return int(found.timestamp() * 1000)
    seconds = (found.hour * 60 + found.minute) * 60 + found.second
    return start_of(found.toordinal()) + seconds * 1000 + found.microsecond // 1000


def _needed(line: dict[str, Any], name: str) -> Any:
    if line.get(name) is None:
        raise Unreadable(MISSING, name)
    return line[name]


def _facts(stated: list[Any], at: int) -> list[Stated]:
    found: list[Stated] = []
    try:
        for fact in stated:
            found.append(_fact(fact, at))
    except Unreadable as problem:
        raise problem.inside(f"facts[{len(found)}]") from None
    return found


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
        at = moment(stated)
    if type(agency) is not str:
        raise Unreadable(INVALID, "from")
    return Stated(fact=found, at=at, agency=agency, undated=stated is None)


def _request(asked: Asked) -> DisclosureRequested:
    """A request; what it does not say matches nothing (rule 9), but its parts must be there."""
    if asked.parts is None or asked.parts is UNSET:
        raise Unreadable(MISSING, "request.parts")
    event_type, segment = asked.event_type or "", None if asked.segment is UNSET else asked.segment
    return DisclosureRequested(
        event_id=asked.event_id or "", event_type=event_type, recipient=asked.recipient or "", agency=asked.sender or "", function=_function(event_type),
        purpose=asked.purpose or _NOTHING, basis=asked.basis or _NO_BASIS, segment=segment, parts=tuple([_part(each) for each in asked.parts]),
        wanted=asked.wanted or (), persons=asked.persons or (), authored=asked.authored or None,
    )


def _kinds(asked: Asked) -> dict[str, AgencyKind]:
    """What kind of agency the request says that its two sides are."""
    kinds = {}
    if asked.sender and asked.from_kind:
        kinds[asked.sender] = asked.from_kind
    if asked.recipient and asked.to_kind:
        kinds[asked.recipient] = asked.to_kind
    return kinds


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
