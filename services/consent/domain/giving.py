"""Giving a consent (同意の付与): what it must say, beside what the form may say, before it counts (consent.md rules 1-6).

Runs for every consent that a line of ``tsunagu consent decide`` states, so enum members that it needs are bound once.
"""

from __future__ import annotations

from functools import lru_cache

from contracts.consent import ConsentGranted, ConsentRequested
from contracts.shared import ConsentMedium, DataCategory, Purpose, RefusalCode
from kernel.days import ordinal_in_japan
from services.consent.domain import artefact, ceilings
from services.consent.domain.casefile import CaseFile
from services.consent.domain.rules import Rules

_NO_YES, _ORAL = (ConsentMedium.SILENCE, ConsentMedium.UNMAPPED), ConsentMedium.ORAL
_NO_PURPOSE, _NO_CATEGORY = ("", Purpose.UNMAPPED), DataCategory.UNMAPPED
_WILD = frozenset("*?%#+, ")
"""What no agency's id holds: whoever writes such a recipient names nobody."""


@lru_cache(maxsize=4_096)
def wild(recipient: str) -> bool:
    """Whether this stands for many, or for anybody; few agencies come again and again."""
    return not _WILD.isdisjoint(recipient)


def fault_of_scope(scope: ConsentRequested | ConsentGranted, rules: Rules) -> RefusalCode | None:
    """One purpose and categories that the pack knows, registered recipients: no wildcard."""
    pack, agencies = rules.known, rules.registry.agencies
    if scope.purpose in _NO_PURPOSE:
        return RefusalCode.PURPOSE_MISSING
    if scope.purpose not in pack.purposes:
        return RefusalCode.PURPOSE_UNKNOWN
    if not scope.categories or _NO_CATEGORY in scope.categories:
        return RefusalCode.CATEGORIES_MISSING
    if not pack.categories.keys() >= set(scope.categories):
        return RefusalCode.CATEGORY_UNKNOWN
    if not scope.recipients:
        return RefusalCode.RECIPIENTS_MISSING
    unknown = [each for each in scope.recipients if each not in agencies]
    if unknown:
        return RefusalCode.WILDCARD_RECIPIENT if any(map(wild, unknown)) else RefusalCode.RECIPIENT_UNKNOWN
    return None


def fault(consent: ConsentGranted, case: CaseFile, rules: Rules) -> RefusalCode | None:
    """Why it does not count, or None: by how it was said, by its scope, its days and its place in the case, by its form, by who has said it."""
    if consent.medium in _NO_YES:
        return RefusalCode.NOT_A_CONSENT
    if consent.medium is _ORAL and not consent.witnessed:
        return RefusalCode.WITNESS_MISSING
    first, last, today = consent.valid_from.toordinal(), consent.valid_to.toordinal(), ordinal_in_japan(rules.at)
    return (
        fault_of_scope(consent, rules) or _of_days(consent, first, last, today) or _of_place(consent, case)
        or ceilings.fault_of_grant(consent, rules.known, today) or artefact.fault(consent, rules, today)
        or artefact.fault_of_yes(consent, first, last, case.standing, rules)
    )


def _of_days(consent: ConsentGranted, first: int, last: int, today: int) -> RefusalCode | None:
    """It ends, and is not over."""
    if ceilings.endless(consent.valid_to):
        return RefusalCode.OPEN_ENDED
    return RefusalCode.PERIOD_INVALID if last < first or last < today else None


def _of_place(consent: ConsentGranted, case: CaseFile) -> RefusalCode | None:
    """It is new, what it replaces is there, and it stays within what was asked where it answers a request."""
    if case.knows(consent.consent):
        return RefusalCode.ALREADY_DONE
    if consent.consent in consent.supersedes:
        return RefusalCode.CONTRADICTORY
    if consent.supersedes and not all(case.of(consent.person, each) for each in consent.supersedes):
        return RefusalCode.CONSENT_NOT_FOUND
    if consent.previous_hash and not _chain_holds(consent, case):
        return RefusalCode.PREVIOUS_HASH
    return None if _within_what_was_asked(consent, case) else RefusalCode.VALUE_INVALID


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
