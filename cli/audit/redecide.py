"""``tsunagu audit redecide``: every verdict decided again, and compared byte by byte (検算)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.leaving import PROBLEMS, leave
from cli.output import Output, OutputOption, show

if TYPE_CHECKING:
    from cli.gate_log import Partitions
    from services.consent.domain.findings import Finding
    from services.consent.domain.pack import PolicyPack

COLUMNS = ("topic", "partition", "offset", "difference", "detail", "case", "request", "recorded_at")
_MANY = 500

def redecide(
    since: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day in Japan of the verdicts to check.")] = None,
    until: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day in Japan.")] = None,
    case: Annotated[str, typer.Option(help="Only this case.")] = "",
    output: OutputOption = Output.TABLE,
) -> None:
    """Decide every verdict again from consent.log alone, by the pack of its day, and compare byte by byte.

    A row for each verdict that does not follow, and for each that is missing or uncalled for: topic, partition, offset, and what differs.
    """
    from cli import gate_log
    from cli.steps import shown
    from kernel import settings as settings_module
    from services.consent import packs

    settings = settings_module.load()
    first, last = (None if day is None else day.date() for day in (since, until))
    with shown().step("decide again") as step:
        topic, partitions, total = gate_log.partitions(settings, case)
        verdicts, found = decided_again(partitions, packs.load(), case, lambda done: step.advance(done, total))
    asked = [(number, finding) for number, finding in found if _within(finding.at, first, last)]
    count = sum(_within(at, first, last) for at in verdicts)
    if asked or output is not Output.TABLE:
        show([row(topic, number, finding) for number, finding in asked], COLUMNS, output)
    if asked:
        leave(f"{len(asked)} findings among {count} verdicts decided again", PROBLEMS)
    typer.echo(f"tsunagu: {count} verdicts decided again from {topic}, each to the same bytes", err=True)


def decided_again(
    partitions: Partitions, packs: Mapping[str, PolicyPack], case: str = "", tell: Callable[[int], None] = lambda done: None,
) -> tuple[list[int], list[tuple[int, Finding]]]:
    """When each verdict that was decided again was given, and what is wrong, with its partition; ``tell`` hears how many records are read."""
    from services.consent.redeciding import Reading

    verdicts: list[int] = []
    found: list[tuple[int, Finding]] = []
    done = 0
    for number, records in sorted(partitions.items()):
        reading = Reading(packs, case)
        for record in records():
            found += [(number, finding) for finding in reading.read(record)]
            done += 1
            if done % _MANY == 0:
                tell(done)
        found += [(number, finding) for finding in reading.end()]
        verdicts += reading.verdicts
        tell(done)
    return verdicts, found


def row(topic: str, number: int, finding: Finding) -> dict[str, Any]:
    """A finding with its place."""
    return {
        "topic": topic, "partition": number, "offset": finding.place, "difference": finding.difference.value, "detail": finding.detail,
        "case": finding.key, "request": finding.request, "recorded_at": _moment(finding.at).isoformat(timespec="milliseconds"),
    }


def _within(at: int, first: date | None, last: date | None) -> bool:
    day = _moment(at).date()
    return (first is None or first <= day) and (last is None or day <= last)


def _moment(at: int) -> datetime:
    from cli.agency.message import JAPAN

    return datetime.fromtimestamp(at / 1000, UTC).astimezone(JAPAN)
