"""``tsunagu api``: the read API in the foreground; `run up` starts it so. Here the services meet that may not know each other."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field

import typer

from kernel import settings as settings_module
from kernel.failures import Unavailable
from kernel.settings import Settings
from services.reporting.api.desk import PersonLedger

EXAMPLE = "Example: tsunagu api"


def command() -> None:
    """Answer readers over HTTP until told to end; address and port: [api] and [http] in tsunagu.toml."""
    from services.reporting.api import serving

    settings = settings_module.load()
    serving.run(settings, GateLedger(settings))


@dataclass(frozen=True, slots=True)
class GateLedger:
    """A person's ledger, folded from the whole of the gate's log for each request, one after the other."""

    settings: Settings
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def __call__(self, person: str, proxy: bool) -> PersonLedger:
        """See LedgerReader."""
        async with self._turn:
            return await asyncio.to_thread(self._read, person, proxy)

    def _read(self, person: str, proxy: bool) -> PersonLedger:
        from cli import gate_log
        from cli.consent import provided
        from services.consent import packs

        try:
            _, partitions, _ = gate_log.partitions(self.settings)
            found, now = provided.ledger(person, partitions, packs.load()), int(time.time() * 1000)
        except (typer.Exit, SystemExit) as error:
            raise Unavailable("broker") from error
        lines = found.lines(now, proxy)
        return PersonLedger(tuple(dict.fromkeys([line.case for line in lines])), provided.records(lines))
