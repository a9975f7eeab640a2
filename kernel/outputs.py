"""Outputs: a decided event as a record of the function's log. The same input gives the same bytes, on every machine."""

from __future__ import annotations

from functools import cache
from typing import Any

from contracts import FINGERPRINTS
from contracts.catalogue import EventType
from contracts.envelope import DisclosureRequested, SealedEvent
from kernel import serde, tracing
from kernel.decider import derive_id
from kernel.envelope import OURS, POSITION
from kernel.inputs import Input
from kernel.records import LOG, Outgoing


@cache
def fixed_headers(kind: EventType, source: str, municipality: str) -> tuple[tuple[str, bytes], ...]:
    """The headers that are the same for every event of one type from one function."""
    return (
        ("ce_specversion", b"1.0"),
        ("content-type", b"application/avro"),
        ("ce_type", kind.full_name.encode()),
        ("ce_dataschema", f"{kind.full_name}:{FINGERPRINTS[kind.schema_id]}".encode()),
        ("ce_source", (OURS + source).encode()),
        ("ce_municipality", municipality.encode()),
    )


def log_record(event: Any, message: Input, *, cause_id: str, key: str, seq: int, ordinal: int, function: str, log: str,
               municipality: str) -> Outgoing:
    """The record of the ``ordinal``-th event (``seq``-th of its key) that ``function`` decided on ``message``."""
    identity = derive_id(function, message.envelope.source, cause_id, key, ordinal)
    headers = [
        *fixed_headers(serde.type_of(event), function, municipality),
        ("ce_id", identity.encode()),
        ("ce_subject", key.encode()),
        ("ce_causationid", cause_id.encode()),
        ("ce_seq", b"%d" % seq),
        *message.carried,
    ]
    if message.envelope.traceparent and (trace := tracing.child(message.envelope.traceparent, function, identity)):
        headers.append((tracing.HEADER, trace.encode()))
    if type(event) is DisclosureRequested and event is message.message and message.envelope.position:
        headers.append((POSITION, message.envelope.position.encode()))  # a verdict names it: it must follow from the log, as everything it says
    return Outgoing(log, message.record.partition, key.encode(), _value(event, message), headers, LOG, follows=ordinal > 0)


def _value(event: Any, message: Input) -> bytes:
    """Raw bytes where nothing changed; wrapped with the input's sealed parts where the type has personal fields."""
    if event is message.message and message.record.value:
        return message.record.value
    body = serde.encode(event)
    if not serde.type_of(event).personal:
        return body
    sealed, attributes = message.sealed, message.envelope
    if sealed is None:
        wrapped = SealedEvent(body=body, origin_source=attributes.source, origin_id=attributes.id, origin_type=message.kind.full_name)
    else:
        wrapped = SealedEvent(
            body=body, origin_source=sealed.origin_source, origin_id=sealed.origin_id, origin_type=sealed.origin_type,
            parts=sealed.parts,
        )
    return serde.encode(wrapped)
