"""Service: what one process consists of, as a value. ``app.py`` of a service states it; ``kernel.app`` brings it to life."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Protocol

from kernel.clients import Clients
from kernel.clients import clients as clients_of
from kernel.decider import Function
from kernel.logreader import KafkaLogReader
from kernel.place import Place
from kernel.processor import Processor
from kernel.records import Handler
from kernel.routes import Routes
from kernel.settings import Settings
from kernel.spans import tracer
from kernel.telemetry import Telemetry
from kernel.topics import Topics
from kernel.watching import Watch


@dataclass(frozen=True, slots=True)
class Worker:
    """A handler and the topics it reads; ``urgent`` ones go first. ``name`` is a metric label and ends the consumer group's name.

    ``growing``: asked now and then which topics are to be read by now; see ``runner.BatchRunner``.
    """

    name: str
    topics: tuple[str, ...]
    handler: Handler
    urgent: tuple[str, ...] = ()
    max_records: int = 2_000
    growing: Callable[[], Awaitable[Collection[str]]] | None = None


@dataclass(frozen=True, slots=True)
class Site:
    """Where a service runs: its installation, its account at the broker, what it counts with."""

    settings: Settings
    service: str
    topics: Topics
    routes: Routes
    clients: Clients
    telemetry: Telemetry

    async def reader(self, stack: AsyncExitStack, name: str) -> KafkaLogReader:
        """A connected log reader, closed with ``stack``. Raises Unavailable."""
        reader = KafkaLogReader(self.clients.reader(f"{self.service}-{name}-reader"))
        stack.push_async_callback(reader.stop)
        await reader.start()
        return reader


class Loop(Protocol):
    """Something that works until it is stopped, and is moved by no runner (a projection's writer) or is one."""

    async def run(self) -> None:
        """Work until ``stop``; whatever it raises ends the process."""

    def stop(self) -> None:
        """Ask ``run`` to return after what is under way."""

    def pause(self) -> None:
        """Take nothing new until ``resume``."""

    def resume(self) -> None:
        """Go on after ``pause``."""


Loops = Callable[[Site], Sequence[Loop]]
"""Makes the loops of a service. They connect in ``run`` and wait there for what does not answer."""
Build = Callable[[Site, AsyncExitStack], Awaitable[Sequence[Worker]]]
"""Makes handlers that are no processors (front door, courier); what must be closed goes onto the stack. May raise Unavailable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One process: its name (also its account), its functions, those of them that read the urgent lane, other handlers, other loops.

    ``watches``: what counts what a function writes, by the function's name.
    """

    name: str
    functions: tuple[Function, ...] = ()
    urgent: frozenset[str] = frozenset()
    build: Build | None = None
    loops: Loops | None = None
    watches: Mapping[str, Callable[[Telemetry], Watch]] = field(default_factory=dict)


def site(service: Service, settings: Settings) -> Site:
    """The site of a service. Raises SettingsMissing, SettingsWrong."""
    topics = Topics(settings.municipality)
    telemetry = Telemetry(service.name, tracer=tracer(settings, service.name))
    return Site(
        settings, service.name, topics, Routes(topics, settings.partitions), clients_of(settings, service.name), telemetry,
    )


async def workers(service: Service, where: Site, stack: AsyncExitStack) -> list[Worker]:
    """Everything that moves records in this service. Raises Unavailable."""
    found = [await _function_worker(function, service, where, stack) for function in service.functions]
    return [*found, *(await service.build(where, stack) if service.build else ())]


async def _function_worker(function: Function, service: Service, where: Site, stack: AsyncExitStack) -> Worker:
    urgent = function.name in service.urgent
    reader = await where.reader(stack, function.name)
    watch = where.telemetry.once(service.watches[function.name]) if function.name in service.watches else None
    processor = Processor(function, Place(service.name, where.routes, reader, where.telemetry.meter(function.name), urgent, watch))
    lane = (where.topics.urgent,) if urgent else ()
    return Worker(function.name, tuple(processor.inboxes), processor, lane, max_records=500 if urgent else 2_000)
