"""Telltales: what plainly leads to somebody in a text that anybody may read (docs/decisions/0009-clear-text.md).

Nobody's name can be recognised; who publishes the text answers for it.
"""

from __future__ import annotations

import re
import unicodedata

_PLAIN = str.maketrans("〇零一二三四五六七八九‐‑‒–—―−ーｰ─", "00123456789----------")
_HINT = re.compile(r"[\d@]")
_GAP = r"[-() .·・]{0,2}"
_PHONE = re.compile(rf"(?<!\d)0\d{{1,4}}{_GAP}\d{{1,4}}{_GAP}\d{{3,4}}(?!\d)")
_PHONE_DIGITS = (10, 11)
_PLAINLY = re.compile("|".join((
    r"[^\s@]+@[^\s@]+\.[^\s@]",
    rf"\+81(?:{_GAP}\d){{8,11}}",
    rf"(?:電話|携帯|tel|fax)\D{{0,4}}\d{{2,4}}{_GAP}\d{{4}}(?!\d)",
    r"(?<!\d)\d{4}[- ]?\d{4}[- ]?\d{4}(?!\d)",
)), re.IGNORECASE)
"""E-mail address; telephone number with the country's code, or announced as one; a number of twelve digits, as 個人番号 is."""
_POSTCODE = re.compile(r"〒\s?\d{3}-?\d{4}|(?<![\d-])\d{3}-\d{4}(?![\d-])")
_BLOCK = re.compile(r"[\d十]\s?(?:丁目|番|号)|\d-\d")


def tells_of_somebody(text: str) -> bool:
    """Whether ``text`` plainly holds an e-mail address, telephone number, postal address or twelve-digit number, in any width."""
    plain = unicodedata.normalize("NFKC", text).translate(_PLAIN)
    if not _HINT.search(plain):
        return False
    return bool(_PLAINLY.search(plain)) or any(map(_is_phone, _PHONE.findall(plain))) or _is_address(plain)


def _is_phone(found: str) -> bool:
    return sum(map(str.isdigit, found)) in _PHONE_DIGITS


def _is_address(plain: str) -> bool:
    """A post code and, beside it, the number of a block."""
    found = _POSTCODE.search(plain)
    return bool(found and (_BLOCK.search(plain, found.end()) or _BLOCK.search(plain[: found.start()])))
