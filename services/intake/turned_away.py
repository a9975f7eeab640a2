"""Turned away (受付拒否の数): how many records of which agency the front door has rejected, and what kind of fault it was."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from enum import StrEnum
from typing import Any

from contracts.shared import RefusalCode
from kernel.labels import OTHER, Agencies
from kernel.telemetry import Telemetry


class Kind(StrEnum):
    """Kinds of fault; closed list."""

    BYTES = "bytes"
    IDENTITY = "identity"
    SIZE = "size"
    RULE = "rule"
    CLOCK = "clock"


_KINDS = {
    **dict.fromkeys((
        RefusalCode.EMPTY, RefusalCode.BAD_MAGIC, RefusalCode.UNKNOWN_SCHEMA, RefusalCode.UNDECODABLE, RefusalCode.TRAILING_BYTES,
        RefusalCode.HEADER_MISSING, RefusalCode.HEADER_INVALID, RefusalCode.TYPE_MISMATCH, RefusalCode.KEY_MISMATCH,
    ), Kind.BYTES),
    **dict.fromkeys((RefusalCode.IDENTITY_MISMATCH, RefusalCode.NOT_PUBLISHABLE, RefusalCode.SENDER_ENDED), Kind.IDENTITY),
    **dict.fromkeys((RefusalCode.TOO_LARGE, RefusalCode.TOO_MANY), Kind.SIZE),
    **dict.fromkeys((RefusalCode.PERIOD_INVALID, RefusalCode.CONTRACT_ENDED, RefusalCode.SIGNED_TOO_LATE), Kind.CLOCK),
}


def kind_of(code: RefusalCode) -> Kind:
    """The kind of a fault: what is not about bytes, sender, size or days breaks a rule."""
    return _KINDS.get(code, Kind.RULE)


class TurnedAway:
    """Counts by agency and kind; agencies from the registry only."""

    def __init__(self, telemetry: Telemetry) -> None:
        self._service, self._agencies = telemetry.service, Agencies()
        self._rejected = telemetry.counter("rejected_input_total", "Records that the front door rejected", ("service", "reason", "from_agency"))
        self._mismatch = telemetry.counter(
            "identity_mismatch_total", "Records that claim another sender than the owner of their outbox", ("service",)).labels(self._service)
        self._counts: dict[tuple[str, Kind], Any] = {}
        self._known = 0
        self._init((OTHER,))

    def know(self, directory: Collection[str]) -> None:
        """Series at 0 for agencies that are new in the registry; one that has ended stays."""
        if len(directory) != self._known:
            self._known = len(directory)
            self._init(self._agencies.take(directory))

    def count(self, owner: str, code: RefusalCode) -> None:
        """One record of this agency's outbox was rejected."""
        self._counts[self._agencies.label(owner), kind_of(code)].inc()
        if code is RefusalCode.IDENTITY_MISMATCH:
            self._mismatch.inc()

    def _init(self, agencies: Iterable[str]) -> None:
        for agency in agencies:
            for kind in Kind:
                self._counts[agency, kind] = self._rejected.labels(self._service, kind.value, agency)
