"""Fields: whether each value of an event is what its schema lets it hold. Compiled once a type from ``contracts.fields``.

A reason names a field, never what stands in it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container
from datetime import date
from functools import cache
from typing import Any

from contracts.fields import FIELDS, Holds, Rule
from contracts.shared import RefusalCode
from kernel.failures import PoisonError
from kernel.forms import FORMS
from kernel.telltales import tells_of_somebody

Agencies = Container[str]
"""The ids of agencies that may be named."""
Check = Callable[[Any, Agencies], None]
"""Passes a value over, or raises PoisonError."""

ID = re.compile(r"[0-9a-f]{32}")
"""A pseudonym: no name fits into it."""
EARLIEST, LATEST = date(1900, 1, 1), date(2100, 12, 31)
"""Days outside are slips of the pen."""

_UNMAPPED = "UNMAPPED"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
"""No text of a caseworker has these; line breaks and tabs are none of them."""
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
"""What breaks a line, or cannot be seen and could hide something from its reader."""


def check(event: Any, agencies: Agencies) -> None:
    """Raises PoisonError with code and place of the first field that holds what it may not.

    ``event``: of a type that agencies may publish, personal fields filled or not.
    """
    _record(type(event))(event, agencies)


def check_days(event: Any, today: date) -> None:
    """Raises PoisonError when the last day of something is over before it comes in; ``today``: the day in Japan on which it does."""
    for name in _last_days(type(event)):
        if getattr(event, name) < today:
            raise PoisonError(RefusalCode.PERIOD_INVALID, name)


@cache
def _last_days(cls: type) -> tuple[str, ...]:
    return tuple(rule.field for rule in FIELDS[cls] if rule.lasts)


@cache
def _record(cls: type) -> Check:
    """The check of every field of a record, in the order of its schema."""
    tests = tuple((rule.field, _field(rule)) for rule in FIELDS[cls])
    periods = tuple((rule.field, rule.not_before) for rule in FIELDS[cls] if rule.not_before)

    def check(record: Any, agencies: Agencies) -> None:
        name = ""
        try:
            for name, test in tests:
                test(getattr(record, name), agencies)
        except PoisonError as error:
            raise PoisonError(error.code, _place(name, error.where)) from None
        for last, first in periods:
            end = getattr(record, last)
            if end is not None and end < getattr(record, first):
                raise PoisonError(RefusalCode.PERIOD_INVALID, last)

    return check


def _place(name: str, inner: str) -> str:
    """``roles`` and ``[1].agency`` are ``roles[1].agency``."""
    return f"{name}{'.' if inner and inner[0] != '[' else ''}{inner}"


def _field(rule: Rule) -> Check:
    """The check of one field."""
    test = _KINDS[rule.holds](rule)
    if rule.max_items is not None:
        test = _each(test, rule.min_items, rule.max_items)
    return _unless_null(test) if rule.optional else test


def _each(test: Check, fewest: int, longest: int) -> Check:
    def check(values: Any, agencies: Agencies) -> None:
        if len(values) > longest:
            raise PoisonError(RefusalCode.TOO_MANY)
        if len(values) < fewest:
            raise PoisonError(RefusalCode.VALUE_INVALID)
        index = 0
        try:
            for index, value in enumerate(values):
                test(value, agencies)
        except PoisonError as error:
            raise PoisonError(error.code, _place(f"[{index}]", error.where)) from None

    return check


def _unless_null(test: Check) -> Check:
    def check(value: Any, agencies: Agencies) -> None:
        if value is not None:
            test(value, agencies)

    return check


def _form(pattern: str | re.Pattern[str], code: RefusalCode) -> Check:
    fits = re.compile(pattern).fullmatch

    def check(value: Any, agencies: Agencies) -> None:
        if not fits(value):
            raise PoisonError(code)

    return check


def _formed(name: str) -> Check:
    form = FORMS[name]

    def check(value: Any, agencies: Agencies) -> None:
        form(value)

    return check


def _agency(_: Rule) -> Check:
    def check(value: Any, agencies: Agencies) -> None:
        if value not in agencies:
            raise PoisonError(RefusalCode.WILDCARD_RECIPIENT if "*" in value else RefusalCode.RECIPIENT_UNKNOWN)

    return check


def _personal(rule: Rule) -> Check:
    """Any text, or one of a certain form: it is sealed. ``isprintable`` is fast, and settles most of them."""
    longest = rule.max_length
    formed = _formed(rule.form) if rule.form else _form(rule.pattern, RefusalCode.VALUE_INVALID) if rule.pattern else None

    def check(value: Any, agencies: Agencies) -> None:
        if len(value) > longest:
            raise PoisonError(RefusalCode.TOO_MANY)
        if not value.isprintable() and _CONTROL.search(value):
            raise PoisonError(RefusalCode.VALUE_INVALID)
        if formed:
            formed(value, agencies)

    return check


def _public_text(rule: Rule) -> Check:
    """What anybody may read (誰でも読める文): one line, short, without what plainly belongs to a person."""
    longest = rule.max_length

    def check(value: Any, agencies: Agencies) -> None:
        if len(value) > longest:
            raise PoisonError(RefusalCode.TOO_MANY)
        if _UNSEEN.search(value):
            raise PoisonError(RefusalCode.VALUE_INVALID)
        if tells_of_somebody(value):
            raise PoisonError(RefusalCode.PERSONAL_DATA)

    return check


def _between(least: Any, most: Any) -> Check:
    def check(value: Any, agencies: Agencies) -> None:
        if not least <= value <= most:
            raise PoisonError(RefusalCode.VALUE_INVALID)

    return check


def _stated(value: Any, agencies: Agencies) -> None:
    """A choice that the sender has to make: what is empty, or a member of a newer schema, reads as UNMAPPED."""
    if value == _UNMAPPED:
        raise PoisonError(RefusalCode.UNKNOWN_CHOICE)


def _anything(value: Any, agencies: Agencies) -> None:
    """A choice: the schema has no other members."""


_KINDS: dict[Holds, Callable[[Rule], Check]] = {
    Holds.PERSONAL: _personal,
    Holds.PERSON: lambda _: _form(ID, RefusalCode.UNLABELLED),
    Holds.ID: lambda _: _form(ID, RefusalCode.VALUE_INVALID),
    Holds.AGENCY: _agency,
    Holds.CODE: lambda rule: _form(rule.pattern, RefusalCode.VALUE_INVALID),
    Holds.PUBLIC_TEXT: _public_text,
    Holds.NUMBER: lambda rule: _between(rule.minimum, rule.maximum),
    Holds.DATE: lambda _: _between(EARLIEST, LATEST),
    Holds.RECORD: lambda rule: _record(rule.of),
    Holds.MUNICIPALITY_CODE: lambda rule: _formed(rule.holds),
    Holds.CORPORATE_NUMBER: lambda rule: _formed(rule.holds),
    Holds.STATED: lambda _: _stated,
    Holds.CHOICE: lambda _: _anything,
}
