"""Uses (提供の回数): how often something may be given on a consent, in all or within any so many days (consent.md rule 1).

A use counts by the day in Japan of its verdict, whether it is delivered or still under way; within a period of so many days, today is the last of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel.days import ordinal_in_japan
from services.consent.domain.model import Consent

if TYPE_CHECKING:
    from services.consent.domain.casefile import CaseFile

_EVER = -1
"""Before every day."""


def left(consent: Consent, day: int, identity: str, case: CaseFile) -> bool:
    """Whether it may be used once more on this day; what was given on the same request before is the same use."""
    days = _days(consent, case)
    days.pop(identity, None)
    since = day - consent.use_period_days if consent.use_period_days else _EVER
    return len([used for used in days.values() if used > since]) < consent.use_limit


def opens(consent: Consent, case: CaseFile) -> tuple[int, ...]:
    """The days on which time opens it: its first day, and that on which so many uses have left the period that there may be another."""
    if not consent.use_period_days:
        return (consent.first_day,)
    days, most = sorted(_days(consent, case).values(), reverse=True), consent.use_limit
    return (consent.first_day, days[most - 1] + consent.use_period_days) if len(days) >= most else (consent.first_day,)


def _days(consent: Consent, case: CaseFile) -> dict[str, int]:
    """The day of each use, by request."""
    return {
        **{identity: each.day for identity, each in case.aftercare.handed.items() if consent.id in each.consents},
        **{identity: ordinal_in_japan(each.verdict.at) for identity, each in case.deliveries.items() if consent.id in each.verdict.consents},
    }
