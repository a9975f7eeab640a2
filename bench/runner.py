"""Events per second of the batch runner's whole loop, against Faust agents that do the same; same broker, same run, in turns."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass

from bench import topics
from bench.figures import Figure
from bench.show import Part, tell
from bench.stage import Stage
from deploy.local.layout import REPOSITORY, CannotRun
from deploy.local.lifecycle import Installation

REPEATS = 3
RUNNER_EVENTS, FAUST_EVENTS = 120_000, 10_000
AT_LEAST = 10.0
"""Times as many events per second as the plain agent (architecture: measured promises)."""
TIMEOUT_S = 90.0


@dataclass(frozen=True, slots=True)
class Loop:
    """A program below ``bench/loops`` and how many events it moves in one repeat."""

    name: str
    title: str
    events: int


LOOPS = (
    Loop("runner", "batch runner", RUNNER_EVENTS),
    Loop("faust_plain", "plain Faust agent", FAUST_EVENTS),
    Loop("faust_careful", "Faust agent by the rules", FAUST_EVENTS),
)


@dataclass(frozen=True, slots=True)
class Rate:
    """Events per second by the clock on the wall, and by the processor time of the loop's own process."""

    wall: float
    cpu: float


def measure(stage: Stage) -> Part:
    """Rates and ratios. Raises CannotRun."""
    installation = stage.stores()
    topics.make(installation.settings, "bench-in", "bench-out")
    length = topics.fill(installation.settings, "bench-in", RUNNER_EVENTS)
    runs = [{loop.name: _run(installation, loop, number) for loop in LOOPS} for number in range(REPEATS)]
    title = f"consume, decode, decide, encode, produce, acknowledge, commit; {length} bytes, {topics.PARTITIONS} partitions, one process"
    return Part("runner", title, tuple(_figures(runs)))


def _run(installation: Installation, loop: Loop, number: int) -> Rate:
    tell(f"{loop.title}, {loop.events} events, repeat {number + 1} of {REPEATS}")
    command = [sys.executable, "-P", "-m", f"bench.loops.{loop.name}", "bench-in", "bench-out", str(loop.events), f"bench-{loop.name}-{number}"]
    environment = {"TSUNAGU_HOME": str(installation.layout.home), "PYTHONPATH": str(REPOSITORY), "PATH": "/usr/bin:/bin"}
    try:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=TIMEOUT_S, check=True)
    except subprocess.TimeoutExpired as error:
        raise CannotRun(f"the {loop.title} did not move {loop.events} events in {TIMEOUT_S:g} s; is the machine busy?") from error
    except subprocess.CalledProcessError as error:
        raise CannotRun(f"the {loop.title} ended with {error.returncode}: {error.stderr.strip().splitlines()[-1:]}") from error
    found = json.loads(next(line for line in done.stdout.splitlines() if line.startswith("{")))
    return Rate(found["events"] / found["seconds"], found["events"] / found["cpu_seconds"])


def _figures(runs: list[dict[str, Rate]]) -> list[Figure]:
    rates = [
        Figure(what=f"{loop.title}, {word}", unit="events/s", values=tuple([getattr(run[loop.name], kind) for run in runs]))
        for loop in LOOPS for kind, word in (("wall", "wall clock"), ("cpu", "per second of its processor time"))
    ]
    return [*rates, *[_ratio(runs, loop) for loop in LOOPS[1:]]]


def _ratio(runs: list[dict[str, Rate]], other: Loop) -> Figure:
    values = tuple([run["runner"].wall / run[other.name].wall for run in runs])
    return Figure(what=f"batch runner against {other.title}", unit="times", values=values, at_least=AT_LEAST)
