"""The community function as a whole: partners take part, strangers hear that there is nothing, the contract's end comes as a tick."""

from __future__ import annotations

from typing import Any

from contracts.community import CaseStoryApproved, NoticeAcknowledged, PlaceClosed, PlaceOpened, SessionHeld
from contracts.envelope import DeadlineMissed, DeadlineSet, DisclosureRequested, MessageNoted, MessageRefused, Tick
from contracts.shared import Basis, RefusalCode
from kernel import serde
from kernel.properties import Said, check
from services.participation.app import SERVICE
from tests.services.participation import community as said

FUNCTION = next(function for function in SERVICE.functions if function.name == "community")
KEY = "b" * 32


def recorded(*history: Said) -> list[Any]:
    """Everything in the function's log after this history."""
    return [serde.unwrapped(serde.decode(record.value)) for record in check(FUNCTION, history)]


def refusals(*history: Said) -> list[tuple[str, RefusalCode]]:
    """Who was refused what."""
    return [(event.agency, event.code) for event in recorded(*history) if isinstance(event, MessageRefused)]


def test_a_place_that_one_agency_plans_is_opened_run_and_closed_by_those_it_names():
    """The partners of a plan have a part in it; those of the opening too."""
    history = (
        Said(said.PLANNED, KEY, "environment"), Said(said.OPENED, KEY, "community"), Said(said.HELD, KEY, "child"), Said(said.CLOSED, KEY, "elder"),
    )
    events = recorded(*history)

    assert [PlaceOpened, SessionHeld, PlaceClosed] == [type(each) for each in events if isinstance(each, (PlaceOpened, SessionHeld, PlaceClosed))]
    assert "environment" in {each.recipient for each in events if isinstance(each, DisclosureRequested) and each.event_type == "PlaceClosed"}
    assert all(each.basis is Basis.B0 for each in events if isinstance(each, DisclosureRequested))


def test_a_stranger_to_a_place_hears_that_there_is_none():
    """Anybody may offer food to it; only those who take part report what happens there."""
    opened = Said(said.OPENED, KEY, "community")

    assert [("tax", RefusalCode.CASE_NOT_FOUND)] == refusals(opened, Said(said.HELD, KEY, "tax"))
    assert [] == refusals(opened, Said(said.OFFERED, KEY, "environment"))


def test_a_story_is_approved_by_an_agency_without_a_part_and_never_by_its_drafter():
    """Four eyes hold in the whole function."""
    drafted = Said(said.STORY, KEY, "environment")

    assert [("environment", RefusalCode.SAME_AGENCY)] == refusals(drafted, Said(said.APPROVED, KEY, "environment"))
    assert CaseStoryApproved() in recorded(drafted, Said(said.APPROVED, KEY, "prefecture"))


def test_recipients_of_a_notice_may_answer_and_others_hear_that_there_is_none():
    """Being named gives the part; whoever relayed it does not answer itself."""
    relayed = Said(said.RELAYED, KEY, "prefecture")

    assert NoticeAcknowledged() in recorded(relayed, Said(said.ACKNOWLEDGED, KEY, "environment"))
    assert [("elder", RefusalCode.CASE_NOT_FOUND)] == refusals(relayed, Said(said.ACKNOWLEDGED, KEY, "elder"))
    assert [("prefecture", RefusalCode.NOT_THE_ADDRESSEE)] == refusals(relayed, Said(said.ACKNOWLEDGED, KEY, "prefecture"))


def test_the_end_of_a_contract_is_missed_once_and_its_agency_is_told():
    """Set by the registry's fact, missed by the tick after it; a fact without an end is noted."""
    until = Said(said.CONTRACT, "workshop", "", "registry")
    late = 1_806_505_200_000
    events = recorded(until, Said(Tick(), "t", "", "tsunagu.timer", late), Said(Tick(), "t", "", "tsunagu.timer", late + 1))

    assert [DeadlineSet, DeadlineMissed, DisclosureRequested] == [type(each) for each in events]
    assert ("workshop", Basis.K) == (events[-1].recipient, events[-1].basis)
    assert [MessageNoted] == [type(each) for each in recorded(Said(said.CONTRACT.changed(contract_until=None), "workshop", "", "registry"))]
