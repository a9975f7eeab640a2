"""Asking: who is told of a fact without personal data, and who is not."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from contracts.coordination import CoordinationReferred, LeadAgencyNamed, TaskAssigned
from contracts.envelope import DisclosureRequested
from contracts.shared import Basis, DataCategory, FunctionName, Purpose
from kernel.asking import ask, tell
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


def asked(
    event: type = CoordinationReferred, default: Basis = Basis.C, source: str = "elder", wanted: tuple[DataCategory, ...] = (), **claimed: Any,
) -> DisclosureRequested:
    """The request that goes with a referral of the elder centre, which claims something for it."""
    context = Context(
        at=0, key="k", function="coordination", source=source, message_id="m", message_type="CoordinationReferred", agency="elder", **claimed,
    )
    return ask(context, FunctionName.COORDINATION, 0, event, "coordinator", Purpose.COORDINATION, default, wanted=wanted)


CLAIM = {"basis": "G", "purpose": "STATUTORY_WORK"}
AS_DECIDED = (Basis.C, Purpose.COORDINATION)


@pytest.mark.parametrize("default", [Basis.C, Basis.V])
def test_the_sender_claims_a_basis_for_its_own_event(default: Basis) -> None:
    """Rule 17: in the place of consent, or of danger to life; basis and purpose each on their own."""
    both, basis, purpose = asked(default=default, **CLAIM), asked(default=default, basis="W"), asked(default=default, purpose="OUTREACH")

    assert (Basis.G, Purpose.STATUTORY_WORK) == (both.basis, both.purpose)
    assert (Basis.W, Purpose.COORDINATION) == (basis.basis, basis.purpose)
    assert (default, Purpose.OUTREACH) == (purpose.basis, purpose.purpose)
    assert isinstance(both.basis, Basis)
    assert isinstance(both.purpose, Purpose)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"event": TaskAssigned}, AS_DECIDED), ({"source": "tsunagu.consultation"}, AS_DECIDED), ({"wanted": (DataCategory.BASIC,)}, AS_DECIDED),
        *(({"default": basis}, (basis, Purpose.COORDINATION)) for basis in (Basis.K, Basis.B0, Basis.M, Basis.NONE)),
    ],
)
def test_a_claim_touches_nothing_else(changes: dict[str, Any], expected: tuple[Basis, Purpose]) -> None:
    """Not what follows from the event, nor what another function passes on, nor a look-up, nor a notice of codes, nor what is said in a conference segment."""
    found = asked(**changes, **CLAIM)

    assert expected == (found.basis, found.purpose)


@pytest.mark.parametrize("event", [CoordinationReferred, TaskAssigned, LeadAgencyNamed])
@pytest.mark.parametrize("day", [date(2026, 5, 1), None])
def test_rule_2_every_request_says_when_its_data_were_written_down(event: type, day: date | None) -> None:
    """As the sender says; nothing where nobody says it."""
    assert day == asked(event, authored=day).authored
