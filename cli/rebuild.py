"""``tsunagu rebuild``: projections made anew from the logs beside those that are read, compared, switched, and back (再構築)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from cli.leaving import PROBLEMS, UNREACHABLE, leave
from cli.output import Output, OutputOption, show
from kernel import settings as settings_module

if TYPE_CHECKING:
    import asyncpg

    from kernel.settings import Settings
    from services.reporting.rebuild.compare import Compared
    from services.reporting.rebuild.place import Place

EXAMPLE = "Example: tsunagu rebuild timeline monthly && tsunagu rebuild timeline monthly --switch"
ALL = "all"
COMPARED = ("projection", "rows", "equal", "differences")
PLANNED = ("projection", "live", "beside", "needed", "events", "seconds", "error")
HISTORY = ("run", "phase", "projections", "started_at", "seconds", "events", "eta_error", "note")
Work = Callable[["Place", "asyncpg.Connection"], Awaitable[list[dict[str, Any]]]]


def command(
    projections: Annotated[list[str] | None, typer.Argument(metavar="PROJECTION…", help="Names, or `all`.", show_default=False)] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and how long it would take.")] = False,
    compare: Annotated[bool, typer.Option("--compare", help="Compare what was rebuilt with what is read, at equal positions.")] = False,
    switch: Annotated[bool, typer.Option("--switch", help="Read what was rebuilt; refused where it differs.")] = False,
    back: Annotated[bool, typer.Option("--back", help="Read again what was read before the switch.")] = False,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the rebuild that is under way.")] = False,
    cancel: Annotated[bool, typer.Option("--cancel", help="Take away what was rebuilt and is not read.")] = False,
    status: Annotated[bool, typer.Option("--status", help="What runs, and what earlier rebuilds took.")] = False,
    needed: Annotated[bool, typer.Option("--needed", help="Rebuild what does not follow the log, and read it from then on.")] = False,
    accept: Annotated[str, typer.Option("--accept-difference", metavar="REASON", help="Switch although old and new differ; the reason is kept.")] = "",
    workers: Annotated[int, typer.Option(min=1, max=32, help="Worker processes; each takes one connection of the database.")] = 2,
    max_rate: Annotated[float, typer.Option(min=0, help="Records a second at most, of all workers together; 0 = no limit.")] = 0,
    output: OutputOption = Output.TABLE,
) -> None:
    """Rebuild projections from the logs while the old ones serve. Nothing that is read changes before --switch."""
    from cli import rebuilding

    chosen = [name for name, on in (
        ("dry_run", dry_run), ("compare", compare), ("switch", switch), ("back", back), ("resume", resume), ("cancel", cancel), ("status", status),
        ("needed", needed),
    ) if on]
    if len(chosen) > 1:
        raise typer.BadParameter(f"--{' and --'.join(chosen).replace('_', '-')} do not go together", param_hint="PROJECTION…")
    verb = chosen[0] if chosen else "rebuild"
    names = _names(projections or [], verb, settings_module.load())
    columns = HISTORY if verb == "status" else PLANNED if verb == "dry_run" else COMPARED if verb not in ("back", "cancel") else ("projection", "state")
    rows = _do(lambda place, connection: rebuilding.do(verb, place, connection, names, accept, workers, max_rate))
    show([_plain(row) for row in rows], columns, output)
    if verb in ("rebuild", "resume", "compare") and not all(row["equal"] for row in rows):
        leave("old and new differ; look at it, then: --switch --accept-difference REASON, or --cancel", PROBLEMS)
    if verb in ("rebuild", "resume"):
        typer.echo(f"tsunagu: ready and equal; read it: tsunagu rebuild {' '.join(row['projection'] for row in rows)} --switch", err=True)


def _names(asked: Sequence[str], verb: str, settings: Settings) -> list[str]:
    from services.reporting.projections import OF_TOWNS, PROJECTIONS

    known = [each.name for each in (OF_TOWNS if settings.towns else PROJECTIONS)]
    if ALL in asked:
        return known
    if unknown := sorted(set(asked) - set(known)):
        raise typer.BadParameter(f"there is no projection {', '.join(unknown)}; there are {', '.join(known)}", param_hint="PROJECTION…")
    if not asked and verb in ("rebuild", "dry_run", "compare", "switch", "back"):
        raise typer.BadParameter(f"name projections ({', '.join(known)}), or all", param_hint="PROJECTION…")
    return list(asked)


def _do(work: Work) -> list[dict[str, Any]]:
    """Connect, do it, and leave with one sentence where it cannot be done."""
    import asyncpg

    from kernel.failures import IntegrityError, Unavailable
    from services.reporting.rebuild import here, join, ledger, runner, switch
    from services.reporting.rebuild.crew import WorkersDie

    place = here.place(settings_module.load())

    async def run() -> list[dict[str, Any]]:
        connection = await place.connect()
        try:
            return await work(place, connection)
        finally:
            await connection.close()

    try:
        return asyncio.run(run())
    except ledger.AnotherRuns:
        leave("another rebuild runs; see: tsunagu rebuild --status", PROBLEMS)
    except runner.UnderWay as problem:
        leave(f"a rebuild of {problem} is under way; go on: tsunagu rebuild --resume, or: tsunagu rebuild --cancel", PROBLEMS)
    except runner.Stale as problem:
        leave(f"the code has changed since the rebuild of {problem} began: tsunagu rebuild --cancel, then begin anew", PROBLEMS)
    except switch.Vetoed as problem:
        leave(f"not switched: {problem}; if that is right: --switch --accept-difference REASON", PROBLEMS)
    except switch.Busy:
        leave("not switched: readers hold the tables; nothing was changed, try again", PROBLEMS)
    except switch.NotThere as problem:
        leave(problem, PROBLEMS)
    except join.OtherCode as problem:
        leave(f"loaded, and waiting: the reporting service runs other code for {problem}; restart it, then: tsunagu rebuild --resume", PROBLEMS)
    except join.NeverThere:
        leave("the log grows faster than it is read; try again at a quieter hour: tsunagu rebuild --resume", PROBLEMS)
    except WorkersDie as problem:
        leave(f"worker processes die ({problem}); go on: tsunagu rebuild --resume", PROBLEMS)
    except IntegrityError as problem:
        leave(problem, PROBLEMS)
    except (Unavailable, OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as problem:
        _unreachable(problem)


def _unreachable(problem: Exception) -> NoReturn:
    leave(f"the broker or the database cannot be used ({problem or type(problem).__name__}); start the system: tsunagu run up", UNREACHABLE)


def compared(found: Sequence[Compared]) -> list[dict[str, Any]]:
    """Rows of COMPARED."""
    return [
        {"projection": each.projection, "rows": each.rows, "equal": each.equal, "differences": each.says.partition(": ")[2], "digest": each.digest}
        for each in found
    ]


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _text(value) for name, value in row.items()}


def _text(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return " ".join(str(each) for each in value)
    return value.isoformat(timespec="seconds") if hasattr(value, "isoformat") else value
