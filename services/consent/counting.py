"""Counting (計数): the gate's metrics, told by its log as it is written; the decider knows nothing of them (see ``kernel.watching``)."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from prometheus_client import Counter

from contracts.consent import DisclosureDecided
from contracts.envelope import DisclosureRequested
from contracts.registry import AgencyRegistered
from contracts.shared import Outcome
from kernel.history import History
from kernel.labels import OTHER, Agencies
from kernel.telemetry import Telemetry
from kernel.timings import Timing, Timings
from kernel.watching import Answered, Told
from services.consent.domain.model import GIVEN
from services.consent.domain.pack import PolicyPack
from services.consent.domain.reasons import Reason
from services.consent.gauges import Gauges
from services.consent.pending import COUNTED, Pending

DECIDED = (0.005, 0.01, 0.02, 0.05, 0.1, 0.15, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
"""Edges of the time from a request to its verdict; 150 ms is what is promised, 2 s what alarms."""
NOTICES = (0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0)
"""Edges of the time from a withdrawal to its stop notices; 1 s is what is promised, 60 s what alarms."""
OUTCOMES = (Outcome.PERMIT, Outcome.REDACT, Outcome.HOLD, Outcome.DENY)
NONE = "NONE"
_SAID = {True: "yes", False: "no"}


class Counting:
    """What the gate decided and whom it gave or refused what. See ``kernel.watching.Watch``. ``known``: the policy packs by hash."""

    def __init__(self, known: Mapping[str, PolicyPack], telemetry: Telemetry) -> None:
        self._service, self._agencies = telemetry.service, Agencies()
        self._partitions: dict[int, tuple[History, Pending]] = {}
        decisions = telemetry.counter("decisions_total", "Verdicts by outcome and first reason", ("service", "outcome", "reason"))
        self._decisions = {
            (outcome, reason): decisions.labels(self._service, outcome.value, reason)
            for outcome in OUTCOMES for reason in ((NONE,) if outcome is Outcome.PERMIT else (NONE, *map(str, Reason)))
        }
        self._given: dict[tuple[str, bool], Counter] = {}
        self._received: dict[tuple[str, bool], Counter] = {}
        self._from = telemetry.counter("disclosures_total", "Verdicts by the agency whose data were asked for", ("service", "from_agency", "given"))
        self._to = telemetry.counter("received_total", "Verdicts by the agency that was to receive", ("service", "to_agency", "given"))
        self._seconds = Timings(
            telemetry.registry, "tsunagu_decision_seconds", "From the request's record time to its durable verdict", ("service",), DECIDED,
        ).labels(self._service)
        self._init((OTHER,))
        telemetry.registry.register(Gauges(telemetry, self._partitions, self._agencies, known))

    def opened(self, partition: int, history: History) -> Told:
        """Count what waits there from the beginning."""
        pending = Pending()
        self._partitions[partition] = history, pending

        def told(event: Any) -> None:
            kind = type(event)
            if kind in COUNTED:
                pending.take(event)
            elif kind is AgencyRegistered:
                self.know((event.agency,))

        return told

    def know(self, agencies: Iterable[str]) -> None:
        """Series at 0 for agencies of the registry."""
        self._init(self._agencies.take(agencies))

    def closed(self, partition: int) -> None:
        """Another gate counts it now."""
        self._partitions.pop(partition, None)

    def answered(self, answers: Sequence[Answered]) -> None:
        """Count the verdicts of one batch, once they are durable."""
        now = time.time()
        for answer in answers:
            for event in answer.events:
                if type(event) is DisclosureDecided:
                    self._count(event)
            if answer.kind is DisclosureRequested:
                self._seconds.observe(now - answer.recorded / 1000)

    def _count(self, verdict: DisclosureDecided) -> None:
        reason = verdict.reasons[0] if verdict.reasons else NONE
        found = self._decisions.get((verdict.outcome, reason)) or self._decisions.get((verdict.outcome, NONE))
        if found is not None:
            found.inc()
        given = verdict.outcome in GIVEN
        (self._given.get((verdict.agency, given)) or self._given[OTHER, given]).inc()
        (self._received.get((verdict.recipient, given)) or self._received[OTHER, given]).inc()

    def _init(self, agencies: Iterable[str]) -> None:
        """Series for agencies that are new, at 0."""
        for agency in agencies:
            for given, said in _SAID.items():
                self._given[agency, given] = self._from.labels(self._service, agency, said)
                self._received[agency, given] = self._to.labels(self._service, agency, said)


def stop_notices(telemetry: Telemetry) -> Timing:
    """Takes how long each stop notice took, from the record time of what caused it until it was delivered."""
    documentation = "From the end of a consent to its delivered stop notice"
    return Timings(telemetry.registry, "tsunagu_stop_notice_seconds", documentation, ("service",), NOTICES).labels(telemetry.service)
