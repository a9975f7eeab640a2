"""A generated year on the real system: all projections rebuilt beside the live ones while its events flow, killed and resumed twice on the
way, compared equal, switched and switched back. ``TSUNAGU_REBUILD_PEOPLE`` sets the size of the town (default a small one; the city: 150000).
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from typing import Any

from cli.day.live import open_stage
from cli.year.live import LiveYear
from services.reporting.projections import PROJECTIONS
from tests.installation import Broker

PEOPLE = int(os.environ.get("TSUNAGU_REBUILD_PEOPLE", "300"))
NAMES = sorted(each.name for each in PROJECTIONS)
WITHIN_S = 120 + PEOPLE / 10


def command(stack: Broker, *words: str) -> subprocess.Popen[str]:
    """``tsunagu rebuild`` with these words, in a process of its own."""
    environment = {**os.environ, "TSUNAGU_HOME": str(stack.settings.home)}
    words = ("-P", "-m", "cli.main", "rebuild", *words, "--output", "json")
    return subprocess.Popen([sys.executable, *words], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def done(stack: Broker, *words: str) -> list[dict[str, Any]]:
    """What the command prints when it ends well."""
    started = command(stack, *words)
    printed, told = started.communicate(timeout=WITHIN_S)
    assert 0 == started.returncode, (words, printed, told)
    return json.loads(printed)


def killed(stack: Broker, after_s: float, *words: str) -> bool:
    """Whether a run was killed before its end."""
    started = command(stack, *words)
    time.sleep(after_s)
    started.send_signal(signal.SIGKILL)
    started.communicate(timeout=WITHIN_S)
    return started.returncode == -signal.SIGKILL


def equal(rows: list[dict[str, Any]]) -> None:
    """Every projection is there, and equal."""
    assert NAMES == sorted(row["projection"] for row in rows)
    assert all(row["equal"] for row in rows), rows


def test_a_year_is_rebuilt_while_its_events_flow(stack: Broker):
    """Equal to the live one in the middle of the year and at its end; what is read changes twice, and stays equal."""
    with open_stage(stack.settings) as stage:
        year = LiveYear(stage, PEOPLE, seed=6)
        playing = threading.Thread(target=year.play)
        playing.start()
        try:
            while playing.is_alive() and year.played.reports < year.total / 10:
                time.sleep(0.1)
            slowly = ("--max-rate", "400")
            assert killed(stack, 4.0, "all", *slowly)
            assert killed(stack, 4.0, "--resume", *slowly)
            assert "under way" in refused(stack, "all")
            equal(done(stack, "--resume"))
            equal(done(stack, "all", "--compare"))
            done(stack, "all", "--switch")
            equal(done(stack, "all", "--compare"))
            done(stack, "all", "--back")
        finally:
            playing.join()
        assert not year.played.faults
    equal(done(stack, "all", "--compare"))
    phases = {row["phase"] for row in done(stack, "--status")}
    assert {"LOADING", "INDEXING", "CATCHING_UP", "VERIFYING", "SWITCHED", "BACK"} <= phases


def refused(stack: Broker, *words: str) -> str:
    """The sentence of a command that is refused."""
    started = command(stack, *words)
    _, told = started.communicate(timeout=WITHIN_S)
    assert 1 == started.returncode
    return told
