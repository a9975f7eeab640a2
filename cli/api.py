"""``tsunagu api``: the read API in the foreground; `run up` starts it so. Here the services meet that may not know each other."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import typer

from kernel import settings as settings_module
from kernel.failures import Unavailable
from kernel.settings import Settings
from services.reporting.api.desk import PersonLedger
from services.reporting.resource import Role
from services.reporting.walls import API, ROLE_SETTING

if TYPE_CHECKING:
    from services.consent.domain.ledger import Ledger
    from services.consent.ledgers import Kept

EXAMPLE = "Example: tsunagu api"
_AS_THE_DESK = f"SELECT set_config('{ROLE_SETTING}', '{Role.PRIVACY_DESK}', true)"
_WHOLE = """
    SELECT fed AND NOT reporting.is_incomplete('persons', '')
    FROM reporting.generations WHERE projection = 'persons' AND state = 'LIVE'"""
_FACTS = """
    SELECT case_id, (extract(epoch FROM recorded_at) * 1000)::bigint, agency, value FROM reporting.gate_facts
    WHERE case_id IN (SELECT case_id FROM reporting.person_cases WHERE person = $1) OR type = ANY($2::text[]) ORDER BY case_id, partition, seq"""


def command() -> None:
    """Answer readers over HTTP until told to end; address and port: tables api and http of tsunagu.toml."""
    from services.reporting.api import serving

    settings = settings_module.load()
    serving.run(settings, GateLedger(settings))


@dataclass(frozen=True, slots=True)
class GateLedger:
    """A person's ledger from the gate's facts that the index of persons keeps; from the whole of the gate's log while that index is not whole."""

    settings: Settings
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    """The whole log is read once at a time."""

    async def __call__(self, person: str, proxy: bool) -> PersonLedger:
        """See LedgerReader."""
        from cli.consent import provided
        from services.consent import packs
        from services.consent.ledgers import folded

        kept = await self._kept(person)
        if kept is None:
            async with self._turn:
                found = await asyncio.to_thread(self._from_log, person)
        else:
            found = await asyncio.to_thread(folded, person, packs.load(), kept)
        lines = found.lines(int(time.time() * 1000), proxy)
        return PersonLedger(tuple(dict.fromkeys([line.case for line in lines])), provided.records(lines))

    async def _kept(self, person: str) -> list[Kept] | None:
        """The facts that this ledger follows from; None where the index may lack some. Raises Unavailable."""
        from services.consent.domain.named import EVERYWHERE
        from services.consent.ledgers import Kept
        from services.reporting.store import connector, outage

        with outage():
            connection = await connector(self.settings, API)()
            try:
                async with connection.transaction(isolation="repeatable_read", readonly=True):
                    await connection.execute(_AS_THE_DESK)
                    if not await connection.fetchval(_WHOLE):
                        return None
                    rows = await connection.fetch(_FACTS, person, [kind.__name__ for kind in EVERYWHERE])
            finally:
                await connection.close()
        return [Kept(*row) for row in rows]

    def _from_log(self, person: str) -> Ledger:
        from cli import gate_log
        from cli.consent import provided
        from services.consent import packs
        from services.reporting.api import serving

        try:
            _, partitions, _ = gate_log.partitions(self.settings, account=serving.ACCOUNT)
            return provided.ledger(person, partitions, packs.load())
        except (typer.Exit, SystemExit) as error:
            raise Unavailable("broker") from error
