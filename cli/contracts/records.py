"""Python text of one generated type: an enum or a record, with its way from and to Avro. Pure."""

from __future__ import annotations

from typing import Any

PRIMITIVES = {"string": "str", "int": "int", "long": "int", "boolean": "bool", "bytes": "bytes"}


def enum(schema: dict[str, Any]) -> str:
    """The class of an enum; with ``sentences``, their table behind it."""
    members = "\n".join(f'    {symbol} = "{symbol}"' for symbol in schema["symbols"])
    text = f'class {schema["name"]}(StrEnum):\n    """{schema["doc"]}"""\n\n    __hash__ = str.__hash__  # Enum\'s own is Python code: five times slower in every set\n\n{members}\n'
    if "sentences" not in schema:
        return text
    lines = "\n".join(f'    {schema["name"]}.{symbol}: "{sentence}",' for symbol, sentence in schema["sentences"].items())
    return text + f'\n\nSENTENCES: dict[{schema["name"]}, str] = {{\n{lines}\n}}\n'


def record(schema: dict[str, Any], module: str, named: dict[str, dict[str, Any]]) -> str:
    """The class of a record in ``module``; ``named``: every enum and record by full name."""
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
