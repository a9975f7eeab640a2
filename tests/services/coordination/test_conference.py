"""Conference: what a case knows of its segments, what is asked, given and decided in them; each rule in a sentence."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from contracts.coordination import DecisionRecorded, InformationGivenInConference, InformationRequestedInConference, SegmentNoted
from contracts.envelope import DisclosureRequested, PartGiven, PartNoted, Tick
from contracts.shared import (
    Basis,
    CasePart,
    ConferenceBasis,
    ConferenceDecision,
    DataCategory,
    FunctionName,
    PartCode,
    Purpose,
    RefusalCode,
)
from kernel.decider import Part
from kernel.testing import given
from services.coordination.domain.conference import DECIDER
from tests.services.coordination.test_sitting import CONVENED, OPENED, SEGMENT, SITTING, TOLD_CLOSED, TOLD_OPEN

CHILD = "c" * 32
NOTED_OPEN = SegmentNoted(
    sitting=SITTING, segment=SEGMENT, basis=OPENED.basis, members=OPENED.members, present=OPENED.present, open=True, convener="municipality",
)
PART = PartNoted(agency="municipality", part=CasePart.OPENED)
NOTED_CLOSED = NOTED_OPEN.changed(open=False)
ASKED = InformationRequestedInConference(segment=SEGMENT, to_agency="child", wanted=(DataCategory.SCHOOLING,))
GIVEN = InformationGivenInConference(person=CHILD, segment=SEGMENT, keep_until=date(2026, 6, 1))
DECIDED = DecisionRecorded(person=CHILD, segment=SEGMENT, decisions=(ConferenceDecision.INFORMATION_SHARED,), plan_changed=False)


def request(event_id: str, event_type: str, recipient: str, agency: str, *parts: PartCode) -> DisclosureRequested:
    """A request to the gate on basis M, in the segment."""
    return DisclosureRequested(
        event_id=event_id, event_type=event_type, recipient=recipient, agency=agency, function=FunctionName.COORDINATION,
        purpose=Purpose.SUPPORT_CONFERENCE, basis=Basis.M, segment=SEGMENT, parts=parts,
    )


@pytest.mark.parametrize("part", [PART, PartGiven(agency="municipality", part=CasePart.LINKED)])
def test_a_case_notes_the_segment_opened_about_it(part: PartNoted | PartGiven) -> None:
    """The case keeps who may speak about it, and who convened it, in its own words; the convener has a part, noted or given."""
    given(DECIDER, part).when(TOLD_OPEN[0], agency="municipality", source="coordination").then(NOTED_OPEN)


@pytest.mark.parametrize("past", [(), (PartNoted(agency="elder", part=CasePart.OPENED),), (CONVENED, OPENED)])
def test_nobody_opens_a_segment_about_a_case_without_a_part_in_it(past: tuple[Any, ...]) -> None:
    """A case of others and one that does not exist look the same; an agenda alone opens nothing."""
    given(DECIDER, *past).when(TOLD_OPEN[0], agency="municipality", source="coordination").then_refused(RefusalCode.CASE_NOT_FOUND)


def test_a_case_notes_the_segment_closed() -> None:
    """Members and guests are remembered, so that what comes late is still asked of the gate."""
    given(DECIDER, NOTED_OPEN).when(TOLD_CLOSED[0], source="coordination").then(NOTED_CLOSED)


@pytest.mark.parametrize(
    ("past", "message"),
    [
        ((NOTED_OPEN,), TOLD_OPEN[0]),
        ((NOTED_OPEN, NOTED_CLOSED), TOLD_OPEN[0]),
        ((NOTED_OPEN, NOTED_CLOSED), TOLD_CLOSED[0]),
        ((), TOLD_CLOSED[0]),
        ((NOTED_OPEN,), TOLD_OPEN[0].changed(sitting="9" * 32, members=("stranger",))),
        ((NOTED_OPEN,), TOLD_CLOSED[0].changed(sitting="9" * 32)),
    ],
)
def test_a_segment_belongs_to_the_sitting_that_opened_it(past: tuple[Any, ...], message: Any) -> None:
    """What is known already, never began, or comes from another sitting, changes nothing."""
    given(DECIDER, PART, *past).when(message, agency="municipality", source="coordination").then_nothing()


def test_information_is_asked_for_in_an_open_segment() -> None:
    """The asked agency is to hear the question, on the ground of the segment."""
    then = given(DECIDER, NOTED_OPEN).when(ASKED, agency="municipality")
    then.then(ASKED, request(then.context.event_id(0), "InformationRequestedInConference", "child", "municipality"))


def test_who_is_not_in_the_conference_asks_for_nothing_in_it() -> None:
    """Another office of the same town is no member; what it would ask for is not opened to anybody."""
    given(DECIDER, NOTED_OPEN).when(ASKED, agency="protection-unit").then_refused(RefusalCode.SEGMENT_NOT_OPEN)


@pytest.mark.parametrize("past", [(), (NOTED_OPEN, NOTED_CLOSED), (CONVENED, OPENED)])
def test_nothing_is_asked_for_outside_an_open_segment_of_the_case(past: tuple[Any, ...]) -> None:
    """A case that was never on an agenda and one that does not exist look the same; a sitting is no case."""
    given(DECIDER, *past).when(ASKED, agency="municipality").then_refused(RefusalCode.SEGMENT_NOT_OPEN)


@pytest.mark.parametrize("past", [(NOTED_OPEN,), (NOTED_OPEN, NOTED_CLOSED)])
def test_what_a_member_gives_is_asked_of_the_gate_for_everybody_else_in_the_room(past: tuple[Any, ...]) -> None:
    """Members and guests alike, in the segment and after it: it is recorded, and the gate says who may have it."""
    then = given(DECIDER, *past).when(GIVEN, agency="child", parts=(Part(CHILD, "SCHOOLING", False),))
    code = PartCode(person=CHILD, category=DataCategory.SCHOOLING)
    then.then(GIVEN, *(
        request(then.context.event_id(0), "InformationGivenInConference", attendee, "child", code)
        for attendee in ("municipality", "elder", "workshop")
    ))


@pytest.mark.parametrize(("past", "agency"), [((), "child"), ((NOTED_OPEN,), "workshop"), ((NOTED_OPEN,), "tax"), ((CONVENED, OPENED), "child")])
def test_who_is_not_listed_finds_no_case(past: tuple[Any, ...], agency: str) -> None:
    """A guest, a stranger and a wrong number get the same answer."""
    given(DECIDER, *past).when(GIVEN, agency=agency).then_refused(RefusalCode.CASE_NOT_FOUND)


def test_membership_of_one_segment_is_none_of_another() -> None:
    """Nothing flows from one segment to another by membership alone."""
    other = GIVEN.changed(segment="3" * 32)
    given(DECIDER, NOTED_OPEN).when(other, agency="child").then_refused(RefusalCode.CASE_NOT_FOUND)


def decision(event_id: str, recipient: str, purpose: Purpose, basis: Basis, agency: str = "municipality") -> DisclosureRequested:
    """A request to tell a member what was decided."""
    return DisclosureRequested(
        event_id=event_id, event_type="DecisionRecorded", recipient=recipient, agency=agency, function=FunctionName.COORDINATION,
        purpose=purpose, basis=basis, segment=SEGMENT if basis is Basis.M else None,
        parts=(PartCode(person=CHILD, category=DataCategory.LIFE_HISTORY),), persons=(CHILD,),
    )


GROUNDS = [
    (ConferenceBasis.SWA106_6, Basis.M, Purpose.SUPPORT_CONFERENCE),
    (ConferenceBasis.NON_STATUTORY, Basis.C, Purpose.COORDINATION),
    *((each, Basis.C, Purpose.SUPPORT_CONFERENCE) for each in (
        ConferenceBasis.CWA25_2, ConferenceBasis.NPA9, ConferenceBasis.PAA27_3, ConferenceBasis.LIA15,
    )),
]


@pytest.mark.parametrize(("conference", "basis", "purpose"), GROUNDS)
@pytest.mark.parametrize("still_open", [True, False])
def test_what_was_decided_is_asked_of_the_gate_for_each_other_member(
    conference: ConferenceBasis, basis: Basis, purpose: Purpose, still_open: bool,
) -> None:
    """Open or just closed: members only, each on the ground of that segment; never the guest, never the sender itself."""
    noted = NOTED_OPEN.changed(basis=conference, open=still_open)
    then = given(DECIDER, noted).when(
        DECIDED, agency="municipality", parts=(Part(CHILD, "LIFE_HISTORY", False),), persons=(CHILD,),
    )
    then.then(DECIDED, *(decision(then.context.event_id(0), member, purpose, basis) for member in ("child", "elder")))


def test_a_member_may_write_down_the_decision_and_so_may_a_convener_that_is_none() -> None:
    """The coordinator opened the segment and is no member: it records; another member does too."""
    case = given(DECIDER, NOTED_OPEN.changed(convener="coordinator"))
    case.when(DECIDED, agency="coordinator").then(DECIDED, DisclosureRequested, DisclosureRequested, DisclosureRequested)
    case.when(DECIDED, agency="elder").then(DECIDED, DisclosureRequested, DisclosureRequested)


@pytest.mark.parametrize("agency", ["workshop", "coordinator"])
def test_who_neither_convened_the_segment_nor_is_a_member_records_no_decision(agency: str) -> None:
    """A guest, or an agency that takes part in the case but not in this segment."""
    given(DECIDER, NOTED_OPEN).when(DECIDED, agency=agency).then_refused(RefusalCode.NOT_LISTED)


@pytest.mark.parametrize("past", [(), (NOTED_OPEN.changed(segment="3" * 32),), (CONVENED, OPENED)])
def test_a_decision_belongs_to_a_segment_that_the_case_knows(past: tuple[Any, ...]) -> None:
    """What was decided about another case, or in another segment, is not written down here."""
    given(DECIDER, *past).when(DECIDED, agency="municipality").then_refused(RefusalCode.SEGMENT_NOT_OPEN)


def test_what_is_decided_in_one_segment_is_told_to_nobody_of_another() -> None:
    """Two segments about the same case: the list of each is its own."""
    other = NOTED_OPEN.changed(segment="3" * 32, members=("municipality", "tax"))
    then = given(DECIDER, NOTED_OPEN, other).when(DECIDED.changed(segment="3" * 32), agency="municipality")
    assert ["tax"] == [event.recipient for event in then.events if isinstance(event, DisclosureRequested)]


def test_an_unknown_message_is_refused() -> None:
    """What conferences do not know is said to be so, never ignored."""
    given(DECIDER).when(Tick()).then_refused(RefusalCode.UNKNOWN_TYPE)
