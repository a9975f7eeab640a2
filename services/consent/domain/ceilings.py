"""Ceilings (様式の上限): the most that a consent may be asked for, by purpose and category, as the policy pack has it (consent.md rule 4).

Of several categories the strictest counts; a purpose is also below the ceilings of those that stand above it in the tree, a category below
those of what it holds too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from contracts.consent import ConsentGranted, ConsentRequested
from contracts.record import Record
from contracts.shared import DataCategory, Purpose, RefusalCode

if TYPE_CHECKING:
    from services.consent.domain.model import Consent
    from services.consent.domain.pack import PolicyPack

_NO_END = date(2100, 12, 31)
"""The last day that our contracts know: whoever writes it, or a later one, names no end."""
UNLIMITED = 1 << 32
"""In place of a ceiling where there is none."""
_AHEAD = timedelta(days=62)
"""So long before it begins a form can be signed."""


class Ceiling(Record, frozen=True, kw_only=True):
    """The most of one kind: days that a consent holds, days for which what was given may be kept (from the first day), how often something is given."""

    longest_days: int = UNLIMITED
    keep_days: int = UNLIMITED
    uses: int = UNLIMITED


_FREE = Ceiling()


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """What may be asked for with one purpose."""

    allowed: frozenset[DataCategory] | None = None
    """The only categories; None: all."""
    whole: Ceiling = _FREE
    by_category: Mapping[DataCategory, Ceiling] = field(default_factory=dict)


def endless(last: date) -> bool:
    """Whether a last day stands for none (rule 3)."""
    return last >= _NO_END


Most = Mapping[tuple[Purpose, DataCategory], Ceiling | None]
"""The most that may be asked for by purpose and category; None: nothing. What is not there has no ceiling of its own."""


def most(templates: Mapping[Purpose, Template], purposes: Mapping[Purpose, frozenset[Purpose]], lines: Mapping[DataCategory, frozenset[DataCategory]]) -> Most:
    """The strictest of all templates that concern a purpose and a category. ``purposes``, ``lines``: each code with what stands above it."""
    return {
        (purpose, category): _of_all([templates[each] for each in sorted(line) if each in templates], category, lines)
        for purpose, line in purposes.items() if not line.isdisjoint(templates) for category in lines
    }


def _of_all(templates: list[Template], category: DataCategory, lines: Mapping[DataCategory, frozenset[DataCategory]]) -> Ceiling | None:
    if any(each.allowed is not None and each.allowed.isdisjoint(lines[category]) for each in templates):
        return None
    return _lowest(tuple([ceiling for each in templates for ceiling in (each.whole, *_about(each, category, lines))]))


def _about(template: Template, category: DataCategory, lines: Mapping[DataCategory, frozenset[DataCategory]]) -> Iterator[Ceiling]:
    """What it says of the category, of one above it, or of one that it holds too."""
    for each, ceiling in template.by_category.items():
        if each in lines[category] or category in lines.get(each, ()):
            yield ceiling


@lru_cache(maxsize=1_024)
def _lowest(ceilings: tuple[Ceiling, ...]) -> Ceiling:
    """The strictest of each kind; few combinations come again and again."""
    return Ceiling(
        longest_days=min([each.longest_days for each in ceilings]), keep_days=min([each.keep_days for each in ceilings]),
        uses=min([each.uses for each in ceilings]),
    )


def strictest(pack: PolicyPack, purpose: Purpose, categories: Collection[DataCategory]) -> Ceiling | None:
    """What all of these categories allow together; None: one of them may not be asked for at all."""
    found = [Ceiling(longest_days=pack.longest_days)]
    for category in categories:
        ceiling = pack.most.get((purpose, category), _FREE)
        if ceiling is None:
            return None
        found.append(ceiling)
    return _lowest(tuple(found))


def fault_of_extension(consent: Consent, keep_until: date | None, pack: PolicyPack, days: int) -> RefusalCode | None:
    """Which ceiling a consent would be above, as it would stand with so many days from today, or None."""
    keep_days = 0 if keep_until is None else keep_until.toordinal() - consent.first_day
    return _fault(strictest(pack, consent.purpose, consent.categories), days, keep_days, consent.use_limit or UNLIMITED)


def fault_of_grant(consent: ConsentGranted, pack: PolicyPack, today: int) -> RefusalCode | None:
    """Which ceiling a consent is above, or None. One to any number of uses is above every number; one that sets no end of keeping sets no late one.

    Its days count from its first one, but from no later than two months after its signature: nobody binds oneself for a time that is years ahead.
    """
    first, signed = consent.valid_from.toordinal(), consent.signed_on.toordinal() if consent.signed_on else today
    keep_days = consent.keep_until.toordinal() - first if consent.keep_until else 0
    days = consent.valid_to.toordinal() - min(signed + _AHEAD.days, first)
    return _fault(strictest(pack, consent.purpose, consent.categories), days, keep_days, consent.use_limit or UNLIMITED)


def fault_of_request(request: ConsentRequested, pack: PolicyPack, today: date) -> RefusalCode | None:
    """Which ceiling a request is above, or None: it never comes before the person then. What it does not say, the answer will; its days count as those of a form signed today."""
    if request.valid_to is not None and endless(request.valid_to):
        return RefusalCode.OPEN_ENDED
    if request.valid_from and request.valid_to and request.valid_to < request.valid_from:
        return RefusalCode.PERIOD_INVALID
    first = request.valid_from or today
    days = (request.valid_to - min(first, today + _AHEAD)).days if request.valid_to else 0
    keep_days = (request.keep_until - first).days if request.keep_until else 0
    return _fault(strictest(pack, request.purpose, request.categories), days, keep_days, request.use_limit)


def _fault(ceiling: Ceiling | None, days: int, keep_days: int, uses: int) -> RefusalCode | None:
    if ceiling is None:
        return RefusalCode.CEILING_CATEGORY
    if days >= ceiling.longest_days:
        return RefusalCode.CEILING_PERIOD
    if keep_days >= ceiling.keep_days:
        return RefusalCode.CEILING_KEEP
    return RefusalCode.CEILING_USES if ceiling.uses < uses else None
