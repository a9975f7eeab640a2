"""Step 15: the month's figures, counted again by hand from what the agencies said and what came of it, not from any log."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from cli.day.by_hand import entries
from cli.day.player import Day
from cli.day.rows import DENY, HOLD, PERMIT, RECORDED, REDACT, REFUSED, STOPPED, Row

Figures = Mapping[tuple[str, str], int]
"""Value by metric and part: empty for the whole, or as in ``field:ELDER``."""
_BASIS = {"R2": "C", "R8": "C", "R9": "M", "V": "V", "B0": "B0", "K": "K"}
"""The basis on which a rule releases."""
NOT_BY_HAND = frozenset(("active_cases",))
"""Counts facts that the functions add by themselves."""


def month_agrees(day: Day, before: Figures | None) -> None:
    """The reported figures have grown by exactly what the day amounts to. Nothing to say where there is no reporting."""
    if before is None:
        return
    wanted = by_hand(day)
    seen: dict[str, Any] = {}

    def agrees() -> bool:
        seen["figures"] = grown(before, day.stage.figures() or {})
        return seen["figures"] == wanted

    good = day.stage.until(agrees)
    row = Row(step=day.step, agency="municipality", event_id="", type="monthly", outcome=RECORDED, rule="recount")
    if not good:
        row.fault = "; ".join(f"{metric} {dimension}: {seen['figures'].get((metric, dimension), 0)}, by hand {wanted.get((metric, dimension), 0)}"
                              for metric, dimension in sorted(differing(seen["figures"], wanted)))
    day.add(row)


def by_hand(day: Day) -> dict[tuple[str, str], int]:
    """What the day amounts to."""
    found: Counter[tuple[str, str]] = Counter()
    members: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for told in day.told:
        for entry in entries(told):
            for cell in _cells(entry.metric, entry.parts):
                members[cell].update(entry.members)
                found[cell] += 0 if entry.members else entry.amount
    for row in day.rows:
        found.update(_of_row(row))
    found.update({cell: len(each) for cell, each in members.items()})
    return {cell: value for cell, value in found.items() if value}


def _cells(metric: str, parts: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """The whole and its parts; heads of one age are no whole of their own."""
    named = [f"{name}:{value}" for name, value in parts]
    return [("attendance", part) for part in named] if metric == "attendance_of_age" else [(metric, part) for part in ("", *named)]


def grown(before: Figures, after: Figures) -> dict[tuple[str, str], int]:
    """What was added to every figure that can be counted by hand."""
    grown = {cell: value - before.get(cell, 0) for cell, value in after.items() if cell[0] not in NOT_BY_HAND}
    return {cell: value for cell, value in grown.items() if value}


def differing(left: Figures, right: Figures) -> set[tuple[str, str]]:
    """Cells in which two sets of figures differ."""
    return {cell for cell in {*left, *right} if left.get(cell, 0) != right.get(cell, 0)}


def _of_row(row: Row) -> Counter[tuple[str, str]]:
    """Figures to which one outcome adds."""
    agencies = {receipt.agency for receipt in row.recipients} | {entry.agency for entry in row.withheld}
    found: Counter[tuple[str, str]] = Counter()
    for metric, part, amount in _of_outcome(row, len(agencies)):
        found.update(dict.fromkeys(((metric, ""), *([(metric, part)] if part else [])), amount))
    return found


def _of_outcome(row: Row, agencies: int) -> Iterator[tuple[str, str, int]]:
    if row.outcome in (PERMIT, REDACT, HOLD, DENY):
        yield "verdicts", f"outcome:{row.outcome}", agencies
    if row.outcome in (PERMIT, REDACT):
        yield "releases", f"basis:{_BASIS[row.rule]}", agencies
        if _BASIS[row.rule] == "V":
            yield "emergency_uses", f"agency:{row.agency}", agencies
    elif row.outcome == STOPPED:
        yield "stop_notices", "", agencies
    elif row.outcome.startswith(REFUSED):
        yield "refusals", f"code:{row.outcome.removeprefix(REFUSED)}", 1
    elif row.type == "ReviewOpened":
        yield "emergency_reviews", "basis:V", agencies
