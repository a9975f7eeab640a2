"""Reporters (知らせた人): who is named in a case only because that person has reported something, and is no person of the household.

Known by the field that stands beside who has reported (category REPORTER), or by such a part. Whoever is named otherwise too is none.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Protocol

from contracts.catalogue import CATALOGUE, EventType
from contracts.shared import DataCategory

_REPORTER = DataCategory.REPORTER
Named = tuple[tuple[str, ...], tuple[str, ...]]
"""Everybody, and of these who has only reported; pseudonyms, sorted."""
_NOBODY: Named = ((), ())


class Coded(Protocol):
    """The codes of a part."""

    @property
    def person(self) -> str:
        """Whom it is about."""

    @property
    def category(self) -> str:
        """Of which category."""


def _fields(kind: EventType) -> frozenset[str]:
    marks = [mark for mark in kind.personal if not mark.array]
    told, others = ({mark.person_field for mark in marks if (mark.category == _REPORTER) is reported} for reported in (True, False))
    return frozenset(kind.persons).intersection(told - others)


FIELDS: Mapping[str, frozenset[str]] = {name: fields for name, kind in CATALOGUE.items() if (fields := _fields(kind))}
"""By name of a type: which of its fields hold the pseudonym of whoever has reported."""


def reporting(kind: EventType, message: Any) -> tuple[str, ...]:
    """Pseudonyms of the persons whom the body of an event names only as somebody who has reported, sorted."""
    fields = FIELDS.get(kind.name)
    if fields is None:
        return ()
    others = {getattr(message, field) for field in kind.persons if field not in fields}
    return tuple(sorted({person for field in fields if (person := getattr(message, field))} - others))


def everybody(persons: Collection[str], reporters: Collection[str], parts: Collection[Coded]) -> Named:
    """Who is named by one event: in its body (``persons``, of whom ``reporters`` only have reported) or in its parts."""
    if not persons and not parts:
        return _NOBODY
    mere, others = set(reporters), set(persons)
    others -= mere
    for part in parts:
        (mere if part.category == _REPORTER else others).add(part.person)
    return tuple(sorted(mere | others)), tuple(sorted(mere - others))


def fresh(known: frozenset[str], reporters: frozenset[str], named: Named) -> Named:
    """Of those who are named: who was not before, or only as somebody who has reported."""
    persons, mere = named
    if not reporters and known.issuperset(persons):
        return _NOBODY
    new = {person for person in persons if person not in known or person in reporters and person not in mere}
    return tuple(sorted(new)), tuple(sorted(new.intersection(mere)))


def after(known: frozenset[str], reporters: frozenset[str], named: Named) -> frozenset[str]:
    """Who is known as a mere reporter after these were ``named``, where ``known`` were before, and of them ``reporters`` as such."""
    persons, mere = named
    if not reporters and not mere:
        return reporters
    return reporters.difference(set(persons).difference(mere)).union(set(mere).difference(known))
