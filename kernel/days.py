"""Days (暦日): what a day means to those who report it, which is the day in Japan (JST). Standard library only."""

from __future__ import annotations

from datetime import date

DAY_MS = 86_400_000
_EPOCH, _JST_MS = date(1970, 1, 1).toordinal(), 9 * 3_600_000


def day_in_japan(at: int) -> date:
    """The day in Japan at ``at``, milliseconds UTC."""
    return date.fromordinal(_EPOCH + (at + _JST_MS) // DAY_MS)


def end_of(day: date) -> int:
    """When a day is over in Japan, milliseconds UTC: its last moment plus one."""
    return (day.toordinal() - _EPOCH + 1) * DAY_MS - _JST_MS
