"""Step 8: a support conference under SWA 106-6 (支援会議) about a household that nobody could ask."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from cli.day import cast
from cli.day.player import Day, pseudonym
from cli.day.rows import deny, permit, recorded
from contracts.consultation import SignalReceived
from contracts.coordination import (
    ConferenceConvened,
    InformationGivenInConference,
    InformationRequestedInConference,
    MemberAppointed,
    SecrecyAcknowledged,
    SegmentClosed,
    SegmentOpened,
)
from contracts.shared import Channel, ConferenceBasis, DataCategory

HEALTH, SCHOOLING = DataCategory.HEALTH, DataCategory.SCHOOLING


def within_the_segment(day: Day, case: str) -> None:
    """What was asked for is given to the listed members while the conference segment is open; never to the guest, never after."""
    sitting, segment, today = pseudonym(), pseudonym(), day.stage.today
    listed, guest = ("municipality", "child", "disability"), "community"
    day.say("municipality", SignalReceived(
        person=pseudonym(), channel=Channel.MEETING, area_code="990019-07", summary=cast.SIGNAL_MEETING,
    ), case)
    day.say("municipality", ConferenceConvened(held_on=today, invited=(*listed, guest)), sitting, *map(permit, (*listed[1:], guest)))
    listed_and_bound(day, sitting, listed)
    day.say("municipality", SegmentOpened(
        segment=segment, basis=ConferenceBasis.SWA106_6, cases=(case,), members=listed, present=(*listed, guest),
    ), sitting)
    for member in ("child", "disability"):
        day.say("municipality", InformationRequestedInConference(segment=segment, to_agency=member, wanted=(HEALTH, SCHOOLING)), case,
                permit(member))
    asked = day.learned("child", InformationRequestedInConference)
    pupil = pseudonym()
    given = InformationGivenInConference(
        person=pupil, segment=asked.event.segment, keep_until=today + timedelta(days=90),
        items=(
            cast.item(pupil, HEALTH, "check", "春の健診で体重の減少を指摘。再検査の案内に返事がない。"),
            cast.item(pupil, SCHOOLING, "attendance", "今月は一日も登校していない。先月は保健室に三回来た。"),
        ),
    )
    day.say("child", given, asked.subject, permit("municipality", HEALTH, SCHOOLING), permit("disability", HEALTH, SCHOOLING), deny(guest))
    day.say("municipality", SegmentClosed(segment=segment), sitting)
    day.say("child", given, asked.subject, deny("municipality"), deny("disability"), deny(guest))


def listed_and_bound(day: Day, sitting: str, agencies: Iterable[str]) -> None:
    """The municipality puts a member of each agency on the list; the member acknowledges the duty of secrecy (守秘の確認)."""
    for agency in agencies:
        member = pseudonym()
        others = agency != "municipality"
        day.say("municipality", MemberAppointed(member=member, agency=agency, from_date=day.stage.today, to_date=None), sitting,
                permit(agency) if others else recorded())
        day.say(agency, SecrecyAcknowledged(member=member, text_version="2026.1"), sitting, permit("municipality") if others else recorded())
