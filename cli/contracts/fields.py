"""What each field of a publishable type may hold: the schemas' declarations, found wanting or put into ``contracts/fields.py``."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cli.contracts import rules
from cli.contracts.declared import Declared, declared, dotted
from cli.contracts.source import SchemaSetError, Source, newest

TEXTS = ("personal", "person", "id", "agency", "code", "municipality_code", "corporate_number", "public_text")
FORMS = ("date", "municipality_code")


def findings(sources: list[Source]) -> list[str]:
    """Every field of a publishable type, in its newest version, that does not say what it may hold; one sentence each."""
    publishable = [source for source in newest(sources) if source.schema.get("publishers")]
    places = [place for source in publishable for place in declared(source.schema)]
    return list(dict.fromkeys([*_undeclared(places), *_two_ways(places), *_unnamed_persons(publishable)]))


def module(latest: list[Source]) -> str:
    """Text of ``contracts/fields.py``. Raises SchemaSetError when something is not declared."""
    for sentence in findings(latest):
        raise SchemaSetError(sentence)
    return rules.text(latest)


def _undeclared(places: list[Declared]) -> Iterator[str]:
    for place in places:
        fault = _fault(place)
        if fault:
            yield f"{place.record}.{place.field['name']}: {fault}"


def _fault(place: Declared) -> str:
    """What is missing in the declaration of one field, or contradicts it."""
    holds = place.field.get("holds")
    if place.avro == "string":
        return _fault_of_text(place, holds)
    if holds or "pattern" in place.field:
        return "only a text holds something or has a pattern"
    if place.avro in rules.WHOLE:
        return "" if {"minimum", "maximum"} <= place.field.keys() else "a number needs a minimum and a maximum"
    return "an agency cannot send bytes: nobody could say what they hold" if place.avro == "bytes" else ""


def _fault_of_text(place: Declared, holds: str | None) -> str:
    if place.personal:
        return "a personal field is personal by its category and holds nothing else" if holds else _fault_of_pattern(place)
    if holds not in TEXTS:
        return f"a text holds one of {', '.join(TEXTS)}, or has a category"
    if holds == "personal" and not place.inside:
        return "a personal text has a category, or stands in an item that has one"
    if (holds == "code") != ("pattern" in place.field):
        return "a code has a pattern, and nothing else has one"
    return _fault_of_pattern(place)


def _fault_of_pattern(place: Declared) -> str:
    if place.field.get("form", FORMS[0]) not in FORMS:
        return f"a form is one of {', '.join(FORMS)}"
    return "" if _compiles(place.field.get("pattern", "")) else "its pattern is no regular expression"


def _compiles(pattern: str) -> bool:
    try:
        return bool(re.compile(pattern))
    except re.error:
        return False


def _two_ways(places: list[Declared]) -> Iterator[str]:
    """A record that stands in several schemas means the same in each."""
    known: dict[tuple[str, str], str] = {}
    for place in places:
        if not _fault(place) and known.setdefault((place.record, place.field["name"]), rules.line(place)) != rules.line(place):
            yield f"{place.record}.{place.field['name']}: declared in two ways"


def _unnamed_persons(sources: list[Source]) -> Iterator[str]:
    """What a personal field is sealed under must be a person's pseudonym."""
    for source in sources:
        places = list(declared(source.schema))
        for mark in (place for place in places if "person" in place.field):
            record = dotted(mark.avro) if mark.nested else mark.record
            named = [place for place in places if (place.record, place.field["name"]) == (record, mark.field["person"])]
            if [place.field.get("holds") for place in named] != ["person"]:
                yield f"{source.name}.{mark.field['name']}: the field that names its person does not hold one"
