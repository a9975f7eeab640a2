"""The policy pack (規則集) as the gate reads it: legal rules as data (architecture rule 10)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from contracts.shared import AgencyKind, Basis, ConferenceBasis, DataCategory, Deadline, Purpose
from kernel.days import DAY_MS, HOUR_MS


class PackInvalid(Exception):
    """A policy pack names something that does not exist; the text says what. It is not put in force."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BasisRule:
    """Preconditions of one basis; an empty set of types or kinds means any."""

    types: frozenset[str] = frozenset()
    named_types: frozenset[str] = frozenset()
    """Types that name a person: only for whoever has received something of that person before."""
    recipient_kinds: frozenset[AgencyKind] = frozenset()
    ceiling: frozenset[DataCategory] | None = None
    conference: ConferenceBasis | None = None
    conveners: frozenset[AgencyKind] = frozenset()
    """Who may convene that conference."""
    review_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyPack:
    """One version of the rules, known by the SHA-256 of its bytes."""

    hash: str
    effective_from: date
    """First day on which events are judged by it."""
    bases: Mapping[Basis, BasisRule]
    purposes: Mapping[Purpose, frozenset[Purpose]]
    """Requested purpose → purposes whose consent covers it: itself and its ancestors."""
    categories: Mapping[DataCategory, frozenset[DataCategory]]
    """Category of a part → categories whose consent covers it: itself and its ancestors."""
    longest_days: int
    hold_ms: int
    holdable: Mapping[str, frozenset[AgencyKind]]
    protected: frozenset[DataCategory]
    protection_exempt_bases: frozenset[Basis]
    protection_exempt_kinds: frozenset[AgencyKind]
    reviewer: AgencyKind
    obligations: tuple[str, ...] = field(default=())
    deadlines: Mapping[Deadline, int] = field(default_factory=dict)
    """Days that agencies are given, by kind of deadline."""


def read(table: Mapping[str, Any], digest: str) -> PolicyPack:
    """A pack from its parsed YAML. Raises PackInvalid."""
    try:
        protection = table["protection"]
        return PolicyPack(
            hash=digest,
            effective_from=table["effective_from"],
            bases={Basis(code): _basis(entry) for code, entry in table["bases"].items()},
            purposes=_covered_by(Purpose, table["purposes"]),
            categories=_covered_by(DataCategory, table["categories"]),
            longest_days=int(table["consent"]["longest_days"]),
            hold_ms=int(table["holds"]["days"]) * DAY_MS,
            holdable={name: frozenset(map(AgencyKind, kinds)) for name, kinds in table["holds"]["types"].items()},
            protected=frozenset(map(DataCategory, protection["withheld"])),
            protection_exempt_bases=frozenset(map(Basis, protection["exempt_bases"])),
            protection_exempt_kinds=frozenset(map(AgencyKind, protection["exempt_kinds"])),
            reviewer=AgencyKind(table["reviewer"]),
            obligations=tuple(table["obligations"]),
            deadlines={Deadline(kind): _days(kind, days) for kind, days in (table.get("deadlines") or {}).items()},
        )
    except (KeyError, TypeError, ValueError) as error:
        raise PackInvalid(f"policy pack {digest[:12]}: {error!r}") from error


def _basis(entry: Mapping[str, Any]) -> BasisRule:
    ceiling, conference, review = entry.get("ceiling"), entry.get("conference"), entry.get("review_hours")
    return BasisRule(
        types=frozenset(entry.get("types", ())),
        named_types=frozenset(entry.get("named_types", ())),
        recipient_kinds=frozenset(map(AgencyKind, entry.get("recipient_kinds", ()))),
        ceiling=None if ceiling is None else frozenset(map(DataCategory, ceiling)),
        conference=None if conference is None else ConferenceBasis(conference),
        conveners=frozenset(map(AgencyKind, entry.get("conveners", ()))),
        review_ms=None if review is None else int(review) * HOUR_MS,
    )


_OF_THEIR_OWN = frozenset((Deadline.UNMAPPED, Deadline.NEXT_CONTACT, Deadline.CONTRACT_END))
"""Deadlines on a day that is agreed each time."""
_LONGEST = 3660


def _days(kind: str, days: Any) -> int:
    if kind in _OF_THEIR_OWN:
        raise ValueError(f"{kind} has a day of its own")
    if type(days) is not int or not 0 <= days <= _LONGEST:
        raise ValueError(f"{kind}: {days!r} is no number of days up to {_LONGEST}")
    return days


def _covered_by(codes: Any, parents: Mapping[str, str]) -> dict[Any, frozenset[Any]]:
    tree = {codes(child): codes(parent) for child, parent in parents.items()}
    return {code: frozenset(_line(code, tree)) for code in codes if code is not codes.UNMAPPED}


def _line(code: Any, tree: Mapping[Any, Any]) -> list[Any]:
    line = [code]
    while (parent := tree.get(line[-1])) is not None:
        if parent in line:
            raise ValueError(f"{parent} is its own ancestor")
        line.append(parent)
    return line
