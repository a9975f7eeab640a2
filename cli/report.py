"""``tsunagu report``: the timeline of a case (事例の経過) and the figures of a month (月次実績), as the logs have them."""

from __future__ import annotations

import asyncio
import csv
import io
import re
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, TypeVar

import asyncpg
import typer
from confluent_kafka import KafkaException

from cli import figures
from cli.agency.client import NotAccepted
from cli.agency.message import JAPAN
from cli.leaving import PROBLEMS, UNREACHABLE, leave
from cli.output import Output, OutputOption, show
from kernel import settings as settings_module
from services.reporting import queries
from services.reporting.store import DATABASE, connector

T = TypeVar("T")
Row = Mapping[str, Any]

READER = "tsunagu_reader"

TIMELINE = {
    "recorded_at": "記録（日本時間）", "title_ja": "出来事", "agency": "機関", "recipient": "相手", "about": "対象", "outcome": "結果",
    "rule": "規則", "basis": "根拠", "released": "渡した区分", "withheld": "渡さない区分", "reasons": "理由",
}
MONTHLY = {"title_ja": "指標", "divided_ja": "内訳", "dimension": "区分", "value": "値", "unit_ja": "単位"}

SMALL = "未満等"
MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
_FORMULA = re.compile(r"[=+\-@\t\r]")

app = typer.Typer(no_args_is_help=True, help="Timelines and figures that follow from the logs.")


@app.command(epilog="Example: tsunagu report timeline 0123456789abcdef0123456789abcdef")
def timeline(
    case: Annotated[str, typer.Argument(help="Id of a case, or of a place, project or resource.")],
    everything: Annotated[bool, typer.Option("--all", help="Also what the functions merely noted of each other.")] = False,
    output: OutputOption = Output.TABLE,
) -> None:
    """What happened in a case: facts, verdicts and refusals, in codes; never a personal text."""
    rows, parked = _ask(lambda connection: queries.timeline(connection, case, everything), "timeline")
    for row in rows:
        row["recorded_at"] = row["recorded_at"].astimezone(JAPAN).isoformat(timespec="milliseconds")
    if not rows:
        leave(f"nothing is recorded under {case}", PROBLEMS)
    _show(rows, TIMELINE, output, f"事例の経過 {case}")
    _warn(parked)


class Reader(StrEnum):
    """Who is to read the figures."""

    TOWN = "town"
    PREFECTURE = "prefecture"


@app.command(epilog="Example: tsunagu report monthly --month 2026-05 --for prefecture --output csv > 2026-05.csv")
def monthly(
    month: Annotated[str | None, typer.Option(help="YYYY-MM in Japan; this month when not named.")] = None,
    reader: Annotated[Reader, typer.Option("--for", help="Who is to read them: outside the town, small counts of persons are kept back (秘匿).")] = Reader.TOWN,
    explain: Annotated[str | None, typer.Option(metavar="METRIC", help="The events that this figure counts, instead of the figures.")] = None,
    dimension: Annotated[str, typer.Option(metavar="DIVISION:VALUE", help="With --explain: of this part, as in field:ELDER.")] = "",
    output: OutputOption = Output.TABLE,
) -> None:
    """The figures of a month: contacts (延べ) and distinct cases (実)."""
    asked = month or datetime.now(UTC).astimezone(JAPAN).strftime("%Y-%m")
    if not MONTH.fullmatch(asked):
        raise typer.BadParameter(f"{asked!r} is no month; write YYYY-MM", param_hint="--month")
    if explain is not None:
        _explain(asked, explain, dimension, output)
        return
    rows, parked = _ask(lambda connection: queries.monthly(connection, asked), "monthly")
    if reader is Reader.PREFECTURE:
        rows = _for_outside(rows, output)
    _show(rows, MONTHLY, output, f"月次実績 {asked}")
    _warn(parked)


def _explain(month: str, metric: str, dimension: str, output: Output) -> None:
    """The events behind a number, and on standard error what they amount to."""
    try:
        figure = figures.asked(metric, dimension)
    except ValueError as problem:
        raise typer.BadParameter(str(problem), param_hint="--explain") from problem
    rows, parked = _ask(lambda connection: figures.explained(connection, month, figure), "figure_events")
    _show(rows, figures.EXPLAINED, output, f"実績の根拠 {month} {' '.join(part for part in figure if part)}")
    print(f"tsunagu: {figures.value(figure, rows)} from {len(rows)} events", file=sys.stderr)
    _warn(parked)


@app.command(epilog="Example: tsunagu report targets --output csv")
def targets(output: OutputOption = Output.TABLE) -> None:
    """What the implementation plan aims at, and what has been reached in its period (実施計画の目標と実績)."""
    rows, parked = _ask(lambda connection: figures.shared(connection, figures.TARGETS), "plan_targets")
    _show(rows, figures.TARGETS.headings, output, figures.TARGETS.title_ja)
    _warn(parked)


Shared = StrEnum("Shared", {name.upper(): name for name in figures.SHARED})


@app.command(epilog="Example: tsunagu report prefecture figures --month 2026-05 --output csv")
def prefecture(
    what: Annotated[Shared, typer.Argument(help="Reported figures without small counts of persons; advice and training; the library of case stories.")],
    month: Annotated[str | None, typer.Option(help="YYYY-MM; all months when not named.")] = None,
    town: Annotated[str | None, typer.Option(help="Municipality code; all towns of the site when not named.")] = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """What a prefecture sees of its towns (都道府県の閲覧): nothing that does not leave them."""
    resource = figures.SHARED[what]
    rows, parked = _ask(lambda connection: figures.shared(connection, resource, month, town), resource.projection)
    titled = {"title_ja": "指標名"} if what == "figures" else {}
    _show(rows, {**titled, **resource.headings}, output, resource.title_ja)
    _warn(parked)


@app.command(epilog="Example: tsunagu report close 2026-05")
def close(
    period: Annotated[str, typer.Argument(help="The month that is reported: YYYY-MM in Japan.")],
    output: OutputOption = Output.TABLE,
) -> None:
    """Report a month's figures (月次の締め). Again is harmless: what has changed since is reported as a correction."""
    from cli import closing

    if not MONTH.fullmatch(period):
        raise typer.BadParameter(f"{period!r} is no month; write YYYY-MM", param_hint="PERIOD")
    from services.consent.domain.pack import PackInvalid

    try:
        (found,), parked = _ask(lambda connection: closing.figures(connection, period), "monthly")
    except PackInvalid as problem:
        leave(f"which counts are small cannot be told: {problem}", PROBLEMS)
    _warn(parked)
    try:
        closing.send(settings_module.load(), found)
    except (NotAccepted, KafkaException) as problem:
        leave(f"the figures could not be sent ({problem})", UNREACHABLE)
    columns = ("metric", "period", "divided", "dimension", "value", "hidden")
    show([{name: getattr(each.fact, name) for name in columns} for each in found], columns, output)


def _for_outside(rows: Sequence[Row], output: Output) -> list[dict[str, Any]]:
    """By the limit of the pack that the settings name; a table says what is kept back in words."""
    from cli import registry
    from services.consent.domain.pack import PackInvalid
    from services.reporting import small_cells

    try:
        limit = registry.pack(settings_module.load().policy).small_cell
    except PackInvalid as problem:
        leave(f"which counts are small cannot be told: {problem}", PROBLEMS)
    found = small_cells.for_outside(rows, limit)
    kept = f"秘匿（{limit}{SMALL}）"
    return [{**row, "value": kept} if row[small_cells.HIDDEN] and output is Output.TABLE else row for row in found]


def _ask(question: Callable[[asyncpg.Connection], Awaitable[list[T]]], projection: str) -> tuple[list[T], int]:
    """The answer, and how many log records are missing from it; leaves with one sentence where the database cannot be reached."""
    settings = settings_module.load()

    async def ask() -> tuple[list[T], int]:
        connection = await connector(settings, READER)()
        try:
            return await question(connection), await queries.parked(connection, projection)
        finally:
            await connection.close()

    try:
        return asyncio.run(ask())
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        where = f"{DATABASE} at {settings.database_host}:{settings.database_port}"
        leave(f"the database {where} cannot be read ({type(error).__name__}); start the system: tsunagu run up", UNREACHABLE)


def _show(rows: Sequence[Row], headings: Mapping[str, str], output: Output, title: str) -> None:
    """On standard output. A table has Japanese headings; every other shape has the names and every field."""
    match output:
        case Output.TABLE:
            shown = [{heading: _cell(row[name]) for name, heading in headings.items()} for row in rows]
            show(shown, list(headings.values()), output, title)
        case Output.CSV:
            sys.stdout.flush()
            typer.get_binary_stream("stdout").write(as_csv(rows, tuple(headings)))
        case _:
            show(rows, list(headings), output)


def as_csv(rows: Sequence[Row], columns: Sequence[str] = ()) -> bytes:
    """UTF-8 with byte order mark and CRLF, as a spreadsheet expects; no text can be taken for a formula (CWE-1236)."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(rows[0] if rows else columns)
    writer.writerows([_safe(value) for value in row.values()] for row in rows)
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def _safe(value: Any) -> Any:
    cell = _cell(value)
    return f"'{cell}" if isinstance(cell, str) and _FORMULA.match(cell) else cell


def _cell(value: Any) -> Any:
    return " ".join(value) if isinstance(value, list) else value


def _warn(parked: int) -> None:
    if parked:
        leave(f"{parked} log records could not be read, so this is incomplete; see reporting.parked", PROBLEMS)

