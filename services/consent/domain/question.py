"""Question and verdict: what a rule may look at when it is asked whether a release is supported, and what it answers."""

from __future__ import annotations

from contracts.envelope import DisclosureRequested
from contracts.record import Record
from contracts.shared import AgencyKind, Basis, PartCode, Purpose
from services.consent.domain.casefile import CaseFile
from services.consent.domain.pack import PolicyPack
from services.consent.domain.reasons import Reason
from services.consent.domain.registry import Registry

Withheld = tuple[PartCode, Reason]


class Question(Record, frozen=True, kw_only=True):
    """Everything a rule may look at: the request, the case, the town's facts, the pack of the day, the day."""

    request: DisclosureRequested
    case: CaseFile
    registry: Registry
    pack: PolicyPack
    day: int
    purposes: frozenset[Purpose]
    """Purposes whose consent covers the one of the request; none where the pack does not know it."""
    authored: int | None = None
    """The day on which the data were written down; None = not stated."""
    identity: str = ""
    """The id of the request: what was given on it before counts once."""

    @property
    def recipient_kind(self) -> AgencyKind:
        """Kind of the recipient; UNMAPPED when it is not registered."""
        return self.kind_of(self.request.recipient)

    def kind_of(self, agency: str) -> AgencyKind:
        """Kind of an agency; UNMAPPED when it is not registered."""
        found = self.registry.agencies.get(agency)
        return AgencyKind.UNMAPPED if found is None else found.kind


class Verdict(Record, frozen=True, kw_only=True):
    """What one basis alone supports: released and withheld parts with reasons, and what decided."""

    basis: Basis
    rule: str
    released: tuple[PartCode, ...] = ()
    withheld: tuple[tuple[PartCode, Reason], ...] = ()
    reasons: tuple[Reason, ...] = ()
    consents: tuple[str, ...] = ()
    """The consents that it rests on, one per person."""
    obligations: tuple[str, ...] = ()
    """Duties of the recipient beside those that every release has."""
