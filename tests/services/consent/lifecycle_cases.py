"""What a consent goes through beside the yes: facts that several tests begin with."""

from __future__ import annotations

from datetime import date
from typing import Any

from contracts.consent import (
    CapacityDoubted,
    ConsentExtended,
    ConsentNarrowed,
    ProxyVerified,
)
from contracts.shared import DataCategory, DoubtKind, Grantor, ProxyKind, Purpose
from kernel.testing import Given, given
from tests.services.consent.town import ASKED, CONSENT, GATE, MOTHER, TOWN, consent

BASIC, ECONOMIC, HEALTH = DataCategory.BASIC, DataCategory.ECONOMIC, DataCategory.HEALTH
MIDNIGHT = 1_806_505_200_000
"""2027-04-01T00:00+09:00: the mother's consent was valid to the day before."""
DOUBTED = CapacityDoubted(person=MOTHER, doubt=DoubtKind.ADULT_CAPACITY)
GUARDIAN = ProxyVerified(
    person=MOTHER, proxy="9" * 32, proxy_kind=ProxyKind.GUARDIAN, document_hash="0" * 64, purposes=(Purpose.COORDINATION,),
    valid_from=date(2026, 1, 1), valid_to=date(2027, 12, 31),
)
NARROWED = ConsentNarrowed(consent=CONSENT, person=MOTHER, categories=(BASIC,), recipients=("coordinator",))
EXTENDED = ConsentExtended(consent=CONSENT, person=MOTHER, valid_to=date(2027, 5, 1))
YES = consent(BASIC, consent=ASKED.consent)
GUARDIANS = consent(BASIC, given_by=Grantor.GUARDIAN, proxy="9" * 32)
"""As the guardian gives it."""


def case(*events: Any, gate: Any = GATE) -> Given:
    """A case in which these facts are recorded."""
    return given(gate, *events, shared=TOWN)
