"""Deadlines: set, met or missed; the earliest first, once, and whoever had to act is told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from contracts.envelope import CaseFrozen, DeadlineMet, DeadlineMissed, DeadlineSet, DisclosureRequested, FreezeNoted, Tick
from contracts.registry import DeadlinesSet
from contracts.shared import Basis, Deadline, DeadlineTerm
from kernel.days import DAY_MS
from kernel.deadlines import DEADLINES, TERMS, after_days, by_day, met
from kernel.decider import Context
from kernel.testing import AT, KEY, Then, given

CONTEXT = Context(at=AT, key=KEY, function="consultation", source="elder", message_id="m", message_type="LinkedToAgency", agency="elder")


def watched(deadline: Deadline = Deadline.LINK_UNANSWERED, of: str = "poverty", due: int = AT) -> DeadlineSet:
    """Something has to be done by ``due``."""
    return DeadlineSet(deadline=deadline, of=of, agency="elder", due=due)


def missed(event: DeadlineSet) -> DeadlineMissed:
    """It was not."""
    return DeadlineMissed(deadline=event.deadline, of=event.of, agency=event.agency, due=event.due)


def ticked(*events: Any, at: int = AT) -> Then:
    """A tick reaches consultation, which has noted ``events``."""
    return given(DEADLINES, *events).when(Tick(), agency="", source="function:consultation", at=at, function="consultation")


def test_what_was_not_done_by_its_day_is_missed_and_its_agency_is_told() -> None:
    """Codes alone, within the work of the programme (basis K)."""
    told = ticked(watched()).then(missed(watched()), DisclosureRequested)

    request = told.past[-1]
    assert ("DeadlineMissed", "elder", Basis.K, ()) == (request.event_type, request.recipient, request.basis, request.parts)


def test_a_tick_before_the_time_or_after_it_was_met_gives_nothing() -> None:
    """Also when it comes twice."""
    ticked(watched(due=AT + 1)).then_nothing()
    ticked(watched(), DeadlineMet(deadline=Deadline.LINK_UNANSWERED, of="poverty")).then_nothing()
    ticked(watched(), missed(watched())).then_nothing()


def test_after_an_outage_the_earliest_is_missed_first() -> None:
    """Whatever the order in which they were set."""
    late, early = watched(due=AT - 1), watched(Deadline.PLAN_REVIEW, "plan", AT - DAY_MS)

    ticked(late, early).then(missed(early), missed(late), DisclosureRequested, DisclosureRequested)


def test_a_deadline_set_anew_takes_the_place_of_the_one_before() -> None:
    """One kind and object has one deadline."""
    assert AT + 5 == DEADLINES.due(given(DEADLINES, watched(), watched(due=AT + 5)).state)  # type: ignore[misc]
    assert DEADLINES.due({}) is None  # type: ignore[misc]


@pytest.mark.parametrize("frozen", [CaseFrozen(into_case="d" * 32), FreezeNoted(into_case="d" * 32)])
def test_under_a_frozen_case_nothing_is_watched(frozen: Any) -> None:
    """Nobody can do there any more what was asked for; what has its day anew has it under the new id."""
    assert DEADLINES.due(given(DEADLINES, watched(due=AT + 1), frozen).state) is None  # type: ignore[misc]
    ticked(watched(), frozen).then_nothing()
    ticked(watched(), frozen, watched()).then(missed(watched()), DisclosureRequested)


def test_days_are_the_municipalitys_to_give() -> None:
    """Where it gives none, nothing is watched."""
    terms = given(TERMS).when(DeadlinesSet(pack="national", terms=(DeadlineTerm(deadline=Deadline.LINK_UNANSWERED, days=7),))).state
    context: Callable[[Any], Context] = lambda shared: Context(**{**_fields(CONTEXT), "shared": shared})

    assert [watched(due=AT + 7 * DAY_MS)] == list(after_days(context(terms), Deadline.LINK_UNANSWERED, "poverty", "elder"))
    assert [] == list(after_days(context(terms), Deadline.PLAN_REVIEW, "plan", "elder"))
    assert [] == list(after_days(context(None), Deadline.LINK_UNANSWERED, "poverty", "elder"))


def test_a_day_ends_at_midnight_in_japan() -> None:
    """15:00 UTC."""
    end = by_day(Deadline.NEXT_CONTACT, "", "elder", date(2026, 5, 1)).due

    assert datetime(2026, 5, 1, 15, tzinfo=UTC).timestamp() * 1000 == end
    assert DeadlineMet(deadline=Deadline.NEXT_CONTACT, of="") == met(Deadline.NEXT_CONTACT)


def _fields(context: Context) -> dict[str, Any]:
    return {name: getattr(context, name) for name in Context.__slots__}
