"""Histograms of our own count as Prometheus's do."""

from __future__ import annotations

from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from kernel import build
from kernel.exposing import exposed
from kernel.timings import Timings

EDGES = (0.1, 0.5, 1.0)
VALUES = (0.0, 0.05, 0.1, 0.11, 0.5, 0.9, 1.0, 7.5)


def test_a_timing_is_a_histogram():
    """The same text as of the library's own, edges included on their lower side."""
    ours, theirs = CollectorRegistry(), CollectorRegistry()
    timing = Timings(ours, "t_seconds", "Time", ("service",), EDGES).labels("intake")
    histogram = Histogram("t_seconds", "Time", ("service",), buckets=EDGES, registry=theirs).labels("intake")
    for value in VALUES:
        timing.observe(value)
        histogram.observe(value)

    assert sorted(generate_latest(theirs).splitlines()) == sorted(generate_latest(ours).splitlines())


def test_our_text_is_the_librarys():
    """Line for line, whatever stands in a label or a help text."""
    registry = CollectorRegistry()
    Counter("a", '"Help" with \\ and\nmore', ("x", "w"), registry=registry).labels('say "no"\n', "後").inc(3)
    Gauge("b", "Help", registry=registry).set(0.1)
    Gauge("c", "Help", ("x",), registry=registry).labels("1").set(float("inf"))
    Histogram("d_seconds", "Help", buckets=EDGES, registry=registry).observe(0.2)

    assert generate_latest(registry).decode() == exposed(registry).decode()


def test_a_record_from_the_future_is_new():
    """Where the broker's clock is ahead of ours the age is 0, never less."""
    registry = CollectorRegistry()
    timing = Timings(registry, "t_seconds", "Time", (), EDGES).labels()
    timing.observe_ages(10.0, [10_400, 9_800])

    assert (2.0, 2.0) == (registry.get_sample_value("t_seconds_count"), registry.get_sample_value("t_seconds_bucket", {"le": "0.5"}))
    assert abs(registry.get_sample_value("t_seconds_sum") - 0.2) < 1e-9


def test_the_revision_is_that_of_the_checkout_or_of_the_file_beside_the_code(tmp_path: Path):
    """An image has no history: there a file says it; where nothing does, that is said."""
    nothing = build.revision(tmp_path / "nowhere")
    (tmp_path / "REVISION").write_text("0123456789abcdef\n")

    assert ("unknown", "0123456789ab") == (nothing, build.revision(tmp_path))
    assert build.version()
