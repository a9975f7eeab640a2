"""Confirmation (同意の確認): a consent recorded by an agency that receives by it, without the signed form, waits until somebody else confirms it.

Until then it supports nothing and replaces nothing; in time nobody has confirmed, it never does (consent.md §2.1: who may record).
"""

from __future__ import annotations

from collections.abc import Iterator

from contracts.consent import ConfirmationAwaited, ConfirmationNoted, ConsentConfirmed, ConsentGranted, ConsentLapsed
from contracts.shared import RefusalCode
from kernel.days import start_of
from services.consent.domain import versions
from services.consent.domain.artefact import recorder_benefits
from services.consent.domain.casefile import CaseFile
from services.consent.domain.model import Awaited, Consent
from services.consent.domain.reasons import Reason
from services.consent.domain.rules import Rules


def asked(consent: object, recorder: str, rules: Rules) -> tuple[ConfirmationAwaited, ...]:
    """That a consent waits, and until when, where its recorder benefits and has no signed form; it never waits beyond its own last day."""
    if not isinstance(consent, ConsentGranted) or not recorder_benefits(consent, recorder):
        return ()
    wait, over = rules.known.confirmation_ms, start_of(consent.valid_to.toordinal() + 1)
    return (ConfirmationAwaited(recipient=recorder, consent=consent.consent, due=over if wait is None else min(over, rules.at + wait)),)


def fault(confirmed: ConsentConfirmed, case: CaseFile, agency: str, rules: Rules) -> RefusalCode | None:
    """Why this confirms nothing, or None: it takes an agency of the case, or our municipality, in time, that neither recorded the consent nor receives by it."""
    consent, awaited = case.consent(confirmed.consent), case.awaited.get(confirmed.consent)
    if consent is None or consent.person != confirmed.person or not _knows_the_case(case, agency, rules):
        return RefusalCode.CONSENT_NOT_FOUND
    if awaited is None:
        return RefusalCode.ALREADY_DONE if consent.active else RefusalCode.WRONG_STATE
    if consent.withdrawn or awaited.due <= rules.at:
        return RefusalCode.WRONG_STATE
    if agency == awaited.recorder:
        return RefusalCode.SAME_AGENCY
    return RefusalCode.RECORDER_BENEFITS if agency in consent.recipients else None


def _knows_the_case(case: CaseFile, agency: str, rules: Rules) -> bool:
    return rules.registry.our_municipality(agency) or not case.agencies or agency in case.agencies or case.aftercare.reached(agency)


def lapses(case: CaseFile, rules: Rules) -> Iterator[ConsentLapsed]:
    """What nobody has confirmed in time; whoever has recorded it is told."""
    for identity, each in sorted(case.awaited.items()):
        if each.due <= rules.at:
            yield ConsentLapsed(recipient=each.recorder, consent=identity)


def confirmed_now(case: CaseFile, confirmed: ConsentConfirmed) -> tuple[Consent, tuple[str, ...]]:
    """The consent that begins to count with this, and what it replaces; ``case`` as it was before."""
    consent = case.consent(confirmed.consent)
    assert consent is not None, "what is confirmed is recorded"
    return consent, case.awaited[confirmed.consent].replaces


def told(case: CaseFile, message: object) -> tuple[ConfirmationNoted, ...]:
    """Whoever has recorded a consent that waited learns that it counts; ``case`` as it was before."""
    if not isinstance(message, ConsentConfirmed):
        return ()
    return (ConfirmationNoted(recipient=case.awaited[message.consent].recorder, consent=message.consent),)


def waits(case: CaseFile, event: ConfirmationAwaited) -> CaseFile:
    """After a consent waits: what it had replaced stands as before."""
    consent = case.consent(event.consent)
    if consent is None:
        return case
    person, lifted = consent.person, case.lifted.get(event.consent, ())
    replaced = tuple(one.id for one in case.consents[person] if one.successor == event.consent)
    standing = tuple(
        one.changed(withdrawn=False, successor="") if one.id in replaced else one.changed(barred=Reason.CONSENT_UNCONFIRMED) if one is consent else one
        for one in case.consents[person]
    )
    refusals = {**case.refusals, person: (*case.refusals.get(person, ()), *lifted)} if lifted else case.refusals
    return case.with_consents(person, standing).changed(
        refusals=refusals, lifted={each: listed for each, listed in case.lifted.items() if each != event.consent},
        releases={place: received for place, received in case.releases.items() if place[1] != event.consent},
        awaited={**case.awaited, event.consent: Awaited(
            recorder=event.recipient, due=event.due, replaces=(*replaced, *(refusal.id for refusal in lifted)),
        )},
    )


def counts(case: CaseFile, event: ConsentConfirmed) -> CaseFile:
    """After a consent was confirmed: from now on it counts, and replaces what it names."""
    if event.consent not in case.awaited:
        return case
    replaced = case.awaited[event.consent].replaces
    open_now = _no_more(case, event.consent).with_consent(event.consent, barred=None)
    return versions.replacing(open_now, event.person, event.consent, replaced) if replaced else open_now


def lapsed(case: CaseFile, event: ConsentLapsed) -> CaseFile:
    """After a consent was not confirmed in time."""
    return _no_more(case, event.consent).with_consent(event.consent, withdrawn=True, barred=Reason.CONSENT_LAPSED)


def _no_more(case: CaseFile, identity: str) -> CaseFile:
    return case.changed(awaited={each: awaited for each, awaited in case.awaited.items() if each != identity})
