"""Outside: who is to read figures, and what is kept back from whom (秘匿)."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated, Any

import typer

from cli.leaving import PROBLEMS, leave
from cli.report.asking import Answer, Row
from kernel import settings as settings_module
from services.reporting import small_cells

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

    By the limit of the pack that the settings name; leaves where it cannot be told.
    """
    if reader is Reader.TOWN:
        return answer.of(answer.rows, **{"for": reader}), ""
    from cli import registry
    from services.consent.domain.pack import PackInvalid

    try:
        limit = registry.pack(settings_module.load().policy).small_cell
    except PackInvalid as problem:
        leave(f"which counts are small cannot be told: {problem}", PROBLEMS)
    return answer.of(_hidden(answer.rows, limit), **{"for": reader}), f"秘匿（{limit}{SMALL}）"


def _hidden(rows: Iterable[Row], limit: int) -> list[dict[str, Any]]:
    return small_cells.for_outside(list(rows), limit)


def in_words(row: dict[str, Any], kept: str) -> Row:
    """A row of a table: what is kept back is said to be."""
    return {**row, "value": kept} if row.get(small_cells.HIDDEN) else row
