"""``tsunagu trace``: the notice's support flow chart redrawn for one case (事例の支援フロー), from the logs alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.leaving import PROBLEMS, UNREACHABLE, leave
from cli.output import Output, OutputOption, show

if TYPE_CHECKING:
    from cli.trace.arrows import Step
    from kernel.records import Position, Record
    from kernel.settings import Settings

AUDITOR = "auditor"
COLUMNS = ("記録（日本時間）", "矢印", "出来事", "機関", "提供の判断", "きっかけ")
EXAMPLE = "Example: tsunagu trace 0123456789abcdef0123456789abcdef --svg flow.svg"


def command(
    case: Annotated[str, typer.Argument(help="Id of a case.")],
    svg: Annotated[Path | None, typer.Option(help="Also draw the chart into this file, to print on A4.")] = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Which arrows a1 to a11 of the support flow chart a case has taken, when, by whom and why; in codes, never a personal text."""
    tell(case, svg, output)


def tell(case: str, svg: Path | None, output: Output, places: bool = False) -> None:
    """Show the chart of a case; ``places``: and where in the logs each step lies."""
    from cli.trace import arrows, picture
    from kernel import settings

    found, where, source = _read(settings.load(), case)
    steps = arrows.steps(found)
    if not steps:
        leave(f"nothing is recorded under {case}", PROBLEMS)
    rows = [row(step) if output is Output.TABLE else record(step) for step in steps]
    if places:
        rows = [each | _place(where[step.fact.envelope.id], output) for each, step in zip(rows, steps, strict=True)]
    show(rows, list(rows[0]), output, f"支援フロー {case}")
    if output is Output.TABLE:
        typer.echo("\n".join(chart(steps)))
    if svg:
        svg.write_text(picture.draw(case, steps, source), "utf-8")


def chart(steps: Sequence[Step]) -> Iterator[str]:
    """One line for each arrow: filled where it was taken, with count and first day."""
    from cli.trace import arrows, picture

    for arrow, taken in zip(arrows.ARROWS, arrows.taken(steps).values(), strict=True):
        told = f"{len(taken)} 件、最初 {picture.first_day(taken)}" if taken else "なし"
        yield f"{'●' if taken else '○'} {arrow.id:<4}{arrow.title_ja}: {told}"


def row(step: Step) -> dict[str, str]:
    """A step as a line of the table."""
    envelope, kind = step.fact.envelope, step.fact.kind
    return dict(zip(COLUMNS, (
        _moment(step.at), step.arrow.id if step.arrow else "", f"{kind.title_ja} {kind.name}", envelope.agency,
        " ".join(f"{recipient}:{outcome}" for recipient, outcome in step.outcomes), envelope.causation_id[:8],
    ), strict=True))


def record(step: Step) -> dict[str, Any]:
    """A step with every field, for programs."""
    envelope = step.fact.envelope
    return {
        "recorded_at": _moment(step.at), "arrow": step.arrow.id if step.arrow else "", "type": step.fact.kind.name, "title_ja": step.fact.kind.title_ja,
        "agency": envelope.agency, "log": step.fact.log, "id": envelope.id, "causation_id": envelope.causation_id,
        "correlation_id": envelope.correlation_id, "verdicts": [f"{recipient}:{outcome}" for recipient, outcome in step.outcomes],
    }


def facts_of(case: str, records: Iterator[Record], logs: Mapping[str, str]) -> tuple[list[Any], int]:
    """The facts under one case, each counted once; and how many of its records cannot be read. ``logs``: functions by topic."""
    from services.reporting import facts

    reading = facts.read((record for record in records if record.key == case.encode()), logs)
    fresh, _ = facts.fresh(reading, {}, lambda code: None, {})
    return fresh, len(reading.parked)


def _place(place: Position, output: Output) -> dict[str, Any]:
    topic, partition, offset = place
    return {"位置": f"{topic}/{partition}/{offset}"} if output is Output.TABLE else {"topic": topic, "partition": partition, "offset": offset}


def _read(settings: Settings, case: str) -> tuple[list[Any], dict[str, Position], str]:
    """What the logs say of a case, where each event lies, by its id, and up to which positions they were read; leaves with one sentence where they cannot be."""
    from confluent_kafka import KafkaException

    from cli import reading
    from cli.account import why
    from contracts.topics import SUPPORT_FUNCTIONS
    from kernel.envelope import header
    from kernel.partitioner import partition_of
    from kernel.topics import Topics

    topics, number = Topics(settings.municipality), partition_of(case.encode(), settings.partitions)
    logs = {topics.log(name): str(name) for name in (*SUPPORT_FUNCTIONS, "consent")}
    ends: dict[str, int] = {}
    where: dict[str, Position] = {}

    def records() -> Iterator[Record]:
        for topic in logs:
            for message in reading.whole(settings, AUDITOR, topic, number):
                ends[topic] = message.offset() + 1
                read = reading.record(message)
                if read.key == case.encode():
                    where.setdefault((header(read.headers, "ce_id") or b"").decode(errors="replace"), (topic, number, read.offset))
                yield read

    try:
        found, unreadable = facts_of(case, records(), logs)
    except KafkaException as error:
        leave(f"the logs cannot be read {why(error, AUDITOR)}", UNREACHABLE)
    if unreadable:
        leave(f"{unreadable} records of this case cannot be read, so its chart would be incomplete", PROBLEMS)
    return found, where, "、".join(f"{topic}/{number} {end} 件まで" for topic, end in ends.items())


def _moment(at: int) -> str:
    from cli.agency.message import JAPAN

    return datetime.fromtimestamp(at / 1000, UTC).astimezone(JAPAN).isoformat(timespec="seconds")
