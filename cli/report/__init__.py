"""``tsunagu report``: what follows from the logs, as tables and exports: the timeline of a case (事例の経過), the figures of a month (月次実績) and others."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Annotated, Any

import typer
from confluent_kafka import KafkaException

from cli import closing
from cli.agency.client import NotAccepted
from cli.leaving import PROBLEMS, UNREACHABLE, leave
from cli.report import verbs
from cli.report.asking import Row, ask
from cli.report.definitions import CLOSE, MONTHLY, REPORTS, MonthArgument, MonthOption, Report
from cli.report.delivering import EncodingOption, ShapeOption, ToOption, Way, deliver, warn
from kernel import settings as settings_module
from services.reporting.exports.characters import Encoding

SMALL = "未満等"

app = typer.Typer(no_args_is_help=True, help="Timelines and figures that follow from the logs.")
for _report in REPORTS:
    verbs.add(app, _report)


class Reader(StrEnum):
    """Who is to read the figures."""

    TOWN = "town"
    PREFECTURE = "prefecture"


ReaderOption = Annotated[
    Reader, typer.Option("--for", help="Who is to read them: outside the town, small counts of persons are kept back (秘匿)."),
]


def _described(report: Report) -> dict[str, str]:
    return {"name": report.name, "help": report.help, "epilog": f"Example: tsunagu report {report.example}"}


@app.command(**_described(MONTHLY))
def monthly(
    month: MonthOption = None, reader: ReaderOption = Reader.TOWN,
    output: ShapeOption = None, encoding: EncodingOption = Encoding.UTF_8, to: ToOption = None,
) -> None:
    """The figures of a month."""
    way = Way(output, encoding, to)
    answer = ask(MONTHLY, month=month)
    rows, shown = _for_outside(answer.rows) if reader is Reader.PREFECTURE else (answer.rows, dict)
    deliver(MONTHLY, answer.of(rows, **{"for": reader}), way, shown)


@app.command(**_described(CLOSE))
def close(
    period: MonthArgument, output: ShapeOption = None, encoding: EncodingOption = Encoding.UTF_8, to: ToOption = None,
) -> None:
    """Report a month's figures."""
    way = Way(output, encoding, to)
    answer = ask(CLOSE, period=period)
    warn(answer.provenance.missing)
    (found,) = answer.rows
    try:
        closing.send(settings_module.load(), found)
    except (NotAccepted, KafkaException) as problem:
        leave(f"the figures could not be sent ({problem})", UNREACHABLE)
    deliver(CLOSE, answer.of([{"metric": each.fact.metric, "period": each.fact.period, "value": each.fact.value} for each in found]), way)


def _for_outside(rows: Iterable[Row]) -> tuple[Iterable[Row], Callable[[dict[str, Any]], Row]]:
    """By the limit of the pack that the settings name; a table says what is kept back in words."""
    from cli import registry
    from services.consent.domain.pack import PackInvalid
    from services.reporting import small_cells

    try:
        limit = registry.pack(settings_module.load().policy).small_cell
    except PackInvalid as problem:
        leave(f"which counts are small cannot be told: {problem}", PROBLEMS)
    kept = f"秘匿（{limit}{SMALL}）"
    return small_cells.for_outside(list(rows), limit), lambda row: {**row, "value": kept} if row[small_cells.HIDDEN] else row
