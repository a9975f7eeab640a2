"""Days by era: what an office writes is a day of the calendar, or none; behind the edge there are no eras."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as some

from cli.agency import era
from cli.agency.body import BodyError, Fault, from_json, kind_of
from tests import publishable


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("令和8年4月1日", date(2026, 4, 1)), ("令和元年5月1日", date(2019, 5, 1)), ("令和1年5月1日", date(2019, 5, 1)), ("㋿8年4月1日", date(2026, 4, 1)),
        ("平成31年4月30日", date(2019, 4, 30)), ("平成元年1月8日", date(1989, 1, 8)), ("昭和64年1月7日", date(1989, 1, 7)),
        ("昭和５１年２月３日", date(1976, 2, 3)), ("昭和 51年 2月 3日", date(1976, 2, 3)), ("昭和51年02月03日", date(1976, 2, 3)),
        ("昭和元年12月25日", date(1926, 12, 25)), ("大正15年12月25日", date(1926, 12, 25)), ("大正元年7月30日", date(1912, 7, 30)),
        ("明治45年7月30日", date(1912, 7, 30)), ("令和6年2月29日", date(2024, 2, 29)), ("S51.2.3", date(1976, 2, 3)), ("R8/4/1", date(2026, 4, 1)),
        ("Ｈ１．１．８", date(1989, 1, 8)), ("T15-12-25", date(1926, 12, 25)),
    ],
)
def test_a_day_by_era_is_a_day_of_the_calendar(text: str, day: date):
    """Half or full width, the first year by its own word, in long or short; days of a change have two names."""
    assert day == era.day(text)


@pytest.mark.parametrize(
    "text",
    [
        "平成31年5月1日", "平成32年4月1日", "令和元年4月30日", "昭和64年1月8日", "昭和元年12月24日", "大正15年12月26日", "令和0年1月1日", "令和8年2月29日",
        "令和8年4月31日", "令和8年4月", "8年4月1日", "令和8年4月1日ごろ", "R8.4/1", "2026-04-01", "慶応3年1月1日", "令和八年四月一日", "",
    ],
)
def test_what_an_era_does_not_have_is_no_day(text: str):
    """Nothing is guessed: a form printed in Heisei and filled in later is asked about."""
    assert era.day(text) is None


ERAS = (("令和", 2018, date(2019, 5, 1), date(2100, 12, 31)), ("平成", 1988, date(1989, 1, 8), date(2019, 4, 30)), ("昭和", 1925, date(1926, 12, 25), date(1989, 1, 7)))


@for_all(some.sampled_from(ERAS), some.integers(min_value=0))
def test_every_day_can_be_written_by_its_era(found: tuple[str, int, date, date], number: int):
    """And comes back."""
    name, before, first, last = found
    day = first + timedelta(days=number % ((last - first).days + 1))
    assert day == era.day(f"{name}{day.year - before}年{day.month}月{day.day}日")


def test_a_body_may_name_days_by_era():
    """A date field becomes a date; a personal day (生年月日) goes out as ISO 8601, the only form that the front door takes."""
    held = from_json(kind_of("SessionHeld"), {"held_on": "令和8年5月1日", "attendance": []})
    added = kind_of("HouseholdMemberAdded")
    body = {**publishable.record_of(added), "birth_date": "昭和51年2月3日"}

    assert date(2026, 5, 1) == held.held_on
    assert "1976-02-03" == from_json(added, body).birth_date


@pytest.mark.parametrize("day", ["平成38年4月1日", "令和8年2月30日", 8])
def test_a_day_that_an_era_does_not_have_is_told_without_being_repeated(day: Any):
    """With the form that is asked for."""
    with pytest.raises(BodyError) as error:
        from_json(kind_of("SessionHeld"), {"held_on": day, "attendance": []})

    assert (Fault.VALUE_INVALID, "body.held_on") == (error.value.fault, error.value.where)
    assert str(day) not in str(error.value).replace("令和8年4月1日", "")


@pytest.mark.parametrize(("year", "month", "written"), [
    (2026, 5, "令和8年5月"), (2019, 5, "令和元年5月"), (2019, 4, "平成31年4月"), (1989, 1, "昭和64年1月"), (1999, 1, "平成11年1月"),
])
def test_a_month_is_written_by_the_era_of_its_first_day(year: int, month: int, written: str):
    """On what is printed for an office."""
    assert written == era.month(year, month)


def test_there_is_a_time_before_eras():
    """Of the calendar that is used here."""
    with pytest.raises(ValueError, match="1868-10-01"):
        era.month(1868, 10)
