"""The policy pack (規則集) as the gate reads it: legal rules as data (architecture rule 10). What may stand in its file: ``pack_form``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from contracts.shared import AgencyKind, Basis, DataCategory, Deadline, Purpose
from kernel.days import start_of
from services.consent.domain.ceilings import Most, Template, most
from services.consent.domain.entries import BasisRule, BreachDays
from services.consent.domain.form import Problem
from services.consent.domain.pack_form import national


class PackInvalid(Exception):
    """A policy pack says what none may say; the text says what and where. It is not put in force."""

    def __init__(self, origin: str, problems: Sequence[Problem]):
        """``origin``: the file, or what else it is known by."""
        super().__init__("; ".join(f"{origin}: {place}: {says}" if place else f"{origin}: {says}" for place, says in problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyPack:
    """One version of the rules, known by the SHA-256 of the bytes of its file."""

    hash: str
    name: str
    version: int
    base: str = ""
    """Hash of the national pack under a municipal one."""
    effective_from: date
    """First day on which events are judged by it."""
    since: int
    """When that day begins in Japan, milliseconds UTC."""
    bases: Mapping[Basis, BasisRule]
    purposes: Mapping[Purpose, frozenset[Purpose]]
    """Requested purpose → purposes whose consent covers it: itself and its ancestors."""
    categories: Mapping[DataCategory, frozenset[DataCategory]]
    """Category of a part → categories whose consent covers it: itself and its ancestors."""
    special_care: frozenset[DataCategory]
    """要配慮個人情報, with what an ordinance adds."""
    minors_line: int
    """Age below which a parent is asked (R6)."""
    small_cell: int
    """Counts of persons below this are not shown in statistics (R15)."""
    longest_days: int
    confirmation_ms: int | None = None
    """How long a consent whose recorder benefits waits for somebody else's confirmation; None: as long as it would hold."""
    ceilings: Mapping[Purpose, Template] = field(default_factory=dict)
    """What may be asked for at most, by purpose (rule 4)."""
    most: Most = field(init=False, compare=False)
    """The same by purpose and category, with what stands above them."""
    hold_ms: int
    holdable: Mapping[str, frozenset[AgencyKind]]
    protected: frozenset[DataCategory]
    protection_exempt_bases: frozenset[Basis]
    protection_exempt_kinds: frozenset[AgencyKind]
    reviewer: AgencyKind
    obligations: tuple[str, ...] = field(default=())
    deadlines: Mapping[Deadline, int] = field(default_factory=dict)
    """Days that agencies are given, by kind of deadline."""
    breach: BreachDays = field(default_factory=BreachDays)
    """By when a breach is reported to the Commission (R13)."""

    def __post_init__(self) -> None:
        """Lay the ceilings out, so that none has to be looked for."""
        object.__setattr__(self, "most", most(self.ceilings, self.purposes, self.categories) if self.ceilings else {})


def in_force(packs: Mapping[str, PolicyPack], last: str, earlier: Sequence[str], at: int) -> PolicyPack | None:
    """The pack activated last among those whose day has come; None where that cannot be told, since one is not known here.

    ``last``, ``earlier``: hashes of what was activated, the last one first. Before its day a pack is not applied.
    """
    pack = packs.get(last)
    for digest in earlier:
        if pack is None or pack.since <= at:
            return pack
        pack = packs.get(digest)
    return pack if pack is None or pack.since <= at else None


def read(table: Any, digest: str, origin: str = "") -> PolicyPack:
    """A national pack from its parsed YAML. Raises PackInvalid."""
    problems: list[Problem] = []
    found = national(table, problems)
    if problems:
        raise PackInvalid(origin or f"policy pack {digest[:12]}", problems)
    return PolicyPack(hash=digest, since=start_of(found["effective_from"].toordinal()), **found)
