"""R15: what counts persons leaves the town only where nobody can be recognised in it, and nothing that leaves tells what stays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from random import Random
from typing import Any

import pytest

from services.reporting.projections.counting import Metric
from services.reporting.projections.metrics import BY_CODE, METRICS
from services.reporting.small_cells import SUMS, WITHIN, for_outside, of_persons, small
from tests.services.reporting.solver import Equation, possible

LIMIT = 5
Cells = dict[tuple[str, str, str], int]


def shown(*values: int) -> list[int | None]:
    """What of these fields of consultation leaves the town, when the whole is not told."""
    rows: list[dict[str, Any]] = [{"metric": "signals", "divided": "channel", "dimension": str(place), "value": value} for place, value in enumerate(values)]
    return [row["value"] for row in for_outside(rows, LIMIT)]


def table(metric: str, whole: int, **parts: Iterable[int]) -> Cells:
    """A figure and its divisions."""
    return {(metric, "", ""): whole} | {(metric, divided, str(n)): value for divided, values in parts.items() for n, value in enumerate(values)}


@pytest.mark.parametrize("values, left", [((5, 0, 9), [5, 0, 9]), ((2, 3, 9), [None, None, 9]), ((4,), [None]), ((4, 0), [None, 0])])
def test_r15_a_cell_of_few_persons_is_kept_back(values: tuple[int, ...], left: list[int | None]):
    """Of nobody is no secret; where no whole is told there is nothing to take it from."""
    assert left == shown(*values)


@pytest.mark.parametrize(
    "whole, parts, hidden",
    [
        (20, (2, 7, 11), {"0", "1"}),
        (20, (20,), set()),
        (3, (3,), {"", "0"}),
        (12, (2, 10), {"0", "1"}),
        (14, (2, 2, 10), {"0", "1"}),
        (12, (1, 1, 10), {"0", "1", "2"}),
        (5, (1, 1, 1, 1, 1), {"", "0", "1", "2", "3", "4"}),
    ],
)
def test_r15_so_are_others_that_would_tell_it(whole: int, parts: tuple[int, ...], hidden: set[str]):
    """The smallest neighbour of a single one (case 33); a third where two are ones, since a listed cell is at least one; at last the whole."""
    assert hidden == {name[2] for name in small(table("signals", whole, channel=parts), LIMIT)}


def test_r15_an_exact_division_tells_nothing_of_another():
    """Each division of a figure adds up to the same whole: each has its own second cell."""
    hidden = small(table("signals", 30, channel=(2, 8, 20), agency=(9, 21)), LIMIT)

    assert {("signals", "channel", "0"), ("signals", "channel", "1")} == hidden


def test_r15_distinct_counts_and_contacts_do_not_tell_each_other():
    """延べ equals 実 as a whole, so each part does: what is kept back of one must not be shown in the other."""
    cells = table("outreach_contacts", 20, agency=(3, 7, 10)) | table("outreach_cases", 20, agency=(3, 7, 10))

    assert {("outreach_contacts", "agency", "0"), ("outreach_contacts", "agency", "1"), ("outreach_cases", "agency", "0"), ("outreach_cases", "agency", "1")} == (
        small(cells, LIMIT))


def test_r15_what_counts_no_persons_is_shown():
    """Sittings, places, resources are the town's own."""
    rows = [{"metric": "places_opened", "divided": "", "dimension": "", "value": 1}]

    assert [1] == [row["value"] for row in for_outside(rows, LIMIT)]
    assert {"sittings", "segments", "resources", "places_opened", "sessions", "supplies", "issues_paired", "cooperations"} <= {
        metric.code for metric in METRICS if not of_persons(metric)
    }


def test_r15_heads_and_cases_count_as_persons():
    """Also where the fact itself belongs to a place or a sitting."""
    assert {"attendance", "new_consultation_cases", "emergencies", "outreach_cases", "active_cases", "conference_cases"} <= {
        metric.code for metric in METRICS if of_persons(metric)
    }


def test_r15_what_was_kept_back_stays_so_in_a_correction():
    """2 and 7 kept back of 20; the 2 becomes 6: shown now, it would give the 7 away, and the 7 the 2 of before."""
    then, now = table("signals", 20, channel=(2, 7, 11)), table("signals", 24, channel=(6, 7, 11))

    assert set() == small(now, LIMIT)
    assert {("signals", "channel", "0"), ("signals", "channel", "1")} == small(now, LIMIT, then, frozenset(small(then, LIMIT)))


def test_r15_nor_does_the_export_show_what_the_correction_keeps_back():
    """3 and 7 reported, both kept back; the 3 becomes 5: a sheet for the prefecture beside the report tells neither."""
    then, now = table("signals", 10, channel=(3, 7)), table("signals", 12, channel=(5, 7))
    hidden_then = frozenset(small(then, LIMIT))
    rows: list[dict[str, Any]] = [{"metric": name[0], "divided": name[1], "dimension": name[2], "value": value} for name, value in now.items()]

    assert [12, 5, 7] == [row["value"] for row in for_outside(rows, LIMIT)]
    assert [12, None, None] == [row["value"] for row in for_outside(rows, LIMIT, then, hidden_then)]


@pytest.mark.parametrize("seed", range(100))
def test_r15_whoever_solves_all_equations_learns_no_cell(seed: int):
    """An attacker who knows every shown cell, every relation and that a listed cell is at least one finds two values for each that is hidden."""
    cells = _drawn(Random(seed))
    hidden = small(cells, LIMIT)

    assert {name for name, value in cells.items() if 0 < value < LIMIT} <= hidden
    assert [] == [name for name in hidden if len(possible(name, cells, hidden, _equations(cells))) < 2]


def test_the_solver_recovers_cells_where_only_the_small_ones_are_kept_back():
    """It is no straw man: without secondary cells it succeeds in a third of the same tables."""
    recovered = 0
    for seed in range(100):
        cells = _drawn(Random(seed))
        hidden = {name for name, value in cells.items() if 0 < value < LIMIT}
        recovered += any(len(possible(name, cells, hidden, _equations(cells))) < 2 for name in hidden)

    assert recovered > 33


@pytest.mark.parametrize("seed", range(50))
def test_r15_nor_does_whoever_has_an_earlier_report_too(seed: int):
    """The same with last month's report of the same month, of which nothing can have become less."""
    random = Random(seed)
    then = _drawn(random, metrics=("outreach_contacts",))
    hidden_then = frozenset(small(then, LIMIT))
    now = _grown(then, random)
    hidden = small(now, LIMIT, then, hidden_then)
    both = {("then", *name): value for name, value in then.items()} | {("now", *name): value for name, value in now.items()}
    kept = {("then", *name) for name in hidden_then} | {("now", *name) for name in hidden}
    equations = [(kind, (time, *whole), [(time, *part) for part in parts]) for time, of in (("then", then), ("now", now)) for kind, whole, parts in _equations(of)]
    equations += [("<=", ("now", *name), [("then", *name)]) for name in then]

    assert [] == [name for name in kept if len(possible(name, both, kept, equations)) < 2]


def test_r15_metrics_that_add_up_to_another_are_known():
    """Also those that nobody wrote down: whatever has the same events is tied."""
    assert {"participation_contacts": ("gap_needs", "trials", "matches", "settlement_supports")} == SUMS
    assert {"consultations", "active_cases"} == set(WITHIN["new_consultation_cases"])
    assert {"participation_persons", "participation_contacts", "settlement_supports"} == set(WITHIN["settled_persons"])


@pytest.mark.parametrize("seed", range(100))
def test_r15_nor_does_whoever_adds_up_several_metrics(seed: int):
    """Four kinds of work in participation add up to its contacts, in each agency too; persons overlap."""
    cells = _of_participation(Random(seed))
    hidden = small(cells, LIMIT)

    assert [] == [name for name in hidden if len(possible(name, cells, hidden, _equations_of_participation(cells))) < 2]


def _drawn(random: Random, metrics: tuple[str, ...] = ("outreach_contacts", "outreach_cases")) -> Cells:
    """Few cases with few visits each: sparse tables of contacts (延べ) and cases (実), by method and by agency."""
    visits = [(case, random.choice("VPL"), random.choice("ab")) for case in range(random.randint(1, 9)) for _ in range(random.choice((1, 1, 2, 3)))]
    found: dict[tuple[str, str, str], list[int]] = {}
    for case, method, agency in visits:
        for cell in (("", ""), ("method", method), ("agency", agency)):
            for metric in metrics:
                found.setdefault((metric, *cell), []).append(case)
    return {name: len(set(each)) if BY_CODE[name[0]].distinct else len(each) for name, each in found.items()}


def _grown(then: Cells, random: Random) -> Cells:
    """A late visit or three."""
    now = dict(then)
    for _ in range(random.randint(1, 3)):
        for cell in (("", ""), ("method", random.choice("VPL")), ("agency", random.choice("abc"))):
            now["outreach_contacts", *cell] = now.get(("outreach_contacts", *cell), 0) + 1
    return now


def _equations(cells: Mapping[tuple[str, str, str], int]) -> list[Equation]:
    """What anybody knows of these figures, written down here once more: = adds up; ~ overlaps; <= is at most. Overlaps that add up are guessed to."""
    found: list[Equation] = []
    for metric in sorted({name[0] for name in cells}):
        for divided in ("method", "agency"):
            parts = sorted(name for name in cells if name[:2] == (metric, divided))
            adds_up = sum(cells[part] for part in parts) == cells[metric, "", ""]
            found.append(("=" if metric == "outreach_contacts" or adds_up else "~", (metric, "", ""), parts))
    found += [("<=", ("outreach_contacts", *name[1:]), [name]) for name in cells if name[0] == "outreach_cases"]
    return found


KINDS = ("gap_needs", "trials", "matches", "settlement_supports")


def _of_participation(random: Random) -> Cells:
    found: dict[tuple[str, str, str], list[int]] = {}
    for _ in range(random.randint(3, 25)):
        kind, person, agency = random.choice(KINDS), random.randint(1, 8), random.choice("aab")
        of = (kind, "participation_contacts", "participation_persons", *(("settled_persons",) if kind == "settlement_supports" else ()))
        for metric in of:
            for cell in (("", ""), ("agency", agency)):
                found.setdefault((metric, *cell), []).append(person)
    return {name: len(set(each)) if name[0].endswith("persons") else len(each) for name, each in found.items()}


def _equations_of_participation(cells: Cells) -> list[Equation]:
    found: list[Equation] = []
    for metric in {name[0] for name in cells}:
        parts = sorted(name for name in cells if name[:2] == (metric, "agency"))
        adds_up = sum(cells[part] for part in parts) == cells[metric, "", ""]
        found.append(("=" if not metric.endswith("persons") or adds_up else "~", (metric, "", ""), parts))
    for _, *at in sorted(name for name in cells if name[0] == "participation_contacts"):
        found.append(("=", ("participation_contacts", *at), [(kind, *at) for kind in KINDS if (kind, *at) in cells]))
        found.append(("<=", ("participation_contacts", *at), [("participation_persons", *at)]))
        for whole in ("participation_persons", "settlement_supports"):
            found += [("<=", (whole, *at), [("settled_persons", *at)])] if ("settled_persons", *at) in cells else []
    return found


@pytest.mark.parametrize("metric", METRICS, ids=lambda each: each.code)
def test_events_by_which_cases_are_counted_are_as_delicate_as_the_cases(metric: Metric):
    """A case that is counted at all is one event or more: with one event shown, the hidden number of cases is one."""
    alike = [each for each in METRICS if each.unit_ja == "事例" and set(each.sources) & set(metric.sources)]

    assert of_persons(metric) or not alike
