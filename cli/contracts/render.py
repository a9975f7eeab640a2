"""Python text of the generated ``contracts`` package, from the schema set. Pure: schemas in, files out."""

from __future__ import annotations

import json
from itertools import groupby
from typing import Any

from cli.contracts import catalogue, fields, records
from cli.contracts.source import HEADER, Source, newest

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
    rendered["catalogue.py"] = catalogue.text(latest, numbers)
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
    parts = [records.enum(schema) if schema["type"] == "enum" else records.record(schema, module, named) for schema in _ordered(schemas)]
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
