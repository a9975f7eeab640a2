"""Text of ``contracts/fields.py``: what each field of a publishable type may hold, as the front door reads it. Pure."""

from __future__ import annotations

import json
from typing import Any

from cli.contracts.declared import Declared, declared, dotted
from cli.contracts.source import HEADER, Source

MAX_ITEMS, MAX_PERSONAL, MAX_PUBLIC = 200, 10_000, 100
"""Longest list, longest personal text and longest public text, where a field declares nothing else."""
WHOLE = ("int", "long")


def text(latest: list[Source]) -> str:
    """The module's text, from the newest version of every type; all that it needs must be declared."""
    tables: dict[str, list[str]] = {}
    for source in latest:
        if source.schema["publishers"]:
            for place in declared(source.schema):
                rule, rules = line(place), tables.setdefault(place.record, [])
                if rule and rule not in rules:
                    rules.append(rule)
            tables.setdefault(dotted(source.schema), [])
    modules = ", ".join(sorted({name.split(".")[0] for name in tables}))
    entries = "\n".join(_entry(name, rules) for name, rules in sorted(tables.items()))
    return HEADER + _TEMPLATE.format(modules=modules, entries=entries)


def line(place: Declared) -> str:
    """One line of the generated table; empty for a truth value, which its schema limits already."""
    holds, limits = _holds(place)
    if place.many:
        limits["max_items"] = place.field.get("max_items", MAX_ITEMS)
        limits |= {"min_items": place.field["min_items"]} if "min_items" in place.field else {}
    if holds == "choice" and not place.many:
        return ""
    limits |= {"optional": True} if place.optional else {}
    listed = "".join(f", {name}={_written(value)}" for name, value in limits.items())
    return f'Rule("{place.field["name"]}", Holds.{holds.upper()}{listed})'


def _holds(place: Declared) -> tuple[str, dict[str, Any]]:
    """What the field holds, and within which limits."""
    field = place.field
    if place.nested:
        return "record", {"of": _Name(dotted(place.avro))}
    if place.is_date:
        return "date", {name: field[name] for name in ("not_before", "lasts") if name in field}
    if place.avro in WHOLE:
        return "number", {"minimum": field.get("minimum"), "maximum": field.get("maximum")}
    if place.avro != "string":
        return ("stated" if _must_be_stated(place) else "choice"), {}
    holds = "personal" if place.personal else field["holds"]
    longest = {"personal": MAX_PERSONAL, "public_text": MAX_PUBLIC}.get(holds)
    limits = {name: field[name] for name in ("pattern", "form") if name in field}
    return holds, limits | ({"max_length": field.get("max_length", longest)} if longest else {})


def _must_be_stated(place: Declared) -> bool:
    """A choice without a default is the sender's to make; ``may_be_unmapped``: whoever decides about the event refuses for it."""
    is_enum = isinstance(place.avro, dict) and place.avro["type"] == "enum" and "UNMAPPED" in place.avro["symbols"]
    return is_enum and (place.many or "default" not in place.field) and not place.field.get("may_be_unmapped")


class _Name(str):
    """A name in the generated module, not a text."""


def _written(value: Any) -> str:
    if isinstance(value, _Name):
        return value
    return f"{value:_}" if type(value) is int else json.dumps(value) if isinstance(value, str) else repr(value)


def _entry(name: str, rules: list[str]) -> str:
    lines = "".join(f"        {rule},\n" for rule in rules)
    return f"    {name}: (\n{lines}    )," if rules else f"    {name}: (),"


_TEMPLATE = '''
from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from contracts import {modules}


class Holds(StrEnum):
    """What a field may hold; explained in schemas/avro/README.md."""

    PERSONAL = "personal"
    PERSON = "person"
    ID = "id"
    AGENCY = "agency"
    CODE = "code"
    PUBLIC_TEXT = "public_text"
    NUMBER = "number"
    MUNICIPALITY_CODE = "municipality_code"
    CORPORATE_NUMBER = "corporate_number"
    DATE = "date"
    RECORD = "record"
    STATED = "stated"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True)
class Rule:
    """What one field may hold, and how much of it. A field with ``max_items`` is a list of such; ``optional``: or null."""

    field: str
    holds: Holds
    pattern: str = ""
    form: str = ""
    """Of a personal text: ``date`` (ISO 8601) or ``municipality_code``."""
    max_length: int = 0
    minimum: int = 0
    maximum: int = 0
    not_before: str = ""
    of: Any = None
    max_items: int | None = None
    min_items: int = 0
    lasts: bool = False
    """A last day, which must not be over when the event comes in."""
    optional: bool = False


FIELDS: dict[type, tuple[Rule, ...]] = {{
{entries}
}}
"""The rules of every type that an agency may publish and of the records in them. Choices stand in the schema alone."""
'''
