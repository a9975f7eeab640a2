"""The reports: for each its verb, its question, its headings. A new report is one more entry in REPORTS, and nothing else.

The question is a coroutine function: a connection, then the parameters by name; it answers rows, which are mappings with the same names in each.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any

import asyncpg
import typer

from cli import closing, figures
from cli.agency.message import JAPAN
from services.reporting import queries
from services.reporting.projections import RESOURCES
from services.reporting.resource import Resource

MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """Something that a report may be asked for, as typer takes it."""

    name: str
    annotation: Any
    default: Any = None
    required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A report (帳票)."""

    name: str
    """The verb: ``tsunagu report NAME``."""
    title: str
    help: str
    example: str
    """What follows ``tsunagu report`` in the example of the help."""
    projection: str
    """From whose positions it is read."""
    rows: Callable[..., Awaitable[Any]]
    headings: Mapping[str, str]
    """Japanese by name: the columns of a table, in their order. Every other format has also the fields that are not named here, under their names."""
    parameters: tuple[Parameter, ...] = ()
    period: str = ""
    """The parameter that says which month, days or case the rows are about."""
    nothing: str = ""
    """Said, with exit code 1, where there is no row, with the parameters in braces; empty: no row is an answer like any other."""


def month(text: str | None) -> str:
    """A month as it is asked for; this one when it is not named. Raises BadParameter for what is none."""
    found = text or datetime.now(UTC).astimezone(JAPAN).strftime("%Y-%m")
    if not MONTH.fullmatch(found):
        raise typer.BadParameter(f"{found!r} is no month; write YYYY-MM")
    return found


CASE = Parameter(
    name="case", annotation=Annotated[str, typer.Argument(help="Id of a case, or of a place, project or resource.")], required=True,
)
EVERYTHING = Parameter(
    name="everything", default=False,
    annotation=Annotated[bool, typer.Option("--all", help="Also what the functions merely noted of each other.")],
)
MonthOption = Annotated[str | None, typer.Option(help="YYYY-MM in Japan; this month when not named.", callback=month)]
MonthArgument = Annotated[str, typer.Argument(help="The month: YYYY-MM in Japan.", callback=month)]
IN_MONTH = Parameter(name="month", annotation=MonthOption)

TIMELINE = Report(
    name="timeline", title="事例の経過", projection="timeline", rows=queries.timeline, parameters=(CASE, EVERYTHING), period="case",
    help="What happened in a case: facts, verdicts and refusals, in codes; never a personal text.",
    example="timeline 0123456789abcdef0123456789abcdef", nothing="nothing is recorded under {case}",
    headings={
        "recorded_at": "記録（日本時間）", "title_ja": "出来事", "agency": "機関", "recipient": "相手", "about": "対象", "outcome": "結果",
        "rule": "規則", "basis": "根拠", "released": "渡した区分", "withheld": "渡さない区分", "reasons": "理由",
    },
)
MONTHLY = Report(
    name="monthly", title="月次実績", projection="monthly", rows=queries.monthly, parameters=(IN_MONTH,), period="month",
    help="The figures of a month: contacts (延べ) and distinct cases (実).",
    example="monthly --month 2026-05 --for prefecture --to 2026-05.csv",
    headings={"title_ja": "指標", "divided_ja": "内訳", "dimension": "区分", "value": "値", "unit_ja": "単位"},
)
CLOSE = Report(
    name="close", title="月次の締め", projection="monthly", rows=closing.figures, period="period",
    help="Report a month's figures (月次の締め). Again is harmless: what has changed since is reported as a correction.",
    example="close 2026-05", headings={name: name for name in ("metric", "period", "divided", "dimension", "value", "hidden")},
)
EXPLAINED = Report(
    name="monthly", title="実績の根拠", projection="figure_events", rows=figures.explained, period="month", headings=figures.EXPLAINED,
    help="The events behind a number.", example="monthly --month 2026-05 --explain consultations --dimension field:ELDER",
)
TARGETS = Report(
    name="targets", title=figures.TARGETS.title_ja, projection=figures.TARGETS.projection, rows=figures.targets, headings=figures.TARGETS.headings,
    help="What the implementation plan aims at, and what has been reached in its period (実施計画の目標と実績).", example="targets --output csv",
)
SHARED = {
    name: Report(
        name="prefecture", title=each.title_ja, projection=each.projection, rows=partial(figures.shared, resource=each), period="month",
        headings={**({"title_ja": "指標名"} if name == "figures" else {}), **each.headings},
        help="What a prefecture sees of its towns (都道府県の閲覧): nothing that does not leave them.", example="prefecture figures --month 2026-05 --to 2026-05.xlsx",
    )
    for name, each in figures.SHARED.items()
}
"""What a prefecture and its towns read of each other."""

def of_resource(resource: Resource) -> Report:
    """What the API shows under this name, as a report: each of its filters is an option."""
    filters = tuple([
        Parameter(name=name, default="", annotation=Annotated[str, typer.Option(help=f"Only of this {resource.headings[name]}.")]) for name in resource.filters
    ])
    return Report(
        name=resource.name, title=resource.title_ja, projection=resource.projection, headings=resource.headings, parameters=filters,
        rows=partial(_shown, resource=resource), help=f"{resource.title_ja}.", example=f"{resource.name} --to {resource.name}.xlsx",
    )


async def _shown(connection: asyncpg.Connection, resource: Resource, **where: str) -> list[dict[str, Any]]:
    return await queries.shown(connection, resource, {name: value for name, value in where.items() if value})


_ELSEWHERE = frozenset(("timeline", "figures", "figure-events", "plan-targets"))
"""Resources that a report of its own shows better."""
REPORTS: tuple[Report, ...] = (
    TIMELINE, TARGETS, *[of_resource(each) for each in RESOURCES if each.name not in _ELSEWHERE and not each.municipality],
)
"""Those that are no more than their question; the others have a function of their own and are delivered in the same way."""
