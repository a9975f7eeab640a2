"""The form of a consent (同意書): what it may say beside whom, what for, what and until when (consent.md rules 1-6)."""

from __future__ import annotations

from contracts.consent import ConsentGranted
from contracts.shared import DataCategory, Exclusion, Grantor, RefusalCode
from kernel.days import day_in_japan
from services.consent.domain.lifecycle import Standing, may_speak
from services.consent.domain.rules import Rules


def recorder_benefits(consent: ConsentGranted, recorder: str) -> bool:
    """Whether somebody records a consent to what it will get itself, and the hash of the signed form does not prove it."""
    return recorder in consent.recipients and not consent.signed_form_hash


def fault(consent: ConsentGranted, rules: Rules, today: int) -> RefusalCode | None:
    """Why the form cannot stand as it is, or None: days that are none, a signature after what it is for, or a yes that is a no."""
    signed, first, last = consent.signed_on, consent.authored_from, consent.authored_to
    if signed and (signed.toordinal() > today or signed > consent.valid_from):
        return RefusalCode.SIGNED_TOO_LATE
    if last and (first or signed or consent.valid_from) > last or consent.keep_until and consent.keep_until < consent.valid_from:
        return RefusalCode.CONTRADICTORY
    if consent.use_limit < 0 or consent.use_period_days < 0:
        return RefusalCode.VALUE_INVALID
    if consent.use_period_days and not consent.use_limit:
        return RefusalCode.CONTRADICTORY
    return fault_of_exclusions(consent, rules) if consent.exclusions else None


def fault_of_exclusions(consent: ConsentGranted, rules: Rules) -> RefusalCode | None:
    """What is left out names somebody or something that there is, and leaves something over."""
    for each in consent.exclusions:
        if each.recipient and each.recipient not in rules.registry.agencies:
            return RefusalCode.RECIPIENT_UNKNOWN
        if each.category != DataCategory.UNMAPPED and each.category not in rules.known.categories:
            return RefusalCode.CATEGORY_UNKNOWN
        if each.author and each.author not in rules.registry.agencies:
            return RefusalCode.RECIPIENT_UNKNOWN
        if each.written_from and each.written_to and each.written_from > each.written_to:
            return RefusalCode.CONTRADICTORY
    left = [
        (recipient, category) for recipient in consent.recipients for category in consent.categories
        if not any(_leaves_out(each, recipient, category, rules) for each in consent.exclusions)
    ]
    return None if left else RefusalCode.CONTRADICTORY


def _leaves_out(exclusion: Exclusion, recipient: str, category: DataCategory, rules: Rules) -> bool:
    if exclusion.author or exclusion.written_from or exclusion.written_to or exclusion.item:
        return False  # of what others wrote, at other times, something is left
    of_it = exclusion.category == DataCategory.UNMAPPED or exclusion.category in rules.known.categories.get(category, ())
    return of_it and exclusion.recipient in ("", recipient)


def fault_of_grantor(consent: ConsentGranted, standing: Standing, rules: Rules) -> RefusalCode | None:
    """Why whoever has signed cannot say yes for the person, or None: relatives without a mandate count for nothing (R7, rule 21)."""
    if consent.given_by == Grantor.SELF:
        return RefusalCode.PROXY_INVALID if consent.proxy else None
    today = day_in_japan(rules.at)
    doubts, purposes = standing.doubts_of_a_yes(consent.person, rules.known.minors_line), rules.known.purposes.get(consent.purpose, frozenset())
    verified = any(
        each.proxy_kind == consent.given_by and consent.proxy in ("", each.proxy) and may_speak(each, doubts)
        and not purposes.isdisjoint(each.purposes) and each.valid_from <= min(consent.valid_from, today) and consent.valid_to <= each.valid_to
        for each in standing.proxies.get(consent.person, ())
    )
    return None if verified else RefusalCode.PROXY_INVALID
