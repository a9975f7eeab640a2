"""Python text of the generated ``contracts`` package, from the schema set. Pure: schemas in, files out."""

from __future__ import annotations

import json
from itertools import groupby
from typing import Any

from cli.contracts import fields
from cli.contracts.fields import HEADER
from cli.contracts.source import Source, newest

PRIMITIVES = {"string": "str", "int": "int", "long": "int", "boolean": "bool", "bytes": "bytes"}
FUNCTIONS = ("consultation", "outreach", "coordination", "participation", "community")
LOGGED = (*FUNCTIONS, "consent", "registry", "reporting")
"""Every function with a log of its own."""


def files(sources: list[Source], ids: dict[str, dict[str, Any]]) -> dict[str, str]:
    """File name → text of every generated file."""
    latest = newest(sources)
    named = named_types(latest)
    numbers = {(entry["name"], entry["version"]): int(number) for number, entry in ids.items()}
    modules = {"shared": [schema for schema in named.values() if schema["namespace"] == "tsunagu.shared"]}
    for folder, group in groupby(latest, key=lambda source: source.folder):
        own = [schema for schema in named.values() if schema["namespace"] == f"tsunagu.{folder}"]
        modules[folder] = own + [source.schema for source in group]
    rendered = {f"{module}.py": _module(module, schemas, named) for module, schemas in modules.items()}
    rendered["catalogue.py"] = _catalogue(latest, numbers)
    rendered["fields.py"] = fields.module(latest)
    rendered["topics.py"] = _topics()
    rendered["__init__.py"] = _package()
    rendered["record.py"] = _base()
    rendered["schemas.json"] = _schemas(sources, numbers)
    return rendered


def named_types(sources: list[Source]) -> dict[str, dict[str, Any]]:
    """Full name → enum or record used inside the events; the same name must mean the same everywhere."""
    found: dict[str, dict[str, Any]] = {}

    def visit(node: Any, top: bool) -> None:
        if isinstance(node, list):
            for member in node:
                visit(member, False)
        elif isinstance(node, dict):
            if node.get("type") in ("enum", "record") and not top:
                known = found.setdefault(f"{node['namespace']}.{node['name']}", node)
                if known["type"] != node["type"] or known.get("symbols") != node.get("symbols"):
                    raise ValueError(f"{node['namespace']}.{node['name']} is defined in two ways")
            for member in [*node.get("fields", []), node.get("items"), node.get("type")]:
                visit(member, False)

    for source in sources:
        visit(source.schema, True)
    return dict(sorted(found.items(), key=lambda item: (item[1]["type"], item[0])))


def _module(module: str, schemas: list[dict[str, Any]], named: dict[str, dict[str, Any]]) -> str:
    parts = [_enum(schema) if schema["type"] == "enum" else _record(schema, module, named) for schema in _ordered(schemas)]
    body = "\n\n".join(parts)
    imports = ["from __future__ import annotations\n"]
    if "date" in body:
        imports.append("from datetime import date")
    if "(StrEnum)" in body:
        imports.append("from enum import StrEnum")
    imports.append("from typing import Any\n" if "Any" in body else "")
    if module != "shared":
        imports.append("from contracts import shared")
    if "(Record" in body:
        imports.append("from contracts.record import Record\n")
    return HEADER + "\n" + "\n".join(line for line in imports if line) + "\n\n" + body + "\n"


def _ordered(schemas: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Enums first: a record's default may name a symbol."""
    return sorted(schemas, key=lambda schema: schema["type"] != "enum")


def _enum(schema: dict[str, Any]) -> str:
    members = "\n".join(f'    {symbol} = "{symbol}"' for symbol in schema["symbols"])
    text = f'class {schema["name"]}(StrEnum):\n    """{schema["doc"]}"""\n\n    __hash__ = str.__hash__  # Enum\'s own is Python code: five times slower in every set\n\n{members}\n'
    if "sentences" not in schema:
        return text
    lines = "\n".join(f'    {schema["name"]}.{symbol}: "{sentence}",' for symbol, sentence in schema["sentences"].items())
    return text + f'\n\nSENTENCES: dict[{schema["name"]}, str] = {{\n{lines}\n}}\n'


def _record(schema: dict[str, Any], module: str, named: dict[str, dict[str, Any]]) -> str:
    types = _Types(module, named)
    title = f"\n\n    {schema['title_ja']}: {schema['meaning_ja']}\n    " if "title_ja" in schema else ""
    fields = [f"    {field['name']}: {types.annotation(field['type'])}{types.default(field)}" for field in schema["fields"]]
    reads = [f"            {field['name']}={types.read(field['type'], _key(field))}," for field in schema["fields"]]
    writes = [f'            "{field["name"]}": {types.write(field["type"], "self." + field["name"])},' for field in schema["fields"]]
    return "\n".join(
        [
            f"class {schema['name']}(Record, frozen=True, kw_only=True):",
            f'    """{schema["doc"]}{title}"""',
            "",
            *fields,
            *([""] if fields else []),
            "    @classmethod",
            f"    def from_avro(cls, record: dict[str, Any]) -> {schema['name']}:",
            '        """Build from a decoded Avro record."""',
            *(["        return cls(", *reads, "        )"] if fields else ["        return cls()"]),
            "",
            "    def to_avro(self) -> dict[str, Any]:",
            '        """The Avro record to encode."""',
            *(["        return {", *writes, "        }"] if fields else ["        return {}"]),
            "",
        ]
    )


def _key(field: dict[str, Any]) -> str:
    return f'record["{field["name"]}"]'


class _Types:
    """Python annotation, default and conversion of an Avro type, seen from one module."""

    def __init__(self, module: str, named: dict[str, dict[str, Any]]) -> None:
        self.module = module
        self.named = named

    def annotation(self, avro: Any) -> str:
        match avro:
            case ["null", inner]:
                return f"{self.annotation(inner)} | None"
            case {"type": "array", "items": inner}:
                return f"tuple[{self.annotation(inner)}, ...]"
            case {"logicalType": "date"}:
                return "date"
            case _:
                return PRIMITIVES[avro] if isinstance(avro, str) and avro in PRIMITIVES else self.reference(avro)

    def default(self, field: dict[str, Any]) -> str:
        if "default" not in field:
            return ""
        value = field["default"]
        if value == []:
            return " = ()"
        is_enum = not isinstance(field["type"], list) and self.schema(field["type"]).get("type") == "enum"
        return f" = {self.reference(field['type'])}.{value}" if is_enum else f" = {value!r}".replace("'", '"')

    def read(self, avro: Any, place: str) -> str:
        match avro:
            case ["null", inner]:
                got = self.read(inner, place)
                return got if got == place else f"None if {place} is None else {got}"
            case {"type": "array", "items": inner}:
                got = self.read(inner, "member")
                return f"tuple({place})" if got == "member" else f"tuple({got} for member in {place})"
            case _ if self.schema(avro).get("type") == "enum":
                return f"{self.reference(avro)}[{place}]"
            case _ if self.schema(avro).get("type") == "record":
                return f"{self.reference(avro)}.from_avro({place})"
            case _:
                return place

    def write(self, avro: Any, place: str) -> str:
        match avro:
            case {"type": "array", "items": inner} if self.schema(inner).get("type") == "record":
                return f"[member.to_avro() for member in {place}]"
            case {"type": "array"}:
                return f"list({place})"
            case _ if not isinstance(avro, list) and self.schema(avro).get("type") == "record":
                return f"{place}.to_avro()"
            case _:
                return place

    def schema(self, avro: Any) -> dict[str, Any]:
        """The named type behind a definition or a reference; {} for anything else."""
        if isinstance(avro, str):
            return self.named.get(avro, {})
        return avro if isinstance(avro, dict) and "name" in avro else {}

    def reference(self, avro: Any) -> str:
        schema = self.schema(avro)
        place = schema["namespace"].removeprefix("tsunagu.")
        return schema["name"] if place == self.module else f"{place}.{schema['name']}"


def _catalogue(sources: list[Source], numbers: dict[tuple[str, int], int]) -> str:
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


def _topics() -> str:
    members = "\n".join(f'    {name.upper()} = "{name}"' for name in LOGGED)
    return f'{HEADER}\nfrom enum import StrEnum\n\n\nclass Function(StrEnum):\n    """A function with a log of its own; topic names are built from it in ``kernel/topics.py``."""\n\n{members}\n\n\nSUPPORT_FUNCTIONS = tuple(Function)[:{len(FUNCTIONS)}]\n'


def _base() -> str:
    return f'''{HEADER}
from __future__ import annotations

from typing import Any, Self

from msgspec import Struct
from msgspec.structs import replace


class Record(Struct, frozen=True, kw_only=True):
    """What every generated record is: frozen, compared by value, made five times faster than a frozen dataclass."""

    def changed(self, **fields: Any) -> Self:
        """The same record with other values in these fields."""
        return replace(self, **fields)
'''


def _package() -> str:
    return f'''{HEADER}
import json
from pathlib import Path
from typing import Any

PUBLISHED: dict[int, dict[str, Any]] = {{
    int(number): entry for number, entry in json.loads((Path(__file__).parent / "schemas.json").read_text("utf-8")).items()
}}
SCHEMAS: dict[int, str] = {{number: json.dumps(entry["schema"], ensure_ascii=False) for number, entry in PUBLISHED.items()}}
FINGERPRINTS: dict[int, str] = {{number: entry["fingerprint"] for number, entry in PUBLISHED.items()}}
'''


def _schemas(sources: list[Source], numbers: dict[tuple[str, int], int]) -> str:
    table = {
        numbers[source.full_name, source.version]: {
            "name": source.full_name,
            "version": source.version,
            "fingerprint": source.fingerprint,
            "schema": source.schema,
        }
        for source in sources
    }
    return json.dumps(dict(sorted(table.items())), ensure_ascii=False, indent=1) + "\n"
