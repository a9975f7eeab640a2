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
from msgspec import UnsetType

from contracts.record import Record
from contracts.shared import AgencyKind, Basis, DataCategory, Purpose

NOT_JSON, MISSING, UNKNOWN_FIELD, UNKNOWN_TYPE, INVALID = "JSON_INVALID", "FIELD_MISSING", "FIELD_UNKNOWN", "TYPE_UNKNOWN", "VALUE_INVALID"
"""Why a line cannot be read."""
OPEN = frozenset((Purpose, DataCategory, AgencyKind, Basis))
"""Kinds of code of which a policy pack may have its own."""
_EPOCH = date(1970, 1, 1).toordinal()
_NOTHING = (NoneType, UnsetType)
_BRANCHES = frozenset(("string", "int", "long", "boolean", "array"))

Read = Callable[[Any], Any]
_convert = msgspec.convert


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
    """Reads a record of this type from an object; what is left out takes its default.

    What is written as nearly everybody writes it is read in one step; only what that step cannot read is read entry by entry,
    which knows every spelling and says what is wrong and where. Both read the same from the same.
    """
    hints, fields = get_type_hints(kind), msgspec.structs.fields(kind)
    readers = {field.encode_name: _reader(hints[field.name]) for field in fields}
    names = {field.encode_name: field.name for field in fields}
    needed = [field.encode_name for field in fields if field.required]
    plainly = frozenset(field.encode_name for field in fields if _is_plain(hints[field.name]))

    def read(value: Any) -> Record:
        if type(value) is dict and value.keys() <= plainly:
            try:
                return _convert(value, kind)
            except msgspec.ValidationError:
                pass
        found = entries(value, readers)
        for name in needed:
            if name not in found:
                raise Unreadable(MISSING, name)
        return kind(**{names[name]: entry for name, entry in found.items()})

    return read


def _is_plain(hint: Any) -> bool:
    """Whether msgspec reads this as we do, or not at all. It takes 1.0 for a whole number, and passes over what a record does not know."""
    if members := get_args(hint):
        return all(_is_plain(each) for each in members if each not in (*_NOTHING, ...))
    if issubclass(hint, Record):
        return hint.__struct_config__.forbid_unknown_fields and all(map(_is_plain, get_type_hints(hint).values()))
    return hint in (str, bool, date) or issubclass(hint, Enum)


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
        (member,) = (each for each in get_args(hint) if each not in _NOTHING)
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
