"""Conference: sittings, segments, what is asked and given in them; each rule in a sentence."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from contracts.coordination import (
    CaseSegmentClosed,
    CaseSegmentOpened,
    ConferenceConvened,
    InformationGivenInConference,
    InformationRequestedInConference,
    SegmentClosed,
    SegmentNoted,
    SegmentOpened,
)
from contracts.envelope import DisclosureRequested, PartGiven, PartNoted, Tick
from contracts.shared import Basis, CasePart, ConferenceBasis, DataCategory, FunctionName, PartCode, Purpose, RefusalCode
from kernel.decider import Part
from kernel.testing import given
from services.coordination.domain.conference import DECIDER

SITTING, SEGMENT, CHILD = "1" * 32, "2" * 32, "c" * 32
CASES = ("a" * 32, "b" * 32)
CONVENED = ConferenceConvened(held_on=date(2026, 5, 1), invited=("child", "elder"))
OPENED = SegmentOpened(
    segment=SEGMENT, basis=ConferenceBasis.SWA106_6, cases=CASES, members=("municipality", "child", "elder"),
    present=("municipality", "child", "workshop"),
)
CLOSED = SegmentClosed(segment=SEGMENT)
TOLD_OPEN = tuple(
    CaseSegmentOpened(
        case=case, sitting=SITTING, segment=SEGMENT, basis=OPENED.basis, members=OPENED.members, present=OPENED.present,
    )
    for case in CASES
)
TOLD_CLOSED = tuple(CaseSegmentClosed(case=case, sitting=SITTING, segment=SEGMENT) for case in CASES)
NOTED_OPEN = SegmentNoted(
    sitting=SITTING, segment=SEGMENT, basis=OPENED.basis, members=OPENED.members, present=OPENED.present, open=True, convener="municipality",
)
TOLD = (TOLD_OPEN[0], TOLD_CLOSED[0])
PART = PartNoted(agency="municipality", part=CasePart.OPENED)
NOTED_CLOSED = NOTED_OPEN.changed(open=False)
ASKED = InformationRequestedInConference(segment=SEGMENT, to_agency="child", wanted=(DataCategory.SCHOOLING,))
GIVEN = InformationGivenInConference(person=CHILD, segment=SEGMENT, keep_until=date(2026, 6, 1))


def request(event_id: str, event_type: str, recipient: str, agency: str, *parts: PartCode) -> DisclosureRequested:
    """A request to the gate on basis M, in the segment."""
    return DisclosureRequested(
        event_id=event_id, event_type=event_type, recipient=recipient, agency=agency, function=FunctionName.COORDINATION,
        purpose=Purpose.SUPPORT_CONFERENCE, basis=Basis.M, segment=SEGMENT, parts=parts,
    )


def test_a_sitting_is_convened_once() -> None:
    """A second call of the same sitting is told to be there already."""
    given(DECIDER).when(CONVENED).then(CONVENED).when(CONVENED).then_refused(RefusalCode.ALREADY_DONE)


def test_opening_a_segment_tells_every_case_on_the_agenda() -> None:
    """The fact lies in each case's own order, once a case."""
    doubled = OPENED.changed(cases=(*CASES, CASES[0]))
    given(DECIDER, CONVENED, key=SITTING).when(doubled).then(doubled, *TOLD_OPEN)


def test_closing_a_segment_tells_every_case_on_the_agenda() -> None:
    """Whoever was told of the opening is told of the end."""
    given(DECIDER, CONVENED, OPENED, key=SITTING).when(CLOSED).then(CLOSED, *TOLD_CLOSED)


def test_a_segment_opens_in_a_convened_sitting() -> None:
    """Without a sitting there is no room to speak in."""
    given(DECIDER).when(OPENED).then_refused(RefusalCode.WRONG_STATE)


def test_one_segment_at_a_time() -> None:
    """Time is separated: a second segment waits until the first is closed."""
    second = OPENED.changed(segment="3" * 32)
    sitting = given(DECIDER, CONVENED, OPENED, key=SITTING)
    sitting.when(second).then_refused(RefusalCode.WRONG_STATE)
    sitting.when(CLOSED).after().when(second).then(second, CaseSegmentOpened, CaseSegmentOpened)


@pytest.mark.parametrize("past", [(CONVENED, OPENED), (CONVENED, OPENED, CLOSED)])
def test_a_segment_opens_once(past: tuple[Any, ...]) -> None:
    """A closed segment is not opened again; what comes later is another one, with its own record."""
    given(DECIDER, *past).when(OPENED).then_refused(RefusalCode.ALREADY_DONE)


def test_a_segment_names_its_members() -> None:
    """Secrecy binds persons who are named, so a segment without members is none."""
    given(DECIDER, CONVENED).when(OPENED.changed(members=())).then_refused(RefusalCode.RECIPIENTS_MISSING)


@pytest.mark.parametrize(
    ("past", "code"), [((CONVENED,), RefusalCode.SEGMENT_NOT_OPEN), ((CONVENED, OPENED, CLOSED), RefusalCode.ALREADY_DONE)],
)
def test_only_an_open_segment_closes(past: tuple[Any, ...], code: RefusalCode) -> None:
    """Never opened, or closed already."""
    given(DECIDER, *past).when(CLOSED).then_refused(code)


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


def test_an_unknown_message_is_refused() -> None:
    """What conferences do not know is said to be so, never ignored."""
    given(DECIDER).when(Tick()).then_refused(RefusalCode.UNKNOWN_TYPE)
