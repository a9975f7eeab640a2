"""Sitting: its steps, its segments, who is told of it and may speak in it; each rule in a sentence. Its list: ``test_members.py``."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from contracts.coordination import (
    CaseSegmentClosed,
    CaseSegmentOpened,
    ConferenceCancelled,
    ConferenceConvened,
    ConferenceScheduled,
    MemberAppointed,
    MemberReleased,
    RecordSealed,
    SecrecyAcknowledged,
    SegmentClosed,
    SegmentOpened,
    SittingClosed,
)
from contracts.envelope import DisclosureRequested, PartGiven, PartNoted, Tick
from contracts.shared import (
    AgendaSegment,
    Basis,
    CancelReason,
    CasePart,
    ConferenceBasis,
    ConferenceRole,
    FunctionName,
    Purpose,
    RefusalCode,
)
from kernel.testing import given
from services.coordination.domain.sitting import DECIDER

SITTING, SEGMENT = "1" * 32, "2" * 32
CASES = ("a" * 32, "b" * 32)
PLANNED = ConferenceScheduled(
    planned_on=date(2026, 6, 1), place="市役所 3階",
    segments=(
        AgendaSegment(
            segment=SEGMENT, basis=ConferenceBasis.SWA106_6, cases=CASES, members=("municipality", "child", "elder"),
            roles=(ConferenceRole.CASE_DISCUSSION,),
        ),
        AgendaSegment(segment="3" * 32, basis=ConferenceBasis.NON_STATUTORY, members=("child", "poverty"), cases=(), roles=()),
    ),
)
CONVENED = ConferenceConvened(held_on=date(2026, 5, 1), invited=("child", "elder"))
CANCELLED = ConferenceCancelled(reason=CancelReason.RESCHEDULED)
OPENED = SegmentOpened(
    segment=SEGMENT, basis=ConferenceBasis.SWA106_6, cases=CASES, members=("municipality", "child", "elder"),
    present=("municipality", "child", "workshop"),
)
PLAIN = OPENED.changed(basis=ConferenceBasis.NON_STATUTORY)
CLOSED = SegmentClosed(segment=SEGMENT)
ENDED = SittingClosed()
SEALED = RecordSealed(record_hash="0" * 64)


def appointed(agency: str, **days: date) -> MemberAppointed:
    """A member of this agency, on the list since April unless other days are given."""
    return MemberAppointed(member=agency.encode().hex().ljust(32, "0")[:32], agency=agency, **{"from_date": date(2026, 4, 1), **days})


def acknowledged(agency: str, text_version: str = "2026.1") -> SecrecyAcknowledged:
    """That member has acknowledged secrecy."""
    return SecrecyAcknowledged(member=appointed(agency).member, text_version=text_version)


def released(agency: str, on_date: date = date(2026, 5, 20)) -> MemberReleased:
    """That member has left."""
    return MemberReleased(member=appointed(agency).member, on_date=on_date)


LIST = (*map(appointed, OPENED.members), *map(acknowledged, ("municipality", "child")))
"""Three members, of whom the absent one has acknowledged nothing yet."""
PART = PartNoted(agency="municipality", part=CasePart.OPENED)
TOLD_OPEN = tuple(
    CaseSegmentOpened(
        case=case, sitting=SITTING, segment=SEGMENT, basis=OPENED.basis, members=OPENED.members, present=OPENED.present,
    )
    for case in CASES
)
TOLD_CLOSED = tuple(CaseSegmentClosed(case=case, sitting=SITTING, segment=SEGMENT) for case in CASES)
STAGES: dict[str, tuple[Any, ...]] = {
    "unplanned": (),
    "scheduled": (PLANNED,),
    "convened": (PLANNED, CONVENED),
    "convened at once": (CONVENED,),
    "open": (CONVENED, PLAIN),
    "closed": (CONVENED, ENDED),
    "sealed": (CONVENED, ENDED, SEALED),
    "cancelled": (PLANNED, CANCELLED),
    "taken": (PART,),
    "taken by whom it was given": (PartGiven(agency="elder", part=CasePart.LINKED),),
}
"""A past that leads to each stage."""
WRONG, DONE, NEVER = RefusalCode.WRONG_STATE, RefusalCode.ALREADY_DONE, RefusalCode.SEGMENT_NOT_OPEN
ANSWERS: dict[Any, dict[str, RefusalCode | None]] = {
    PLANNED: {"unplanned": None, "scheduled": DONE},
    CONVENED: {"unplanned": None, "scheduled": None, "convened": DONE, "convened at once": DONE, "open": DONE},
    CANCELLED: {"scheduled": None, "cancelled": DONE},
    ENDED: {"convened": None, "convened at once": None, "closed": DONE},
    SEALED: {"closed": None, "sealed": DONE},
    PLAIN: {"convened": None, "convened at once": None, "open": DONE},
    CLOSED: {"open": None, **dict.fromkeys((name for name in STAGES if name != "open"), NEVER)},
    appointed("child"): {"scheduled": None, "convened": None, "convened at once": None, "open": None},
}
"""What each report is answered in each stage; where nothing stands, it is refused as out of order."""


def told(event_id: str, event_type: str, recipient: str, purpose: Purpose, agency: str = "municipality") -> DisclosureRequested:
    """A request to tell an agency codes and days only."""
    return DisclosureRequested(
        event_id=event_id, event_type=event_type, recipient=recipient, agency=agency, function=FunctionName.COORDINATION, purpose=purpose,
        basis=Basis.K, parts=(),
    )


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("message", ANSWERS, ids=lambda message: type(message).__name__)
def test_each_step_is_taken_from_where_it_leads_on_and_from_nowhere_else(message: Any, stage: str) -> None:
    """What is convened is cancelled no more, nothing follows a cancelled sitting, a record is sealed once it is closed, and once only."""
    then = given(DECIDER, *STAGES[stage], key=SITTING).when(message, agency="municipality")
    expected = ANSWERS[message].get(stage, WRONG)
    if expected is None:
        assert message == then.events[0]
    else:
        then.then_refused(expected)


def test_a_whole_sitting() -> None:
    """Planned, convened, a segment with consent and then a closed one, ended, its record sealed."""
    second = OPENED.changed(segment="3" * 32)
    given(DECIDER, PLANNED, PART, *LIST, key=SITTING) \
        .when(CONVENED).after().when(PLAIN).after().when(CLOSED).after() \
        .when(second).after().when(SegmentClosed(segment="3" * 32)).after() \
        .when(ENDED).then(ENDED).when(SEALED).then(SEALED).when(SEALED).then_refused(RefusalCode.ALREADY_DONE)


def test_a_plan_gives_every_member_a_part_and_tells_nobody_the_agenda() -> None:
    """Whoever is planned for may speak there; which cases come up in a segment of others is not theirs to know."""
    given(DECIDER).when(PLANNED, agency="municipality").then(
        PLANNED, *(PartGiven(agency=agency, part=CasePart.LISTED) for agency in ("child", "elder", "poverty")),
        PartGiven(agency="municipality", part=CasePart.OPENED),
    )


def test_whoever_is_called_is_told_and_gets_a_part() -> None:
    """招集: each once, the sender itself not; day and names of agencies only."""
    call = CONVENED.changed(invited=("child", "municipality", "elder", "child"))
    then = given(DECIDER).when(call, agency="coordinator")
    then.then(
        call,
        *(told(then.context.event_id(0), "ConferenceConvened", each, Purpose.COORDINATION, "coordinator") for each in ("child", "municipality", "elder")),
        *(PartGiven(agency=each, part=CasePart.LISTED) for each in ("child", "municipality", "elder")),
        PartGiven(agency="coordinator", part=CasePart.OPENED),
    )


def test_who_was_appointed_is_told_that_the_sitting_is_cancelled() -> None:
    """Only those who knew of it, and are still on the list, need to hear that it is off."""
    then = given(DECIDER, PLANNED, PART, *LIST, released("elder")).when(CANCELLED, agency="municipality")
    then.then(CANCELLED, told(then.context.event_id(0), "ConferenceCancelled", "child", Purpose.COORDINATION))


def test_no_sitting_ends_while_a_segment_is_open() -> None:
    """First the segment, for every case on its agenda; then the sitting."""
    sitting = given(DECIDER, CONVENED, PLAIN, key=SITTING)
    sitting.when(ENDED).then_refused(RefusalCode.WRONG_STATE)
    sitting.when(CLOSED).after().when(ENDED).then(ENDED)


def test_opening_a_segment_tells_every_case_on_the_agenda() -> None:
    """The fact lies in each case's own order, once a case."""
    doubled = OPENED.changed(cases=(*CASES, CASES[0]))
    given(DECIDER, CONVENED, *LIST, key=SITTING).when(doubled).then(doubled, *TOLD_OPEN)


def test_closing_a_segment_tells_every_case_on_the_agenda() -> None:
    """Whoever was told of the opening is told of the end."""
    given(DECIDER, CONVENED, OPENED, key=SITTING).when(CLOSED).then(CLOSED, *TOLD_CLOSED)


def test_one_segment_at_a_time() -> None:
    """Time is separated: a second segment waits until the first is closed."""
    second = OPENED.changed(segment="3" * 32)
    sitting = given(DECIDER, CONVENED, *LIST, OPENED, key=SITTING)
    sitting.when(second).then_refused(RefusalCode.WRONG_STATE)
    sitting.when(CLOSED).after().when(second).then(second, CaseSegmentOpened, CaseSegmentOpened)


@pytest.mark.parametrize("past", [(CONVENED, OPENED), (CONVENED, OPENED, CLOSED)])
def test_a_segment_opens_once(past: tuple[Any, ...]) -> None:
    """A closed segment is not opened again; what comes later is another one, with its own record."""
    given(DECIDER, *past).when(OPENED).then_refused(RefusalCode.ALREADY_DONE)


@pytest.mark.parametrize("opening", [OPENED, PLAIN])
def test_a_segment_names_its_members(opening: SegmentOpened) -> None:
    """Records never cross segments, so each says whose it is."""
    given(DECIDER, CONVENED, *LIST).when(opening.changed(members=())).then_refused(RefusalCode.RECIPIENTS_MISSING)


def test_a_segment_about_resources_has_no_case() -> None:
    """The fourth role (社会資源の充足・開発) needs none, so no case is told."""
    resources = PLAIN.changed(cases=(), roles=(ConferenceRole.RESOURCE_DEVELOPMENT,))
    given(DECIDER, CONVENED).when(resources).then(resources)


@pytest.mark.parametrize(
    ("past", "code"), [((CONVENED,), RefusalCode.SEGMENT_NOT_OPEN), ((CONVENED, OPENED, CLOSED), RefusalCode.ALREADY_DONE)],
)
def test_only_an_open_segment_closes(past: tuple[Any, ...], code: RefusalCode) -> None:
    """Never opened, or closed already."""
    given(DECIDER, *past).when(CLOSED).then_refused(code)


def test_an_unknown_message_is_refused() -> None:
    """What sittings do not know is said to be so, never ignored."""
    given(DECIDER).when(Tick()).then_refused(RefusalCode.UNKNOWN_TYPE)
