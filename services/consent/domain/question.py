"""Question: everything a rule may look at when it is asked whether a release is supported."""

from __future__ import annotations

from contracts.envelope import DisclosureRequested
from contracts.record import Record
from contracts.shared import AgencyKind, PartCode, Purpose
from services.consent.domain.model import CaseFile, Registry
from services.consent.domain.pack import PolicyPack
from services.consent.domain.reasons import Reason

Withheld = tuple[PartCode, Reason]


class Question(Record, frozen=True, kw_only=True):
    """Everything a rule may look at: the request, the case, the town's facts, the pack of the day, the day."""

    request: DisclosureRequested
    case: CaseFile
    registry: Registry
    pack: PolicyPack
    day: int
    purposes: frozenset[Purpose]
    """Purposes whose consent covers the one of the request."""

    @property
    def recipient_kind(self) -> AgencyKind:
        """Kind of the recipient; UNMAPPED when it is not registered."""
        agency = self.registry.agencies.get(self.request.recipient)
        return AgencyKind.UNMAPPED if agency is None else agency.kind
