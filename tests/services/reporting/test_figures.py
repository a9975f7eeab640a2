"""Reported figures: the first, the same, another; closing a month twice; the function under any course."""

from __future__ import annotations

import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as some

from contracts.reporting import FigureCorrected, FigureReported
from contracts.shared import Metric
from kernel import serde
from kernel.properties import Said, check
from kernel.testing import given
from services.reporting import closing
from services.reporting.app import REPORTING
from services.reporting.domain.figures import DECIDER
from services.reporting.projections.metrics import METRICS

FIRST = FigureReported(metric=Metric.SITTINGS, period="2026-05", value=3, positions="coordination:4,7")
LATER = FIRST.changed(value=5, positions="coordination:4,9")


def test_the_first_value_is_reported():
    """Row 92."""
    given(DECIDER).when(FIRST, agency="", source="reporting").then(FIRST)


def test_the_same_value_says_nothing_new():
    """Closing a month again is harmless, though the logs have grown."""
    given(DECIDER, FIRST).when(FIRST.changed(positions="coordination:8,8")).then_nothing()


@pytest.mark.parametrize("value", [5, 0])
def test_another_value_is_a_correction_with_the_difference(value: int):
    """Row 93: what was reported stays in the log."""
    corrected = FigureCorrected(metric=Metric.SITTINGS, period="2026-05", value=value, difference=value - 3, positions="coordination:4,9")

    given(DECIDER, FIRST).when(LATER.changed(value=value)).then(corrected)


def test_a_correction_is_corrected_in_turn():
    """The difference is to the value that counts, back to the first one too."""
    corrected = given(DECIDER, FIRST).when(LATER).after()

    corrected.when(LATER).then_nothing()
    (again,) = corrected.when(FIRST.changed(positions="coordination:5,9")).events
    assert (3, -2) == (again.value, again.difference)


def test_a_month_is_closed_with_every_figure_that_is_reported():
    """0 where nothing was counted; each under a key of its own."""
    found = list(closing.reports("2026-05", {"sittings": 3}, "coordination:4,7"))

    assert len(closing.REPORTED) == len(found) == len({each.key for each in found})
    assert {Metric.SITTINGS: 3} == {each.fact.metric: each.fact.value for each in found if each.fact.value}
    assert {code for code in closing.REPORTED.values()} <= {metric.code for metric in METRICS}


def test_the_same_figures_are_the_same_messages():
    """From another place in the logs they are others: a value that comes back is a correction."""
    ids = [[each.id for each in closing.reports("2026-05", {"sittings": value}, at)] for value, at in ((3, "c:1"), (3, "c:1"), (3, "c:2"), (4, "c:1"))]

    assert ids[0] == ids[1]
    assert set(ids[0]).isdisjoint(ids[2])
    assert 1 == len(set(ids[0]) - set(ids[3]))


def test_positions_say_how_far_each_log_was_read():
    """Short enough for twelve partitions of six logs."""
    assert "community:0,12/consent:7" == closing.positions_text({"consent": {0: 7}, "community": {1: 12, 0: 0}})
    assert 2_000 > len(closing.positions_text({log: dict.fromkeys(range(12), 10**9) for log in ("consultation",) * 6}) * 6)


def test_a_report_can_be_encoded():
    """As it is sent."""
    for each in closing.reports("2026-05", {}, "c:1"):
        assert each.fact == serde.decode(serde.encode(each.fact))


@settings(max_examples=40, deadline=None)
@for_all(values=some.lists(some.tuples(some.sampled_from(("a", "b")), some.integers(min_value=0, max_value=3)), max_size=8))
def test_the_function_is_sound_under_any_course(values: list[tuple[str, int]]):
    """Every property of a function holds."""
    check(REPORTING, [Said(FIRST.changed(value=value), key, "", "reporting") for key, value in values])
