"""Life signs (生きているしるし): what every process says of itself, whatever it does. Small: a process that only looks on has it too."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Gauge

from kernel import build

LOOP_STUCK_S = 5.0
"""A process whose event loop has not turned for this many seconds is not alive."""


def tell_build(registry: CollectorRegistry, service: str) -> None:
    """``tsunagu_build_info``: which code a process runs."""
    info = Gauge("tsunagu_build_info", "Which code runs", ("service", "version", "git"), registry=registry)
    info.labels(service, build.version(), build.revision()).set(1)
