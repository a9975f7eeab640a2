"""Well-formed events of every type that an agency may publish, and every place in them where a text stands."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from typing import Any

from contracts import SCHEMAS
from contracts.catalogue import CATALOGUE, EventType
from contracts.fields import FIELDS, Holds, Rule

KINDS = [kind for kind in CATALOGUE.values() if kind.publishers]
TEXTS = frozenset((Holds.PERSONAL, Holds.PERSON, Holds.ID, Holds.AGENCY, Holds.CODE, Holds.PUBLIC_TEXT))
CODES = {
    "[0-9]{6}-[0-9]{2}": "990019-01", "([0-9a-f]{64})?": "0" * 64, "[0-9a-f]{64}": "0" * 64, "[0-9A-Za-z][0-9A-Za-z.-]{0,19}": "2026.1",
    "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}": "00000000-0000-8000-8000-000000000001",
    "[a-z0-9-]{1,40}": "care-record-5y", "[0-9A-Za-z-]{1,40}": "R3-0331-1", "[0129]": "9", "[0-9]{7}": "0001001",
}
"""A code for each pattern in use."""
FORMED = {"date": "1975-02-28", "municipality_code": "131016"}


@dataclass(frozen=True, slots=True)
class Place:
    """One text of a type: the way to it through lists and nested records, and its rule."""

    kind: EventType
    path: tuple[str | int, ...]
    rule: Rule

    @property
    def where(self) -> str:
        """As a refusal names it."""
        return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in self.path).removeprefix(".")

    def __str__(self) -> str:
        return f"{self.kind.name}.{self.where}"


def record_of(kind: EventType, agency: str = "elder") -> dict[str, Any]:
    """An Avro record with a well-formed value in every field, one member in every list; ``agency`` wherever one is named."""
    return _record(json.loads(SCHEMAS[kind.schema_id]), kind.cls, agency, {})


def places(*holds: Holds) -> list[Place]:
    """Every place of every type where a text of these sorts (default: of any) stands."""
    wanted = holds or TEXTS
    return [place for kind in KINDS for place in _places(kind, kind.cls, ()) if place.rule.holds in wanted]


def planted(place: Place, value: Any, agency: str = "elder") -> Any:
    """A well-formed event but for ``value`` at ``place``."""
    record = deepcopy(record_of(place.kind, agency))
    *way, last = place.path
    node: Any = record
    for step in way:
        node = node[step]
    node[last] = value
    return place.kind.cls.from_avro(record)


def _places(kind: EventType, cls: type, way: tuple[str | int, ...]) -> Iterator[Place]:
    for rule in FIELDS[cls]:
        path = (*way, rule.field) if rule.max_items is None else (*way, rule.field, 0)
        if rule.holds is Holds.RECORD:
            yield from _places(kind, rule.of, path)
        else:
            yield Place(kind, path, rule)


def _record(schema: Any, cls: type, agency: str, named: dict[str, Any]) -> dict[str, Any]:
    rules = {rule.field: rule for rule in FIELDS[cls]}
    return {field["name"]: _value(field["type"], rules.get(field["name"]), agency, named) for field in schema["fields"]}


def _value(schema: Any, rule: Rule | None, agency: str, named: dict[str, Any]) -> Any:
    match schema:
        case ["null", inner]:
            return _value(inner, rule, agency, named)
        case {"type": "array", "items": items}:
            return [_value(items, rule, agency, named)]
        case str() if schema in named:
            return _value(named[schema], rule, agency, named)
        case {"type": "record" | "enum"}:
            named[f"{schema['namespace']}.{schema['name']}"] = schema
            return schema["symbols"][1] if rule is None or rule.holds in (Holds.CHOICE, Holds.STATED) else _record(schema, rule.of, agency, named)
        case "boolean":
            return True
        case _:
            assert rule is not None, schema
            return _held(rule, agency)


def _held(rule: Rule, agency: str) -> Any:
    values = {
        Holds.PERSON: "a" * 32, Holds.ID: "d" * 32, Holds.AGENCY: agency, Holds.CODE: CODES.get(rule.pattern), Holds.MUNICIPALITY_CODE: "131016", Holds.CORPORATE_NUMBER: "7000012050002",
        Holds.PERSONAL: FORMED.get(rule.form) or CODES.get(rule.pattern) or "本人の話",
        Holds.PUBLIC_TEXT: "えんがわ食堂", Holds.NUMBER: rule.minimum, Holds.DATE: date(2100, 1, 1),
    }
    return values[rule.holds]
