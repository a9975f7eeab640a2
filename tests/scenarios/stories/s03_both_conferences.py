"""S3: one sitting, two kinds of conference: in the open about who has agreed, behind closed doors about two who have not; nothing crosses."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from cli.day.player import Day, pseudonym
from cli.day.rows import deny, hold, permit, recorded, refused
from contracts.consultation import LinkedToAgency
from contracts.coordination import (
    BroughtToSupportConference,
    ConferenceCancelled,
    ConferenceConvened,
    ConferenceScheduled,
    DecisionRecorded,
    InformationGivenInConference,
    InformationRequestedInConference,
    MemberAppointed,
    MemberReleased,
    RecordSealed,
    ResourceSituationDiscussed,
    SecrecyAcknowledged,
    SegmentClosed,
    SegmentOpened,
    SittingClosed,
)
from contracts.shared import (
    AgendaSegment,
    CancelReason,
    ConferenceBasis,
    ConferenceDecision,
    ConferenceRole,
    DataCategory,
    NeedKind,
    PersonalItem,
    ReferralReason,
    RefusalCode,
)
from tests.scenarios.stories import without_consent

TITLE = "重層的支援会議と支援会議"
HEALTH, LIFE_HISTORY = DataCategory.HEALTH, DataCategory.LIFE_HISTORY
LISTED = ("municipality", "child", "disability")
GUEST = "community"


@dataclass(slots=True)
class Table:
    """What the municipality has made ids for: the sitting, its members by agency, its segments."""

    sitting: str = field(default_factory=pseudonym)
    members: dict[str, str] = field(default_factory=lambda: {agency: pseudonym() for agency in LISTED})
    opening: str = field(default_factory=pseudonym)
    closed: str = field(default_factory=pseudonym)
    again: str = field(default_factory=pseudonym)


def play(day: Day) -> None:
    """From the first date, which falls through, to the sealed record."""
    agreed, refusing, other = (without_consent.someone() for _ in range(3))
    table = Table()
    without_consent.agrees(day, agreed)
    for each in (refusing, other):
        without_consent.says_no(day, each)
    first_date_falls_through(day, agreed.case)
    called(day, table, refusing.case, other.case)
    in_the_open(day, table, agreed)
    behind_closed_doors(day, table, refusing, other)
    nothing_crosses(day, table, agreed)
    a_member_leaves(day, table, refusing)
    sealed(day, table)


def first_date_falls_through(day: Day, case: str) -> None:
    """Too few can come: cancelled, and whoever was on the list hears of it."""
    sitting, today = pseudonym(), day.stage.today
    day.say("municipality", ConferenceScheduled(planned_on=today + timedelta(days=3), place="役場二階 第二会議室", segments=(AgendaSegment(
        segment=pseudonym(), basis=ConferenceBasis.NON_STATUTORY, cases=(case,), members=LISTED, roles=(ConferenceRole.PLAN_FITNESS,),
    ),)), sitting)
    day.say("municipality", MemberAppointed(member=pseudonym(), agency="child", from_date=today), sitting, permit("child"))
    day.say("municipality", ConferenceCancelled(reason=CancelReason.NO_QUORUM), sitting, permit("child"))
    day.say("municipality", ConferenceConvened(held_on=today, invited=LISTED), sitting, refused(RefusalCode.WRONG_STATE))


def called(day: Day, table: Table, *cases: str) -> None:
    """Called, with a guest; the two cases are brought to it; no closed segment without a list, none without secrecy."""
    day.say("municipality", ConferenceConvened(held_on=day.stage.today, invited=(*LISTED, GUEST)), table.sitting,
            *map(permit, (*LISTED[1:], GUEST)))
    for case in cases:
        brought = BroughtToSupportConference(reason=ReferralReason.ROLE_DIVISION_NEEDED, sitting=table.sitting)
        day.say("municipality", brought, case)
        day.say("municipality", brought, case, refused(RefusalCode.ALREADY_DONE))
    opened = _opened(table.closed, ConferenceBasis.SWA106_6, LISTED, *cases)
    day.say("municipality", opened, table.sitting, refused(RefusalCode.NOT_LISTED))
    for agency, member in table.members.items():
        day.say("municipality", MemberAppointed(member=member, agency=agency, from_date=day.stage.today), table.sitting,
                permit(agency) if agency != "municipality" else recorded())
    day.say("municipality", opened, table.sitting, refused(RefusalCode.SECRECY_MISSING))
    for agency, member in table.members.items():
        day.say(agency, SecrecyAcknowledged(member=member, text_version="2026.1"), table.sitting,
                permit("municipality") if agency != "municipality" else recorded())


def in_the_open(day: Day, table: Table, agreed: without_consent.Someone) -> None:
    """The first segment sits with consent: what he has not agreed to waits, what is decided goes to those whom he named, no other segment runs."""
    two = ("municipality", "disability")
    day.say("municipality", _opened(table.opening, ConferenceBasis.NON_STATUTORY, two, agreed.case), table.sitting)
    day.say("municipality", _opened(table.closed, ConferenceBasis.SWA106_6, LISTED, agreed.case), table.sitting, refused(RefusalCode.WRONG_STATE))
    case = day.learned("municipality", LinkedToAgency, agreed.case).subject
    day.say("municipality", InformationRequestedInConference(segment=table.opening, to_agency="disability", wanted=(HEALTH,)), case, hold("disability"))
    day.say("municipality", DecisionRecorded(
        person=agreed.person, segment=table.opening, decisions=(ConferenceDecision.PLAN_FITS, ConferenceDecision.END_AGREED), plan_changed=True,
        note="通所の曜日を本人の希望に合わせる。",
    ), case, permit("disability", LIFE_HISTORY))
    day.say("municipality", SegmentClosed(segment=table.opening), table.sitting)


def behind_closed_doors(day: Day, table: Table, refusing: without_consent.Someone, other: without_consent.Someone) -> None:
    """The second, under 106-6, is about two cases: in each only what was asked for is given, to the listed, never to the guest."""
    day.say("municipality", _opened(table.closed, ConferenceBasis.SWA106_6, LISTED, refusing.case, other.case), table.sitting)
    day.say("municipality", InformationRequestedInConference(
        segment=table.closed, to_agency="child", wanted=(HEALTH, LIFE_HISTORY),
    ), refusing.case, permit("child"))
    asked = day.learned("child", InformationRequestedInConference)
    day.say("child", _given(day, asked.event.segment, refusing.person), asked.subject,
            permit("municipality", HEALTH), permit("disability", HEALTH), deny(GUEST))
    day.say("child", _given(day, table.closed, other.person), other.case, deny("municipality"), deny("disability"), deny(GUEST))
    day.say("municipality", DecisionRecorded(
        person=refusing.person, segment=table.closed, decisions=(ConferenceDecision.INFORMATION_SHARED, ConferenceDecision.WATCH_OVER),
        plan_changed=False, note="訪問は週一回。様子が変わればすぐに連絡し合う。",
    ), refusing.case, permit("child", LIFE_HISTORY), permit("disability", LIFE_HISTORY))


def nothing_crosses(day: Day, table: Table, agreed: without_consent.Someone) -> None:
    """What is said behind closed doors is said about those two cases alone."""
    day.say("municipality", InformationRequestedInConference(
        segment=table.closed, to_agency="child", wanted=(HEALTH,),
    ), agreed.case, refused(RefusalCode.SEGMENT_NOT_OPEN))
    day.say("child", _given(day, table.closed, agreed.person), agreed.case, refused(RefusalCode.CASE_NOT_FOUND))
    day.say("municipality", DecisionRecorded(
        person=agreed.person, segment=table.closed, decisions=(ConferenceDecision.WATCH_OVER,), plan_changed=False,
    ), agreed.case, refused(RefusalCode.SEGMENT_NOT_OPEN))


def a_member_leaves(day: Day, table: Table, refusing: without_consent.Someone) -> None:
    """A member is called away: the closed segment ends by itself, and one without that agency is opened."""
    day.say("municipality", MemberReleased(member=table.members["disability"], on_date=day.stage.today), table.sitting, permit("disability"))
    day.say("municipality", SegmentClosed(segment=table.closed), table.sitting, refused(RefusalCode.ALREADY_DONE))
    day.say("child", _given(day, table.closed, refusing.person), refusing.case, deny("municipality"), deny("disability"), deny(GUEST))
    two = ("municipality", "child")
    day.say("municipality", _opened(table.again, ConferenceBasis.SWA106_6, LISTED, refusing.case), table.sitting, refused(RefusalCode.NOT_LISTED))
    day.say("municipality", _opened(table.again, ConferenceBasis.SWA106_6, two, refusing.case), table.sitting)
    day.say("municipality", InformationRequestedInConference(
        segment=table.again, to_agency="child", wanted=(HEALTH,),
    ), refusing.case, permit("child"))
    day.say("child", _given(day, table.again, refusing.person), refusing.case, permit("municipality", HEALTH), deny(GUEST))
    day.say("municipality", DecisionRecorded(
        person=refusing.person, segment=table.again, decisions=(ConferenceDecision.RESOURCE_TO_DEVELOP,), plan_changed=False,
    ), refusing.case, permit("child"))
    day.say("municipality", SittingClosed(), table.sitting, refused(RefusalCode.WRONG_STATE))
    day.say("municipality", SegmentClosed(segment=table.again), table.sitting)


def sealed(day: Day, table: Table) -> None:
    """The fourth role, of no case: what the area lacks; then the sitting is closed and its record sealed."""
    day.say("municipality", ResourceSituationDiscussed(
        sitting=table.sitting, shortage=(NeedKind.PLACE_TO_BE, NeedKind.WORK), action="平日の昼に開いている居場所を、既存の集会所で試す。",
    ), "990019-43")
    day.say("municipality", RecordSealed(record_hash="0f" * 32), table.sitting, refused(RefusalCode.WRONG_STATE))
    day.say("municipality", SittingClosed(), table.sitting)
    day.say("municipality", MemberAppointed(member=pseudonym(), agency="tax", from_date=day.stage.today), table.sitting, refused(RefusalCode.WRONG_STATE))
    day.say("municipality", RecordSealed(record_hash="0f" * 32), table.sitting)


def _opened(segment: str, basis: ConferenceBasis, members: tuple[str, ...], *cases: str) -> SegmentOpened:
    return SegmentOpened(segment=segment, basis=basis, cases=cases, members=members, present=(*members, GUEST))


def _given(day: Day, segment: str, person: str) -> InformationGivenInConference:
    return InformationGivenInConference(person=person, segment=segment, keep_until=day.stage.today + timedelta(days=90), items=(
        PersonalItem(person=person, category=HEALTH, code="check", text="健診のあと、再検査の案内に返事がない。"),
    ))
