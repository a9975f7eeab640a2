"""Form of a national policy pack (全国の規則集の書式): which key may stand where, and of which codes. ``policies/pack.schema.json`` says the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from enum import StrEnum
from typing import Any

from contracts.catalogue import CATALOGUE
from contracts.shared import AgencyKind, Basis, ConferenceBasis, DataCategory, Deadline, Purpose
from kernel.days import DAY_MS, HOUR_MS
from services.consent.domain.ceilings import Ceiling, Template
from services.consent.domain.entries import BasisRule, BreachDays, Precondition, Way
from services.consent.domain.form import Problem, Problems, Reading, at, by, code, day, keys, listed, number, several, text

OF_THEIR_OWN = frozenset((Deadline.UNMAPPED, Deadline.NEXT_CONTACT, Deadline.CONTRACT_END, Deadline.EMERGENCY_REVIEW))
"""Deadlines on a day that is agreed each time, or that a basis has of its own."""
LONGEST_DAYS = 3660
MINORS_LINE = number(12, 15, "years")
SMALL_CELL = number(2, 100, "persons")
VERSION = number(1, 1_000_000, "a version")
Codes = Mapping[str, Any]


def codes_of(kind: type[StrEnum]) -> Codes:
    """The codes of the contracts, by name."""
    return {each.value: each for each in kind if each.name not in ("UNMAPPED", "NONE")}


def _with_own(kind: type[StrEnum], own: Any) -> Codes:
    """With what a pack's ``vocabulary`` adds: such a pack can be tried offline, where events are not those of the contracts."""
    return {**{each: each for each in own or ()}, **codes_of(kind)}


_CONFERENCES = {each.value: each for each in ConferenceBasis if each not in (ConferenceBasis.UNMAPPED, ConferenceBasis.NON_STATUTORY)}
DEADLINES = by(
    code({each.value: each for each in Deadline if each not in OF_THEIR_OWN}, "deadline that has a number of days"), number(0, LONGEST_DAYS, "days"),
)
CONFERENCE = code(_CONFERENCES, "closed meeting by law")
_HOURS, _DAYS = number(1, 24 * 366, "hours"), number(1, LONGEST_DAYS, "days")
_KEPT = number(1, 36_600, "days")
_ALARM = keys({"uses": number(1, 100, "uses"), "hours": _HOURS})
_BREACH = keys({}, {each.name: _DAYS for each in fields(BreachDays)})
_VOCABULARY = keys({}, {name: several(text) for name in ("purposes", "categories", "agency_kinds", "event_types")})


class Vocabulary:
    """Readings of the codes that a pack may use: those of the contracts, and its own."""

    def __init__(self, own: Mapping[str, frozenset[str]]):
        """``own``: as ``vocabulary`` of the pack has it."""
        types = {name: name for name in (*own.get("event_types", ()), *CATALOGUE)}
        purposes, categories = _with_own(Purpose, own.get("purposes")), _with_own(DataCategory, own.get("categories"))
        self.purpose, self.category = code(purposes, "purpose"), code(categories, "category of data")
        self.kind = code(_with_own(AgencyKind, own.get("agency_kinds")), "kind of agency")
        self.type = code(types, "event type")
        self.purposes = _tree(purposes, self.purpose)
        self.categories = _tree(categories, self.category)
        ceiling = {"longest_days": _DAYS, "keep_days": _KEPT, "uses": number(1, 1000, "uses")}
        self.ceilings = by(self.purpose, keys({}, {
            "allowed": several(self.category, least=1), **ceiling, "categories": by(self.category, keys({}, ceiling)),
        }))
        self.holdable = by(self.type, several(self.kind, least=1))

    def entry(self, basis: str) -> Reading:
        """The entry of one basis: what it may set differs."""
        aside = {"review_hours": _HOURS, "expires_hours": _HOURS, "conceal_days": _DAYS}
        ways = by(text, keys({"statute": text}, self._way()))
        match basis:
            case "B0":
                return keys({"statute": text, "types": several(self.type)})
            case "C":
                return keys({"statute": text})
            case "K":
                return keys({"statute": text, "types": several(self.type)}, {"named_types": several(self.type), "ways": ways})
            case "M":
                meeting = keys({"statute": text, "conveners": several(self.kind)}, self._way())
                return keys({"statute": text, "conferences": by(CONFERENCE, meeting)})
            case "L" | "V":
                return keys({"statute": text, "ways": ways, "review_hours": _HOURS}, {**aside, **({"alarm": _ALARM} if basis == "V" else {})})
            case _:
                return keys({"statute": text, "ways": ways}, aside)

    def _way(self) -> dict[str, Reading]:
        return {
            "sender_kinds": several(self.kind), "recipient_kinds": several(self.kind), "types": several(self.type),
            "purposes": several(self.purpose), "ceiling": several(self.category),
            "requires": listed(code({each.value: each for each in Precondition}, "precondition")), "obligations": listed(text),
        }


def national(table: Any, problems: Problems) -> dict[str, Any]:
    """The fields of a pack; what is wrong is added to ``problems``, and then there are none."""
    own = table.get("vocabulary", {}) if isinstance(table, Mapping) else {}
    words = Vocabulary(_VOCABULARY(own, "vocabulary", problems))
    found = keys(
        {
            "name": text, "version": VERSION, "effective_from": day, "purposes": words.purposes, "categories": words.categories,
            "special_care": several(words.category), "minors_line": MINORS_LINE, "small_cell": SMALL_CELL,
            "consent": keys({"longest_days": _DAYS}, {"confirmation_days": _DAYS, "ceilings": words.ceilings}), "holds": keys({"days": _DAYS, "types": words.holdable}),
            "bases": keys({}, {name: words.entry(name) for name in codes_of(Basis)}),
            "protection": keys({
                "withheld": several(words.category), "exempt_bases": several(code(codes_of(Basis), "basis")), "exempt_kinds": several(words.kind),
            }),
            "reviewer": words.kind, "obligations": listed(text),
        },
        {"deadlines": DEADLINES, "vocabulary": _VOCABULARY, "breach": _BREACH},
    )(table, "", problems)
    return {} if problems else _fields(found)


def _fields(found: dict[str, Any]) -> dict[str, Any]:
    same = ("name", "version", "effective_from", "purposes", "categories", "special_care", "minors_line", "small_cell", "reviewer", "obligations")
    protection, waits = found["protection"], found["consent"].get("confirmation_days")
    return {
        **{name: found[name] for name in same},
        "bases": {Basis(name): _rule(entry) for name, entry in found["bases"].items()},
        "longest_days": found["consent"]["longest_days"],
        "confirmation_ms": None if waits is None else waits * DAY_MS,
        "ceilings": {purpose: _template(entry) for purpose, entry in found["consent"].get("ceilings", {}).items()},
        "hold_ms": found["holds"]["days"] * DAY_MS,
        "holdable": found["holds"]["types"],
        "protected": protection["withheld"],
        "protection_exempt_bases": protection["exempt_bases"],
        "protection_exempt_kinds": protection["exempt_kinds"],
        "deadlines": found.get("deadlines", {}),
        "breach": BreachDays(**found.get("breach", {})),
    }


def _template(entry: dict[str, Any]) -> Template:
    allowed, categories = entry.pop("allowed", None), entry.pop("categories", {})
    return Template(allowed=allowed, whole=Ceiling(**entry), by_category={category: Ceiling(**each) for category, each in categories.items()})


def _rule(entry: dict[str, Any]) -> BasisRule:
    review, expires = entry.pop("review_hours", None), entry.pop("expires_hours", None)
    alarm = entry.pop("alarm", None)
    rate = {} if alarm is None else {"alarm_uses": alarm["uses"], "alarm_ms": alarm["hours"] * HOUR_MS}
    ends = () if expires is None else (f"USE_WITHIN_{expires}_HOURS",)
    ways = {name: Way(**{**way, "obligations": (*way.get("obligations", ()), *ends)}) for name, way in entry.pop("ways", {}).items()}
    conferences = {meeting: Way(**way) for meeting, way in entry.pop("conferences", {}).items()}
    return BasisRule(**entry, **rate, ways=ways, conferences=conferences, review_ms=None if review is None else review * HOUR_MS)


def _tree(known: Codes, one: Reading) -> Reading:
    """Children and their parents, as: code of a part or a request → codes whose consent covers it."""

    def reading(table: Any, place: str, problems: Problems) -> dict[Any, frozenset[Any]]:
        tree, before = by(one, one)(table, place, problems), len(problems)
        problems += [Problem(at(place, child), "is its own ancestor") for child in tree if child is not None and child in _line(tree[child], tree)]
        return {} if len(problems) > before else {each: frozenset(_line(each, tree)) for each in known.values()}

    return reading


def _line(code: Any, tree: Mapping[Any, Any]) -> list[Any]:
    """A code and its ancestors; no further than once around."""
    line = [code]
    while (parent := tree.get(line[-1])) is not None and parent not in line:
        line.append(parent)
    return line
