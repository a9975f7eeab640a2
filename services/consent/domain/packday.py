"""The first day of a pack (規則集の初日): what waits is decided anew when it begins in Japan, also where nothing else happens in the case (rule 34)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence

from services.consent.domain.casefile import CaseFile
from services.consent.domain.model import Hold
from services.consent.domain.pack import PolicyPack

Days = Sequence[int]
"""When the first day of each known pack begins in Japan, milliseconds UTC, in order."""


def days(packs: Iterable[PolicyPack]) -> Days:
    """The first days of these packs."""
    return tuple(sorted({pack.since for pack in packs}))


def begun(days: Days, hold: Hold, at: int) -> bool:
    """Whether a pack's day has begun by ``at`` that had not when the hold was last decided about."""
    return bisect_right(days, hold.at) < bisect_right(days, at)


def wakes(days: Days, case: CaseFile) -> list[int]:
    """When the next pack's day begins for each thing that waits."""
    places = (bisect_right(days, hold.at) for hold in case.holds.values())
    return [days[place] for place in places if place < len(days)]
