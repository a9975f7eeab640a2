"""Entries (規則集の項目): one lawful basis as data, with the ways that it opens and what each of them requires (consent.md rule 17)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from contracts.shared import AgencyKind, ConferenceBasis, DataCategory, Purpose


class Precondition(StrEnum):
    """What a way may require beside its lists: predicates over logged facts (consent.md rule 17); their meaning is in ``preconditions``."""

    __hash__ = str.__hash__

    EMERGENCY_RIGHT = "EMERGENCY_RIGHT"
    CONTRACT_RUNS = "CONTRACT_RUNS"
    DANGER_STATED = "DANGER_STATED"
    MINOR_NOTED = "MINOR_NOTED"
    ACCESS_GRANTED = "ACCESS_GRANTED"
    DECIDING_DESK = "DECIDING_DESK"
    SAME_MUNICIPALITY = "SAME_MUNICIPALITY"
    NOT_REFUSED = "NOT_REFUSED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One lawful way (提供できる場合) under a basis, or one kind of closed meeting; an empty set means any."""

    statute: str = ""
    sender_kinds: frozenset[AgencyKind] = frozenset()
    recipient_kinds: frozenset[AgencyKind] = frozenset()
    types: frozenset[str] = frozenset()
    purposes: frozenset[Purpose] = frozenset()
    ceiling: frozenset[DataCategory] | None = None
    """The categories that it can open at most; None: all."""
    requires: tuple[Precondition, ...] = ()
    obligations: tuple[str, ...] = ()
    """Duties of the recipient beside those of every release; the hours after which it may use it no more are one of them."""
    conveners: frozenset[AgencyKind] = frozenset()
    """Of a closed meeting: who may convene it; empty means nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BreachDays:
    """Days after a breach was found (漏えい等の報告の期限): 速報 (3 to 5 by the guideline), 確報, 確報 where somebody meant ill."""

    first_report: int = 5
    final_report: int = 30
    final_report_wrongful_aim: int = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class BasisRule:
    """The entry of one basis."""

    statute: str = ""
    types: frozenset[str] = frozenset()
    """Types that carry codes alone (B0, K)."""
    named_types: frozenset[str] = frozenset()
    """Types that name a person: only for whoever has received something of that person before."""
    ways: Mapping[str, Way] = field(default_factory=dict)
    conferences: Mapping[ConferenceBasis, Way] = field(default_factory=dict)
    review_ms: int | None = None
    """Time within which a release is looked at afterwards."""
    alarm_uses: int = 0
    alarm_ms: int | None = None
    """More uses than these by one agency in one case within this time are told to the reviewer (rule 19); None: no alarm."""
    conceal_days: int | None = None
    """Longest time for which a release may be kept from the person (rule 20); None: not at all."""
