"""Outside: who is to read figures, and what is kept back from whom (秘匿)."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

import typer

from cli import closing
from cli.leaving import PROBLEMS, leave
from cli.report.asking import Answer, Row, asked
from kernel import settings as settings_module
from services.reporting import small_cells
from services.reporting.closing import Before

SMALL = "未満等"
KEPT = "秘匿"
"""Said in place of a value that has stayed in its town."""


class Reader(StrEnum):
    """Who is to read the figures."""

    TOWN = "town"
    PREFECTURE = "prefecture"


ReaderOption = Annotated[
    Reader, typer.Option("--for", help="Who is to read them: outside the town, small counts of persons are kept back (秘匿)."),
]


def for_reader(answer: Answer, reader: Reader) -> tuple[Answer, str]:
    """The figures as this reader may have them, and what is said in place of a small one (empty: none is kept back).

    By the limit of the pack that the settings name, and by what the town has reported for the month; leaves where either cannot be told.
    """
    if reader is Reader.TOWN:
        return answer.of(answer.rows, **{"for": reader}), ""
    from cli import registry
    from services.consent.domain.pack import PackInvalid

    settings = settings_module.load()
    try:
        limit = registry.pack(settings.policy).small_cell
    except PackInvalid as problem:
        leave(f"which counts are small cannot be told: {problem}", PROBLEMS)
    before = _before(settings.municipality, answer.provenance.period)
    hidden = small_cells.for_outside(list(answer.rows), limit, before.values, before.hidden)
    return answer.of(hidden, **{"for": reader}), f"秘匿（{limit}{SMALL}）"


def _before(municipality: str, month: str) -> Before:
    """What was reported, asked after the figures: a report that came in between only keeps more back."""
    before, there = asked(lambda connection: closing.before(connection, municipality, month), closing.REPORTED_BEFORE)
    if there.outdated or there.missing:
        leave("what was kept back before cannot be told: the projection of what was reported is incomplete", PROBLEMS)
    return before


def in_words(row: dict[str, Any], kept: str) -> Row:
    """A row of a table: what is kept back is said to be."""
    return {**row, "value": kept} if row.get(small_cells.HIDDEN) else row
