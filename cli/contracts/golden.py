"""Golden bytes: one sample of every published schema, encoded once and read for ever."""

from __future__ import annotations

import io
import json
from datetime import date
from pathlib import Path
from typing import Any

from fastavro import parse_schema, schemaless_writer

from cli.contracts.source import Source

GOLDEN_FOLDER = Path("tests/contracts/golden")
_PRIMITIVES: dict[str, Any] = {"string": "見守り𠮷田髙", "int": 7, "long": 1_764_000_000_000, "boolean": True, "bytes": b"\x00\xff"}


def path(root: Path, source: Source) -> Path:
    """Where the golden bytes of one schema lie."""
    return root / GOLDEN_FOLDER / f"{source.full_name}.v{source.version}.json"


def write_missing(root: Path, sources: list[Source]) -> list[Path]:
    """Write golden bytes for schemas that have none; existing ones are never touched."""
    (root / GOLDEN_FOLDER).mkdir(parents=True, exist_ok=True)
    fresh = [(path(root, source), source) for source in sources if not path(root, source).exists()]
    for place, source in fresh:
        place.write_text(json.dumps({"hex": encode(source.schema).hex()}) + "\n", "utf-8")
    return [place for place, _ in fresh]


def encode(schema: dict[str, Any]) -> bytes:
    """The sample record of a schema in plain Avro bytes."""
    buffer = io.BytesIO()
    schemaless_writer(buffer, parse_schema(schema), sample(schema, {}))
    return buffer.getvalue()


def sample(avro: Any, named: dict[str, Any]) -> Any:
    """A value that fills every field: last symbol of an enum, the second branch of a union, two members of a list."""
    match avro:
        case {"type": "record", "fields": fields}:
            named[f"{avro['namespace']}.{avro['name']}"] = avro
            return {field["name"]: sample(field["type"], named) for field in fields}
        case {"type": "enum", "symbols": symbols}:
            named[f"{avro['namespace']}.{avro['name']}"] = avro
            return symbols[-1]
        case {"type": "array", "items": items}:
            return [sample(items, named), sample(items, named)]
        case {"logicalType": "date"}:
            return date(2026, 4, 1)
        case ["null", inner]:
            return sample(inner, named)
        case str() if avro in named:
            return sample(named[avro], named)
        case _:
            return _PRIMITIVES[avro]
