"""``tsunagu audit asof``: a projection as it stood (時点の再現), folded by the auditor from the logs alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.leaving import PROBLEMS, UNREACHABLE, USAGE, leave
from cli.output import Output, OutputOption, show

if TYPE_CHECKING:
    from cli.audit.days import Met
    from cli.audit.logs import Logs, Place
    from kernel.settings import Settings

EXAMPLE = "Example: tsunagu audit asof monthly 2026-05-31 --table monthly --output csv"


def asof(
    projection: Annotated[str, typer.Argument(help="Which projection: see tsunagu rebuild --status.")],
    moment: Annotated[str, typer.Argument(metavar="[DATE]", help="YYYY-MM-DD (its end in Japan) or YYYY-MM-DDTHH:MM:SS; now when left out.")] = "",
    positions: Annotated[str, typer.Option(help="In place of a moment: positions as a reported figure names them, e.g. community:0,12,7/consent:3,0,9.")] = "",
    table: Annotated[str, typer.Option(help="Only this table.")] = "",
    case: Annotated[str, typer.Option(help="Only this case.")] = "",
    output: OutputOption = Output.TABLE,
) -> None:
    """The rows of a projection as they stood at the end of a day, at a moment, or at log positions: from the logs alone, reading only."""
    from cli.audit import days
    from cli.audit import logs as audit_logs
    from cli.steps import shown
    from kernel import settings as settings_module
    from services.reporting import as_of
    from services.reporting.projections import OF_TOWNS, PROJECTIONS

    settings = settings_module.load()
    known = {each.name: each for each in (OF_TOWNS if settings.towns else PROJECTIONS)}
    if projection not in known:
        raise typer.BadParameter(f"there is no projection {projection!r}; there are {', '.join(sorted(known))}", param_hint="PROJECTION")
    if table not in ("", *(each.name for each in known[projection].tables)):
        raise typer.BadParameter(f"{projection} has no table {table!r}; it has {', '.join(each.name for each in known[projection].tables)}", param_hint="--table")
    if output is not Output.TABLE and not table and len(known[projection].tables) > 1:
        raise typer.BadParameter(f"name one of {', '.join(each.name for each in known[projection].tables)}", param_hint="--table")
    if positions and settings.towns:
        raise typer.BadParameter("positions do not say of which town they are; name a moment", param_hint="--positions")
    limit = _limit(moment, positions)
    met = days.Met(case)
    with shown().step("read the logs") as step, audit_logs.Logs(settings) as source:
        logs, names = _logs(settings, source, limit, met, step)
        found, out = as_of.rows(known[projection], logs, names, case)
    by_name = {kept.name: rows for kept, rows in found}
    for kept in known[projection].tables:
        if table in ("", kept.name):
            rows = by_name.get(kept.name, [])
            show([dict(zip(kept.names, map(_cell, row), strict=True)) for row in rows], kept.names, output, kept.name if output is Output.TABLE else None)
    met.leave_if_not("these logs up to then")
    if out:
        leave(f"{out} log records could not be read or applied, so this is incomplete", PROBLEMS)


Limit = int | dict[tuple[str, int], int]
"""Milliseconds UTC, or offsets by function and partition."""


def _limit(moment: str, positions: str) -> Limit:
    from cli.agency.message import JAPAN
    from services.reporting import as_of

    if moment and positions:
        raise typer.BadParameter("name a moment or positions, not both", param_hint="--positions")
    try:
        if positions:
            return dict(as_of.positions(positions))
        at = datetime.fromisoformat(moment) if moment else datetime.now(JAPAN)
    except ValueError:
        raise typer.BadParameter("not of the form that --help shows", param_hint="--positions" if positions else "DATE") from None
    at = at if at.tzinfo else at.replace(tzinfo=JAPAN)
    if len(moment) == len("2026-05-31"):
        at = datetime.combine(at.date(), time.max, at.tzinfo)
    return int(at.timestamp() * 1000)


def _logs(settings: Settings, source: Logs, limit: Limit, met: Met, step: Any) -> tuple[dict[Any, Iterator[Any]], dict[str, str]]:
    """The records of every partition that this site reads up to the limit, read as they are asked for; and the functions by topic."""
    from cli.audit.logs import Place
    from kernel.partitioner import partition_of
    from kernel.records import TP
    from services.reporting import as_of
    from services.reporting.app import logs_read

    names = logs_read(settings)
    numbers = [partition_of(met.case.encode(), settings.partitions)] if met.case else list(range(settings.partitions))
    places = [Place(topic, number, names[topic]) for topic in names for number in numbers]
    if not isinstance(limit, int):
        _there(source, limit, [Place(topic, number, names[topic]) for topic in names for number in range(settings.partitions)])
    done = iter(range(1, len(places) + 1))

    def records(place: Place) -> Iterator[Any]:
        start, end = _bounds(source, place)
        if not isinstance(limit, int):
            end = min(end, limit.get((place.owner, place.number), 0))
        yield from source.records(place, start, end)
        step.advance(next(done), len(places))

    def limited(place: Place) -> Iterator[Any]:
        return as_of.until(records(place), limit) if isinstance(limit, int) else records(place)

    return {TP(place.topic, place.number): met.watched(limited(place)) for place in places}, names


def _there(source: Logs, limit: dict[tuple[str, int], int], places: list[Place]) -> None:
    """Leaves where a position is none of these logs: its figure stands on something else than what would be read."""
    by_name = {(place.owner, place.number): place for place in places}
    for (name, number), offset in limit.items():
        place = by_name.get((name, number))
        if place is None:
            leave(f"{name}:{number} is no partition of a log; there are {', '.join(sorted({each.owner for each in places}))}", USAGE)
        if offset > (end := _bounds(source, place)[1]):
            leave(f"{place.name} ends at {end}: nobody can have read up to {offset}", PROBLEMS)


def _bounds(source: Logs, place: Place) -> tuple[int, int]:
    found = source.bounds(place)
    if found is None:
        leave(f"{place.topic} cannot be read: there is no such log, or this account may not", UNREACHABLE)
    return found


def _cell(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value.hex() if isinstance(value, bytes) else value
