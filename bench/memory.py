"""Resident memory of every process of the stack, at rest, after one sample day."""

from __future__ import annotations

import subprocess
import sys
import time

import psutil

from bench.figures import Figure
from bench.show import Part, tell
from bench.stage import Stage
from deploy.local.first_start import SERVICES
from deploy.local.layout import REPOSITORY, CannotRun
from deploy.local.lifecycle import Installation

REST_S, REPEATS = 5.0, 3
WHOLE_MIB, SERVICE_MIB = 2_048, 150
DAY_S = 300.0


def measure(stage: Stage) -> Part:
    """Mebibytes by process; pages that several processes share count once in all. Raises CannotRun, DidNotStart."""
    installation = stage.whole()
    _live_a_day(installation)
    samples = [_sample(installation) for _ in range(REPEATS)]
    figures = [_figure(name, samples) for name in samples[0]]
    whole = Figure(what="whole stack", unit="MiB", values=tuple([sum(sample.values()) for sample in samples]), at_most=WHOLE_MIB)
    return Part("memory", "proportional resident memory at rest, after one sample day", (*figures, whole))


def _live_a_day(installation: Installation) -> None:
    tell("a sample day")
    environment = {"TSUNAGU_HOME": str(installation.layout.home), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        [sys.executable, "-m", "cli.main", "day", "--output", "json"], env=environment, cwd=REPOSITORY, capture_output=True, text=True,
        timeout=DAY_S, check=False,
    )
    if done.returncode:
        raise CannotRun(f"the sample day ended with {done.returncode}: {done.stderr.strip().splitlines()[-1:]}")


def _sample(installation: Installation) -> dict[str, float]:
    time.sleep(REST_S)
    return {row["name"]: _resident(row["pid"]) for row in installation.status() if row["pid"]}


def _resident(pid: int) -> float:
    """MiB of a process and of those it has started."""
    root = psutil.Process(pid)
    return sum(_share(process) for process in (root, *root.children(recursive=True))) / 2**20


def _share(process: psutil.Process) -> int:
    try:
        info = process.memory_full_info()
    except psutil.Error:
        return 0
    return getattr(info, "pss", 0) or info.rss


def _figure(name: str, samples: list[dict[str, float]]) -> Figure:
    values = tuple([sample.get(name, 0.0) for sample in samples])
    return Figure(what=name, unit="MiB", values=values, at_most=SERVICE_MIB if name in SERVICES else None)
