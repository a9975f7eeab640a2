"""Facts and requests from JSON: Avro's JSON form of the contracts, read field by field.

Purposes, categories, kinds and bases that our contracts do not list stay the plain text that they are: a policy pack may know them.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import msgspec

from contracts.record import Record
from contracts.shared import AgencyKind, Basis, DataCategory, Purpose

NOT_JSON, MISSING, UNKNOWN_FIELD, UNKNOWN_TYPE, INVALID = "JSON_INVALID", "FIELD_MISSING", "FIELD_UNKNOWN", "TYPE_UNKNOWN", "VALUE_INVALID"
"""Why a line cannot be read."""
OPEN = frozenset((Purpose, DataCategory, AgencyKind, Basis))
"""Kinds of code of which a policy pack may have its own."""
_EPOCH = date(1970, 1, 1).toordinal()
_BRANCHES = frozenset(("string", "int", "long", "boolean", "array"))

Read = Callable[[Any], Any]


class Unreadable(Exception):
    """A line cannot be read: why, and where in it."""

    def __init__(self, code: str, where: str = "") -> None:
        """``where``: the path to what is wrong."""
        super().__init__(f"{code} {where}")
        self.code, self.where = code, where

    def inside(self, place: str) -> Unreadable:
        """The same, seen from one step further out."""
        return Unreadable(self.code, f"{place}{'.' if self.where and not self.where.startswith('[') else ''}{self.where}")


@cache
def record(kind: type[Record]) -> Read:
    """Reads a record of this type from an object; what is left out takes its default."""
    hints = get_type_hints(kind)
    readers = {name: _reader(hints[name]) for name in kind.__struct_fields__}
    needed = [field.name for field in msgspec.structs.fields(kind) if field.required]

    def read(value: Any) -> Record:
        found = entries(value, readers)
        for name in needed:
            if name not in found:
                raise Unreadable(MISSING, name)
        return kind(**found)

    return read


def entries(value: Any, readers: dict[str, Read]) -> dict[str, Any]:
    """Reads what an object holds, each entry by its own reader."""
    if type(value) is not dict:
        raise Unreadable(INVALID)
    found, name = {}, ""
    try:
        for name, entry in value.items():
            found[name] = readers[name](entry)
    except Unreadable as problem:
        raise problem.inside(name) from None
    except KeyError:
        raise Unreadable(UNKNOWN_FIELD, name) from None
    return found


def _reader(hint: Any) -> Read:
    if get_origin(hint) in (Union, UnionType):
        (member,) = (each for each in get_args(hint) if each is not NoneType)
        return or_nothing(_reader(member))
    if get_origin(hint) is tuple:
        return items(_reader(get_args(hint)[0]))
    if hint is date:
        return day
    if issubclass(hint, Record):
        return record(hint)
    return code(hint) if issubclass(hint, Enum) else plain(hint)


@cache
def plain(kind: type) -> Read:
    """Reads a text, a whole number or a truth value; nothing else passes for one."""

    def read(value: Any) -> Any:
        if type(value) is not kind:
            raise Unreadable(INVALID)
        return value

    return read


@cache
def code(kind: type[Enum]) -> Read:
    """Reads a symbol of an enum; of an open one any text."""
    members, is_open = {member.value: member for member in kind}, kind in OPEN

    def read(value: Any) -> Any:
        try:
            return members[value]
        except (KeyError, TypeError):
            if is_open and type(value) is str:
                return value
            raise Unreadable(INVALID) from None

    return read


def items(member: Read) -> Read:
    """Reads a list."""

    def read(value: Any) -> tuple[Any, ...]:
        if type(value) is not list:
            raise Unreadable(INVALID)
        try:
            return tuple([member(entry) for entry in value])
        except Unreadable:
            for place, entry in enumerate(value):  # only now is it worth counting
                within(f"[{place}]", member, entry)
            raise

    return read


def within(place: str, read: Read, value: Any) -> Any:
    """Reads what stands at ``place``."""
    try:
        return read(value)
    except Unreadable as problem:
        raise problem.inside(place) from None


def day(value: Any) -> date:
    """Reads a day: ISO 8601, or the days since 1970-01-01 as Avro has them."""
    try:
        if type(value) is str:
            return date.fromisoformat(value)
        if type(value) is int:
            return date.fromordinal(_EPOCH + value)
    except (ValueError, OverflowError):
        pass
    raise Unreadable(INVALID)


def or_nothing(member: Read) -> Read:
    """Reads null or a value, bare or as Avro writes the branch of a union: ``{"string": …}``."""

    def read(value: Any) -> Any:
        if value is None:
            return None
        if type(value) is dict and len(value) == 1 and ((branch := next(iter(value))) in _BRANCHES or "." in branch):
            value = value[branch]
        return member(value)

    return read
