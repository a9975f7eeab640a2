"""Forms (様式): what a value must look like when neither a pattern nor a range can say it: days of the calendar, numbers with a check digit.

The check digits are those of the government interoperability framework (GIF, 政府相互運用性フレームワーク).
"""

from __future__ import annotations

import re
from datetime import date

from contracts.shared import RefusalCode
from kernel.failures import PoisonError

_SIX, _THIRTEEN = re.compile(r"[0-9]{6}"), re.compile(r"[1-9][0-9]{12}")


def iso_date(value: str) -> None:
    """A day of the calendar as ISO 8601 writes it. Raises PoisonError(VALUE_INVALID)."""
    try:
        valid = date.fromisoformat(value).isoformat() == value
    except ValueError:
        valid = False
    if not valid:
        raise PoisonError(RefusalCode.VALUE_INVALID)


def municipality_code(value: str) -> None:
    """全国地方公共団体コード: five digits, then a check digit (weights 6 to 2, modulus 11). Raises PoisonError(VALUE_INVALID, CHECK_DIGIT)."""
    if not _SIX.fullmatch(value):
        raise PoisonError(RefusalCode.VALUE_INVALID)
    total = sum(int(digit) * weight for digit, weight in zip(value, range(6, 1, -1), strict=False))
    if int(value[-1]) != (11 - total % 11) % 10:
        raise PoisonError(RefusalCode.CHECK_DIGIT)


def corporate_number(value: str) -> None:
    """法人番号: a check digit (weights 1 and 2 from the right, modulus 9), then twelve digits. Raises PoisonError(VALUE_INVALID, CHECK_DIGIT)."""
    if not _THIRTEEN.fullmatch(value):
        raise PoisonError(RefusalCode.VALUE_INVALID)
    total = sum(int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(value[1:])))
    if int(value[0]) != 9 - total % 9:
        raise PoisonError(RefusalCode.CHECK_DIGIT)


FORMS = {"date": iso_date, "municipality_code": municipality_code, "corporate_number": corporate_number}
