"""Tracing (追跡): the W3C trace context of a record, hop by hop. Pure: the same record gives the same ids, on every machine and in every replay.

Where a sender gave a ``traceparent``, every hop writes its own: the same trace, a span id cut from what the hop made. Where none was given none is
written; whoever exports spans then takes the trace from the correlation id, which travels with every record (docs/decisions/0029).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from hashlib import sha256
from typing import NamedTuple

from kernel.envelope import OURS

HEADER = "traceparent"
_FORM = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")
_NO_TRACE, _NO_SPAN, _NO_VERSION = "0" * 32, "0" * 16, "ff"
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
FRONT_DOOR = "intake"
"""The hop that hands on what agencies write."""


class SpanContext(NamedTuple):
    """A span in its trace, as W3C names it: trace id (32 hex digits) and span id (16)."""

    trace: str
    span: str


def parsed(traceparent: str) -> tuple[SpanContext, str] | None:
    """Span and flags of a traceparent; None where it is none."""
    found = _FORM.fullmatch(traceparent)
    if found is None or found[1] == _NO_VERSION or found[2] == _NO_TRACE or found[3] == _NO_SPAN:
        return None
    return SpanContext(found[2], found[3]), found[4]


def child(traceparent: str, hop: str, identity: str) -> str:
    """The traceparent of the record ``identity`` that ``hop`` makes of one that has this ``traceparent``; empty where that is none."""
    found = parsed(traceparent) if traceparent else None
    return f"00-{found[0].trace}-{span_of(hop, identity)}-{found[1]}" if found else ""


def span_of(hop: str, identity: str) -> str:
    """The span id of a hop that makes a record."""
    return _cut(f"{hop}\x1f{identity}", 16)


def context_of(head: Mapping[str, bytes], outbox: bool = False) -> SpanContext | None:
    """Where a record with these headers stands: as its traceparent says, or as follows from its correlation; None where it has no id.

    ``outbox``: it is an agency's own, which no hop of ours has made; then there is no span but the one it names.
    """
    if HEADER in head and (found := parsed(_text(head, HEADER))):
        return found[0]
    identity, source = _text(head, "ce_id"), _text(head, "ce_source")
    if not identity:
        return None
    hop = source.removeprefix(OURS) if source.startswith(OURS) else FRONT_DOOR
    return SpanContext(trace_of(_text(head, "ce_correlationid") or identity), "" if outbox else span_of(hop, identity))


@lru_cache(maxsize=1_024)
def trace_of(correlation: str) -> str:
    """The trace id of a correlation: its own digits where it is a UUID."""
    return correlation.replace("-", "") if _UUID.fullmatch(correlation) else _cut(correlation, 32)


def _cut(text: str, digits: int) -> str:
    return sha256(text.encode()).hexdigest()[:digits]


def _text(head: Mapping[str, bytes], name: str) -> str:
    return (head.get(name) or b"").decode(errors="replace")
