"""Timings: histograms that cost little where they are fed: one bisection for each value, no lock; one event loop feeds and reads them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

from prometheus_client import CollectorRegistry
from prometheus_client.core import HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
"""Edges for what a batch or an answer takes."""
AGES = (0.01, 0.05, 0.15, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0, 3_600.0)
"""Edges for how old something is."""


class Timing:
    """The histogram of one set of label values. Values in seconds."""

    __slots__ = ("_edges", "counts", "total")

    def __init__(self, edges: Sequence[float]) -> None:
        self._edges = edges
        self.counts = [0] * (len(edges) + 1)
        self.total = 0.0

    def observe(self, seconds: float) -> None:
        """One value; what is below 0, where two clocks differ, is 0."""
        self.counts[bisect_left(self._edges, seconds)] += 1
        self.total += max(seconds, 0.0)

    def observe_ages(self, now: float, recorded: Iterable[int]) -> None:
        """How old each of these times (ms UTC) is at ``now`` (seconds UTC)."""
        counts, edges, total = self.counts, self._edges, 0.0
        for at in recorded:
            seconds = now - at / 1000
            counts[bisect_left(edges, seconds)] += 1
            if seconds > 0.0:
                total += seconds
        self.total += total


class Timings(Collector):
    """One histogram metric with its label names, registered."""

    def __init__(self, registry: CollectorRegistry, name: str, documentation: str, labels: Sequence[str], edges: Sequence[float]) -> None:
        self._name, self._documentation, self._labels, self._edges = name, documentation, tuple(labels), tuple(edges)
        self._children: dict[tuple[str, ...], Timing] = {}
        registry.register(self)

    def labels(self, *values: str) -> Timing:
        """The histogram of these label values, empty from the first call on."""
        return self._children.setdefault(values, Timing(self._edges))

    def collect(self) -> Iterator[Metric]:
        """As the registry asks for it."""
        family = HistogramMetricFamily(self._name, self._documentation, labels=self._labels)
        bounds = [*map(str, map(float, self._edges)), "+Inf"]
        for values, child in self._children.items():
            family.add_metric(values, list(zip(bounds, accumulate(child.counts), strict=True)), child.total)
        yield family

    def describe(self) -> Iterator[Metric]:
        """Its name alone: asked once, when it is registered."""
        yield HistogramMetricFamily(self._name, self._documentation, labels=self._labels)
