"""``tsunagu api``: the read API in the foreground; `run up` starts it so. Here the services meet that may not know each other."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any

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
        entries, readings = found.entries(now, proxy), found.viewings(now, proxy)
        cases = dict.fromkeys([each.case for each in (*entries, *readings)])
        return PersonLedger(tuple(cases), provided.records(entries), [_reading(each) for each in readings])


def _reading(viewing: Any) -> dict[str, Any]:
    """Who has read something of this person, without the case's number."""
    from cli.consent.provided import moment

    return {
        "at": moment(viewing.at), "reader": viewing.reader or None, "role": viewing.role.value, "reason": viewing.reason.value,
        "resource": viewing.resource, "categories": [category.value for category in viewing.categories],
    }
