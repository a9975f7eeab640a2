"""Bodies as JSON: a JSON value becomes an event of the contracts, or a Japanese sentence and a code say what is wrong and where.

Dates are ISO 8601 texts or written by era (令和8年4月1日), members of enums their symbols, bytes are not accepted. Fields with a default may be
left out. What the front door would refuse is found here first, by the same declarations; only whether an agency is registered is not known here.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cache
from typing import Any

from cli.agency import era
from contracts import SCHEMAS
from contracts.catalogue import CATALOGUE, EventType
from contracts.shared import SENTENCES
from kernel import fields, sealing
from kernel.failures import PoisonError

_AGENCY = re.compile(r"[a-z0-9-]{1,32}")

_MOST = {"int": 2**31 - 1, "long": 2**63 - 1}
"""The largest whole number of each Avro type."""


class Fault(StrEnum):
    """Why a file cannot be sent; found before anything leaves this machine."""

    NOT_TEXT = "NOT_TEXT"
    NOT_JSON = "NOT_JSON"
    EMPTY = "EMPTY"
    NOT_AN_OBJECT = "NOT_AN_OBJECT"
    TYPE_UNKNOWN = "TYPE_UNKNOWN"
    TYPE_INTERNAL = "TYPE_INTERNAL"
    SUBJECT_MISSING = "SUBJECT_MISSING"
    FIELD_MISSING = "FIELD_MISSING"
    FIELD_UNKNOWN = "FIELD_UNKNOWN"
    VALUE_INVALID = "VALUE_INVALID"
    PERIOD_INVALID = "PERIOD_INVALID"
    PERSONAL_DATA = "PERSONAL_DATA"
    UNLABELLED = "UNLABELLED"
    RECIPIENT_UNKNOWN = "RECIPIENT_UNKNOWN"
    WILDCARD_RECIPIENT = "WILDCARD_RECIPIENT"
    UNKNOWN_CHOICE = "UNKNOWN_CHOICE"
    CHECK_DIGIT = "CHECK_DIGIT"
    TOO_MANY = "TOO_MANY"
    TOO_LARGE = "TOO_LARGE"


class BodyError(Exception):
    """The body does not fit its schema. ``where`` is the path of the field; no value is ever part of the text."""

    def __init__(self, fault: Fault, where: str, sentence: str) -> None:
        super().__init__(f"{sentence}（{where}）[{fault}]" if where else f"{sentence} [{fault}]")
        self.fault, self.where, self.sentence = fault, where, sentence


@dataclass(frozen=True, slots=True)
class _Named:
    """The records and enums that a schema has named so far, and whether the symbol for "not known" may be said."""

    unmapped: bool
    schemas: dict[str, Any] = field(default_factory=dict)


def kind_of(name: str) -> EventType:
    """The event type with this short or full name that an agency may send. Raises BodyError."""
    kind = CATALOGUE.get(name.rpartition(".")[2])
    if kind is None or name not in (kind.name, kind.full_name):
        raise BodyError(Fault.TYPE_UNKNOWN, "type", "その種別のイベントはありません。公開されているスキーマの名前を入れてください。")
    if not kind.publishers:
        raise BodyError(Fault.TYPE_INTERNAL, "type", "この種別は機関からは送れません。")
    return kind


def from_json(kind: EventType, body: Any, unmapped: bool = False) -> Any:
    """The event of this type with ``body``, as an agency may send it. Raises BodyError.

    With ``unmapped`` it is one that was received: of any type, the symbol UNMAPPED in it too, checked against its schema only.
    """
    event = kind.cls.from_avro(_value(_schema(kind.schema_id), body, "body", _Named(unmapped)))
    if not unmapped:
        _check(event)
    return event


def to_json(value: Any) -> Any:
    """An Avro value as JSON: what ``from_json`` reads."""
    match value:
        case dict():
            return {name: to_json(member) for name, member in value.items()}
        case list() | tuple():
            return [to_json(member) for member in value]
        case date():
            return value.isoformat()
        case bytes():
            return value.hex()
        case _:
            return value


class _AnyAgency:
    """Holds every well-formed agency id."""

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and _AGENCY.fullmatch(name) is not None


def _check(event: Any) -> None:
    """What the front door asks of an event's fields, and that every personal one says whose it is."""
    try:
        fields.check(event, _AnyAgency())
        sealing.take_apart(event)
    except PoisonError as error:
        raise BodyError(Fault(error.code), f"body.{error.where}", SENTENCES[error.code]) from None


def is_text(value: Any) -> bool:
    """Whether it is a text that can be sent: JSON's may hold half of a character (a lone surrogate), UTF-8 cannot."""
    return isinstance(value, str) and not any("\ud800" <= character <= "\udfff" for character in value)


@cache
def _schema(identity: int) -> Any:
    return json.loads(SCHEMAS[identity])


def _value(schema: Any, value: Any, path: str, named: _Named) -> Any:
    if isinstance(schema, str):
        schema = named.schemas.get(schema, schema)
    if isinstance(schema, list):
        return _union(schema, value, path, named)
    kind = schema if isinstance(schema, str) else schema["type"]
    match kind:
        case "record":
            return _record(schema, value, path, named)
        case "array":
            return [_value(schema["items"], member, f"{path}[{number}]", named) for number, member in enumerate(_checked(value, list, path))]
        case "enum":
            _remember(schema, named)
            if value not in schema["symbols"] or (value == "UNMAPPED" and not named.unmapped):
                choices = "・".join(symbol for symbol in schema["symbols"] if symbol != "UNMAPPED")
                raise BodyError(Fault.VALUE_INVALID, path, f"次のいずれかを入れてください: {choices}。")
            return value
        case "int" | "long":
            return _day(value, path) if isinstance(schema, dict) and schema.get("logicalType") == "date" else _whole(value, kind, path)
        case "string":
            return _text(value, path)
        case "boolean":
            return _checked(value, bool, path)
        case "null":
            return _checked(value, type(None), path)
        case dict() | list():
            return _value(kind, value, path, named)
        case _:
            raise BodyError(Fault.VALUE_INVALID, path, "この型の値はJSONでは送れません。")


def _record(schema: Any, value: Any, path: str, named: _Named) -> dict[str, Any]:
    _remember(schema, named)
    fields = {entry["name"]: entry for entry in schema["fields"]}
    for name in _checked(value, dict, path):
        if name not in fields:
            raise BodyError(Fault.FIELD_UNKNOWN, f"{path}.{name}", "この種別にその項目はありません。")
    return {name: _field(entry, value, f"{path}.{name}", named) for name, entry in fields.items()}


def _field(entry: Any, record: dict[str, Any], path: str, named: _Named) -> Any:
    if entry["name"] in record:
        return _value(entry["type"], _western(entry, record[entry["name"]]), path, named)
    if "default" not in entry:
        raise BodyError(Fault.FIELD_MISSING, path, "必要な項目がありません。")
    _learn(entry["type"], named)
    return entry["default"]


def _western(entry: Any, value: Any) -> Any:
    """A personal text that is a day, written by era, as ISO 8601; anything else as it is."""
    day = era.day(value) if entry.get("form") == "date" and isinstance(value, str) else None
    return value if day is None else day.isoformat()


def _union(branches: list[Any], value: Any, path: str, named: _Named) -> Any:
    if value is None and "null" in branches:
        return None
    others = [branch for branch in branches if branch != "null"]
    return _value(others[0], value, path, named)


def _learn(schema: Any, named: _Named) -> None:
    """Remember the names that a field introduces even where the field is left out."""
    match schema:
        case list():
            for branch in schema:
                _learn(branch, named)
        case {"type": "record"}:
            _remember(schema, named)
            for entry in schema["fields"]:
                _learn(entry["type"], named)
        case {"type": "enum"}:
            _remember(schema, named)
        case {"type": "array", "items": items}:
            _learn(items, named)


def _remember(schema: Any, named: _Named) -> None:
    named.schemas[schema["name"]] = schema
    if "namespace" in schema:
        named.schemas[f"{schema['namespace']}.{schema['name']}"] = schema


def _checked(value: Any, kind: type, path: str) -> Any:
    if type(value) is not kind:
        names = {list: "配列", dict: "オブジェクト", str: "文字列", bool: "true か false", type(None): "null"}
        raise BodyError(Fault.VALUE_INVALID, path, f"{names[kind]}を入れてください。")
    return value


def _text(value: Any, path: str) -> str:
    if not is_text(_checked(value, str, path)):
        raise BodyError(Fault.VALUE_INVALID, path, "文字として読めない部分があります。")
    return value


def _whole(value: Any, kind: str, path: str) -> int:
    most = _MOST[kind]
    if type(value) is not int or not -most - 1 <= value <= most:
        raise BodyError(Fault.VALUE_INVALID, path, f"{most} までの整数を入れてください。")
    return value


def _day(value: Any, path: str) -> date:
    try:
        return era.day(value) or date.fromisoformat(value)
    except (TypeError, ValueError):
        raise BodyError(Fault.VALUE_INVALID, path, "日付を 2026-04-01 か 令和8年4月1日 の形で入れてください。") from None
