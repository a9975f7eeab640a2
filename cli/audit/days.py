"""The days and the case that an auditor asks about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from typing import Annotated

import typer

from cli.agency.message import JAPAN
from cli.leaving import PROBLEMS, leave
from kernel.records import Record

FromOption = Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day in Japan of the verdicts to look at.")]
ToOption = Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day in Japan.")]
CaseOption = Annotated[str, typer.Option(help="Only this case.")]


class Met:
    """Whether anything at all was recorded under the case that was asked for: of a case that was never there nothing is right or wrong."""

    def __init__(self, case: str) -> None:
        self.case, self._key, self.met = case, case.encode(), not case

    def watched(self, records: Iterable[Record]) -> Iterator[Record]:
        """The same records."""
        for record in records:
            self.met = self.met or record.key == self._key
            yield record

    def leave_if_not(self, where: str) -> None:
        """Leave where nothing of it was met."""
        if not self.met:
            leave(f"nothing is recorded under {self.case} in {where}", PROBLEMS)


def dates(since: datetime | None, until: datetime | None) -> tuple[date | None, date | None]:
    """First and last day."""
    if since and until and until < since:
        raise typer.BadParameter("the last day lies before the first", param_hint="--to")
    return since and since.date(), until and until.date()


def within(at: int, first: date | None, last: date | None) -> bool:
    """Whether a moment (milliseconds UTC) is of these days in Japan."""
    day = _in_japan(at).date()
    return (first is None or first <= day) and (last is None or day <= last)


def moment(at: int) -> str:
    """A moment (milliseconds UTC) as it is told."""
    return _in_japan(at).isoformat(timespec="milliseconds")


def _in_japan(at: int) -> datetime:
    return datetime.fromtimestamp(at / 1000, UTC).astimezone(JAPAN)
