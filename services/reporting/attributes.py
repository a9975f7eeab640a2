"""Attributes: the envelope of a log record, read fast. Our functions write their headers in few different layouts, each compiled once.

Says the same as ``kernel.envelope.read``, which takes whatever looks unusual: that is where a record is refused, and why.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from functools import lru_cache
from typing import Any

from kernel import envelope
from kernel.envelope import MAX_HEADERS, MAX_LENGTH, Envelope, Headers

_FIELDS = {header: field for field, header in envelope._NAMES.items()}
_NEEDED = frozenset(("ce_id", "ce_source", "ce_type"))
_NUMBERS = frozenset(("ce_seq", "ce_recordedtime"))
_SAME = {"ce_specversion": b"1.0", "content-type": envelope.CONTENT_TYPE}
_DIGITS = 15
_READ = _FIELDS.keys() - {"ce_subject"}
Plan = Callable[[list[str]], Envelope | None]


def read(key: bytes | None, headers: Headers) -> Envelope:
    """The envelope of one log record. Raises PoisonError, as ``kernel.envelope.read``."""
    if key and headers:
        names, values = zip(*headers, strict=True)
        plan, joined = _plan(names), b"\n".join((key, *values))
        if plan is not None and joined.isascii():
            texts = joined.decode("ascii").split("\n")
            if len(texts) == len(names) + 1 and "".join(texts).isprintable() and max(map(len, texts)) <= MAX_LENGTH:
                found = plan(texts)
                if found is not None:
                    return found
    return envelope.read(key, headers)


@lru_cache(maxsize=4_096)
def _plan(names: tuple[str, ...]) -> Plan | None:
    """How headers of these names in this order become an envelope; None where that is to be looked at closely."""
    if len(set(names)) != len(names) or len(names) > MAX_HEADERS or not set(names) >= _NEEDED:
        return None
    places = {name: place for place, name in enumerate(names, 1)}
    conditions = [f"t[{places[name]}] == {text.decode()!r}" for name, text in _SAME.items() if name in places]
    conditions += [f"t[{places[name]}]" for name in sorted(_NEEDED)]
    conditions += [f"t[{places[name]}].isdigit() and len(t[{places[name]}]) <= {_DIGITS}" for name in sorted(_NUMBERS) if name in places]
    conditions += [f"t[{places['ce_subject']}] == t[0]"] if "ce_subject" in places else []
    cells = {field.name: field.default for field in fields(Envelope)}
    cells = {name: repr(default) for name, default in cells.items()} | {"subject": "t[0]"}
    cells |= {_FIELDS[name]: f"int(t[{place}])" if name in _NUMBERS else f"t[{place}]" for name, place in places.items() if name in _READ}
    lines = ["def plan(t):", f" if not ({' and '.join(conditions)}): return None", " e = new(Envelope)"]
    lines += [f" e.{name} = {cell}" for name, cell in cells.items()]
    made: dict[str, Any] = {"Envelope": Envelope, "new": object.__new__}
    exec("\n".join([*lines, " return e"]), made)  # noqa: S102 - names that we know, and numbers
    return made["plan"]  # type: ignore[no-any-return]
