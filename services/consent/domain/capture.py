"""Recording a consent (同意の記録): what a consent, and each change of it, must say before it counts (consent.md rules 1-5, R3, R6, R7)."""

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
from contracts.shared import ConsentMedium, DataCategory, DoubtKind, Purpose, RefusalCode
from kernel.days import day_in_japan, ordinal_in_japan
from services.consent.domain import artefact, ceilings, confirmation, halting
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
_NO_YES = (ConsentMedium.SILENCE, ConsentMedium.UNMAPPED)
WILD = frozenset("*?%#+, ")
"""What no agency's id holds: whoever writes such a recipient names nobody."""


def fault(message: Saying | Capacity, case: CaseFile, recorder: str, rules: Rules) -> RefusalCode | None:
    """Why this cannot be recorded, or None; by the pack in force, or the newest known where that is not known here. Whoever has died says no yes any more."""
    if rules.registry.dead and isinstance(message, _YES) and message.person in rules.registry.dead:
        return RefusalCode.WRONG_STATE
    match message:
        case ConsentRequested():
            return _of_request(message, case, recorder, rules)
        case ConsentGranted():
            return _of_grant(message, case, recorder, rules)
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


def _of_scope(scope: ConsentRequested | ConsentGranted, rules: Rules) -> RefusalCode | None:
    """One purpose and categories that the pack knows, registered recipients: no wildcard."""
    purposes, categories, agencies = rules.known.purposes, rules.known.categories, rules.registry.agencies
    unknown = [each for each in scope.recipients if each not in agencies]
    if scope.recipients and not unknown and scope.purpose in purposes and scope.categories and categories.keys() >= set(scope.categories):
        return None
    return _first((
        (scope.purpose in ("", Purpose.UNMAPPED), RefusalCode.PURPOSE_MISSING),
        (scope.purpose not in purposes, RefusalCode.PURPOSE_UNKNOWN),
        (not scope.categories or DataCategory.UNMAPPED in scope.categories, RefusalCode.CATEGORIES_MISSING),
        (not categories.keys() >= set(scope.categories), RefusalCode.CATEGORY_UNKNOWN),
        (not scope.recipients, RefusalCode.RECIPIENTS_MISSING),
        (any(not WILD.isdisjoint(each) for each in unknown), RefusalCode.WILDCARD_RECIPIENT),
        (bool(unknown), RefusalCode.RECIPIENT_UNKNOWN),
    ))


def _of_request(request: ConsentRequested, case: CaseFile, recorder: str, rules: Rules) -> RefusalCode | None:
    """Who visits and has met nobody yet asks nobody but those who have said yes or no before; and nobody is asked for everything at once."""
    known = case.knows(request.consent) or request.consent in case.standing.asked
    met = recorder not in case.standing.approaching or request.person in case.consents or request.person in case.refusals
    if not met:
        return RefusalCode.NO_CONTACT_YET
    return _of_scope(request, rules) or (RefusalCode.ALREADY_DONE if known else None) or ceilings.fault_of_request(request, rules.known, day_in_japan(rules.at))


def _of_grant(consent: ConsentGranted, case: CaseFile, recorder: str, rules: Rules) -> RefusalCode | None:
    """It ends, it was signed before it begins, it stays below the ceilings of the pack, and within what was asked where it answers a request."""
    first, last, today = consent.valid_from.toordinal(), consent.valid_to.toordinal(), ordinal_in_japan(rules.at)
    if consent.medium in _NO_YES:
        return RefusalCode.NOT_A_CONSENT
    if consent.medium is ConsentMedium.ORAL and not consent.witnessed:
        return RefusalCode.WITNESS_MISSING
    return _of_scope(consent, rules) or _first((
        (ceilings.endless(consent.valid_to), RefusalCode.OPEN_ENDED),
        (last < first or last < today, RefusalCode.PERIOD_INVALID),
        (case.knows(consent.consent), RefusalCode.ALREADY_DONE),
        (consent.consent in consent.supersedes, RefusalCode.CONTRADICTORY),
        (bool(consent.supersedes) and not all(case.of(consent.person, each) for each in consent.supersedes), RefusalCode.CONSENT_NOT_FOUND),
        (bool(consent.previous_hash) and not _chain_holds(consent, case), RefusalCode.PREVIOUS_HASH),
        (not _within_what_was_asked(consent, case), RefusalCode.VALUE_INVALID),
    )) or ceilings.fault_of_grant(consent, rules.known, day_in_japan(rules.at)) or artefact.fault(consent, rules, today) or artefact.fault_of_yes(
        consent, first, last, case.standing, rules,
    )


def _chain_holds(consent: ConsentGranted, case: CaseFile) -> bool:
    """Whether the hash that it names is that of the latest version of the one consent that it replaces (rule 6)."""
    before = case.consent(consent.supersedes[0]) if len(consent.supersedes) == 1 else None
    return before is not None and consent.previous_hash == before.digest.hex()


def _within_what_was_asked(consent: ConsentGranted, case: CaseFile) -> bool:
    asked = case.standing.asked.get(consent.consent)
    return asked is None or (
        (consent.person, consent.purpose) == (asked.person, asked.purpose)
        and set(consent.categories) <= set(asked.categories) and set(consent.recipients) <= set(asked.recipients)
        and (asked.valid_from is None or consent.valid_from >= asked.valid_from) and (asked.valid_to is None or consent.valid_to <= asked.valid_to)
        and (not asked.use_limit or 0 < consent.use_limit <= asked.use_limit and not consent.use_period_days)
        and (asked.keep_until is None or consent.keep_until is not None and consent.keep_until <= asked.keep_until)
    )


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
