"""The kernel's batch runner with and without what it counts and traces: the last two arguments are ``on`` or ``off``, and a collector's address."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from typing import Any

import uvloop

from bench.loops.runner import Echo
from bench.loops.work import Clock, Task, answered
from kernel import settings, tracing
from kernel.clients import clients
from kernel.envelope import header
from kernel.health import HealthServer
from kernel.meter import Meter
from kernel.records import Outgoing, Record
from kernel.runner import BatchRunner
from kernel.sender import Sender
from kernel.spans import Exporter, Tracer
from kernel.telemetry import Telemetry


class Silent(Meter):
    """Counts nothing; what the probes need stays."""

    def produced(self, records: int) -> None:
        """Nothing."""

    def ended(self, records: Sequence[Record], gave: Sequence[Outgoing] = (), lag: int | None = None) -> None:
        """Nothing but that it is over."""
        self.busy_since = None

    def looked(self, found: Any) -> None:
        """Nothing."""


class Hop(Echo):
    """Answers as a function does: with the headers that say what caused it, and of which trace it is."""

    async def handle(self, records: Sequence[Record]) -> list[Outgoing]:
        """One answer each."""
        self._clock.begin()
        self._clock.done += len(records)
        return [self._answer(record) for record in records]

    def _answer(self, record: Record) -> Outgoing:
        cause = header(record.headers, "ce_id") or b""
        identity = "e" + cause.decode()[1:]
        trace = tracing.child((header(record.headers, tracing.HEADER) or b"").decode(), "bench", identity)
        headers = [
            ("ce_type", b"tsunagu.consultation.SignalReceived"), ("ce_id", identity.encode()), ("ce_source", b"tsunagu.bench"),
            ("ce_causationid", cause), ("ce_correlationid", cause), (tracing.HEADER, trace.encode()),
        ]
        return Outgoing(self._target, record.partition, record.key, answered(record.value or b""), headers)


def tracer(address: str) -> Tracer:
    """Spans to a collector, as a service sends them."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    return Tracer(Exporter(BatchSpanProcessor(OTLPSpanExporter(endpoint=address)), Resource.create({"service.name": "bench"})))


async def main() -> None:
    """Move the records of the task."""
    source, target, count, group, mode, address = sys.argv[1:]
    todo, account = Task(source, target, int(count), group), clients(settings.load(), "admin")
    hop = Hop(todo.target, Clock(todo.count))
    on = mode == "on"
    telemetry = Telemetry("bench", tracer=tracer(address) if on else None)
    meter = telemetry.meter("echo") if on else Silent(telemetry, "echo")
    async with HealthServer(telemetry, 0):
        await BatchRunner(hop, (todo.source,), account.consumer(todo.group, todo.group), Sender(lambda: account.producer(todo.group)), meter).run()


if __name__ == "__main__":
    loop = uvloop.new_event_loop()
    asyncio.set_event_loop(loop)
    loop.run_until_complete(main())
