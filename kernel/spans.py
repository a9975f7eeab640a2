"""Spans: one for each hop of an event, sent to an OTLP collector where ``[otel] endpoint`` names one. Needs the extra ``otel``; nothing else does.

A span is what a worker made of a record: from reading it until the result was acknowledged. It says service, worker, type and topic; no key, no id
but those of the trace, no content. At most PER_SECOND of a process: under load traces have holes, and events wait for none of it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from kernel import build
from kernel.records import Outgoing, Record
from kernel.settings import Settings, SettingsWrong
from kernel.tracing import SpanContext, context_of

PER_SECOND = 100.0
"""Most spans of one process; each costs some 20 µs."""
_LOOKED_AT = 5
"""So many records are looked at, at most, for each span that may be made."""
_OUTBOX, _DEAD = ".outbox", ".dead-letters"


class Hop(NamedTuple):
    """One span: where it stands, what caused it, what it is of. Times in nanoseconds UTC."""

    context: SpanContext
    parent: SpanContext | None
    name: str
    worker: str
    topic: str
    kind: str
    began: int
    ended: int


Export = Callable[[Hop], None]
"""Takes a span that is over, and never waits."""


class Tracer:
    """Makes the spans of one process. ``share``: of traces, between 0 and 1, the same ones at every hop."""

    def __init__(self, export: Export, share: float = 1.0) -> None:
        self._export, self._most = export, int(share * 0xFFFFFFFF)
        self._left, self._at = PER_SECOND, time.monotonic()

    def handled(self, worker: str, records: Sequence[Record], outgoings: Sequence[Outgoing], began: int, ended: int) -> None:
        """A batch is done, and everything that it gave is acknowledged."""
        now = time.monotonic()
        self._left = min(PER_SECOND, self._left + (now - self._at) * PER_SECOND)
        self._at = now
        if self._left < 1:
            return
        for hop in hops(worker, records[: int(self._left)], outgoings[: int(self._left) * _LOOKED_AT], began, ended):
            if self._left < 1:
                return
            if int(hop.context.trace[-8:], 16) <= self._most:
                self._left -= 1
                self._export(hop)


def hops(worker: str, records: Iterable[Record], outgoings: Iterable[Outgoing], began: int, ended: int) -> Iterator[Hop]:
    """The spans of a batch: one for each record that was made of one that was read, however many topics it went to. Dead letters have none."""
    read: dict[bytes, SpanContext] = {}
    for record in records:
        head = dict(record.headers)
        if "ce_id" in head and (context := context_of(head, record.topic.endswith(_OUTBOX))):
            read[head["ce_id"]] = context
    made: set[str] = set()
    for outgoing in outgoings:
        head = dict(outgoing.headers)
        parent = read.get(head.get("ce_causationid", b"")) or read.get(head.get("ce_id", b""))
        context = context_of(head) if parent and not outgoing.topic.endswith(_DEAD) else None
        if parent and context and context.span not in (parent.span, *made):
            made.add(context.span)
            kind = head.get("ce_type", b"").decode(errors="replace").rpartition(".")[2]
            yield Hop(context, parent if parent.span and parent.trace == context.trace else None, f"{worker} {kind}", worker, outgoing.topic, kind, began, ended)


def tracer(settings: Settings, service: str) -> Tracer | None:
    """What sends this process's spans; None where the settings name no collector. Raises SettingsWrong where the extra is not installed."""
    if not settings.otel_endpoint:
        return None
    try:
        export = _exporter(settings, service)
    except ImportError as error:
        raise SettingsWrong(
            f"setting 'otel.endpoint' in {settings.home}/tsunagu.toml asks for spans, but {error.name} is not installed: "
            "install the extra (pip install 'tsunagu[otel]'), or take the setting out",
        ) from error
    return Tracer(export, settings.otel_share)


def _exporter(settings: Settings, service: str) -> Export:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    resource = Resource.create({"service.name": f"tsunagu-{service}", "service.version": build.version(), "tsunagu.municipality": settings.municipality})
    return Exporter(BatchSpanProcessor(OTLPSpanExporter(endpoint=settings.otel_endpoint)), resource)


class Exporter:
    """Hands spans to a span processor of the SDK. See Export."""

    def __init__(self, processor: Any, resource: Any) -> None:
        from opentelemetry.sdk import trace as sdk
        from opentelemetry.sdk.util.instrumentation import InstrumentationScope

        self.processor, self._resource, self._span = processor, resource, sdk.ReadableSpan
        self._scope = InstrumentationScope("tsunagu", build.version())

    def __call__(self, hop: Hop) -> None:
        """See Export."""
        from opentelemetry.trace import SpanKind

        self.processor.on_end(self._span(
            name=hop.name, context=_context(hop.context, False), parent=hop.parent and _context(hop.parent, True), resource=self._resource,
            kind=SpanKind.CONSUMER, start_time=hop.began, end_time=hop.ended, instrumentation_scope=self._scope, attributes={
                "messaging.system": "kafka", "messaging.destination.name": hop.topic, "tsunagu.worker": hop.worker, "tsunagu.type": hop.kind,
            },
        ))


def _context(context: SpanContext, remote: bool) -> Any:
    from opentelemetry.trace import SpanContext, TraceFlags

    return SpanContext(int(context.trace, 16), int(context.span, 16), remote, TraceFlags(TraceFlags.SAMPLED))
