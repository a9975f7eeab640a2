"""Ceilings (様式の上限): the most that a consent may be asked for, by purpose and category, as the policy pack has it (consent.md rule 4).

Of several categories the strictest counts; a purpose is also below the ceilings of those that stand above it in the tree, a category below
those of what it holds too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from contracts.consent import ConsentGranted, ConsentRequested
from contracts.shared import DataCategory, Purpose, RefusalCode

if TYPE_CHECKING:
    from services.consent.domain.pack import PolicyPack

_NO_END = date(2100, 12, 31)
"""The last day that our contracts know: whoever writes it, or a later one, names no end."""
UNLIMITED = 1 << 32
"""In place of a ceiling where there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ceiling:
    """The most of one kind: days that a consent holds, days for which what was given may be kept (from the first day), how often something is given."""

    longest_days: int = UNLIMITED
    keep_days: int = UNLIMITED
    uses: int = UNLIMITED


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """What may be asked for with one purpose."""

    allowed: frozenset[DataCategory] | None = None
    """The only categories; None: all."""
    whole: Ceiling = Ceiling()
    by_category: Mapping[DataCategory, Ceiling] = field(default_factory=dict)


def endless(last: date) -> bool:
    """Whether a last day stands for none (rule 3)."""
    return last >= _NO_END


def strictest(pack: PolicyPack, purpose: Purpose, categories: Collection[DataCategory]) -> Ceiling:
    """What all of them allow."""
    if not pack.ceilings:
        return Ceiling(longest_days=pack.longest_days)
    found = [*_ceilings(pack, purpose, categories)]
    return Ceiling(
        longest_days=min([pack.longest_days, *(each.longest_days for each in found)]), keep_days=min([UNLIMITED, *(each.keep_days for each in found)]),
        uses=min([UNLIMITED, *(each.uses for each in found)]),
    )


def _ceilings(pack: PolicyPack, purpose: Purpose, categories: Collection[DataCategory]) -> Iterator[Ceiling]:
    lines = pack.categories
    for template in _templates(pack, purpose):
        yield template.whole
        for category, ceiling in template.by_category.items():
            if any(category in lines.get(each, ()) or each in lines.get(category, ()) for each in categories):
                yield ceiling


def _templates(pack: PolicyPack, purpose: Purpose) -> list[Template]:
    return [pack.ceilings[each] for each in pack.purposes.get(purpose, ()) if each in pack.ceilings]


def _all_allowed(pack: PolicyPack, purpose: Purpose, categories: Collection[DataCategory]) -> bool:
    lists = [template.allowed for template in _templates(pack, purpose) if template.allowed is not None]
    return all(not allowed.isdisjoint(pack.categories.get(each, ())) for allowed in lists for each in categories)


def fault_of_grant(consent: ConsentGranted, pack: PolicyPack) -> RefusalCode | None:
    """Which ceiling a consent is above, or None. One to any number of uses is above every number; one that sets no end of keeping sets no late one."""
    return _fault(pack, consent, consent.valid_from, consent.valid_to, consent.use_limit or UNLIMITED)


def fault_of_request(request: ConsentRequested, pack: PolicyPack, today: date) -> RefusalCode | None:
    """Which ceiling a request is above, or None: it never comes before the person then. What it does not say, the answer will; it begins today at the earliest."""
    if request.valid_to is not None and endless(request.valid_to):
        return RefusalCode.OPEN_ENDED
    if request.valid_from and request.valid_to and request.valid_to < request.valid_from:
        return RefusalCode.PERIOD_INVALID
    return _fault(pack, request, request.valid_from or today, request.valid_to, request.use_limit)


def _fault(
    pack: PolicyPack, asked: ConsentGranted | ConsentRequested, first: date, last: date | None, uses: int,
) -> RefusalCode | None:
    if pack.ceilings and not _all_allowed(pack, asked.purpose, asked.categories):
        return RefusalCode.CEILING_CATEGORY
    most = strictest(pack, asked.purpose, asked.categories)
    if last and (last - first).days >= most.longest_days:
        return RefusalCode.CEILING_PERIOD
    if asked.keep_until and (asked.keep_until - first).days >= most.keep_days:
        return RefusalCode.CEILING_KEEP
    return RefusalCode.CEILING_USES if most.uses < uses else None
