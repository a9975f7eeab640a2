"""Recording a consent (同意の記録): what a consent must say before it counts (consent.md rules 1-4, R3)."""

from __future__ import annotations

from contracts.consent import ConsentGranted, ConsentRefused, ConsentWithdrawn
from contracts.shared import ConsentMedium, DataCategory, Purpose, RefusalCode
from services.consent.domain.casefile import CaseFile
from services.consent.domain.model import day_in_japan
from services.consent.domain.pack import PolicyPack
from services.consent.domain.registry import Registry


def fault_of_grant(consent: ConsentGranted, case: CaseFile, recorder: str, registry: Registry, pack: PolicyPack, at: int) -> RefusalCode | None:
    """Why this consent cannot be recorded, or None. Nobody records a consent for what it will receive itself."""
    first, last = consent.valid_from.toordinal(), consent.valid_to.toordinal()
    faults = (
        (consent.medium in (ConsentMedium.SILENCE, ConsentMedium.UNMAPPED), RefusalCode.NOT_A_CONSENT),
        (consent.medium is ConsentMedium.ORAL and not consent.witnessed, RefusalCode.WITNESS_MISSING),
        (consent.purpose is Purpose.UNMAPPED, RefusalCode.PURPOSE_MISSING),
        (not consent.categories or DataCategory.UNMAPPED in consent.categories, RefusalCode.CATEGORIES_MISSING),
        (not consent.recipients, RefusalCode.RECIPIENTS_MISSING),
        (recorder in consent.recipients, RefusalCode.RECORDER_BENEFITS),
        (any(recipient not in registry.agencies for recipient in consent.recipients), RefusalCode.RECIPIENT_UNKNOWN),
        (last < first or last - first >= pack.longest_days or last < day_in_japan(at), RefusalCode.PERIOD_INVALID),
        (case.knows(consent.consent), RefusalCode.ALREADY_DONE),
        (not all(case.of(consent.person, each) for each in consent.supersedes), RefusalCode.CONSENT_NOT_FOUND),
    )
    return next((code for broken, code in faults if broken), None)


def fault_of_refusal(refusal: ConsentRefused, case: CaseFile) -> RefusalCode | None:
    """Why this no cannot be recorded, or None: a no that says not to what would stop nothing."""
    if refusal.purpose is Purpose.UNMAPPED:
        return RefusalCode.PURPOSE_MISSING
    if DataCategory.UNMAPPED in refusal.categories:
        return RefusalCode.CATEGORIES_MISSING
    return RefusalCode.ALREADY_DONE if case.knows(refusal.consent) else None


def fault_of_withdrawal(withdrawal: ConsentWithdrawn, case: CaseFile) -> RefusalCode | None:
    """Why this withdrawal cannot be recorded, or None: it must name consents of that very person in this case, one of them still standing."""
    named = [case.consent(identity) for identity in withdrawal.consents]
    if not named or any(consent is None or consent.person != withdrawal.person for consent in named):
        return RefusalCode.CONSENT_NOT_FOUND
    return RefusalCode.ALREADY_DONE if all(consent is not None and consent.withdrawn for consent in named) else None
