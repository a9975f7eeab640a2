"""Halting a consent (同意の一時停止・再開・無効): the person suspends it for a while, or the municipality finds that it never was one (consent.md rule 5)."""

from __future__ import annotations

from contracts.consent import ConsentInvalidated, ConsentPaused, ConsentResumed
from contracts.shared import RefusalCode
from kernel.days import ordinal_in_japan
from services.consent.domain import artefact, versions
from services.consent.domain.casefile import CaseFile
from services.consent.domain.model import NEVER, Consent
from services.consent.domain.reasons import Reason
from services.consent.domain.rules import Rules

Halt = ConsentPaused | ConsentResumed | ConsentInvalidated


def fault(halt: Halt, case: CaseFile, recorder: str, rules: Rules) -> RefusalCode | None:
    """Why this changes nothing, or None: it names consents of that very person, one of them in the state that it changes.

    To resume is to say yes again: not through whoever receives by it, and not while nobody can say it (R6, R7).
    """
    named = [case.consent(identity) for identity in halt.consents]
    found = [consent for consent in named if consent is not None and consent.person == halt.person]
    if not named or len(found) < len(named):
        return RefusalCode.CONSENT_NOT_FOUND
    match halt:
        case ConsentInvalidated():
            return None if any(not _done(each) for each in found) else RefusalCode.ALREADY_DONE
        case ConsentPaused():
            return _of_pause(found, rules)
        case _:
            return _of_resumption(found, case, recorder, rules)


def _done(consent: Consent) -> bool:
    """Its end was told already, or it never began."""
    return consent.withdrawn or consent.expired


def _of_pause(found: list[Consent], rules: Rules) -> RefusalCode | None:
    running = [each for each in found if _runs(each, rules)]
    if any(each.active for each in running):
        return None
    return RefusalCode.ALREADY_DONE if any(each.barred is Reason.CONSENT_PAUSED for each in running) else RefusalCode.WRONG_STATE


def _of_resumption(found: list[Consent], case: CaseFile, recorder: str, rules: Rules) -> RefusalCode | None:
    paused = [each for each in found if each.barred is Reason.CONSENT_PAUSED and _runs(each, rules)]
    if not paused:
        return RefusalCode.ALREADY_DONE if any(each.active and _runs(each, rules) for each in found) else RefusalCode.WRONG_STATE
    if any(recorder in each.recipients for each in paused):
        return RefusalCode.RECORDER_BENEFITS
    today = ordinal_in_japan(rules.at)
    faults = (artefact.fault_of_yes(each, today, each.last_day, case.standing, rules) for each in paused)
    return next((found for found in faults if found), None)


def _runs(consent: Consent, rules: Rules) -> bool:
    return not _done(consent) and consent.last_day >= ordinal_in_japan(rules.at)


def halted(case: CaseFile, event: Halt) -> CaseFile:
    """After it."""
    match event:
        case ConsentPaused():
            return _barred(case, event, None, Reason.CONSENT_PAUSED)
        case ConsentResumed():
            return _barred(case, event, Reason.CONSENT_PAUSED, None)
        case ConsentInvalidated():
            return _invalidated(case, event)


def _barred(case: CaseFile, event: ConsentPaused | ConsentResumed, before: Reason | None, after: Reason | None) -> CaseFile:
    return case.with_consents(event.person, tuple([
        one.changed(barred=after) if one.id in event.consents and not one.withdrawn and one.barred is before else one
        for one in case.consents.get(event.person, ())
    ]))


def _invalidated(case: CaseFile, event: ConsentInvalidated) -> CaseFile:
    """What they had lifted stands again: the person's no was never taken back. What they had replaced does not; the person is asked anew."""
    void = {each.id for each in case.consents.get(event.person, ()) if each.id in event.consents and each.barred not in NEVER}
    back = tuple(refusal for identity in event.consents if identity in void for refusal in case.lifted.get(identity, ()))
    refusals = {**case.refusals, event.person: (*case.refusals.get(event.person, ()), *back)} if back else case.refusals
    return versions.ended(case, event.person, event.consents, barred=Reason.CONSENT_INVALIDATED).changed(
        refusals=refusals, lifted={each: listed for each, listed in case.lifted.items() if each not in void},
        awaited={each: awaited for each, awaited in case.awaited.items() if each not in void},
    )
