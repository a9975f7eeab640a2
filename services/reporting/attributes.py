"""Attributes: the envelope of a log record, read fast. Our functions write their headers in few different layouts, each looked through once;
and of what a header says, only that becomes text which somebody asks for.

Says the same as ``kernel.envelope.read``, which takes whatever looks unusual: that is where a record is refused, and why.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from functools import lru_cache
from typing import Any

from kernel import envelope
from kernel.envelope import MAX_HEADERS, MAX_LENGTH, Envelope, Headers

_FIELDS = {header: field for field, header in envelope._NAMES.items() if field != "subject"}
_DEFAULTS: Mapping[str, Any] = {field.name: field.default for field in fields(Envelope)}
_NEEDED = ("ce_id", "ce_source", "ce_type")
_NUMBERS = {"ce_seq": "seq", "ce_recordedtime": "recorded_time"}
_SAME = {"ce_specversion": b"1.0", "content-type": envelope.CONTENT_TYPE}
_DIGITS = 15
_PRINTABLE = bytes(range(0x20, 0x7F))
_OFTEN = ("type", "agency")
"""Always asked for, and few: their texts are kept."""


class Lazy(Envelope):
    """An envelope whose texts are made when they are asked for first."""

    __slots__ = ("_places", "_values")

    def __getattr__(self, name: str) -> Any:
        """What no slot holds yet."""
        place = self._places.get(name)
        if place is None and name not in _DEFAULTS:
            raise AttributeError(name)
        found = _DEFAULTS[name] if place is None else self._values[place].decode("ascii")
        setattr(self, name, found)
        return found


Plan = Callable[[str, tuple[bytes, ...]], Envelope | None]


def read(key: bytes | None, headers: Headers) -> Envelope:
    """The envelope of one log record. Raises PoisonError, as ``kernel.envelope.read``."""
    if key and headers and len(key) <= MAX_LENGTH:
        names, values = zip(*headers, strict=True)
        plan, joined = _plan(names), b"".join((key, *values))
        short = len(joined) <= MAX_LENGTH or max(map(len, values)) <= MAX_LENGTH
        if plan is not None and short and not joined.translate(None, _PRINTABLE):
            found = plan(key, values)
            if found is not None:
                return found
    return envelope.read(key, headers)


@lru_cache(maxsize=4_096)
def _text(value: bytes) -> str:
    return value.decode("ascii")


@lru_cache(maxsize=4_096)
def _plan(names: tuple[str, ...]) -> Plan | None:
    """How headers of these names in this order become an envelope; None where that is to be looked at closely."""
    if len(set(names)) != len(names) or len(names) > MAX_HEADERS or not set(names) >= set(_NEEDED):
        return None
    places = {name: place for place, name in enumerate(names)}
    conditions = [f"v[{places[name]}] == {text!r}" for name, text in _SAME.items() if name in places]
    conditions += [f"v[{places[name]}]" for name in _NEEDED]
    conditions += [f"v[{places[name]}].isdigit() and len(v[{places[name]}]) <= {_DIGITS}" for name in _NUMBERS if name in places]
    conditions += [f"v[{places['ce_subject']}] in (key, b'')"] if "ce_subject" in places else []
    lines = ["def plan(key, v):", f" if not ({' and '.join(conditions)}): return None", " e = new(Lazy)", " e._places = P", " e._values = v"]
    lines += [" e.subject = key.decode('ascii')"]
    lines += [f" e.{field} = int(v[{places[name]}])" if name in places else f" e.{field} = 0" for name, field in _NUMBERS.items()]
    texts = {_FIELDS[name]: place for name, place in places.items() if name in _FIELDS and name not in _NUMBERS}
    lines += [f" e.{field} = text(v[{texts[field]}])" for field in _OFTEN if field in texts]
    made: dict[str, Any] = {"Lazy": Lazy, "new": object.__new__, "P": texts, "text": _text}
    exec("\n".join([*lines, " return e"]), made)  # noqa: S102 - names that we know, and numbers
    return made["plan"]  # type: ignore[no-any-return]
