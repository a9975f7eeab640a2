"""What changes (新旧対照) between two policy packs, in words: every place where they differ, as the gate reads them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kernel.days import DAY_MS, HOUR_MS
from services.consent.domain.ceilings import UNLIMITED, Template
from services.consent.domain.entries import BasisRule, Way
from services.consent.domain.pack import PolicyPack

ANY, ALL, NOBODY, NONE = "any", "all", "nobody", "none"
WAY = {
    "statute": ("statute", ""), "sender_kinds": ("who may give", ANY), "recipient_kinds": ("who may receive", ANY), "types": ("event types", ANY),
    "purposes": ("purposes", ANY), "ceiling": ("categories that it opens at most", ALL), "requires": ("what must hold", NONE),
    "obligations": ("duties of the recipient", NONE), "conveners": ("who may convene it", NOBODY),
}
"""Fields of a way: how they are called, and what it means when they name nothing."""
WHOLE = {
    "name": ("name", ""), "version": ("version", ""), "effective_from": ("first day", ""), "special_care": ("categories of special care", NONE),
    "minors_line": ("age below which a parent is asked", ""), "small_cell": ("counts below this are not shown", ""),
    "longest_days": ("longest consent, in days", ""), "protected": ("categories that a protection flag withholds", NONE),
    "protection_exempt_bases": ("bases that a protection flag leaves open", NONE),
    "protection_exempt_kinds": ("to whom those bases stay open", NONE), "reviewer": ("who reviews", ""),
    "obligations": ("duties of every recipient", NONE),
}
CEILING = {"longest_days": ("longest, in days", ALL), "keep_days": ("days for which it may be kept", ALL), "uses": ("most uses", ALL)}
"""Ceilings: how they are called, and what it means when there is none."""
Told = dict[str, tuple[str, Any, str]]
"""By place: how it is called, its value, what it means when it names nothing."""


def changes(old: PolicyPack, new: PolicyPack) -> list[dict[str, Any]]:
    """One row per place where they differ: ``place``, ``change`` (added, removed, changed), ``before``, ``after``, ``words``."""
    before, after = dict(_told(old)), dict(_told(new))
    places = [*before, *(place for place in after if place not in before)]
    return [_row(place, before.get(place), after.get(place)) for place in places if before.get(place) != after.get(place)]


def _row(place: str, before: tuple[str, Any, str] | None, after: tuple[str, Any, str] | None) -> dict[str, Any]:
    called, _, empty = after or before or ("", None, "")
    was, now = (None if told is None else _plain(told[1]) for told in (before, after))
    kind = "added" if before is None else "removed" if after is None else "changed"
    return {"place": place, "change": kind, "before": was, "after": now, "words": f"{called}: {_words(kind, was, now, empty)}"}


def _words(kind: str, before: Any, after: Any, empty: str) -> str:
    if kind == "added":
        return f"new: {_said(after, empty)}"
    if kind == "removed":
        return f"no more; was: {_said(before, empty)}"
    if before and after and isinstance(before, list):
        more, fewer = [each for each in after if each not in before], [each for each in before if each not in after]
        moved = [*([f"adds {', '.join(more)}"] if more else []), *([f"drops {', '.join(fewer)}"] if fewer else [])]
        return "; ".join(moved) or "another order"
    return f"{_said(before, empty)} → {_said(after, empty)}"


def _said(value: Any, empty: str) -> str:
    if value is None or value == []:
        return empty or NONE
    return ", ".join(value) if isinstance(value, list) else str(value)


def _plain(value: Any) -> Any:
    """As JSON has it."""
    if isinstance(value, frozenset):
        return sorted(str(each) for each in value)
    if isinstance(value, tuple):
        return [str(each) for each in value]
    return value if value is None or type(value) is int else str(value)


def _told(pack: PolicyPack) -> Iterator[tuple[str, tuple[str, Any, str]]]:
    for name, (called, empty) in WHOLE.items():
        yield name, (called, getattr(pack, name), empty)
    yield "base", ("hash of the national pack under it", pack.base or None, "")
    waits = None if pack.confirmation_ms is None else pack.confirmation_ms // DAY_MS
    yield "consent.confirmation_days", ("days within which a consent that its recorder benefits from is confirmed", waits, "as many as it holds")
    for purpose, template in pack.ceilings.items():
        yield from _ceilings(f"consent.ceilings.{purpose}", f"consent to {purpose}", template)
    yield "holds.days", ("days for which a missing consent waits", pack.hold_ms // DAY_MS, "")
    for name, kinds in pack.holdable.items():
        yield f"holds.types.{name}", (f"{name}: recipients for which a missing consent waits", kinds, NOBODY)
    for deadline, days in pack.deadlines.items():
        yield f"deadlines.{deadline}", (f"days for {deadline}", days, "")
    for name in ("first_report", "final_report", "final_report_wrongful_aim"):
        yield f"breach.{name}", (f"days until the {name.replace('_', ' ')} of a breach", getattr(pack.breach, name), "")
    for tree, lines in (("purposes", pack.purposes), ("categories", pack.categories)):
        for code, line in lines.items():
            yield f"{tree}.{code}", (f"{code}: consent to which of the {tree} covers it", line, NONE)
    for basis, rule in pack.bases.items():
        yield from _entry(f"bases.{basis}", f"basis {basis}", rule)


def _ceilings(place: str, called: str, template: Template) -> Iterator[tuple[str, tuple[str, Any, str]]]:
    if template.allowed is not None:
        yield f"{place}.allowed", (f"{called}: the only categories", template.allowed, ALL)
    limits = [(place, called, template.whole)]
    limits += [(f"{place}.categories.{category}", f"{called} with {category}", each) for category, each in template.by_category.items()]
    for where, what, ceiling in limits:
        for name, (aspect, most) in CEILING.items():
            if (value := getattr(ceiling, name)) != UNLIMITED:
                yield f"{where}.{name}", (f"{what}: {aspect}", value, most)


def _entry(place: str, called: str, rule: BasisRule) -> Iterator[tuple[str, tuple[str, Any, str]]]:
    yield place, (called, rule.statute, "")
    yield f"{place}.types", (f"{called}: event types that carry codes alone", rule.types, NONE)
    yield f"{place}.named_types", (f"{called}: event types that name a person", rule.named_types, NONE)
    hours = None if rule.review_ms is None else rule.review_ms // HOUR_MS
    yield f"{place}.review_hours", (f"{called}: hours until a release is reviewed", hours, NONE)
    yield f"{place}.conceal_days", (f"{called}: days for which a release may be kept from the person", rule.conceal_days, NONE)
    if rule.alarm_ms is not None:
        yield f"{place}.alarm", (f"{called}: uses in so many hours after which the reviewer is told", (rule.alarm_uses, rule.alarm_ms // HOUR_MS), NONE)
    for name, way in rule.ways.items():
        yield from _way(f"{place}.ways.{name}", f"{called}, {name}", way)
    for meeting, way in rule.conferences.items():
        yield from _way(f"{place}.conferences.{meeting}", f"{called}, {meeting}", way)


def _way(place: str, called: str, way: Way) -> Iterator[tuple[str, tuple[str, Any, str]]]:
    for name, (aspect, empty) in WAY.items():
        yield f"{place}.{name}", (f"{called}: {aspect}", getattr(way, name), empty)
