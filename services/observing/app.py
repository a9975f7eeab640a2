"""The observer: round after round of looking, and what was seen last as metrics."""

from __future__ import annotations

import asyncio

from kernel.settings import Settings
from services.observing.standing import Standing
from services.observing.standing import run as foreground

NAME = ACCOUNT = "observer"
EVERY_S, HANGS_S = 5.0, 60.0


def run(settings: Settings) -> None:
    """Look on in the foreground until a signal. Raises SettingsMissing."""
    standing = Standing(NAME, HANGS_S)

    async def work() -> None:
        while True:
            standing.looks()
            standing.looked()
            await asyncio.sleep(EVERY_S)

    foreground(standing, settings, work)
