"""S2, the other way: visits come first, coordination finds that the desk should stay lead, and the desk ends what it leads."""

from __future__ import annotations

from cli.day.player import Day, pseudonym
from cli.day.rows import permit, refused
from contracts.consultation import CaseClosed, SignalReceived
from contracts.coordination import CoordinationAccepted, CoordinationReferred, HandedBackToConsultation, LeadAgencyNamed
from contracts.outreach import (
    ContactAttempted,
    FirstContactMade,
    OutreachEnded,
    RelationStabilised,
    SignalVerified,
    SupportAccepted,
)
from contracts.shared import (
    Channel,
    ClosingReason,
    ContactMethod,
    ContactResult,
    DataCategory,
    Field,
    HandBackReason,
    OutreachEndReason,
    Purpose,
    ReferralReason,
    RefusalCode,
    RelationStage,
    ScreeningOutcome,
    VisitorRelation,
)
from tests.scenarios.stories.desk import consent, received, screened

TITLE = "包括的相談支援に戻す"
BASIC = DataCategory.BASIC
NAME = "松尾 恵"


def play(day: Day) -> None:
    """Visited, referred, handed back, ended."""
    case, woman = pseudonym(), pseudonym()
    visited_first(day, case, woman)
    taken_up(day, case, woman)
    handed_back(day, case)
    lead_closes(day, case)


def visited_first(day: Day, case: str, woman: str) -> None:
    """The outreach team goes to her before anybody coordinates (図 a8); she would like to speak with the poverty desk."""
    day.say("outreach", SignalReceived(
        person=woman, channel=Channel.OTHER_FIELD, area_code="990019-12", summary="夜だけ灯りのつく部屋。郵便受けがあふれている。",
    ), case)
    day.say("outreach", SignalVerified(source_count=1), case)
    day.say("outreach", ContactAttempted(method=ContactMethod.VISIT, result=ContactResult.NO_ANSWER), case)
    day.say("outreach", FirstContactMade(person=woman, stage=RelationStage.CONTACTED, name=NAME, note="チェーン越しに五分。督促状が怖いという。"), case)
    day.say("outreach", consent(day, woman, Purpose.COORDINATION, (BASIC,), ("poverty", "coordinator")), case)
    day.say("outreach", SupportAccepted(
        person=woman, linked_agency="poverty", purpose=Purpose.COORDINATION, name=NAME,
    ), case, permit("poverty", BASIC))


def taken_up(day: Day, case: str, woman: str) -> None:
    """The desk does not know which agency is the right one, and refers; coordination takes the case up."""
    accepted = day.learned("poverty", SupportAccepted, case)
    day.say("poverty", received(woman, Field.POVERTY, VisitorRelation.AGENCY, name=accepted.event.name), case)
    day.say("poverty", screened(ScreeningOutcome.COMPLEX), case)
    day.say("poverty", CoordinationReferred(
        person=woman, to_agency="coordinator", reason=ReferralReason.AGENCY_UNCLEAR, name=accepted.event.name,
    ), case, permit("coordinator", BASIC))
    day.say("coordinator", CoordinationAccepted(), case, permit("poverty"))
    day.say("poverty", LeadAgencyNamed(agency="poverty", from_date=day.stage.today), case, refused(RefusalCode.NOT_PUBLISHABLE))


def handed_back(day: Day, case: str) -> None:
    """Debts alone are one desk's work: the case goes back with its lead named (図 a5), and is complex no more."""
    day.say("coordinator", HandedBackToConsultation(
        lead="poverty", reason=HandBackReason.CONSULTATION_SHOULD_LEAD,
    ), case, permit("poverty"))
    referral = day.learned("coordinator", CoordinationReferred, case).event
    day.say("poverty", referral, case, refused(RefusalCode.NOT_COMPLEX))


def lead_closes(day: Day, case: str) -> None:
    """Only the lead closes, and nothing waits once the visits have ended."""
    day.say("outreach", RelationStabilised(linked_agency="poverty"), case, permit("poverty"))
    day.say("outreach", OutreachEnded(reason=OutreachEndReason.TIES_STEADY), case, permit("poverty"))
    day.say("outreach", CaseClosed(reason=ClosingReason.SETTLED), case, refused(RefusalCode.NOT_THE_LEAD))
    day.say("poverty", CaseClosed(reason=ClosingReason.SETTLED), case, permit("coordinator"), permit("outreach"))
