"""How many lines a second ``tsunagu consent decide`` decides on one core: the forty cases again and again, with other ids and days."""

from __future__ import annotations

import gc
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from bench import lines, logs
from bench.figures import Figure
from bench.show import Part, tell
from bench.stage import Stage
from cli.consent import decisions
from deploy.local.layout import REPOSITORY, CannotRun

LINES, REPEATS = 200_000, 3
AT_LEAST = 20_000
CHUNK = 4_700
"""So many lines are timed together, each case of the forty a hundred times."""


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds by the clock on the wall and of processor time, for so many lines."""

    lines: int
    wall: float
    cpu: float


def measure(stage: Stage) -> Part:
    """Lines a second, with the start of the command and without. Needs nothing of the stage. Raises CannotRun."""
    with tempfile.TemporaryDirectory(prefix="tsunagu-bench-") as folder:
        file = Path(folder) / "lines.jsonl"
        lines.write(file, LINES)
        starts = [_command(lines.FORTY) for _ in range(REPEATS)]
        whole, inside = [], []
        for number in range(REPEATS):
            tell(f"{LINES:,} lines, repeat {number + 1} of {REPEATS}")
            whole.append(_command(file, LINES))
            inside.append(logs.alone(decided, file))
    length = f"{LINES:,} lines, one process, the mix of the {len(lines.FORTY.read_bytes().splitlines())} lines of forty.jsonl, no two alike"
    return Part("decide", length, (
        _rate("the command, start included, per second of processor time", [each.lines / each.cpu for each in whole], promised=True),
        _rate("the command, start included, wall clock", [each.lines / each.wall for each in whole]),
        _rate("the start excluded, per second of processor time", [each[0] for each in inside], promised=True),
        _rate("the start excluded, fastest tenth of the chunks", [each[1] for each in inside]),
        Figure(what="the start (the forty cases alone), processor time", unit="s", values=tuple([each.cpu for each in starts])),
    ))


def decided(file: Path) -> tuple[float, float]:
    """Lines per second of processor time, in the whole and in the fastest tenth of the chunks; collects garbage as the command does."""
    with file.open("rb") as texts:
        answers, times = decisions(texts), []
        next(answers)
        gc.disable()
        while True:
            began = time.process_time()
            done = sum(1 for _ in zip(range(CHUNK), answers))
            if done < CHUNK:
                break
            times.append(time.process_time() - began)
    times.sort()
    return len(times) * CHUNK / sum(times), CHUNK / times[len(times) // 10]


def _command(file: Path, count: int = 0) -> Took:
    """Run the command in a process of its own."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "cli.main", "consent", "decide", str(file)], cwd=REPOSITORY, env={"PATH": "/usr/bin:/bin"}, check=False,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )
    wall, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise CannotRun(f"tsunagu consent decide ended with {done.returncode}: {done.stderr.decode().splitlines()[-1:]}")
    return Took(count, wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def _rate(what: str, values: list[float], promised: bool = False) -> Figure:
    return Figure(what=what, unit="lines/s", values=tuple(values), at_least=AT_LEAST if promised else None)
