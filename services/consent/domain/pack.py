"""The policy pack (規則集) as the gate reads it: legal rules as data (architecture rule 10)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
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


def read(table: Mapping[str, Any], digest: str, own_codes: bool = False) -> PolicyPack:
    """A pack from its parsed YAML. Raises PackInvalid.

    ``own_codes``: purposes, categories, kinds and bases that our contracts do not list stay plain text, beside those that they do.
    """
    code = _ours_or_its_own if own_codes else _ours
    try:
        protection = table["protection"]
        return PolicyPack(
            hash=digest,
            effective_from=table["effective_from"],
            bases={code(Basis, each): _basis(entry, code) for each, entry in table["bases"].items()},
            purposes=_covered_by(Purpose, table["purposes"], code),
            categories=_covered_by(DataCategory, table["categories"], code),
            longest_days=int(table["consent"]["longest_days"]),
            hold_ms=int(table["holds"]["days"]) * DAY_MS,
            holdable={name: _codes(code, AgencyKind, kinds) for name, kinds in table["holds"]["types"].items()},
            protected=_codes(code, DataCategory, protection["withheld"]),
            protection_exempt_bases=_codes(code, Basis, protection["exempt_bases"]),
            protection_exempt_kinds=_codes(code, AgencyKind, protection["exempt_kinds"]),
            reviewer=code(AgencyKind, table["reviewer"]),
            obligations=tuple(table["obligations"]),
            deadlines={Deadline(kind): _days(kind, days) for kind, days in (table.get("deadlines") or {}).items()},
        )
    except (KeyError, TypeError, ValueError) as error:
        raise PackInvalid(f"policy pack {digest[:12]}: {error!r}") from error


Code = Callable[[type[StrEnum], Any], Any]


def _ours(codes: type[StrEnum], text: Any) -> Any:
    return codes(text)


def _ours_or_its_own(codes: type[StrEnum], text: Any) -> Any:
    if type(text) is not str:
        raise ValueError(f"{text!r} is no code")
    return codes(text) if text in codes.__members__ else text


def _codes(code: Code, codes: type[StrEnum], texts: Iterable[Any]) -> frozenset[Any]:
    return frozenset(code(codes, text) for text in texts)


def _basis(entry: Mapping[str, Any], code: Code) -> BasisRule:
    ceiling, conference, review = entry.get("ceiling"), entry.get("conference"), entry.get("review_hours")
    return BasisRule(
        types=frozenset(entry.get("types", ())),
        named_types=frozenset(entry.get("named_types", ())),
        recipient_kinds=_codes(code, AgencyKind, entry.get("recipient_kinds", ())),
        ceiling=None if ceiling is None else _codes(code, DataCategory, ceiling),
        conference=None if conference is None else ConferenceBasis(conference),
        conveners=_codes(code, AgencyKind, entry.get("conveners", ())),
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


def _covered_by(codes: Any, parents: Mapping[str, str | None], code: Code) -> dict[Any, frozenset[Any]]:
    """By code; one without a parent may be listed with none."""
    tree = {code(codes, child): parent if parent is None else code(codes, parent) for child, parent in parents.items()}
    listed = dict.fromkeys((*codes, *tree, *(parent for parent in tree.values() if parent is not None)))
    return {each: frozenset(_line(each, tree)) for each in listed if each is not codes.UNMAPPED}


def _line(code: Any, tree: Mapping[Any, Any]) -> list[Any]:
    line = [code]
    while (parent := tree.get(line[-1])) is not None:
        if parent in line:
            raise ValueError(f"{parent} is its own ancestor")
        line.append(parent)
    return line
