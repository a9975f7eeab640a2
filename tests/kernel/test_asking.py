"""Asking: who is told of a fact without personal data, and who is not."""

from __future__ import annotations

import pytest

from contracts.coordination import LeadAgencyNamed
from contracts.shared import Basis, FunctionName, Purpose
from kernel.asking import tell
from kernel.decider import Context


def told(*agencies: str, source: str = "coordinator", ordinal: int = 0) -> list[tuple[str, str]]:
    """Whom a fact is asked to be told to when the coordinator speaks, and which event of the decision it is."""
    context = Context(at=0, key="k", function="coordination", source=source, message_id="m", message_type="t", agency="coordinator")
    requests = list(tell(context, FunctionName.COORDINATION, ordinal, LeadAgencyNamed, agencies, Purpose.COORDINATION, Basis.K))
    assert all(("LeadAgencyNamed", Basis.K, ()) == (each.event_type, each.basis, each.parts) for each in requests)
    assert all(context.event_id(ordinal) == each.event_id for each in requests)
    return [(each.recipient, each.agency) for each in requests]


@pytest.mark.parametrize("ordinal", [0, 2])
def test_each_agency_is_told_once_in_its_order(ordinal: int) -> None:
    """However often it is named; on behalf of whoever spoke."""
    assert [("elder", "coordinator"), ("child", "coordinator")] == told("elder", "child", "elder", ordinal=ordinal)


def test_nobody_is_not_told() -> None:
    """Where no lead was named yet there is none to tell."""
    assert [("elder", "coordinator")] == told("", "elder")


def test_whoever_reports_a_fact_is_not_told_of_it() -> None:
    """It knows."""
    assert [("elder", "coordinator")] == told("coordinator", "elder")


def test_whoever_reported_what_it_follows_from_is_told() -> None:
    """Another function has passed it on: what follows here was not said by the agency, and not by nobody."""
    assert [("coordinator", "coordinator")] == told("coordinator", source="tsunagu.consultation")
