"""Recording a consent (同意の記録): what a consent, and each change of it, must say before it counts (consent.md rules 1-5, R3, R6, R7); the consent itself: ``giving``."""

from __future__ import annotations

from collections.abc import Iterable

from contracts.consent import (
    CapacityConfirmed,
    CapacityDoubted,
    ConsentConfirmed,
    ConsentExtended,
    ConsentGranted,
    ConsentInvalidated,
    ConsentNarrowed,
    ConsentPaused,
    ConsentRefused,
    ConsentRequested,
    ConsentResumed,
    ConsentWithdrawn,
    ProxyEnded,
    ProxyVerified,
)
from contracts.shared import DataCategory, DoubtKind, Purpose, RefusalCode
from kernel.days import day_in_japan, ordinal_in_japan
from services.consent.domain import artefact, ceilings, confirmation, giving, halting
from services.consent.domain.casefile import CaseFile
from services.consent.domain.lifecycle import may_speak
from services.consent.domain.model import Consent
from services.consent.domain.rules import Rules

Saying = (
    ConsentRequested | ConsentGranted | ConsentConfirmed | ConsentRefused | ConsentNarrowed | ConsentExtended | ConsentPaused | ConsentResumed
    | ConsentWithdrawn | ConsentInvalidated
)
"""What a person is asked, or says; and what becomes of it."""
Capacity = CapacityDoubted | CapacityConfirmed | ProxyVerified | ProxyEnded
"""Whether a person can say it, and who can instead."""
_YES = ConsentRequested | ConsentGranted | ConsentConfirmed | ConsentExtended | ConsentResumed


def fault(message: Saying | Capacity, case: CaseFile, recorder: str, rules: Rules) -> RefusalCode | None:
    """Why this cannot be recorded, or None; by the pack in force, or the newest known where that is not known here. Whoever has died says no yes any more."""
    if rules.registry.dead and isinstance(message, _YES) and message.person in rules.registry.dead:
        return RefusalCode.WRONG_STATE
    match message:
        case ConsentRequested():
            return _of_request(message, case, recorder, rules)
        case ConsentGranted():
            return giving.fault(message, case, rules)
        case ConsentConfirmed():
            return confirmation.fault(message, case, recorder, rules)
        case ConsentPaused() | ConsentResumed() | ConsentInvalidated():
            return halting.fault(message, case, recorder, rules)
        case ConsentRefused():
            return _of_refusal(message, case)
        case ConsentNarrowed():
            return _of_narrowing(message, case, rules)
        case ConsentExtended():
            return _of_extension(message, case, recorder, rules)
        case ConsentWithdrawn():
            return _of_withdrawal(message, case)
        case _:
            return _of_capacity(message, case, recorder, rules)


def _first(faults: Iterable[tuple[bool, RefusalCode]]) -> RefusalCode | None:
    for broken, code in faults:
        if broken:
            return code
    return None


def _of_request(request: ConsentRequested, case: CaseFile, recorder: str, rules: Rules) -> RefusalCode | None:
    """Who visits and has met nobody yet asks nobody but those who have said yes or no before; and nobody is asked for everything at once."""
    known = case.knows(request.consent) or request.consent in case.standing.asked
    met = recorder not in case.standing.approaching or request.person in case.consents or request.person in case.refusals
    if not met:
        return RefusalCode.NO_CONTACT_YET
    return giving.fault_of_scope(request, rules) or (RefusalCode.ALREADY_DONE if known else None) or ceilings.fault_of_request(request, rules.known, day_in_japan(rules.at))


def _of_refusal(refusal: ConsentRefused, case: CaseFile) -> RefusalCode | None:
    """A no that says not to what would stop nothing; a no to a request is that of the person who was asked."""
    asked = case.standing.asked.get(refusal.consent)
    return _first((
        (refusal.purpose is Purpose.UNMAPPED, RefusalCode.PURPOSE_MISSING),
        (DataCategory.UNMAPPED in refusal.categories, RefusalCode.CATEGORIES_MISSING),
        (case.knows(refusal.consent), RefusalCode.ALREADY_DONE),
        (asked is not None and asked.person != refusal.person, RefusalCode.VALUE_INVALID),
    ))


def _of_narrowing(narrowed: ConsentNarrowed, case: CaseFile, rules: Rules) -> RefusalCode | None:
    """What is listed remains: it was consented to before, and is less."""
    consent, lines = case.consent(narrowed.consent), rules.known.categories
    if consent is None or consent.person != narrowed.person:
        return RefusalCode.CONSENT_NOT_FOUND
    within = set(narrowed.recipients) <= consent.recipients and not any(
        consent.categories.isdisjoint(lines.get(category, ())) for category in narrowed.categories
    )
    same = (set(narrowed.categories), set(narrowed.recipients)) == (consent.categories, consent.recipients)
    return _first((
        (_over(consent, rules), RefusalCode.WRONG_STATE), (not within, RefusalCode.VALUE_INVALID), (same, RefusalCode.ALREADY_DONE),
    ))


def _of_extension(extended: ConsentExtended, case: CaseFile, recorder: str, rules: Rules) -> RefusalCode | None:
    """Longer than now and no longer than the longest, from today; what is over is asked for anew. It is a yes like the first one, by whoever gave that."""
    consent, last, today = case.consent(extended.consent), extended.valid_to.toordinal(), ordinal_in_japan(rules.at)
    if consent is None or consent.person != extended.person:
        return RefusalCode.CONSENT_NOT_FOUND
    return _first((
        (_over(consent, rules), RefusalCode.WRONG_STATE),
        (recorder in consent.recipients, RefusalCode.RECORDER_BENEFITS),
        (ceilings.endless(extended.valid_to), RefusalCode.OPEN_ENDED),
        (last <= consent.last_day, RefusalCode.PERIOD_INVALID),
    )) or ceilings.fault_of_extension(consent, case.keep_until.get(consent.id), rules.known, last - today) or artefact.fault_of_yes(
        consent, today, last, case.standing, rules,
    )


def _over(consent: Consent, rules: Rules) -> bool:
    return consent.withdrawn or consent.expired or consent.last_day < ordinal_in_japan(rules.at)


def _of_withdrawal(withdrawal: ConsentWithdrawn, case: CaseFile) -> RefusalCode | None:
    """It must name consents of that very person in this case, one of them still standing."""
    named = [case.consent(identity) for identity in withdrawal.consents]
    if not named or any(consent is None or consent.person != withdrawal.person for consent in named):
        return RefusalCode.CONSENT_NOT_FOUND
    return RefusalCode.ALREADY_DONE if all(consent is not None and consent.withdrawn for consent in named) else None


def _of_capacity(message: Capacity, case: CaseFile, recorder: str, rules: Rules) -> RefusalCode | None:
    doubts, proxies = case.standing.doubts_about(message.person), case.standing.proxies.get(message.person, ())
    match message:
        case CapacityDoubted():
            return case.standing.fault_of_doubt(message, rules.registry.our_municipality(recorder))
        case CapacityConfirmed():
            return _of_confirmed_capacity(message, case, recorder, rules)
        case ProxyVerified():
            today = ordinal_in_japan(rules.at)
            first, last = message.valid_from.toordinal(), message.valid_to.toordinal()
            return _first((
                (last < first or last < today, RefusalCode.PERIOD_INVALID),
                (message.proxy == message.person or bool(doubts) and not may_speak(message, doubts), RefusalCode.PROXY_INVALID),
                (message in proxies, RefusalCode.ALREADY_DONE),
            ))
        case ProxyEnded():
            return None if any(each.proxy == message.proxy for each in proxies) else RefusalCode.PROXY_INVALID


def _of_confirmed_capacity(confirmed: CapacityConfirmed, case: CaseFile, recorder: str, rules: Rules) -> RefusalCode | None:
    """Who receives by a consent of that person does not say that the person can give it; that one is of age, or a conflict over, our municipality says."""
    of_capacity = confirmed.doubt is DoubtKind.ADULT_CAPACITY
    consents = (each for each in case.consents.get(confirmed.person, ()) if not _over(each, rules))
    asked = (each for each in case.standing.asked.values() if each.person == confirmed.person)
    return _first((
        (confirmed.doubt not in case.standing.doubts_about(confirmed.person), RefusalCode.WRONG_STATE),
        (not of_capacity and not rules.registry.our_municipality(recorder), RefusalCode.NOT_PUBLISHABLE),
        (of_capacity and any(recorder in each.recipients for each in (*consents, *asked)), RefusalCode.RECORDER_BENEFITS),
    ))
