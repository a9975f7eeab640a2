"""The days and the case that an auditor asks about."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated

import typer

from cli.agency.message import JAPAN

FromOption = Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day in Japan of the verdicts to look at.")]
ToOption = Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day in Japan.")]
CaseOption = Annotated[str, typer.Option(help="Only this case.")]


def dates(since: datetime | None, until: datetime | None) -> tuple[date | None, date | None]:
    """First and last day."""
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
