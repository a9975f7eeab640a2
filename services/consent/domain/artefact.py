"""The form of a consent (同意書): what it may say beside whom, what for, what and until when (consent.md rules 1-6)."""

from __future__ import annotations

from contracts.consent import ConsentGranted
from contracts.shared import ConsentMedium, DataCategory, DoubtKind, Exclusion, Grantor, RefusalCode
from kernel.days import ordinal_in_japan
from services.consent.domain.lifecycle import Standing, may_speak
from services.consent.domain.model import Consent
from services.consent.domain.rules import Rules

_SELF, _OF_OTHERS = Grantor.SELF, frozenset((DoubtKind.CONFLICT_OF_INTEREST,))
"""A doubt of this kind is about whoever would speak for the person."""
_SIGNED = (ConsentMedium.PAPER, ConsentMedium.ELECTRONIC)
"""What leaves a form behind that can be proved; a spoken word does not."""


def recorder_benefits(consent: ConsentGranted, recorder: str) -> bool:
    """Whether somebody records a consent to what it will get itself, and the hash of the signed form does not prove it."""
    return recorder in consent.recipients and not (consent.signed_form_hash and consent.medium in _SIGNED)


def fault(consent: ConsentGranted, rules: Rules, today: int) -> RefusalCode | None:
    """Why the form cannot stand as it is, or None: days that are none, a signature after what it is for, or a yes that is a no.

    One that does not say when it was signed was signed on the day on which it is recorded: a yes covers nothing from before it (rules 2, 9).
    """
    signed, first, last = consent.signed_on, consent.authored_from, consent.authored_to
    if (signed.toordinal() if signed else today) > min(today, consent.valid_from.toordinal()):
        return RefusalCode.SIGNED_TOO_LATE
    if consent.signed_form_hash and consent.medium is ConsentMedium.ORAL:
        return RefusalCode.CONTRADICTORY
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


def fault_of_yes(said: ConsentGranted | Consent, first: int, last: int, standing: Standing, rules: Rules) -> RefusalCode | None:
    """Why whoever says it cannot say yes for the person on these days, or None: in doubt the person cannot; relatives without a mandate count for nothing (R6, R7, rule 21).

    To extend and to resume is said by whoever gave the consent. A form of a version that does not name who signed was signed by the person.
    """
    doubts = standing.doubts_of_a_yes(said.person, rules.known.minors_line)
    if said.given_by == _SELF:
        return RefusalCode.PROXY_INVALID if said.proxy else RefusalCode.CAPACITY_IN_DOUBT if doubts and doubts - _OF_OTHERS else None
    purposes, today = rules.known.purposes.get(said.purpose, frozenset()), ordinal_in_japan(rules.at)
    verified = any(
        each.proxy_kind == said.given_by and said.proxy in ("", each.proxy) and may_speak(each, doubts)
        and not purposes.isdisjoint(each.purposes) and each.valid_from.toordinal() <= min(first, today) and last <= each.valid_to.toordinal()
        for each in standing.proxies.get(said.person, ())
    )
    return None if verified else RefusalCode.PROXY_INVALID
