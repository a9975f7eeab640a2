"""``tsunagu audit watch``: the check of every log again and again, its result as metrics; `run up` starts it so (点検の当番)."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from kernel import settings as settings_module

NAME = "verifier"
HANGS_S = 4 * 3600.0


def watch(
    every: Annotated[int, typer.Option(min=1, help="Minutes between the end of one check and the beginning of the next.")] = 30,
) -> None:
    """Check every log at once and then again and again, in the foreground until told to end; port: [http] in tsunagu.toml."""
    from services.observing import standing as standings

    settings = settings_module.load()
    standing = standings.Standing(NAME, HANGS_S)

    async def work() -> None:
        while True:
            standing.looked()
            await asyncio.sleep(every * 60)

    standings.run(standing, settings, work)
