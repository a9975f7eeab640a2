"""Plans (読み方): for each schema a function of its own that reads what was written by it, twice as fast as reading along the schema.

It gives the same fields as ``fastavro`` does and fails where that fails; ``tests/audit/test_plans.py`` holds the two side by side for every schema of the contracts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

Plan = Callable[[bytes, int], tuple[dict[str, Any], int]]
"""Called with bytes and where the body begins; gives its fields and where it ends. Raises IndexError, ValueError or OverflowError where it is none."""
_EPOCH = date(1970, 1, 1).toordinal()
_LONGEST = 10
"""Bytes of a number."""


def plan(schema: dict[str, Any]) -> Plan:
    """The plan of a record's schema."""
    lines = _Lines()
    body = [f" {line}" for line in lines.of(schema, "found")]
    made = {"long": _long, "fromordinal": date.fromordinal, **lines.symbols}
    exec("\n".join(["def read(v, p):", *body, " return found, p"]), made)  # noqa: S102 - lines of ours, names and symbols of our own schemas
    return made["read"]  # type: ignore[no-any-return]


def _long(v: bytes, p: int) -> tuple[int, int]:
    """A number of any length, and where it ends."""
    value = 0
    for place in range(_LONGEST):
        byte = v[p + place]
        value |= (byte & 127) << 7 * place
        if byte < 128:
            return (value >> 1) ^ -(value & 1), p + place + 1
    raise ValueError("no end")


class _Lines:
    """Writes the lines that read a value from ``v`` at ``p`` into a variable. Short numbers, nearly all, are read in place."""

    def __init__(self) -> None:
        self.symbols: dict[str, Any] = {}
        self._named: dict[str, Any] = {}
        self._count = 0

    def of(self, schema: Any, into: str) -> Iterator[str]:
        """The lines for one schema."""
        if isinstance(schema, str):
            schema = self._named.get(schema, {"type": schema})
        if isinstance(schema, list):
            yield from self._union(schema, into)
            return
        kind = schema["type"]
        if "name" in schema:
            self._named[f"{schema['namespace']}.{schema['name']}" if "namespace" in schema else schema["name"]] = schema
        match kind:
            case "null":
                yield f"{into} = None"
            case "boolean":
                yield f"{into} = v[p] != 0; p += 1"
            case "int" | "long":
                yield from self._number(into)
                if schema.get("logicalType") == "date":
                    yield f"{into} = fromordinal({into} + {_EPOCH})"
            case "string" | "bytes":
                yield from self._bytes(into, ".decode()" if kind == "string" else "")
            case "enum":
                symbols = self._new("s")
                self.symbols[symbols] = schema["symbols"]
                yield from self._number(into)
                yield f"{into} = {symbols}[{into}]"
            case "array":
                yield from self._array(schema["items"], into)
            case "record":
                yield from self._record(schema["fields"], into)
            case dict() | list():
                yield from self.of(kind, into)
            case _:
                raise NotImplementedError(kind)

    def _new(self, what: str) -> str:
        self._count += 1
        return f"{what}{self._count}"

    @staticmethod
    def _number(into: str) -> Iterator[str]:
        yield f"{into} = v[p]"
        yield f"if {into} & 129: {into}, p = long(v, p)"
        yield f"else: {into} >>= 1; p += 1"

    def _bytes(self, into: str, after: str) -> Iterator[str]:
        size = self._new("n")
        yield from self._number(size)
        yield f"if {size} < 0 or p + {size} > len(v): raise ValueError"
        yield f"{into} = v[p:p + {size}]{after}; p += {size}"

    def _record(self, fields: list[dict[str, Any]], into: str) -> Iterator[str]:
        names = {each["name"]: self._new("f") for each in fields}
        for each in fields:
            yield from self.of(each["type"], names[each["name"]])
        yield f"{into} = {{{', '.join(f'{name!r}: {variable}' for name, variable in names.items())}}}"

    def _union(self, branches: list[Any], into: str) -> Iterator[str]:
        which = self._new("u")
        yield from self._number(which)
        yield f"if {which} < 0: {which} += {len(branches)}"
        for number, branch in enumerate(branches):
            yield f"{'el' if number else ''}if {which} == {number}:"
            yield from (f" {line}" for line in self.of(branch, into))
        yield "else: raise IndexError"

    def _array(self, items: Any, into: str) -> Iterator[str]:
        """Blocks, each with its number of items before it; where that is negative, with its length in bytes as well."""
        count, item, skipped = self._new("c"), self._new("i"), self._new("z")
        yield f"{into} = []"
        yield from self._number(count)
        yield f"while {count}:"
        yield f" if {count} < 0: {count} = -{count}; {skipped}, p = long(v, p)"
        yield f" for _ in range({count}):"
        yield from (f"  {line}" for line in self.of(items, item))
        yield f"  {into}.append({item})"
        yield from (f" {line}" for line in self._number(count))
