"""Every handler of the five functions, reporting, the front door, the gate and the courier around one memory log, as the services state them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial

from deploy.local.town import agencies
from kernel.decider import Function
from kernel.memory import MemoryTown
from kernel.place import Place
from kernel.processor import Processor
from kernel.routes import Routes
from kernel.sealing import Erased, Key
from kernel.service import Service
from kernel.telemetry import Telemetry
from services.consent import app as consent
from services.consent.counting import stop_notices
from services.consent.courier import Courier
from services.consent.destroyer import Destroyer
from services.consent.visitors import Visitors
from services.coordination import app as coordination
from services.intake import app as intake
from services.intake.directory import Directory
from services.intake.front_door import FrontDoor
from services.intake.turned_away import TurnedAway
from services.participation import app as participation
from services.reporting import app as reporting

Places = Callable[..., Place]
"""Gives the place of a worker of a service."""
SERVICES = (intake.SERVICE, coordination.SERVICE, participation.SERVICE, consent.SERVICE, reporting.SERVICE)


class Keys:
    """A key store in memory: one key per person and retention class."""

    def __init__(self) -> None:
        self._by_id: dict[str, Key | Erased] = {}
        self._done: dict[str, tuple[str, str]] = {}
        """Whose key of which class each fact has had destroyed."""

    async def for_sealing(self, people: Iterable[str], retention: str) -> dict[str, Key]:
        """See kernel.keyring."""
        found = {person: self._key(person, retention) for person in people}
        self._by_id.update({key.id: key for key in found.values()})
        return found

    async def for_opening(self, key_ids: Iterable[str]) -> dict[str, Key | Erased]:
        """See kernel.keyring."""
        return {key_id: self._by_id[key_id] for key_id in key_ids}

    async def destroy(self, fact: str, person: str, retention: str) -> list[str]:
        """See kernel.keyring."""
        if fact in self._done:
            return []
        key = self._key(person, retention)
        self._done[fact], self._by_id[key.id] = (person, retention), Erased(key.id)
        return [key.id]

    def _key(self, person: str, retention: str) -> Key:
        gone = list(self._done.values()).count((person, retention))
        secret = hashlib.sha256(f"{person} {retention} {gone}".encode()).digest()
        return Key(hashlib.sha256(secret).hexdigest()[:32], secret)


def populate(town: MemoryTown, routes: Routes) -> tuple[dict[str, tuple[str, ...]], dict[str, Telemetry]]:
    """Start every worker; the names of the workers of each service, and what each service counts with."""
    keys, topics = Keys(), routes.topics
    telemetry = {service.name: Telemetry(service.name) for service in SERVICES}
    place = partial(_place, town, routes, telemetry)
    front = partial(_front_door, place, keys, topics.registry, telemetry["intake"])
    town.add("front-door", {topics.outbox(agency.id): 1 for agency in agencies()}, front)
    for service in SERVICES:
        for function in service.functions:
            build = partial(_processor, place, service, function)
            town.add(function.name, dict.fromkeys(build().inboxes, routes.partitions), build)
    town.add("courier", {topics.log("consent"): routes.partitions}, partial(_courier, place, keys, telemetry["consent"]))
    town.add("destroyer", {topics.log("consent"): routes.partitions}, partial(Destroyer, keys))
    town.add("visitors", {topics.reads: routes.partitions}, lambda: Visitors(place("consent", "visitors")))
    workers = {service.name: tuple(function.name for function in service.functions) for service in SERVICES}
    workers.update(intake=("front-door", *workers["intake"]), consent=(*workers["consent"], "courier", "destroyer", "visitors"))
    return workers, telemetry


def _place(
    town: MemoryTown, routes: Routes, telemetry: Mapping[str, Telemetry], service: str, worker: str, urgent: bool = False,
) -> Place:
    return Place(service, routes, town.log, telemetry[service].meter(worker), urgent)


def _front_door(place: Places, keys: Keys, registry: str, telemetry: Telemetry) -> FrontDoor:
    found = place("intake", "front-door")
    return FrontDoor(found, keys, Directory(found.reader, registry), b"secret", telemetry.once(TurnedAway))


def _processor(place: Places, service: Service, function: Function) -> Processor:
    found = place(service.name, function.name, function.name in service.urgent)
    watch = service.watches.get(function.name)
    return Processor(function, replace(found, watch=watch and found.meter.telemetry.once(watch)))


def _courier(place: Places, keys: Keys, telemetry: Telemetry) -> Courier:
    return Courier(place("consent", "courier"), keys, 1, telemetry.once(stop_notices))
