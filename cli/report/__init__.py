"""``tsunagu report``: what follows from the logs, as tables, exports and on paper: timelines (事例の経過), the figures of a month (月次実績), and others."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from confluent_kafka import KafkaException

from cli import closing, figures
from cli.agency.client import NotAccepted
from cli.leaving import PROBLEMS, UNREACHABLE, leave
from cli.report import definitions, verbs
from cli.report.asking import ask
from cli.report.definitions import CLOSE, EXPLAINED, MONTHLY, REPORTS, SHARED, MonthArgument, MonthOption
from cli.report.delivering import EncodingOption, ShapeOption, ToOption, Way, deliver, warn, whole
from cli.report.outside import KEPT, Reader, ReaderOption, for_reader, in_words
from kernel import settings as settings_module
from services.reporting.exports.characters import Encoding

app = typer.Typer(no_args_is_help=True, help="Timelines and figures that follow from the logs.")
for _report in REPORTS:
    verbs.add(app, _report)


@app.command(**verbs.described(MONTHLY))
def monthly(
    month: MonthOption = None, reader: ReaderOption = Reader.TOWN,
    explain: Annotated[str | None, typer.Option(metavar="METRIC", help="The events that this figure counts, instead of the figures.")] = None,
    dimension: Annotated[str, typer.Option(metavar="DIVISION:VALUE", help="With --explain: of this part, as in field:ELDER.")] = "",
    output: ShapeOption = None, encoding: EncodingOption = Encoding.UTF_8, to: ToOption = None,
) -> None:
    """The figures of a month."""
    way = Way(output, encoding, to)
    if explain is not None:
        _explain(month, explain, dimension, way)
        return
    answer, kept = for_reader(ask(MONTHLY, month=month), reader)
    deliver(MONTHLY, answer, way, lambda row: in_words(row, kept))


def _explain(month: str | None, metric: str, dimension: str, way: Way) -> None:
    """The events behind a number, and on standard error what they amount to."""
    try:
        figure = figures.asked(metric, dimension)
    except ValueError as problem:
        raise typer.BadParameter(str(problem), param_hint="--explain") from problem
    answer = ask(EXPLAINED, month=month, figure=figure)
    rows = list(answer.rows)
    typer.echo(f"tsunagu: {figures.value(figure, rows)} from {len(rows)} events", err=True)
    deliver(EXPLAINED, answer.of(rows, figure=" ".join(part for part in figure if part)), way)


Shared = StrEnum("Shared", {name.upper(): name for name in SHARED})


@app.command(**verbs.described(SHARED["figures"]))
def prefecture(
    what: Annotated[Shared, typer.Argument(help="Reported figures without small counts of persons; advice and training; the library of case stories.")],
    month: Annotated[str | None, typer.Option(help="YYYY-MM; all months when not named.")] = None,
    town: Annotated[str | None, typer.Option(help="Municipality code; all towns of the site when not named.")] = None,
    output: ShapeOption = None, encoding: EncodingOption = Encoding.UTF_8, to: ToOption = None,
) -> None:
    """What a prefecture sees of its towns."""
    way = Way(output, encoding, to)
    deliver(SHARED[what], ask(SHARED[what], month=month, municipality=town), way, lambda row: in_words(row, KEPT))


@app.command(**verbs.described(CLOSE))
def close(
    period: MonthArgument,
    early: Annotated[bool, typer.Option("--early", help="Also a month that is not over: what still comes is reported as corrections.")] = False,
    output: ShapeOption = None, encoding: EncodingOption = Encoding.UTF_8, to: ToOption = None,
) -> None:
    """Report a month's figures."""
    if period >= definitions.month(None) and not early:
        leave(f"{period} is not over yet; every figure of it would have to be corrected (--early reports it all the same)", PROBLEMS)
    from services.consent.domain.pack import PackInvalid

    way = Way(output, encoding, to)
    try:
        answer = ask(CLOSE, period=period)
    except PackInvalid as problem:
        leave(f"which counts are small cannot be told: {problem}", PROBLEMS)
    except closing.Unready as problem:
        leave(f"the month cannot be closed: {problem}; see tsunagu rebuild --needed and tsunagu parked", PROBLEMS)
    warn(answer.provenance.missing)
    (found,) = answer.rows
    try:
        closing.send(settings_module.load(), found)
    except (NotAccepted, KafkaException) as problem:
        leave(f"the figures could not be sent ({problem})", UNREACHABLE)
    deliver(CLOSE, answer.of([{name: getattr(each.fact, name) for name in CLOSE.headings} for each in found]), way)


@app.command(epilog="Example: tsunagu report sheet 2026-05 --to 2026-05.pdf")
def sheet(
    month: MonthArgument,
    to: Annotated[Path, typer.Option("--to", dir_okay=False, help="File to write: FILE.html, or FILE.pdf where a browser is there.")],
    reader: ReaderOption = Reader.TOWN,
    browser: Annotated[str | None, typer.Option(envvar="TSUNAGU_BROWSER", help="The browser that makes a PDF, if not the first of those known.")] = None,
) -> None:
    """The figures of a month on paper (月次報告書, A4): tables, bars, and from which log positions they come."""
    from cli.report import paper

    if to.suffix.lower() not in paper.SUFFIXES:
        raise typer.BadParameter(f"the name has to end in {' or '.join(paper.SUFFIXES)}", param_hint="--to")
    answer, kept = for_reader(ask(MONTHLY, month=month), reader)
    page = paper.page(answer, kept, paper.agencies(settings_module.load()))
    with whole(to) as file:
        file.write(paper.as_file(page, to, browser))
    warn(answer.provenance.missing)
