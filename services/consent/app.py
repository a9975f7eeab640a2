"""The consent service: the gate over two co-partitioned lanes, and the courier that reads the gate's log."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AsyncExitStack

from kernel import app
from kernel.decider import Function
from kernel.keyring import keyring
from kernel.parties import PARTIES
from kernel.place import Place
from kernel.service import Service, Site, Worker
from kernel.settings import Settings
from services.consent import packs
from services.consent.courier import NAME, Courier
from services.consent.domain import registry
from services.consent.domain.gate import gate

GATE = Function("consent", (PARTIES, gate(packs.load())), shared=registry.DECIDER)


async def courier(site: Site, stack: AsyncExitStack) -> Sequence[Worker]:
    """The courier with its reader of the functions' logs and its keys. Raises Unavailable."""
    keys = await stack.enter_async_context(keyring(site.settings))
    place = Place(site.service, site.routes, await site.reader(stack, NAME), site.telemetry.meter(NAME))
    return (Worker(NAME, (site.topics.log(GATE.name),), Courier(place, keys, site.settings.agency_partitions), max_records=500),)


SERVICE = Service(name="consent", functions=(GATE,), urgent=frozenset((GATE.name,)), build=courier)


def run(settings: Settings) -> None:
    """Run in the foreground until a signal. Raises SettingsMissing."""
    app.run(SERVICE, settings)
