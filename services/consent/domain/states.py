"""The state of a consent (同意の状態), derived from events alone (consent.md rule 5). A refusal is a recorded fact, and not the same as never asked."""

from __future__ import annotations

from services.consent.domain.casefile import CaseFile
from services.consent.domain.model import Consent, ConsentState
from services.consent.domain.reasons import Reason

_BARRED = {
    Reason.CONSENT_PAUSED: ConsentState.PAUSED, Reason.CONSENT_UNCONFIRMED: ConsentState.AWAITED, Reason.CONSENT_LAPSED: ConsentState.LAPSED,
    Reason.CONSENT_INVALIDATED: ConsentState.INVALIDATED,
}


def state_of(case: CaseFile, identity: str, today: int) -> ConsentState | None:
    """How the consent with this id stands on a day (an ordinal in Japan); None where nobody was ever asked for it."""
    consent = case.consent(identity)
    if consent is not None:
        return _state(consent, today)
    for refusals, state in ((case.refusals, ConsentState.REFUSED), (case.lifted, ConsentState.REPLACED)):
        if any(refusal.id == identity for listed in refusals.values() for refusal in listed):
            return state
    return ConsentState.REQUESTED if identity in case.standing.asked else None


def states(case: CaseFile, today: int) -> dict[str, ConsentState]:
    """Every consent of the case with its state: asked for, given or refused."""
    if not (case.refusals or case.lifted or case.standing.asked):
        return {consent.id: _state(consent, today) for listed in case.consents.values() for consent in listed}
    refused = (refusal.id for listed in (*case.refusals.values(), *case.lifted.values()) for refusal in listed)
    given = (consent.id for listed in case.consents.values() for consent in listed)
    found = {identity: state_of(case, identity, today) for identity in sorted({*given, *refused, *case.standing.asked})}
    return {identity: state for identity, state in found.items() if state is not None}


def _state(consent: Consent, today: int) -> ConsentState:
    """What ended it, else what bars it, else what was last said of it."""
    if consent.successor:
        return ConsentState.REPLACED
    if consent.barred is not None and (consent.withdrawn or consent.last_day >= today):
        return _BARRED[consent.barred]
    if consent.withdrawn:
        return ConsentState.WITHDRAWN
    return ConsentState.EXPIRED if consent.expired or consent.last_day < today else consent.latest
