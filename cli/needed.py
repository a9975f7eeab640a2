"""Whether what is read follows the logs by this code, in one line: projections that need a rebuild (再構築が必要)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import typer

from kernel.settings import Settings, SettingsMissing

if TYPE_CHECKING:
    import asyncpg

READER = "tsunagu_reader"
TODO = "tsunagu rebuild --needed"


async def outdated(connection: asyncpg.Connection) -> list[str]:
    """Projections whose rows other code made, or that came after the log began."""
    from services.reporting import generations
    from services.reporting.definition import definition
    from services.reporting.generations import State
    from services.reporting.projections import PROJECTIONS

    ours = {each.name: definition(each) for each in PROJECTIONS}
    live = [each for each in await generations.known(connection) if each.state is State.LIVE]
    return sorted(each.projection for each in live if not each.fed or ours.get(each.projection, each.definition) != each.definition)


def projections(settings: Settings) -> list[str]:
    """The same, asked on a connection of the reader's. Raises OSError, SettingsMissing, asyncpg's errors."""
    from services.reporting.store import connector

    async def ask() -> list[str]:
        connection = await connector(settings, READER)()
        try:
            return await outdated(connection)
        finally:
            await connection.close()

    return asyncio.run(ask())


def say(names: list[str]) -> None:
    """One line on stderr, where there is anything to say."""
    if names:
        typer.echo(f"tsunagu: rebuild needed: {', '.join(names)} (the code has changed, or came after the log began): {TODO}", err=True)


def tell(settings: Settings) -> None:
    """Say it, where it can be known: a database that does not answer says nothing here."""
    import asyncpg

    try:
        say(projections(settings))
    except (OSError, TimeoutError, SettingsMissing, asyncpg.PostgresError, asyncpg.InterfaceError):
        return
