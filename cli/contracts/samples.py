"""Well-formed values of every field, made from the schemas alone and always the same: examples of the documents, messages of the tests.

What a field may hold is said by its attributes (schemas/avro/README.md). A code is made from its pattern; where that cannot be done,
or would not do because of a check digit, the field's attribute ``example`` says one.
"""

from __future__ import annotations

import re
from datetime import date
from re import _parser  # the parse tree of a pattern; there is no public way to it
from typing import Any

from cli.contracts.source import SchemaSetError

AGENCY = "elder"
PERSON, IDENTITY = "a" * 32, "d" * 32
DAY, LAST_DAY = date(2026, 4, 1), date(2100, 3, 31)
"""Any day, and one that is not over."""
MOMENT = 1_774_969_200_000
"""The beginning of ``DAY`` in Japan, milliseconds UTC."""
_TOWN, _COMPANY = "131016", "7000012050002"
"""With check digits that are right."""
_BY_SORT = {
    "person": PERSON, "id": IDENTITY, "public_text": "えんがわ食堂", "municipality_code": _TOWN, "corporate_number": _COMPANY,
}
_BY_FORM = {"date": "1975-02-28", "municipality_code": _TOWN}
_PLAIN = {"boolean": True, "bytes": b"\x00\xff", "null": None}


def record(schema: dict[str, Any], agency: str = AGENCY) -> dict[str, Any]:
    """An Avro record with a well-formed value in every field, one member in every list that need not have more; ``agency`` wherever
    one is named.
    """
    return _record(schema, agency, {})


def fitting(pattern: str) -> str:
    """A text that the pattern fits, every part of it there once. Raises SchemaSetError."""
    found = _text(_parser.parse(pattern), 0)
    if not re.fullmatch(pattern, found):
        raise SchemaSetError(f"no text can be made for the pattern {pattern}: give the field an attribute `example`")
    return found


def as_json(value: Any) -> Any:
    """An Avro value as JSON: days in ISO 8601, bytes in hexadecimal digits; what ``tsunagu send`` reads."""
    match value:
        case dict():
            return {name: as_json(member) for name, member in value.items()}
        case list():
            return [as_json(member) for member in value]
        case date():
            return value.isoformat()
        case bytes():
            return value.hex()
        case _:
            return value


def _record(schema: dict[str, Any], agency: str, named: dict[str, Any]) -> dict[str, Any]:
    return {field["name"]: _value(field["type"], field, agency, named) for field in schema["fields"]}


def _value(avro: Any, field: dict[str, Any], agency: str, named: dict[str, Any]) -> Any:
    match avro:
        case ["null", inner]:
            return _value(inner, field, agency, named)
        case {"type": "array", "items": items}:
            return [_value(items, field, agency, named)] * max(1, field.get("min_items", 1))
        case {"type": "record" | "enum"}:
            named[f"{avro['namespace']}.{avro['name']}"] = avro
            return _record(avro, agency, named) if avro["type"] == "record" else _choice(avro, field)
        case str() if avro in named:
            return _value(named[avro], field, agency, named)
        case {"logicalType": "date"}:
            return LAST_DAY if "lasts" in field or "not_before" in field else DAY
        case "int" | "long":
            return field.get("example", field.get("minimum", MOMENT if "1970" in field.get("unit", "") else 1))
        case "string":
            return _held(field, agency)
        case _:
            return _PLAIN[avro]


def _choice(enum: dict[str, Any], field: dict[str, Any]) -> str:
    """The first symbol that says something."""
    return field.get("example") or next(symbol for symbol in enum["symbols"] if symbol != "UNMAPPED")


def _held(field: dict[str, Any], agency: str) -> str:
    """A text: of a field that says nothing of what it holds, as of a personal one, the Japanese name of the field."""
    if "example" in field:
        return field["example"]
    if "pattern" in field:
        return fitting(field["pattern"])
    if "form" in field:
        return _BY_FORM[field["form"]]
    doc = field.get("doc", "")
    if field.get("holds") == "agency" or "agency id" in doc:
        return agency
    return _BY_SORT.get(field.get("holds", ""), japanese(doc) or field["name"])[: field.get("max_length")]


def japanese(doc: str) -> str:
    """The Japanese name of a field: what stands before the colon of its ``doc``, or all of it."""
    return doc.partition(":")[0].rstrip(". ")


def _text(tree: Any, turn: int) -> str:
    """The text of a parsed pattern; ``turn``: how often a part was repeated, so that digits go on from 0 to 1 to 2."""
    return "".join(_piece(str(name), value, turn) for name, value in tree)


def _piece(name: str, value: Any, turn: int) -> str:
    match name:
        case "LITERAL":
            return chr(value)
        case "ANY":
            return "a"
        case "IN":
            return _member(value, turn)
        case "MAX_REPEAT" | "MIN_REPEAT":
            fewest, most, inner = value
            return "".join(_text(inner, turn + number) for number in range(min(max(fewest, 1), int(most))))
        case "SUBPATTERN":
            return _text(value[-1], turn)
        case "BRANCH":
            return _text(value[1][0], turn)
        case _:
            return ""


def _member(members: Any, turn: int) -> str:
    """One character of a class."""
    for name, value in members:
        match str(name), value:
            case "RANGE", (first, last):
                return chr(first + turn % (last - first + 1))
            case "LITERAL", code:
                return chr(code)
            case "CATEGORY", category:
                return str(turn % 10) if str(category).endswith("_DIGIT") else "a"
    return ""
