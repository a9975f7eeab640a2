"""The intake service: the front door over every outbox, and the two functions that take people in."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from contextlib import AsyncExitStack

from kernel import app, leniency
from kernel.deadlines import DEADLINES, TERMS
from kernel.decider import Function
from kernel.failures import Unavailable
from kernel.keyring import keyring
from kernel.parties import PARTIES
from kernel.place import Place
from kernel.service import Service, Site, Worker
from kernel.settings import Settings
from services.intake.directory import Directory
from services.intake.domain import closing, consultation, contact, continuation, links, outreach
from services.intake.front_door import FrontDoor
from services.intake.turned_away import TurnedAway

CONSULTATION = Function(
    "consultation",
    (PARTIES, DEADLINES, consultation.DECIDER, links.DECIDER, contact.DECIDER, closing.DECIDER, continuation.DECIDER),
    TERMS,
)
OUTREACH = Function("outreach", (PARTIES, DEADLINES, outreach.DECIDER), TERMS)
NAME = "front-door"


async def front_door(site: Site, stack: AsyncExitStack) -> Sequence[Worker]:
    """The front door with its keys and its directory, over the outbox of every agency that is or will be registered. Raises Unavailable."""
    leniency.install()
    keys = await stack.enter_async_context(keyring(site.settings))
    place = Place(site.service, site.routes, await site.reader(stack, NAME), site.telemetry.meter(NAME))
    directory = Directory(place.reader, site.topics.registry)

    turned_away = site.telemetry.once(TurnedAway)

    async def outboxes() -> tuple[str, ...]:
        await directory.refresh()
        turned_away.know(directory)
        return tuple(site.topics.outbox(agency) for agency in sorted(directory))

    if not (known := await outboxes()):
        raise Unavailable("registry")
    secret = hmac.digest(site.settings.kek(), b"outbox digest", "sha256")
    return (Worker(NAME, known, FrontDoor(place, keys, directory, secret, turned_away), growing=outboxes),)


SERVICE = Service(name="intake", functions=(CONSULTATION, OUTREACH), build=front_door)


def run(settings: Settings) -> None:
    """Run in the foreground until a signal. Raises SettingsMissing."""
    app.run(SERVICE, settings)
