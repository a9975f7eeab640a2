"""R15: what counts persons leaves the town only where nobody can be recognised in it."""

from __future__ import annotations

from typing import Any

import pytest

from services.reporting.projections.metrics import METRICS
from services.reporting.small_cells import for_outside, of_persons

LIMIT = 5


def cells(metric: str, *values: int) -> list[int | None]:
    """What of these cells of one figure leaves the town."""
    rows: list[dict[str, Any]] = [{"metric": metric, "dimension": str(place), "value": value} for place, value in enumerate(values)]
    return [row["value"] for row in for_outside(rows, LIMIT)]


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ((5, 0, 9), [5, 0, 9]), ((2, 3, 9), [None, None, 9]), ((4,), [None]), ((4, 0), [None, 0]), ((2, 30, 7, 0), [None, 30, None, 0]),
    ],
)
def test_r15_a_cell_of_few_persons_is_kept_back(values: tuple[int, ...], shown: list[int | None]):
    """Of nobody is no secret; of a single small cell its smallest neighbour goes too, so that no difference gives it away (case 33)."""
    assert shown == cells("consultations", *values)


def test_r15_what_counts_no_persons_is_shown():
    """Sittings, places, resources are the town's own."""
    assert [1, 2] == cells("places_opened", 1, 2)
    assert {"sittings", "segments", "resources", "places_opened", "sessions", "supplies", "issues_paired", "cooperations"} <= {
        metric.code for metric in METRICS if not of_persons(metric)
    }


def test_r15_heads_and_cases_count_as_persons():
    """Also where the fact itself belongs to a place."""
    assert {"attendance", "new_consultation_cases", "emergencies", "outreach_cases", "active_cases"} <= {
        metric.code for metric in METRICS if of_persons(metric)
    }


def test_r15_a_row_says_that_it_is_kept_back():
    """Not that it is none."""
    (kept, shown) = for_outside([{"metric": "links", "value": 2}, {"metric": "links", "value": 0}], LIMIT)

    assert ((None, True), (0, False)) == ((kept["value"], kept["hidden"]), (shown["value"], shown["hidden"]))
