"""Cases 12 to 18: what is said in a meeting, and where it must stay (会議)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from cli.day.player import Day, pseudonym
from cli.day.rows import deny, hold, permit, recorded, refused
from contracts.consultation import LinkedToAgency, SignalReceived
from contracts.coordination import (
    ConferenceConvened,
    InformationGivenInConference,
    InformationRequestedInConference,
    MemberAppointed,
    MemberReleased,
    SecrecyAcknowledged,
    SegmentClosed,
    SegmentOpened,
)
from contracts.shared import Basis, Channel, ConferenceBasis, LinkReason, Purpose, RefusalCode
from tests.scenarios.forty.desk import HEALTH, Someone, consent, decided, items

LISTED = ("municipality", "child", "disability")
GUEST = "community"


@dataclass(slots=True)
class Table:
    """A sitting about one case: its members by agency, its segment."""

    case: str = field(default_factory=pseudonym)
    sitting: str = field(default_factory=pseudonym)
    segment: str = field(default_factory=pseudonym)
    son: str = field(default_factory=pseudonym)
    members: dict[str, str] = field(default_factory=lambda: {agency: pseudonym() for agency in LISTED})


def _called(day: Day) -> Table:
    """The municipality knows of a son whom nobody could ask, and calls; each is on the list and bound to secrecy, and there is a guest."""
    table = Table()
    day.say("municipality", SignalReceived(person=table.son, channel=Channel.MEETING, area_code="990019-81"), table.case)
    day.say("municipality", ConferenceConvened(held_on=day.stage.today, invited=(*LISTED, GUEST)), table.sitting, *map(permit, (*LISTED[1:], GUEST)))
    for agency, member in table.members.items():
        own = agency == "municipality"
        day.say("municipality", MemberAppointed(member=member, agency=agency, from_date=day.stage.today), table.sitting,
                recorded() if own else permit(agency))
        day.say(agency, SecrecyAcknowledged(member=member, text_version="2026.1"), table.sitting, recorded() if own else permit("municipality"))
    return table


def _opened(day: Day, table: Table, basis: ConferenceBasis = ConferenceBasis.SWA106_6, members: tuple[str, ...] = LISTED) -> None:
    """The segment begins, and the child desk is asked for what it knows of his health."""
    day.say("municipality", SegmentOpened(
        segment=table.segment, basis=basis, cases=(table.case,), members=members, present=(*LISTED, GUEST),
    ), table.sitting)
    statutory = basis is ConferenceBasis.SWA106_6
    asked = InformationRequestedInConference(segment=table.segment, to_agency="child", wanted=(HEALTH,))
    day.say("municipality", asked, table.case, permit("child") if statutory else hold("child"))


def _given(day: Day, table: Table) -> InformationGivenInConference:
    return InformationGivenInConference(
        person=table.son, segment=table.segment, keep_until=day.stage.today + timedelta(days=90), items=items(table.son, HEALTH),
    )


def case_12_in_the_open_segment_what_was_asked_for(day: Day) -> None:
    """106-6 segment open, agency listed, item asked: it may be heard, and only in that context."""
    table = _called(day)
    _opened(day, table)
    day.say("child", _given(day, table), table.case, permit("municipality", HEALTH), permit("disability", HEALTH), deny(GUEST))
    verdict = decided(day, table.case, "disability", "R9")
    assert (Basis.M, table.segment) == (verdict.basis, verdict.segment)


def case_13_a_guest_in_the_room(day: Day) -> None:
    """Present, not on the list: nothing."""
    table = _called(day)
    _opened(day, table)
    day.say("child", _given(day, table), table.case, permit("municipality", HEALTH), permit("disability", HEALTH), deny(GUEST))
    decided(day, table.case, GUEST, "R9", "NOT_LISTED")


def case_14_listed_for_another_case(day: Day) -> None:
    """Listed for A: of case B nothing is said in that segment; to whoever has no part in B it looks as if there were none, and nobody hears of it."""
    table, other = _called(day), pseudonym()
    day.say("municipality", SignalReceived(person=pseudonym(), channel=Channel.MEETING, area_code="990019-81"), other)
    _opened(day, table)
    day.say("child", _given(day, table), other, refused(RefusalCode.CASE_NOT_FOUND), stranger=True)
    asked = InformationRequestedInConference(segment=table.segment, to_agency="child", wanted=(HEALTH,))
    day.say("municipality", asked, other, refused(RefusalCode.SEGMENT_NOT_OPEN))
    assert not [each for agency in LISTED[1:] for each in day.view.heard[agency] if each.subject == other and each.type != "MessageRefused"]


def case_15_a_member_who_has_left(day: Day) -> None:
    """With the member the segment ends; in the next one, without that agency on the list, it hears nothing though it sits there."""
    table = _called(day)
    _opened(day, table)
    day.say("municipality", MemberReleased(member=table.members["disability"], on_date=day.stage.today), table.sitting, permit("disability"))
    day.say("child", _given(day, table), table.case, deny("municipality"), deny("disability"), deny(GUEST))
    table.segment = pseudonym()
    _opened(day, table, members=LISTED[:2])
    day.say("child", _given(day, table), table.case, permit("municipality", HEALTH), deny("disability"), deny(GUEST))
    decided(day, table.case, "disability", "R9", "NOT_LISTED")


def case_16_what_was_heard_does_not_go_into_a_file(day: Day) -> None:
    """The municipality puts what it heard there into a link to the elder centre: that is another stream, and needs another basis."""
    table = _called(day)
    _opened(day, table)
    day.say("child", _given(day, table), table.case, permit("municipality", HEALTH), permit("disability", HEALTH), deny(GUEST))
    day.say("municipality", LinkedToAgency(
        person=table.son, to_agency="elder", purpose=Purpose.CONSULTATION, reason=LinkReason.FOLLOW_UP, items=items(table.son, HEALTH),
    ), table.case, deny("elder"))
    decided(day, table.case, "elder", "R2", "NO_CONSENT")


def case_17_the_sitting_turns_to_another_meeting(day: Day) -> None:
    """After the segment is closed, on the same screen, nothing more is heard."""
    table = _called(day)
    _opened(day, table)
    day.say("municipality", SegmentClosed(segment=table.segment), table.sitting)
    day.say("child", _given(day, table), table.case, deny("municipality"), deny("disability"), deny(GUEST))
    decided(day, table.case, "disability", "R9", "SEGMENT_CLOSED")


def case_18_a_meeting_without_statute(day: Day) -> None:
    """重層的支援会議, no consent: an entry with a name waits, the way to a 支援会議 is named; when he agrees, it goes to whom he named."""
    table = _called(day)
    _opened(day, table, ConferenceBasis.NON_STATUTORY)
    day.say("child", _given(day, table), table.case, hold("municipality"), hold("disability"), deny(GUEST))
    verdict = decided(day, table.case, "disability", "R10", "SEGMENT_NOT_STATUTORY")
    assert "SUPPORT_CONFERENCE" in verdict.releases_when
    son = Someone(table.case, table.son, "")
    yes = consent(day, son, (HEALTH,), "disability", "child", purpose=Purpose.SUPPORT_CONFERENCE)
    given, asked = InformationGivenInConference.__name__, InformationRequestedInConference.__name__
    day.say("municipality", yes, table.case, recorded(), permit("disability", HEALTH, type=given), permit("child", type=asked))
    decided(day, table.case, "disability", "R2")
