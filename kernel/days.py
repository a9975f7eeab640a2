"""Days (暦日): what a day means to those who report it, which is the day in Japan (JST). Standard library only."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from functools import lru_cache

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
_EPOCH, _JST_MS = date(1970, 1, 1).toordinal(), 9 * HOUR_MS
_JAPAN = timezone(timedelta(hours=9))


def ordinal_in_japan(at: int) -> int:
    """The proleptic ordinal of the day in Japan at ``at``: the number to compare where thousands of days are."""
    return _EPOCH + (at + _JST_MS) // DAY_MS


def day_in_japan(at: int) -> date:
    """The day in Japan at ``at``, milliseconds UTC."""
    return date.fromordinal(ordinal_in_japan(at))


def end_of(day: date) -> int:
    """When a day is over in Japan, milliseconds UTC: its last moment plus one."""
    return start_of(day.toordinal() + 1)


def start_of(ordinal: int) -> int:
    """When the day with this ordinal begins in Japan, milliseconds UTC."""
    return (ordinal - _EPOCH) * DAY_MS - _JST_MS


@lru_cache(maxsize=1_024)
def day_of(text: str) -> date | None:
    """The day in Japan at a time that somebody claims (RFC 3339 with its offset); None where none can be read."""
    minute, offset = text[:16], text[-6:].replace("Z", "+00:00")[-6:]
    try:
        return datetime.fromisoformat(minute + offset).astimezone(_JAPAN).date()
    except (ValueError, OverflowError):
        return None
