"""What stands behind a figure: exactly the events that it counts, each with its place in the log."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

import pytest

from cli.figures import asked, value
from contracts.consultation import CaseOffered
from contracts.coordination import CaseSegmentOpened
from contracts.shared import ConferenceBasis
from services.reporting.projections.figure_events import FIGURE_EVENTS, RESOURCES, FigureEvents
from services.reporting.projections.monthly import CASES, MONTHLY, Monthly
from services.reporting.projections.projection import Fact
from services.reporting.resource import Role
from services.reporting.walls import conditions
from tests.services.reporting.facts import fact, rows
from tests.services.reporting.test_monthly import ELDER, VISIT

OFFERED = CaseOffered(case="b", into_case="a", agencies=())
Figure = tuple[str, str, str, str]


def placed(*facts: Fact) -> list[Fact]:
    """Facts one after another in the first partition of their logs."""
    return [replace(each, offset=offset) for offset, each in enumerate(facts)]


def explained(facts: Sequence[Fact]) -> dict[Figure, list[dict]]:
    """The events behind every figure, by month, metric, division and dimension."""
    found: defaultdict[Figure, list[dict]] = defaultdict(list)
    for row in rows(FigureEvents(), FIGURE_EVENTS, facts):
        found[row["period"], row["metric"], row["divided"], row["dimension"]].append(row)
    return dict(found)


def figures(facts: Sequence[Fact]) -> dict[Figure, int]:
    """Every figure, as the monthly projection has it."""
    found: defaultdict[Figure, int] = defaultdict(int)
    for table in (MONTHLY, CASES):
        for row in rows(Monthly(), table, facts):
            found[row["period"], row["metric"], row["divided"], row["dimension"]] += row.get("value", 1)
    return dict(found)


def amounts(facts: Sequence[Fact]) -> dict[Figure, int]:
    """Every figure, as its events amount to it."""
    return {figure: value(figure[1:], events) for figure, events in explained(facts).items()}


def test_a_figure_lists_exactly_its_events():
    """Two visits to one case and one to another: 延べ 3, 実 2, three events each; the consultation is none of them."""
    facts = placed(fact(VISIT, key="a"), fact(ELDER, key="a", seq=2), fact(VISIT, key="a", seq=3), fact(VISIT, key="b"))
    found = explained(facts)

    assert [0, 2, 3] == [row["log_offset"] for row in found["2026-05", "outreach_contacts", "", ""]]
    assert [("a", "a"), ("a", "a"), ("b", "b")] == [(row["case_id"], row["member"]) for row in found["2026-05", "outreach_cases", "method", "VISIT"]]
    assert figures(facts) == amounts(facts)


def test_an_event_of_a_sitting_is_shown_with_the_case_that_it_is_about():
    """So that row security knows whose it is."""
    opened = CaseSegmentOpened(case="c", sitting="s", segment="g", basis=ConferenceBasis.SWA106_6, members=(), present=())
    found = explained(placed(fact(opened, key="s")))

    assert {"c"} == {row["case_id"] for events in found.values() for row in events}


def test_of_a_fact_that_is_counted_unseen_the_case_is_its_subject():
    """An offer of a case counts as movement of whatever it is keyed by, with or without a look into it."""
    offered = placed(fact(OFFERED, key="a"))
    unseen = [replace(each, event=None) for each in offered]

    assert not FigureEvents().wants("consultation", offered[0].kind)
    assert explained(unseen) == explained(offered) and {"a"} == {row["case_id"] for events in explained(offered).values() for row in events}


def test_no_caseworker_reads_past_the_gate():
    """The events behind a figure are every agency's; a caseworker has the timeline, which shows what was given."""
    (shown,) = RESOURCES

    assert Role.CASEWORKER not in shown.roles and Role.CASEWORKER not in conditions(FIGURE_EVENTS, RESOURCES)


@pytest.mark.parametrize("metric, dimension, figure", [
    ("sittings", "", ("sittings", "", "")), ("consultations", "field:ELDER", ("consultations", "field", "ELDER")),
    ("links", "to_agency:child-guidance", ("links", "to_agency", "child-guidance")),
])
def test_a_figure_is_asked_for_by_metric_and_part(metric: str, dimension: str, figure: tuple[str, str, str]):
    """DIVISION:VALUE."""
    assert figure == asked(metric, dimension)


@pytest.mark.parametrize("metric, dimension", [("nothing", ""), ("sittings", "coordinator"), ("consultations", "colour:RED"), ("cooperations", "x")])
def test_what_is_no_figure_is_said_with_what_there_is(metric: str, dimension: str):
    """A wrong usage."""
    with pytest.raises(ValueError, match="there are|write DIVISION"):
        asked(metric, dimension)
