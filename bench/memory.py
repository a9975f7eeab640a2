"""Resident memory of every process of the local stack at rest, as ``tsunagu run status`` tells it."""

from __future__ import annotations

from bench.figures import Figure
from bench.show import Part
from bench.stage import Stage
from cli.run import rows

SERVICES = ("intake", "coordination", "participation", "consent", "reporting")
SERVICE_MIB, WHOLE_MIB = 150.0, 2048.0


def measure(stage: Stage) -> Part:
    """One figure for each process, one for all. Raises CannotRun, DidNotStart."""
    found = {row["name"]: float(row["rss_mib"]) for row in rows(stage.whole())}
    each = [
        Figure(what=name, unit="MiB", values=(mib,), at_most=SERVICE_MIB if name in SERVICES else None) for name, mib in found.items()
    ]
    whole = Figure(what="whole stack", unit="MiB", values=(sum(found.values()),), at_most=WHOLE_MIB)
    return Part("memory", "resident memory at rest, MiB", (*each, whole))
