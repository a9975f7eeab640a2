"""The ETA of loading: of a load that is played by its costs, without a broker and without a clock."""

from __future__ import annotations

import heapq
import math
from collections.abc import Mapping

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.reporting.rebuild import eta
from services.reporting.rebuild.eta import Cost, Left, Loading, Report, Spent
from services.reporting.rebuild.worker import LITTLE

PARTITIONS, CHUNK, FLUSH, PROMISED = 12, 4_000, 150_000, 0.10
Costs = Mapping[str, Cost]
COSTS: Costs = {"consent": Cost(20e-6, 4e-6), "consultation": Cost(60e-6, 30e-6), "community": Cost(35e-6, 2e-6), "outreach": Cost(45e-6, 15e-6)}
SIZES = {"consent": 90_000, "consultation": 70_000, "community": 30_000, "outreach": 20_000}
"""Records in each partition."""


class Play:
    """A load by some workers, as the crew leads it: every report at its time, a little of every log first, then the longest partition that is left."""

    def __init__(self, costs: Costs, sizes: Mapping[str, int], workers: int, earlier: Costs | None = None) -> None:
        self._costs, self._loading, self.spent = costs, Loading(workers, earlier), {log: Spent() for log in sizes}
        self._left = {(log, number): size for log, size in sizes.items() for number in range(PARTITIONS)}
        self._total = sum(self._left.values())
        self._busy: set[tuple[str, int]] = set()
        self.first = self.promised = Left(eta.UNKNOWN)
        self.took = 0.0
        steps = [self._steps(number) for number in range(workers)]
        turns = [(0.0, number) for number in range(workers)]
        while turns:
            now, number = heapq.heappop(turns)
            seconds = next(steps[number], None)
            if seconds is None:
                self.took = max(self.took, now)
            else:
                heapq.heappush(turns, (now + seconds, number))
                self._looked(now + seconds)

    @property
    def error(self) -> float:
        """Of what was promised after the first tenth."""
        return abs(self.promised.seconds - self.took) / self.took

    def _looked(self, now: float) -> None:
        if self.promised.seconds != eta.UNKNOWN:
            return
        left = self._loading.left((log, events) for (log, _), events in self._left.items())
        if self.first.seconds == eta.UNKNOWN:
            self.first = left
        if sum(self._left.values()) <= 0.9 * self._total:
            self.promised = Left(now + left.seconds, left.error)

    def _steps(self, number: int):
        """What one worker does, step by step, in seconds."""
        for log in self.spent if number == 0 else ():
            yield from self._loaded((log, 0), LITTLE)
        while free := [place for place, events in self._left.items() if events and place not in self._busy]:
            yield from self._loaded(max(free, key=lambda place: self._left[place]), FLUSH * PARTITIONS)

    def _loaded(self, place: tuple[str, int], most: int):
        self._busy.add(place)
        cost, owed = self._costs[place[0]], 0
        while self._left[place] and most:
            events = min(CHUNK, self._left[place], most)
            self._left[place], most, owed = self._left[place] - events, most - events, owed + events
            written = owed if owed >= FLUSH else 0
            owed -= written
            yield self._told(Report(place[0], events, events * cost.reading, written, written * cost.writing))
        yield self._told(Report(place[0], 0, 0.0, owed, owed * cost.writing))
        self._busy.discard(place)

    def _told(self, report: Report) -> float:
        self._loading.took(report)
        self.spent[report.log].take(report)
        return report.reading + report.writing


def dearer(costs: Costs, times: float) -> Costs:
    """The same costs on a slower machine."""
    return {log: Cost(cost.reading * times, cost.writing * times) for log, cost in costs.items()}


def test_the_eta_follows_the_workers():
    """Nothing told yet: unknown; then what is left by what a record costs, with an error bar that is 0 where that never changed."""
    loading = Loading(2)
    assert Left(eta.UNKNOWN) == loading.left([("log", 10)])
    for _ in range(10):
        loading.took(Report("log", 100, 1.0))

    left = loading.left([("log", 500), ("log", 500)])

    assert math.isclose(5.0, left.seconds)
    assert math.isclose(0.0, left.error, abs_tol=1e-9)
    loading.took(Report("log", 100, 4.0))
    assert loading.left([("log", 500), ("log", 500)]).error > 0


def test_what_was_read_is_still_to_be_written():
    """Rows go to the database seldom, many at once: what they will take is left as well."""
    loading = Loading(1)
    loading.took(Report("log", 100, 1.0, 100, 3.0))
    loading.took(Report("log", 100, 1.0))

    assert math.isclose(3.0 + 4.0, loading.left([("log", 100)]).seconds)


def test_a_log_that_nothing_is_known_of_costs_what_the_others_do():
    """The best that can be said."""
    loading = Loading(1)
    loading.took(Report("one", 10_000, 1.0))
    loading.took(Report("two", 10_000, 3.0))

    assert math.isclose(2.0, loading.left([("three", 10_000)]).seconds, rel_tol=0.02)


def test_earlier_rebuilds_say_how_the_logs_differ_and_this_one_how_fast_it_goes():
    """Four times dearer then, and twice as slow now."""
    loading = Loading(1, {"one": Cost(1e-4, 0.0), "two": Cost(4e-4, 0.0)})
    for _ in range(20):
        loading.took(Report("one", 10_000, 2.0))

    assert math.isclose(8.0, loading.left([("two", 10_000)]).seconds, rel_tol=0.01)


def test_the_first_rebuild_knows_after_a_tenth_when_it_ends():
    """A little of every log was read first: that one costs three times as much as another is known by then."""
    for workers in (1, 2, 4):
        assert Play(COSTS, SIZES, workers).error <= PROMISED


def test_a_rebuild_that_follows_another_knows_from_its_first_report_when_it_ends():
    """Whether the machine is as fast as it was is known by then."""
    before = Play(COSTS, SIZES, 2)
    costs = {log: spent.cost for log, spent in before.spent.items()}

    for times in (0.5, 1.0, 3.0):
        now = Play(dearer(COSTS, times), SIZES, 2, costs)

        assert now.error <= PROMISED
        assert math.isclose(now.took, now.first.seconds, rel_tol=PROMISED) or times != 1.0


@settings(deadline=None, max_examples=20, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.dictionaries(
        st.sampled_from("abcdef"), st.tuples(st.floats(5e-6, 2e-4), st.floats(0, 1e-4), st.integers(4 * LITTLE, 120_000)), min_size=1,
    ),
    st.integers(1, 4), st.floats(0.3, 3.0),
)
def test_whatever_the_logs_cost_the_promise_is_kept_where_costs_stay(logs: dict[str, tuple[float, float, int]], workers: int, times: float):
    """With what an earlier rebuild took, on a machine that is slower or faster now."""
    costs, sizes = {log: Cost(each[0], each[1]) for log, each in logs.items()}, {log: each[2] for log, each in logs.items()}

    assert Play(dearer(costs, times), sizes, workers, costs).error <= PROMISED
