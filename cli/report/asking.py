"""Asking: a report's rows and the positions that they stand on, in one transaction, through the reader's account."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, TypeVar

import asyncpg
import typer

from cli.leaving import UNREACHABLE, leave
from cli.report.definitions import Report
from kernel import settings as settings_module
from kernel.settings import Settings
from services.reporting.exports.provenance import Provenance
from services.reporting.standing import Standing, standing
from services.reporting.store import DATABASE, connector

T = TypeVar("T")
Row = Mapping[str, Any]

READER = "tsunagu_reader"


@dataclass(frozen=True, slots=True)
class Answer:
    """Rows and where they come from."""

    rows: Iterable[Row]
    provenance: Provenance

    def of(self, rows: Iterable[Row], **query: str) -> Answer:
        """Other rows made of these; ``query`` says by what was asked besides."""
        return Answer(rows, replace(self.provenance, query={**self.provenance.query, **query}))


def ask(report: Report, **parameters: Any) -> Answer:
    """What the report answers; leaves with one sentence where the database cannot be reached."""
    rows, there = asked(lambda connection: report.rows(connection, **parameters), report.projection)
    return Answer(rows, _provenance(report, parameters, there))


def asked(question: Callable[[asyncpg.Connection], Awaitable[T]], projection: str) -> tuple[T, Standing]:
    """An answer from the database and where the projection stood; leaves with one sentence where it cannot be reached."""
    settings = settings_module.load()
    try:
        answer, there = asyncio.run(_asked(settings, question, projection))
    except asyncpg.InvalidAuthorizationSpecificationError:
        leave(f"the database does not accept {READER}; check secrets/{READER}.password", UNREACHABLE)
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        where = f"{DATABASE} at {settings.database_host}:{settings.database_port}"
        leave(f"the database {where} cannot be read ({type(error).__name__}); start the system: tsunagu run up", UNREACHABLE)
    if there.outdated:
        typer.echo("tsunagu: other code made this, and it does not follow the logs any more; rebuild needed: tsunagu rebuild --needed", err=True)
    return answer, there


async def _asked(settings: Settings, question: Callable[[asyncpg.Connection], Awaitable[T]], projection: str) -> tuple[T, Standing]:
    connection = await connector(settings, READER)()
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            return await question(connection), await standing(connection, projection)
    finally:
        await connection.close()


def _provenance(report: Report, parameters: Mapping[str, Any], there: Standing) -> Provenance:
    return Provenance(
        report=report.name, title=report.title, query={name: _text(value) for name, value in parameters.items()},
        period=_text(parameters.get(report.period, "")), municipality=settings_module.load().municipality, positions=there.positions,
        definition=there.definition, generated_at=datetime.now(UTC), missing=there.missing,
    )


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)
