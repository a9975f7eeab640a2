"""Six hours of a small town that is well, made from the contract alone: every series with every label, for boards that want data."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import product

from deploy.observability.boards.terms import REASONS, REJECTED, ROLES, STAGES
from deploy.observability.contract import METRICS, OF_API, OF_GATE, OF_MIRROR, OF_OBSERVER, OF_REPORTING, OF_VERIFIER, PREFIX, Kind, Metric

WORKERS = {"intake": ("front-door", "consultation"), "coordination": ("coordination",), "participation": ("participation", "outreach"), "consent": ("consent", "courier"), "reporting": ("live",)}
OWNERS = {OF_GATE: ("consent",), OF_REPORTING: ("reporting",), OF_API: ("api",), OF_OBSERVER: ("observer",), OF_VERIFIER: ("verifier",), OF_MIRROR: ("mirror",)}
AGENCIES = ("elder", "child", "poverty", "coordinator")
VALUES = {
    "outcome": ("PERMIT", "REDACT", "HOLD", "DENY"), "reason": tuple(REASONS)[:8], "from_agency": AGENCIES, "to_agency": AGENCIES, "given": ("yes", "no"),
    "code": ("SCHEMA", "UNKNOWN_TYPE"), "stage": tuple(STAGES), "pack": ("national-2",), "projection": ("timeline", "monthly", "parts"), "quantile": ("0.1", "0.5", "0.9"),
    "route": ("/v1/timeline",), "status": ("200", "403"), "role": tuple(ROLES), "version": ("0.1.0",), "git": ("15218df",), "certificate": ("kafka",), "store": ("projections", "keys"), "mount": ("kafka", "postgres"),
    "topic": ("t.990019.log.consent", "t.990019.log.consultation"), "partition": ("0", "1"), "group_service": tuple(WORKERS), "le": ("0.05", "0.15", "0.5", "1.0", "2.0", "+Inf"),
}
ANSWERS = ("decided", "repeated", "refused")
"""Outcomes of messages, where those of the gate are VALUES."""
LEVELS = {
    "held_oldest_age_seconds": 1800, "erasure_deadline_seconds": 30 * 86_400, "assigned_partitions": 4, "broker_up": 1, "database_up": 1, "build_info": 1, "pack_info": 1, "group_members": 1,
    "disk_free_bytes": 4e10, "database_connections": 12, "projection_applied": 5000, "projection_fed": 1, "projection_log_end": 5002, "verified_up_to": 4990, "rebuild_phase": 0,
    "stalled_partitions": 0, "verifier_findings": 0, "erasure_overdue": 0, "stop_notices_unanswered": 0, "rebuild_differences": 0, "parked_cases": 0, "under_replicated_partitions": 0,
}
SHARES = {"0.05": 0.7, "0.15": 0.999, "0.5": 0.9995, "1.0": 0.9998, "2.0": 1.0, "+Inf": 1.0}
NEVER = ("dead_letters_total", "integrity_alarms_total", "identity_mismatch_total", "chain_verification_failures_total", "rebalances_total")


def text(start: float, end: float, step: float = 30.0) -> Iterator[str]:
    """OpenMetrics lines from ``start`` to ``end`` (Unix seconds)."""
    times = [start + each * step for each in range(int((end - start) / step) + 1)]
    for metric in METRICS.values():
        for name, labels in metric.series.items():
            for number, chosen in enumerate(_chosen(metric, labels)):
                yield from (f"{name}{{{_said(chosen)}}} {_value(metric, name, chosen, number, at, start, end):.4f} {at:.3f}" for at in times)
    for job in (*WORKERS, "api", "observer", "verifier", "mirror"):
        yield from (f'up{{job="{job}"}} 1 {at:.3f}' for at in times)
    yield "# EOF"


def _chosen(metric: Metric, labels: frozenset[str]) -> Iterator[dict[str, str]]:
    """Every combination of label values, workers with their services."""
    services = next((owner for group, owner in OWNERS.items() if metric in group), tuple(WORKERS))
    free = sorted(labels - {"service", "worker", "group_service"})
    for service in services:
        pairs = [(group, worker) for group in VALUES["group_service"] for worker in WORKERS[group]] if "group_service" in labels else [("", worker) for worker in WORKERS.get(service, ("",))]
        for (group, worker), *rest in product(pairs if "worker" in labels else pairs[:1], *(_values(metric, label) for label in free)):
            chosen = {"service": service, "group_service": group, "worker": worker, **dict(zip(free, rest, strict=True))}
            yield {label: chosen[label] for label in sorted(labels)}


def _values(metric: Metric, label: str) -> tuple[str, ...]:
    match metric.name.removeprefix(PREFIX), label:
        case "messages_total", "outcome":
            return ANSWERS
        case "rejected_input_total", "reason":
            return tuple(REJECTED)
    return VALUES[label]


def _value(metric: Metric, name: str, chosen: dict[str, str], number: int, at: float, start: float, end: float) -> float:
    own = metric.name.removeprefix(PREFIX)
    if metric.kind is Kind.GAUGE:
        return end + 40 * 86400 if "expiry" in own else at - 12 if own.endswith("timestamp_seconds") else LEVELS.get(own, 0.2 + 0.1 * math.sin(at / 900 + number))
    busy = 0 if own in NEVER else 20 + ((0.01 if metric.kind is Kind.HISTOGRAM else 0.002) * (at - start) - 0.9 * math.cos(at / 1800)) / (number // len(SHARES) + 1)
    return busy * (SHARES[chosen["le"]] if "le" in chosen else 0.04 if name.endswith("_sum") else 1)


def _said(labels: dict[str, str]) -> str:
    return ",".join(f'{name}="{value}"' for name, value in labels.items())
