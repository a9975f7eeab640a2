"""``tsunagu parked``: cases that a projection does not hold (保留中の事例), and how they are applied again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from cli import output as shape
from cli.leaving import PROBLEMS, UNREACHABLE, leave
from cli.output import Output, OutputOption

if TYPE_CHECKING:
    import asyncpg

T = TypeVar("T")
COLUMNS = ("projection", "generation", "case", "records", "code", "first", "since")
_PROJECTOR, _SERVICE = "tsunagu_projector", "reporting"
ProjectionOption = Annotated[str, typer.Option("--projection", "-p", help="Only of this projection.")]
CaseOption = Annotated[str, typer.Option("--case", "-c", help="Only of this case.")]

app = typer.Typer(no_args_is_help=True, help="Cases that a projection could not apply; the others go on meanwhile, and these are marked incomplete.")


@app.command(epilog="Example: tsunagu parked list --output json")
def list(projection: ProjectionOption = "", output: OutputOption = Output.TABLE) -> None:
    """One row for each projection and case, the longest parked first. Exit code 1 when there are any."""
    from services.reporting import redriving

    found = [_row(row) for row in _ask(lambda connection: redriving.listed(connection, projection))]
    shape.show(found, COLUMNS, output)
    if found:
        raise typer.Exit(PROBLEMS)


@app.command(epilog="Example: tsunagu parked show --case 0123456789abcdef0123456789abcdef")
def show(case: CaseOption = "", projection: ProjectionOption = "", output: OutputOption = Output.TABLE) -> None:
    """Every parked record: where it lies, its type and number, and why it stays out; nothing of what it says. Exit code 1 when there are any."""
    found = _ask(lambda connection: _records(connection, projection, case))
    shape.show(found, ("projection", "generation", "topic", "partition", "offset", "case", "seq", "type", "recorded_at", "code"), output)
    if found:
        raise typer.Exit(PROBLEMS)


@app.command(epilog="Example: tsunagu parked redrive --projection monthly")
def redrive(projection: ProjectionOption = "", case: CaseOption = "", output: OutputOption = Output.TABLE) -> None:
    """Read what is parked from the log again and apply it, each case in its order. Exit code 1 when something stays parked."""
    from services.reporting import redriving
    from services.reporting.projections import PROJECTIONS

    async def again(connection: asyncpg.Connection) -> list[redriving.Redriven]:
        async with _reader() as (reader, logs):
            return await redriving.redrive(connection, PROJECTIONS, reader, logs, projection, case)

    done = _ask(again)
    rows = [{"projection": each.projection, "generation": each.generation, "case": each.key, "records": each.records, "left": each.left} for each in done]
    shape.show(rows, ("projection", "generation", "case", "records", "left"), output)
    if any(each.left for each in done):
        leave("some cases stay parked; see: tsunagu parked show", PROBLEMS)


async def _records(connection: asyncpg.Connection, projection: str, case: str) -> list[dict[str, Any]]:
    """Each parked record with what its headers tell."""
    from services.reporting import generations, redriving

    found: list[dict[str, Any]] = []
    async with _reader() as (reader, _):
        for generation in await generations.known(connection):
            if projection in ("", generation.projection):
                parked = await redriving.parked(connection, generation.projection, generation.number, case)
                records = await reader.fetch([(each.topic, each.partition, each.offset) for each in parked])
                found += [
                    {"projection": generation.projection, "generation": generation.number, "topic": each.topic, "partition": each.partition,
                     "offset": each.offset, "case": each.key, **_headers(records[each.topic, each.partition, each.offset]), "code": each.code}
                    for each in parked
                ]
    return found


def _headers(record: Any) -> dict[str, Any]:
    from datetime import UTC, datetime

    from cli.agency.message import JAPAN
    from kernel import envelope
    from kernel.failures import PoisonError

    recorded = datetime.fromtimestamp(record.timestamp / 1000, UTC).astimezone(JAPAN).isoformat(timespec="milliseconds")
    try:
        attributes = envelope.read(record.key, record.headers)
    except PoisonError:
        return {"seq": "", "type": "", "recorded_at": recorded}
    return {"seq": attributes.seq, "type": attributes.type.rpartition(".")[2], "recorded_at": recorded}


def _row(row: Any) -> dict[str, Any]:
    from cli.agency.message import JAPAN

    since = row["since"].astimezone(JAPAN).isoformat(timespec="seconds")
    return {"projection": row["projection"], "generation": row["generation"], "case": row["key"], "records": row["records"], "code": row["code"],
            "first": row["first"], "since": since}


def _reader() -> Any:
    """A connected reader of the logs of this site, and the function of each log."""
    from contextlib import asynccontextmanager

    from kernel import clients, settings
    from kernel.logreader import KafkaLogReader
    from services.reporting.app import logs_read

    @asynccontextmanager
    async def connected() -> Any:
        found = settings.load()
        reader = KafkaLogReader(clients.clients(found, _SERVICE).reader("parked"))
        await reader.start()
        try:
            yield reader, logs_read(found)
        finally:
            await reader.stop()

    return connected()


def _ask(question: Callable[[asyncpg.Connection], Awaitable[T]]) -> T:
    """The answer of the reporting database; leaves with one sentence where database or broker cannot be reached."""
    import asyncpg

    from kernel import settings
    from kernel.failures import Unavailable
    from services.reporting.store import connector

    found = settings.load()

    async def ask() -> T:
        connection = await connector(found, _PROJECTOR)()
        try:
            return await question(connection)
        finally:
            await connection.close()

    try:
        return asyncio.run(ask())
    except (OSError, TimeoutError, Unavailable, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        leave(f"what is parked cannot be read ({type(error).__name__}); start the system: tsunagu run up", UNREACHABLE)
    except LookupError as error:
        leave(f"the log does not hold what is parked any more: {error}", PROBLEMS)
