"""Routing: which functions an admitted event goes to, and how much of it; each rule in a sentence."""

from __future__ import annotations

import pytest

from contracts.catalogue import CATALOGUE
from contracts.topics import SUPPORT_FUNCTIONS, Function
from services.intake.domain.routing import Content, Delivery, deliveries

PUBLISHABLE = [kind for kind in CATALOGUE.values() if kind.publishers]


@pytest.mark.parametrize("kind", PUBLISHABLE, ids=lambda kind: kind.name)
def test_every_event_goes_whole_to_exactly_its_own_function(kind) -> None:
    """Sealed parts have one address."""
    assert [kind.function] == [each.function for each in deliveries(kind) if each.content is Content.WHOLE]


@pytest.mark.parametrize("name", ["SignalReceived", "ConsultationReceived"])
def test_whoever_opens_a_case_is_announced_first_and_everywhere_else(name: str) -> None:
    """Each other function and the gate learn who may speak about the case, before it is sent on."""
    found = list(deliveries(CATALOGUE[name]))
    announced = {each.function for each in found if each.content is Content.ANNOUNCEMENT}
    assert {*SUPPORT_FUNCTIONS, Function.CONSENT} - {Function.CONSULTATION} == announced
    assert Delivery(Function.CONSULTATION, Content.WHOLE) == found[-1]


@pytest.mark.parametrize("name", ["ConferenceConvened", "IssuesPaired", "PlaceOpened", "ResourceProposed"])
def test_what_is_no_case_is_not_announced(name: str) -> None:
    """A sitting, a project, a place and a resource concern one function only."""
    assert [Content.WHOLE] == [each.content for each in deliveries(CATALOGUE[name])]


def test_a_screening_is_copied_to_coordination_without_parts() -> None:
    """Coordination learns that a case is complex in the order in which the desk speaks."""
    assert [Delivery(Function.CONSULTATION, Content.WHOLE), Delivery(Function.COORDINATION, Content.BODY)] == list(
        deliveries(CATALOGUE["ConsultationScreened"])
    )


def test_a_protection_flag_goes_to_every_partition_of_the_gate() -> None:
    """It must have a place in the order of each case."""
    assert [Delivery(Function.CONSENT, Content.WHOLE, everywhere=True)] == list(deliveries(CATALOGUE["ProtectionFlagSet"]))
