"""Versions of a consent (同意の版): what each word of the person makes of the consents of a case. Nothing is lost; what is over stays and is told as over."""

from __future__ import annotations

from typing import Any

from contracts.consent import ConsentExtended, ConsentGranted, ConsentNarrowed
from services.consent.domain import chain
from services.consent.domain.casefile import CaseFile
from services.consent.domain.model import Consent, ConsentState, recorded


def granted(case: CaseFile, event: ConsentGranted, chained: bool = True) -> CaseFile:
    """After a consent: it replaces what it names in ``supersedes``, consents and refusals alike (rule 11)."""
    known = case.with_consents(
        event.person, (*case.consents.get(event.person, ()), recorded(event, chained)), standing=case.standing.answered(event.consent),
        keep_until={**case.keep_until, event.consent: event.keep_until} if event.keep_until else case.keep_until,
    )
    return replacing(known, event.person, event.consent, event.supersedes) if event.supersedes else known


def replacing(case: CaseFile, person: str, consent: str, replaced: tuple[str, ...]) -> CaseFile:
    """After a consent has taken the place of others: what their recipients have received, they now have received on it."""
    new, refusals = case.consent(consent), case.refusals.get(person, ())
    assert new is not None, "what replaces something is recorded"
    lifted = tuple(refusal for refusal in refusals if refusal.id in replaced)
    kept = tuple(refusal for refusal in refusals if refusal.id not in replaced)
    releases = dict(case.releases)
    for (recipient, identity), received in case.releases.items():
        if identity in replaced and recipient in new.recipients:
            releases[recipient, consent] = releases.get((recipient, consent), frozenset()) | received
    return ended(case, person, replaced, successor=consent).changed(
        refusals={each: listed for each, listed in {**case.refusals, person: kept}.items() if listed}, releases=releases,
        lifted={**case.lifted, consent: lifted} if lifted else case.lifted,
    )


def withdrawn(case: CaseFile, person: str, identities: tuple[str, ...]) -> CaseFile:
    """After a person has withdrawn these consents; what waited for a confirmation waits no more."""
    left = {identity: each for identity, each in case.awaited.items() if identity not in identities}
    return ended(case, person, identities, barred=None).changed(awaited=left if len(left) < len(case.awaited) else case.awaited)


def narrowed(case: CaseFile, event: ConsentNarrowed) -> CaseFile:
    """After less remains of a consent; to whom it names no more nothing remains to be told of it."""
    recipients = frozenset(event.recipients)
    releases = {place: received for place, received in case.releases.items() if place[1] != event.consent or place[0] in recipients}
    changes = {"categories": frozenset(event.categories), "recipients": recipients}
    return _version(case, event, latest=ConsentState.NARROWED, **changes).changed(releases=releases)


def extended(case: CaseFile, event: ConsentExtended) -> CaseFile:
    """After a consent holds for longer."""
    return _version(case, event, latest=ConsentState.EXTENDED, last_day=event.valid_to.toordinal())


def ended(case: CaseFile, person: str, identities: tuple[str, ...], **changes: Any) -> CaseFile:
    """After these consents have ended, with these changes in each; what had ended before stays as it is."""
    return case.with_consents(person, tuple([
        one.changed(withdrawn=True, **changes) if one.id in identities and not one.withdrawn else one for one in case.consents.get(person, ())
    ]))


def _version(case: CaseFile, event: ConsentNarrowed | ConsentExtended, **changes: Any) -> CaseFile:
    before: Consent | None = case.consent(event.consent)
    return case if before is None else case.with_consent(event.consent, digest=chain.of_change(before.digest, event), **changes)
