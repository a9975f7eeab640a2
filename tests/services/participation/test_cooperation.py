"""Cooperation: environment and welfare paired, started, with results; told to all who take part, no personal data."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from contracts.envelope import PartGiven, PartNoted, Tick
from contracts.shared import CasePart, RefusalCode, ShareCause
from kernel.testing import given
from services.participation.domain.cooperation import DECIDER, State
from tests.services.participation.community import PAIRED, RESULT, STARTED, TOMORROW, listed, told

BY_MUNICIPALITY = PartNoted(agency="municipality", part=CasePart.OPENED)


def test_paired_issues_go_to_each_partner_once_and_not_to_the_sender():
    """Environment ↔ welfare: every partner named hears of it, whatever the list repeats, and takes part from then on."""
    then = given(DECIDER).when(PAIRED, agency="community")

    then.then(*told(then, "environment", "workshop"), *listed("environment", "workshop"))
    assert PAIRED == then.events[0]


@pytest.mark.parametrize(("past", "message"), [((PAIRED,), STARTED), ((PAIRED, STARTED), RESULT)])
def test_what_becomes_of_a_project_goes_to_all_who_take_part(past: tuple[Any, ...], message: Any):
    """The partners, and whoever paired the issues; the one who says so is not told."""
    then = given(DECIDER, *past, BY_MUNICIPALITY, PartGiven(agency="workshop", part=CasePart.LISTED)).when(message, agency="environment")

    then.then(*told(then, "workshop", "community", "municipality"))


def test_results_are_recorded_period_after_period():
    """A running cooperation goes on (Running → Running)."""
    then = given(DECIDER, PAIRED, STARTED, RESULT).when(RESULT, agency="community")

    then.then(*told(then, "environment", "workshop"))


@pytest.mark.parametrize(("past", "message", "code"), [
    ((PAIRED,), PAIRED, RefusalCode.ALREADY_DONE),
    ((), STARTED, RefusalCode.WRONG_STATE),
    ((PAIRED, STARTED), STARTED, RefusalCode.ALREADY_DONE),
    ((), RESULT, RefusalCode.WRONG_STATE),
    ((PAIRED,), RESULT, RefusalCode.WRONG_STATE),
    ((), PAIRED.changed(partners=("community",)), RefusalCode.RECIPIENTS_MISSING),
    ((), Tick(), RefusalCode.UNKNOWN_TYPE),
])
def test_what_a_project_cannot_do_now_is_refused(past: tuple[Any, ...], message: Any, code: RefusalCode):
    """Nothing starts that was not paired, nothing has results that was not started; nobody pairs issues alone."""
    given(DECIDER, *past).when(message, agency="community").then_refused(code)


@pytest.mark.parametrize("changes", [
    {"shared_yen": 80_001},
    {"share_to": ShareCause.NONE},
    {"shared_yen": 0},
])
def test_figures_that_cannot_be_are_refused(changes: dict[str, Any]):
    """More shared than sold, shared with nobody, nothing shared with somebody."""
    given(DECIDER, PAIRED, STARTED).when(RESULT.changed(**changes)).then_refused(RefusalCode.VALUE_INVALID)


def test_a_period_that_is_not_over_has_no_result():
    """On its last day it may be told."""
    given(DECIDER, PAIRED, STARTED).when(RESULT.changed(period_to=TOMORROW)).then_refused(RefusalCode.PERIOD_INVALID)
    today = RESULT.changed(period_to=TOMORROW - timedelta(days=1))
    assert today in given(DECIDER, PAIRED, STARTED).when(today).events


@pytest.mark.parametrize("changes", [{"shared_yen": 80_000}, {"shared_yen": 0, "share_to": ShareCause.NONE}, {"sales_yen": 20_000}])
def test_everything_sold_may_be_shared_or_nothing(changes: dict[str, Any]):
    """Part of the sales to another cause (売上の還元), as much as the partners like."""
    result = RESULT.changed(**changes)

    assert result == given(DECIDER, PAIRED, STARTED).when(result).events[0]


def test_parts_in_what_is_no_project_are_not_kept():
    """A case of the same function's log costs nothing here."""
    assert State() == given(DECIDER, BY_MUNICIPALITY).state
