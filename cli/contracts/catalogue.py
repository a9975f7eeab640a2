"""Text of ``contracts/catalogue.py``: what the schema of each event type says beside its fields. Pure."""

from __future__ import annotations

import json
from typing import Any

from cli.contracts.source import HEADER, Source


def text(sources: list[Source], numbers: dict[tuple[str, int], int]) -> str:
    """The module's text: the newest version of every event type; ``numbers``: schema ids by full name and version."""
    modules = ", ".join(sorted({source.folder for source in sources}))
    entries = "\n".join(_entry(source, numbers[source.full_name, source.version]) for source in sources)
    return f'''{HEADER}
from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from contracts import {modules}


@dataclass(frozen=True, slots=True)
class Mark:
    """A personal field: which field, whose (a field or member naming the person) and of which category."""

    field: str
    person_field: str
    category: str | None
    category_field: str | None
    essential: bool

    @property
    def array(self) -> bool:
        """Whether the field is a list whose members name their own person and category."""
        return self.category_field is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventType:
    """What the schema of an event type says beside its fields; the attributes are explained in schemas/avro/README.md."""

    name: str
    full_name: str
    cls: Any
    schema_id: int
    version: int
    function: str
    key: str
    part: str
    publishers: tuple[str, ...]
    after_contract: bool
    copies: tuple[str, ...]
    forwards: tuple[str, ...]
    forward_key: str | None
    broadcast: bool
    retention: str | None
    personal: tuple[Mark, ...]
    persons: tuple[str, ...]
    """Fields that name a person by pseudonym in the body itself."""
    title_ja: str
    meaning_ja: str


CATALOGUE: dict[str, EventType] = {{
{entries}
}}

BY_FULL_NAME: dict[str, EventType] = {{event.full_name: event for event in CATALOGUE.values()}}
BY_CLASS: dict[type, EventType] = {{event.cls: event for event in CATALOGUE.values()}}
'''


def _entry(source: Source, number: int) -> str:
    schema = source.schema
    marks = [
        f'Mark("{field["name"]}", "{field["person"]}", {_text(field.get("category"))}, {_text(field.get("category_field"))}, {field["essential"]})'
        for field in schema["fields"]
        if "category" in field or "category_field" in field
    ]
    values = {
        "name": _text(source.name),
        "full_name": _text(source.full_name),
        "cls": f"{source.folder}.{source.name}",
        "schema_id": str(number),
        "version": str(source.version),
        "function": _text(schema["function"]),
        "key": _text(schema["key"]),
        "part": _text(schema["part"]),
        "publishers": _tuple(map(_text, schema["publishers"])),
        "after_contract": str(schema.get("after_contract", False)),
        "copies": _tuple(map(_text, schema.get("copies", []))),
        "forwards": _tuple(map(_text, schema.get("forwards", []))),
        "forward_key": _text(schema.get("forward_key")),
        "broadcast": str(schema.get("broadcast", False)),
        "retention": _text(schema.get("retention")),
        "personal": _tuple(marks),
        "persons": _tuple(_text(field["name"]) for field in schema["fields"] if field.get("holds") == "person"),
        "title_ja": _text(schema["title_ja"]),
        "meaning_ja": _text(schema["meaning_ja"]),
    }
    lines = "\n".join(f"        {name}={value}," for name, value in values.items())
    return f'    "{source.name}": EventType(\n{lines}\n    ),'


def _text(value: str | None) -> str:
    return "None" if value is None else json.dumps(value, ensure_ascii=False)


def _tuple(members: Any) -> str:
    listed = list(members)
    return f"({', '.join(listed)}{',' if len(listed) == 1 else ''})"
