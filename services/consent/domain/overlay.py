"""Municipal overlay (市町村の上乗せ): what a municipality may set on top of the national pack. It may cut no right (domain.md §4.4(b)).

An overlay names the hash of its base, so the hash of its own bytes binds both.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from contracts.shared import Deadline
from kernel.days import start_of
from services.consent.domain.entries import BasisRule
from services.consent.domain.form import Problem, Problems, Reading, at, by, day, keys, several, text
from services.consent.domain.pack import PackInvalid, PolicyPack
from services.consent.domain.pack_form import CONFERENCE, DEADLINES, MINORS_LINE, SMALL_CELL, VERSION, Vocabulary

_WORDS = Vocabulary({})
MAY_SET: dict[str, tuple[Reading, str]] = {
    "special_care": (several(_WORDS.category), "adds categories to those of special care (条例要配慮個人情報)"),
    "deadlines": (DEADLINES, "days by kind; what a person waits for may only become shorter"),
    "conveners": (by(CONFERENCE, several(_WORDS.kind, least=1)), "adds kinds of agency that may convene a closed meeting that the base knows"),
    "minors_line": (MINORS_LINE, "another age below which a parent is asked"),
    "small_cell": (SMALL_CELL, "a higher limit below which counts are not shown"),
    "holdable": (_WORDS.holdable, "adds event types, and kinds of recipient, for which a missing consent waits"),
}
"""All that an overlay may set, and how; nothing else. Whatever would cut a right is not here, or is bounded by ``_cuts``."""
_HEAD: dict[str, Reading] = {"name": text, "version": VERSION, "effective_from": day, "base": text, "base_hash": text}
_THEIR_RIGHT = (Deadline.RIGHTS_ANSWER, Deadline.STOP_NOTICE_ANSWER, Deadline.PERSON_TOLD)
"""Deadlines within which persons get what they have a right to."""


def is_overlay(table: Any) -> bool:
    """Whether a file is an overlay: it says of what."""
    return isinstance(table, Mapping) and "base" in table


def read(table: Mapping[str, Any], digest: str, base: PolicyPack | None, origin: str = "", known: Iterable[Problem] = ()) -> PolicyPack:
    """The pack that an overlay makes of its base. Raises PackInvalid, with everything that is wrong; ``known``: what is wrong with its base."""
    problems = _refused(table)
    allowed = {key: value for key, value in table.items() if key in _HEAD or key in MAY_SET}
    found = keys(_HEAD, {key: reading for key, (reading, _) in MAY_SET.items()})(allowed, "", problems)
    problems = _once((*known, *problems, *(_cuts(found, base) if base else ())))
    if problems or base is None:
        raise PackInvalid(origin or f"policy pack {digest[:12]}", problems)
    return replace(
        base, hash=digest, name=found["name"], version=found["version"], base=base.hash,
        effective_from=found["effective_from"], since=start_of(found["effective_from"].toordinal()), **_laid_over(found, base),
    )


def _once(problems: Iterable[Problem]) -> Problems:
    """The first of each place: what could not be read is not also too far."""
    first: dict[str, Problem] = {}
    for each in problems:
        first.setdefault(each.place, each)
    return list(first.values())


def _refused(table: Mapping[str, Any]) -> Problems:
    may = "; ".join(f"{key} {rule}" for key, (_, rule) in MAY_SET.items())
    return [
        Problem(str(key), f"a municipal pack may not set {key}: the national pack alone says it, so that no right is cut (domain.md 4.4(b)). It may set: {may}")
        for key in table if key not in _HEAD and key not in MAY_SET
    ]


def _cuts(found: Mapping[str, Any], base: PolicyPack) -> Iterator[Problem]:
    """What is allowed, but not so far."""
    if found.get("effective_from", base.effective_from) < base.effective_from:
        yield Problem("effective_from", f"is before the day of the base, {base.effective_from}")
    for deadline in _THEIR_RIGHT:
        days, most = found.get("deadlines", {}).get(deadline), base.deadlines.get(deadline)
        if days is not None and most is not None and days > most:
            yield Problem(at("deadlines", deadline), f"{days} days are more than the {most} of the base: persons would wait longer for what is their right")
    if found.get("small_cell", base.small_cell) < base.small_cell:
        yield Problem("small_cell", f"{found['small_cell']} is below the {base.small_cell} of the base: it would show smaller counts")
    for meeting in found.get("conveners", ()):
        if meeting and meeting not in _meetings(base):
            yield Problem(at("conveners", meeting), "the base has no such closed meeting: only a law can make one")


def _laid_over(found: Mapping[str, Any], base: PolicyPack) -> dict[str, Any]:
    holdable = dict(base.holdable)
    for name, kinds in found.get("holdable", {}).items():
        holdable[name] = holdable.get(name, frozenset()) | kinds
    return {
        "special_care": base.special_care | found.get("special_care", frozenset()),
        "minors_line": found.get("minors_line", base.minors_line),
        "small_cell": found.get("small_cell", base.small_cell),
        "deadlines": {**base.deadlines, **found.get("deadlines", {})},
        "holdable": holdable,
        "bases": {basis: _convened(rule, found.get("conveners", {})) for basis, rule in base.bases.items()},
    }


def _convened(rule: BasisRule, conveners: Mapping[Any, frozenset[Any]]) -> BasisRule:
    """With these conveners too."""
    if conveners.keys().isdisjoint(rule.conferences):
        return rule
    return replace(rule, conferences={
        meeting: replace(way, conveners=way.conveners | conveners.get(meeting, frozenset())) for meeting, way in rule.conferences.items()
    })


def _meetings(base: PolicyPack) -> set[Any]:
    return {meeting for rule in base.bases.values() for meeting in rule.conferences}
