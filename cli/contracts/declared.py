"""Declared: every field of a schema with all that it says of itself, of the records in it too. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Declared:
    """One field: where it stands, what is in it behind null and list, and whether it belongs to a personal item."""

    record: str
    field: dict[str, Any]
    avro: Any
    optional: bool
    many: bool
    inside: bool

    @property
    def personal(self) -> bool:
        """Whether it has a category of its own."""
        return "category" in self.field

    @property
    def nested(self) -> bool:
        """Whether a record is in it."""
        return isinstance(self.avro, dict) and self.avro["type"] == "record"

    @property
    def is_date(self) -> bool:
        """Whether a day is in it."""
        return isinstance(self.avro, dict) and self.avro.get("logicalType") == "date"


def declared(schema: dict[str, Any]) -> Iterator[Declared]:
    """Every field of a record and of the records in it, in order."""
    known: dict[str, Any] = {}

    def visit(record: dict[str, Any], inside: bool) -> Iterator[Declared]:
        for field in record["fields"]:
            avro, optional, many = _bare(field["type"], known)
            place = Declared(dotted(record), field, avro, optional, many, inside)
            yield place
            if place.nested:
                yield from visit(avro, inside or "category_field" in field)

    return visit(schema, False)


def _bare(avro: Any, known: dict[str, Any]) -> tuple[Any, bool, bool]:
    """What is behind null and list; whether there was a null; whether there was a list."""
    optional = isinstance(avro, list)
    if optional:
        avro = next(branch for branch in avro if branch != "null")
    many = isinstance(avro, dict) and avro["type"] == "array"
    if many:
        avro = avro["items"]
    if isinstance(avro, dict) and "name" in avro:
        known[avro["name"]] = known[f"{avro.get('namespace')}.{avro['name']}"] = avro
    return known.get(avro, avro) if isinstance(avro, str) else avro, optional, many


def dotted(record: dict[str, Any]) -> str:
    """Module and class of a record in ``contracts``."""
    return f"{record['namespace'].removeprefix('tsunagu.')}.{record['name']}"
