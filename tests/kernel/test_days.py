"""Days: what a day is to those who report it, which is the day in Japan; in one place for dates and for their ordinals."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from kernel.days import DAY_MS, day_in_japan, day_of, end_of, ordinal_in_japan, start_of

MIDNIGHT = int(datetime(2027, 3, 31, 15, tzinfo=UTC).timestamp() * 1000)
"""2027-04-01T00:00+09:00."""


@pytest.mark.parametrize(("at", "day"), [(MIDNIGHT - 1, date(2027, 3, 31)), (MIDNIGHT, date(2027, 4, 1)), (0, date(1970, 1, 1)), (-9 * 3_600_001, date(1969, 12, 31))])
def test_a_day_begins_at_midnight_in_japan(at: int, day: date) -> None:
    """Before and after the epoch alike; a date and its ordinal are the same day."""
    assert (day, day.toordinal()) == (day_in_japan(at), ordinal_in_japan(at))


def test_a_day_ends_where_the_next_begins() -> None:
    """Its last moment plus one."""
    assert MIDNIGHT == end_of(date(2027, 3, 31)) == start_of(date(2027, 4, 1).toordinal())
    assert DAY_MS == end_of(date(2027, 4, 1)) - MIDNIGHT


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-05-01T23:59:60+09:00", date(2026, 5, 1)), ("2026-05-01T14:59:59.123456789Z", date(2026, 5, 1)), ("2026-05-01T15:00:00Z", date(2026, 5, 2)),
        ("2026-05-01T00:30:00.5+14:00", date(2026, 4, 30)), ("2026-05-01T20:00:00-09:30", date(2026, 5, 2)), ("2026-05-01T12:00:00-00:00", date(2026, 5, 1)),
        ("9999-12-31T23:59:00-09:00", None), ("0001-01-01T00:00:00+23:00", None), ("2026-02-29T10:00:00Z", None), ("today", None), ("", None),
    ],
)
def test_the_day_of_a_claimed_time_is_that_in_japan(text: str, day: date | None) -> None:
    """Whatever its offset and its fractions of a second; what cannot be read says nothing."""
    assert day == day_of(text)
