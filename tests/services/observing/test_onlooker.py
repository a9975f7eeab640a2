"""When a process that looks on lives and is ready, and what it exports."""

from __future__ import annotations

import subprocess
import sys

import pytest

from services.observing import onlooker as onlookers
from services.observing.onlooker import Onlooker


def test_it_is_ready_after_its_first_look():
    """Whatever was seen."""
    onlooker = Onlooker("observer", 60.0)
    before = onlooker.unready()
    onlooker.looks()
    onlooker.looked()

    assert (["starting"], []) == (before, onlooker.unready())


def test_a_look_that_hangs_is_no_life(monkeypatch: pytest.MonkeyPatch):
    """One that takes its time is."""
    onlooker, now = Onlooker("observer", 60.0), onlookers.time.monotonic()
    onlooker.looks()
    for passed, faults in ((59, []), (61, ["look"])):
        monkeypatch.setattr(onlookers.time, "monotonic", lambda passed=passed: now + passed)
        onlooker.turn()
        assert faults == onlooker.sick()


def test_a_counter_is_one_series():
    """No moment at which it was made beside it, in a process that has nothing of what the services count."""
    words = "import prometheus_client as p, services.observing.onlooker as s; r = s.Onlooker('a', 1.0).registry; p.Counter('c', 'C', registry=r); print(p.generate_latest(r))"
    done = subprocess.run((sys.executable, "-c", words), capture_output=True, text=True, check=True)

    assert "c_total 0.0" in done.stdout and "c_created" not in done.stdout
