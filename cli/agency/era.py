"""Eras (元号): a day as it is written in Japanese offices, as a day of the calendar. At the edge only; everything behind it is ISO 8601.

令和8年4月1日 · 平成元年1月8日 · 昭和５１年２月３日 · S51.2.3
"""

from __future__ import annotations

import re
from datetime import date
from unicodedata import normalize

_ERAS = {
    "明治": (date(1868, 10, 23), date(1912, 7, 30)),
    "大正": (date(1912, 7, 30), date(1926, 12, 25)),
    "昭和": (date(1926, 12, 25), date(1989, 1, 7)),
    "平成": (date(1989, 1, 8), date(2019, 4, 30)),
    "令和": (date(2019, 5, 1), date.max),
}
"""First and last day. Two of the changes were made in the middle of a day, which therefore has two names."""
_LETTERS = dict(zip("MTSHR", _ERAS, strict=True))
_DAY = re.compile(
    rf"(?P<era>{'|'.join(_ERAS)}|[MTSHR])(?P<year>元|[0-9]{{1,2}})(?:年(?P<month>[0-9]{{1,2}})月(?P<day>[0-9]{{1,2}})日"
    r"|(?P<mark>[./-])(?P<month_>[0-9]{1,2})(?P=mark)(?P<day_>[0-9]{1,2}))",
)


def day(text: str) -> date | None:
    """The day that ``text`` names by era, year, month and day; None where it names none, or one that this era does not have."""
    found = _DAY.fullmatch(normalize("NFKC", text).replace(" ", ""))
    if found is None:
        return None
    first, last = _ERAS[_LETTERS.get(found["era"], found["era"])]
    year = 1 if found["year"] == "元" else int(found["year"])
    try:
        named = date(first.year + year - 1, int(found["month"] or found["month_"]), int(found["day"] or found["day_"]))
    except ValueError:
        return None
    return named if first <= named <= last else None


def month(year: int, month: int) -> str:
    """A month as an office writes it, by the era of its first day: 令和8年5月. Raises ValueError before there were eras."""
    first = date(year, month, 1)
    for name, (begins, ends) in _ERAS.items():
        if begins <= first <= ends:
            count = year - begins.year + 1
            return f"{name}{'元' if count == 1 else count}年{month}月"
    raise ValueError(f"{first} lies before the first era")
