"""Days (暦日): what a day means to those who report it, which is the day in Japan (JST)."""

from __future__ import annotations

from datetime import date

from kernel.decider import Context

DAY_MS = 86_400_000
_EPOCH, _JST_MS = date(1970, 1, 1).toordinal(), 9 * 3_600_000


def today(context: Context) -> date:
    """The day in Japan on which the message came in. What has happened did so on this day or before; what is planned, on this day or later."""
    return date.fromordinal(_EPOCH + (context.at + _JST_MS) // DAY_MS)
