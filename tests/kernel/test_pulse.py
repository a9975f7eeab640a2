"""When a process is to be started again: a partition that stands although its broker answers. Never for an outage, a rebalance, a pause."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kernel.meter import Meter
from kernel.records import TP
from kernel.telemetry import Telemetry

ONE, TWO = TP("t", 0), TP("t", 1)


class Clock:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.now = 1_000.0


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock]:
    """The process's clock."""
    found = Clock()
    monkeypatch.setattr("kernel.telemetry.time.monotonic", lambda: found.now)
    yield found


class Watched:
    """A worker with two partitions, looked at every five seconds."""

    def __init__(self, clock: Clock, no_progress_s: float = 60.0) -> None:
        self.clock, self.telemetry = clock, Telemetry("intake", no_progress_s)
        self.meter: Meter = self.telemetry.meter("outreach")
        self.meter.took([ONE, TWO])

    def look(self, seconds: float, one: tuple[int, int], two: tuple[int, int] = (5, 5), answers: bool = True, moving: int = 0) -> None:
        """Look for so long; the first partition is read ``moving`` records further each time."""
        for number in range(int(seconds / 5)):
            self.clock.now += 5
            self.telemetry.turn()
            self.meter.looked({ONE: (one[0] + number * moving, one[1]), TWO: two} if answers else None)

    @property
    def stuck(self) -> float | None:
        """What the scrape says."""
        return self.telemetry.registry.get_sample_value("tsunagu_stalled_partitions", {"service": "intake", "worker": "outreach"})


def test_a_partition_that_stands_with_backlog_is_a_reason_to_restart(clock: Clock):
    """After the time, not before; the other partition may be read to its end meanwhile. When it moves again all is well."""
    found = Watched(clock)
    found.look(60, one=(3, 9))
    before = found.telemetry.sick(), found.stuck
    found.look(10, one=(3, 9))
    after = found.telemetry.sick(), found.stuck
    found.look(5, one=(4, 9))

    assert ([], 0) == before
    assert (["outreach"], 1) == after
    assert ([], 0) == (found.telemetry.sick(), found.stuck)


def test_a_partition_that_moves_slowly_lives(clock: Clock):
    """However long its backlog is."""
    found = Watched(clock)
    found.look(600, one=(0, 9_999), moving=1)

    assert [] == found.telemetry.sick()


def test_one_without_backlog_lives(clock: Clock):
    """Where nothing comes, nothing moves."""
    found = Watched(clock)
    found.look(600, one=(9, 9))

    assert [] == found.telemetry.sick()


def test_a_broker_that_is_away_is_no_reason(clock: Clock):
    """Two minutes of outage or two hours; and the watch begins anew after it."""
    found = Watched(clock)
    found.look(50, one=(3, 9))
    found.look(7_200, one=(3, 9), answers=False)
    away = found.telemetry.sick()
    found.look(50, one=(3, 9))

    assert ([], []) == (away, found.telemetry.sick())


def test_a_database_that_is_away_is_no_reason(clock: Clock):
    """The worker waits and says so: not ready, alive."""
    found = Watched(clock)
    found.meter.stalled(True)
    found.look(600, one=(3, 9))

    assert ([], ["outreach"]) == (found.telemetry.sick(), found.telemetry.unready())


def test_a_rebalance_is_no_reason(clock: Clock):
    """While partitions are given out anew nothing moves; afterwards the watch begins anew."""
    found = Watched(clock)
    found.look(55, one=(3, 9))
    found.meter.lost()
    clock.now += 600
    found.telemetry.turn()
    during = found.telemetry.sick(), found.telemetry.unready()
    found.meter.took([ONE])
    found.look(55, one=(3, 9))

    assert ([], ["outreach"]) == during
    assert ([], []) == (found.telemetry.sick(), found.telemetry.unready())
    assert 1 == found.telemetry.registry.get_sample_value("tsunagu_rebalances_total", {"service": "intake", "worker": "outreach"})


def test_the_time_is_three_minutes_unless_a_test_says_otherwise(clock: Clock):
    """Long enough for every batch, short enough for people who wait."""
    found = Watched(clock, Telemetry("x").no_progress_s)
    found.look(180, one=(3, 9))
    before = found.telemetry.sick()
    found.look(10, one=(3, 9))

    assert ([], ["outreach"]) == (before, found.telemetry.sick())


def test_a_look_says_how_much_waits(clock: Clock):
    """The lag is that of all partitions, also where nothing is handled."""
    found = Watched(clock)
    found.look(5, one=(3, 9), two=(1, 5))

    assert 10 == found.telemetry.registry.get_sample_value("tsunagu_lag_records", {"service": "intake", "worker": "outreach"})


def test_how_much_is_still_to_be_folded(clock: Clock):
    """Falls while the log is read, and is 0 when the worker is ready."""
    found = Watched(clock)
    value, labels = found.telemetry.registry.get_sample_value, {"service": "intake", "worker": "outreach"}
    found.meter.recovering(100)
    found.meter.replayed(30)
    during = value("tsunagu_recovery_remaining", labels)
    found.meter.took([ONE])

    assert (70, 0) == (during, value("tsunagu_recovery_remaining", labels))


def test_whoever_keeps_up_has_a_young_view_though_more_always_comes(clock: Clock):
    """At no look is everything read; but each time all is read that there was at the look before."""
    found = Watched(clock)
    for number in range(100):
        found.look(5, one=(number * 50 - 2, number * 50))

    assert clock.now - 5 == found.meter.pulse.complete_at


def test_whoever_does_not_keep_up_has_an_old_view(clock: Clock):
    """As old as what is not read yet: it is complete as of the look whose records are all read."""
    found, began = Watched(clock), clock.now
    found.look(50, one=(0, 90), moving=9)
    slow = found.meter.pulse.complete_at
    found.look(5, one=(90, 95))
    caught_up = found.meter.pulse.complete_at
    found.look(5, one=(95, 95))

    assert (None, began + 5, clock.now) == (slow, caught_up, found.meter.pulse.complete_at)
