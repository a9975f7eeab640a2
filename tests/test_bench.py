"""The targets of speed (consent.md 2.6): each has its part of ``python -m bench``, which says of every figure whether it is kept."""

from __future__ import annotations

from importlib import import_module

import pytest

from bench.__main__ import PARTS
from bench.figures import Figure

TARGETS = (
    ("decision", "MEDIAN_US", 10), ("decision", "P99_US", 1_000), ("latency", "PER_SECOND", 300), ("latency", "P50_MS", 40), ("latency", "P99_MS", 150),
    ("gate", "P99_TIMES", 2), ("gate", "THROUGHPUT", 0.74), ("withdrawal", "WITHIN_MS", 1_000),
    ("visible", "PER_SECOND", 300), ("visible", "P99_MS", 500),
    ("audit", "EVENTS_PER_SECOND", 120_000), ("audit", "DECISIONS_PER_SECOND", 50_000),
)


@pytest.mark.parametrize(("part", "name", "promised"), TARGETS)
def test_rule_36_every_target_has_its_measurement(part: str, name: str, promised: float):
    """With the very figure that was promised; that nothing is released without a verdict, and all is decided again alike, are tests and no figures."""
    module = import_module(f"bench.{part}")

    assert part in PARTS
    assert callable(module.measure)
    assert promised == getattr(module, name)


def test_rule_36_a_figure_beyond_its_target_is_called_missed():
    """And one within it kept."""
    assert [True, False] == [Figure(what="x", unit="µs", values=(each,), at_most=10.0).kept for each in (9.9, 10.1)]
