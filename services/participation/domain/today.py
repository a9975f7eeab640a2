"""Today (今日): what is reported as done lies on a day that has come in Japan (JST); the only now is the append time of the message."""

from __future__ import annotations

from datetime import date

from kernel.decider import Context

_EPOCH, _DAY_MS, _JST_MS = date(1970, 1, 1).toordinal(), 86_400_000, 9 * 3_600_000


def lies_ahead(day: date, context: Context) -> bool:
    """Whether ``day`` has not begun yet."""
    return day.toordinal() > _EPOCH + (context.at + _JST_MS) // _DAY_MS
