"""Reported figures: the first, the same, another; closing a month twice; the function under any course."""

from __future__ import annotations

import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as some

from contracts.reporting import FigureCorrected, FigureReported
from contracts.shared import CountingBasis, Metric
from kernel import serde
from kernel.properties import Said, check
from kernel.testing import given
from services.reporting import closing
from services.reporting.app import REPORTING
from services.reporting.closing import Before
from services.reporting.domain.figures import DECIDER
from services.reporting.projections.metrics import REPORTED

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


def test_a_cell_that_was_empty_when_the_month_was_closed_is_a_correction_of_nothing():
    """A late event in a dimension of its own: never a silent addition."""
    late = FIRST.changed(divided="agency", dimension="coordinator", value=1, causes=("e1",), cause_count=1)
    (said,) = given(DECIDER).when(late).events

    assert (1, 1, "agency", "coordinator", ("e1",), 1) == (said.value, said.difference, said.divided, said.dimension, said.causes, said.cause_count)
    assert isinstance(said, FigureCorrected)


def test_a_correction_names_its_causes_and_the_definition():
    """What came late, and how many; a new definition alone corrects too, without a cause."""
    (late,) = given(DECIDER, FIRST).when(LATER.changed(causes=("e1", "e2"), cause_count=2)).events
    (defined,) = given(DECIDER, FIRST).when(FIRST.changed(definition=2)).events

    assert (2, ("e1", "e2"), 2) == (late.difference, late.causes, late.cause_count)
    assert (0, 2, ()) == (defined.difference, defined.definition, defined.causes)


def test_r15_what_was_kept_back_once_stays_kept_back():
    """Else the old table beside the new one would tell it; and a neighbour that must be kept back now is said to be."""
    kept = FIRST.changed(hidden=True)

    given(DECIDER, kept).when(FIRST).then_nothing()
    assert given(DECIDER, kept).when(LATER).events[0].hidden
    (neighbour,) = given(DECIDER, FIRST).when(kept).events
    assert (0, True) == (neighbour.difference, neighbour.hidden)


def test_a_month_is_closed_with_every_figure_that_is_reported():
    """The whole of each, 0 where nothing was counted; parts where something was; each under a key of its own. Nothing of the gate."""
    values = {("sittings", "", ""): 3, ("sittings", "agency", "coordinator"): 3, ("verdicts", "", ""): 8, ("outreach_cases", "", ""): 2}
    found = {each.key: each.fact for each in closing.reports("2026-05", values, "coordination:4,7", {("outreach_cases", "", "")})}

    assert len(REPORTED) + 1 == len(found)
    assert {"sittings-2026-05": 3, "sittings-2026-05-agency-coordinator": 3, "outreach_persons-2026-05": 2} == {
        key: fact.value for key, fact in found.items() if fact.value}
    assert {"outreach_persons-2026-05"} == {key for key, fact in found.items() if fact.hidden}
    assert (CountingBasis.DISTINCT, CountingBasis.CONTACTS) == (found["outreach_persons-2026-05"].basis, found["sittings-2026-05"].basis)


def test_what_has_come_since_a_cell_was_reported_is_its_cause():
    """By the log positions that the cell stood on; at most twenty ids, and the count of all; a cell that is gone is reported as 0."""
    cell, other, gone = ("sittings", "", ""), ("sittings", "agency", "x"), ("sittings", "agency", "gone")
    before = Before({cell: 1, gone: 1}, {cell: "coordination:4,7", gone: "coordination:4,7"})
    events = {cell: [("coordination", 0, 3, "old"), ("coordination", 0, 4, "new"), ("coordination", 1, 7, "too")],
              other: [("coordination", 2, number, str(number)) for number in range(30)]}
    found = {each.fact.dimension: each.fact for each in closing.reports("2026-05", {cell: 3, other: 30}, "coordination:9,9", (), before, events)
             if each.fact.metric is Metric.SITTINGS}

    assert (("new", "too"), 2) == (found[""].causes, found[""].cause_count)
    assert (20, 30) == (len(found["x"].causes), found["x"].cause_count)
    assert 0 == found["gone"].value


def test_the_same_figures_are_the_same_messages():
    """From another place in the logs they are others: a value that comes back is a correction."""
    ids = [[each.id for each in closing.reports("2026-05", {("sittings", "", ""): value}, at)]
           for value, at in ((3, "c:1"), (3, "c:1"), (3, "c:2"), (4, "c:1"))]

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
