"""A process that is not alive ends itself: where nobody asks its probes, too."""

from __future__ import annotations

import subprocess
import sys

from kernel.lifesigns import TIMES, Watchdog
from kernel.telemetry import Telemetry


class Process:
    """One that says this of itself."""

    def __init__(self) -> None:
        self.faults: list[str] = []
        self.waits: list[str] = []

    def sick(self) -> list[str]:
        """Why it should be restarted."""
        return self.faults

    def unready(self) -> list[str]:
        """Why it cannot be used now."""
        return self.waits


def test_it_ends_where_it_stays_sick():
    """At the last of several looks, with the reason."""
    process = Process()
    watchdog = Watchdog(process)
    assert [] == watchdog.look()

    process.faults = ["consent"]
    assert [[]] * (TIMES - 1) + [["consent"]] == [watchdog.look() for _ in range(TIMES)]


def test_one_that_comes_back_in_between_goes_on():
    """Stopped and continued, or slow once: it begins anew."""
    process = Process()
    watchdog = Watchdog(process)
    for faults in [["event loop"]] * (TIMES - 1) + [[]] + [["event loop"]] * (TIMES - 1):
        process.faults = faults
        assert [] == watchdog.look()


def test_one_that_was_never_ready_is_left_alone():
    """Folding long logs may take its time."""
    process = Process()
    process.faults, process.waits = ["event loop"], ["consent"]
    watchdog = Watchdog(process)

    assert [[]] * (2 * TIMES) == [watchdog.look() for _ in range(2 * TIMES)]


def test_an_outage_never_ends_it():
    """A worker that waits for its broker is not ready, and lives."""
    telemetry = Telemetry("intake")
    telemetry.meter("consultation").took({})
    watchdog = Watchdog(telemetry)
    telemetry.turn()
    telemetry.meter("consultation").stalled(True)

    assert [[]] * TIMES == [watchdog.look() for _ in range(TIMES)]


def test_the_process_ends_with_1_also_while_its_main_thread_stands():
    """From a thread of its own."""
    words = """
import time
from kernel import lifesigns, log
lifesigns.EVERY_S = 0.02
log.configure("consent")
class Sick:
    sick, unready = (lambda self: ["event loop"]), (lambda self: [])
lifesigns.end_when_sick(Sick())
time.sleep(20)
"""
    done = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=False)

    assert 1 == done.returncode and '"not alive, ends"' in done.stdout and '"event loop"' in done.stdout
