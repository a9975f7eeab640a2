"""The consent service: the gate over two co-partitioned lanes, and those who read its log: the courier, and the destroyer of keys; and the visitors' book."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from functools import partial

from kernel import app
from kernel.decider import Function
from kernel.keyring import keyring
from kernel.parties import PARTIES
from kernel.place import Place
from kernel.service import Service, Site, Worker
from kernel.settings import Settings
from services.consent import destroyer, packs, visitors
from services.consent.counting import Counting, stop_notices
from services.consent.courier import NAME, Courier
from services.consent.domain import registry
from services.consent.domain.gate import gate
from services.consent.domain.pack import PolicyPack
from services.consent.visitors import Visitors

GATE = "consent"


async def courier(site: Site, stack: AsyncExitStack) -> Sequence[Worker]:
    """The courier with its reader of the functions' logs and its keys, the destroyer, and the visitors' book. Raises Unavailable."""
    keys = await stack.enter_async_context(keyring(site.settings))
    place = Place(site.service, site.routes, await site.reader(stack, NAME), site.telemetry.meter(NAME))
    log = (site.topics.log(GATE),)
    delivery = Courier(place, keys, site.settings.agency_partitions, site.telemetry.once(stop_notices))
    book = Visitors(Place(site.service, site.routes, place.reader, site.telemetry.meter(visitors.NAME)))
    return (
        Worker(NAME, log, delivery, max_records=500), Worker(destroyer.NAME, log, destroyer.Destroyer(keys)),
        Worker(visitors.NAME, (site.topics.reads,), book),
    )


def service(known: Mapping[str, PolicyPack]) -> Service:
    """The service whose gate can decide by these packs; by any other that is put in force it holds (R16)."""
    function = Function(GATE, (PARTIES, gate(known)), shared=registry.DECIDER)
    return Service(
        name="consent", functions=(function,), urgent=frozenset((GATE,)), build=courier, watches={GATE: partial(Counting, known)},
    )


SERVICE = service(packs.load())


def run(settings: Settings) -> None:
    """Run in the foreground until a signal, by the packs that one of this installation's keys signed. Raises SettingsMissing, KeyUnusable, PackInvalid."""
    app.run(service(packs.load(keys=packs.trusted(settings))), settings)
