"""Gauges (未了の計測): what waits at the gate, as a scrape asks for it: from what ``pending`` counted along, never from the cases."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from kernel.history import History
from kernel.labels import Agencies
from kernel.telemetry import Telemetry
from services.consent.domain.pack import PolicyPack, in_force
from services.consent.pending import STAGES, Pending

GATE = "consent"
NO_DEADLINE_S = 366.0 * 86_400
"""What is said of the next deadline of an erasure where there is none."""
_METRICS = {
    "held_requests": ("Requests that are held", ("to_agency",)),
    "held_oldest_age_seconds": ("Age of the oldest request that is held, 0 where none is", ("to_agency",)),
    "stop_notices_unanswered": ("Stop notices that nobody has answered", ()),
    "view_age_seconds": ("Time since the last look at the inputs whose records are all read by now", ()),
    "erasure_pending": ("Requests to stop use and erase, by how far they are", ("stage",)),
    "erasure_overdue": ("Requests to stop use that were not answered in time", ()),
    "erasure_deadline_seconds": ("Seconds until the next request to stop use is to be answered, 366 days where none is", ()),
    "pack_info": ("The policy pack in force", ("pack",)),
}
Rows = Iterator[tuple[str, tuple[str, ...], float]]
"""Metric, values of its own labels, value."""


class Gauges(Collector):
    """Gauges over the partitions that are ours."""

    def __init__(self, telemetry: Telemetry, partitions: Mapping[int, tuple[History, Pending]], agencies: Agencies, known: Mapping[str, PolicyPack]) -> None:
        self._service, self._pulse = telemetry.service, telemetry.meter(GATE).pulse
        self._partitions, self._agencies, self._known = partitions, agencies, known
        self._began = time.monotonic()

    def collect(self) -> Iterator[Metric]:
        """What waits now."""
        families = {metric.name.removeprefix("tsunagu_"): metric for metric in self.describe()}
        for name, values, value in (*self._held(), *self._duties(), *self._view()):
            families[name].add_metric((self._service, *values), value)
        yield from families.values()

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """Every metric, without values."""
        for name, (documentation, labels) in _METRICS.items():
            yield GaugeMetricFamily(f"tsunagu_{name}", documentation, labels=("service", *labels))

    def _held(self) -> Rows:
        now, counts, oldest = time.time(), dict.fromkeys(self._agencies.known, 0), dict[str, int]()
        for _, pending in self._partitions.values():
            for recipient, held in pending.held.items():
                label, since = self._agencies.label(recipient), held.oldest()
                counts[label] += len(held.since)
                if since is not None:
                    oldest[label] = min(since, oldest.get(label, since))
        for label, count in counts.items():
            yield "held_requests", (label,), count
            yield "held_oldest_age_seconds", (label,), max(0.0, now - oldest[label] / 1000) if label in oldest else 0.0

    def _duties(self) -> Rows:
        pending, now = [each for _, each in self._partitions.values()], time.time() * 1000
        due = [at for each in pending for at in each.due()]
        yield "stop_notices_unanswered", (), sum(each.unanswered for each in pending)
        yield "erasure_overdue", (), sum(at < now for at in due)
        yield "erasure_deadline_seconds", (), min(((at - now) / 1000 for at in due), default=NO_DEADLINE_S)
        for stage in STAGES:
            yield "erasure_pending", (stage,), sum(each.erasures(stage) for each in pending)

    def _view(self) -> Rows:
        yield "view_age_seconds", (), time.monotonic() - (self._pulse.complete_at or self._began)
        registries, now = [history.shared for history, _ in self._partitions.values()], int(time.time() * 1000)
        packs = {pack for registry in registries if (pack := self._pack(registry.policy, registry.earlier, now))}
        for pack in sorted(packs) or ["none"]:
            yield "pack_info", (pack,), 1

    def _pack(self, last: str, earlier: tuple[str, ...], now: int) -> str:
        found = in_force(self._known, last, earlier, now)
        return f"{found.name}-{found.version}" if found else "unknown" if last else ""
