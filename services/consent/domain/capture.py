"""Recording a consent (同意の記録): what a consent must say before it counts (consent.md rules 1-4, R3)."""

from __future__ import annotations

from contracts.consent import ConsentGranted, ConsentWithdrawn
from contracts.shared import ConsentMedium, DataCategory, Purpose, RefusalCode
from services.consent.domain.model import CaseFile, Registry, day_in_japan
from services.consent.domain.pack import PolicyPack


def fault_of_grant(consent: ConsentGranted, case: CaseFile, registry: Registry, pack: PolicyPack | None, at: int) -> RefusalCode | None:
    """Why this consent cannot be recorded, or None."""
    longest = 0 if pack is None else pack.longest_days
    first, last = consent.valid_from.toordinal(), consent.valid_to.toordinal()
    faults = (
        (consent.medium in (ConsentMedium.SILENCE, ConsentMedium.UNMAPPED), RefusalCode.NOT_A_CONSENT),
        (consent.medium is ConsentMedium.ORAL and not consent.witnessed, RefusalCode.WITNESS_MISSING),
        (consent.purpose is Purpose.UNMAPPED, RefusalCode.PURPOSE_MISSING),
        (not consent.categories or DataCategory.UNMAPPED in consent.categories, RefusalCode.CATEGORIES_MISSING),
        (not consent.recipients, RefusalCode.RECIPIENTS_MISSING),
        (any(recipient not in registry.agencies for recipient in consent.recipients), RefusalCode.RECIPIENT_UNKNOWN),
        (last < first or last - first >= longest or last < day_in_japan(at), RefusalCode.PERIOD_INVALID),
        (case.consent(consent.consent) is not None, RefusalCode.ALREADY_DONE),
    )
    return next((code for broken, code in faults if broken), None)


def fault_of_withdrawal(withdrawal: ConsentWithdrawn, case: CaseFile) -> RefusalCode | None:
    """Why this withdrawal cannot be recorded, or None: it must name consents of that very person in this case."""
    named = [case.consent(identity) for identity in withdrawal.consents]
    known = named and all(consent is not None and consent.person == withdrawal.person for consent in named)
    return None if known else RefusalCode.CONSENT_NOT_FOUND
