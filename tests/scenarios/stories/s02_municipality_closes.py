"""S2, a third way: the municipality passes a signal on, the desk becomes lead, and the municipality closes what the desk leads."""

from __future__ import annotations

from cli.day.player import Day, pseudonym
from cli.day.rows import permit, recorded, refused
from contracts.consultation import CaseClosed, SignalPassedOn, SignalReceived
from contracts.coordination import CoordinationReferred, HandedBackToConsultation
from contracts.shared import (
    Channel,
    ClosingReason,
    DataCategory,
    Field,
    HandBackReason,
    Purpose,
    ReferralReason,
    RefusalCode,
    ScreeningOutcome,
)
from tests.scenarios.stories.desk import consent, received, screened

TITLE = "主担当に代わって市町村が終結する"
BASIC = DataCategory.BASIC
NAME = "松尾 保"


def play(day: Day) -> None:
    """Passed on, handed back, closed."""
    case, man = pseudonym(), pseudonym()
    passed_on(day, case)
    handed_back(day, case, man)
    closed(day, case)


def passed_on(day: Day, case: str) -> None:
    """His name came up in a meeting of the municipality: the elder centre is told that there is a signal, and no more than that."""
    day.say("municipality", SignalReceived(
        person=pseudonym(), channel=Channel.MEETING, area_code="990019-12", to_agency="elder", summary="民生委員の定例会で名前が挙がった。",
    ), case, recorded(), permit("elder", type=SignalPassedOn.__name__))


def handed_back(day: Day, case: str, man: str) -> None:
    """It looks complex and is referred; the coordinator finds one desk enough, and names the elder centre as its lead (図 a5)."""
    told = day.learned("elder", SignalPassedOn, case).subject
    day.say("elder", received(man, Field.ELDER, name=NAME), told)
    day.say("elder", screened(ScreeningOutcome.COMPLEX), told)
    day.say("elder", consent(day, man, Purpose.COORDINATION, (BASIC,), ("coordinator",)), told)
    day.say("elder", CoordinationReferred(
        person=man, to_agency="coordinator", reason=ReferralReason.AGENCY_UNCLEAR, name=NAME,
    ), told, permit("coordinator", BASIC))
    day.say("coordinator", HandedBackToConsultation(lead="elder", reason=HandBackReason.SIMPLIFIED), told, permit("elder"))


def closed(day: Day, case: str) -> None:
    """The coordinator closes nothing that another leads; the municipality may, since a lead's contract may be over."""
    day.say("coordinator", CaseClosed(reason=ClosingReason.SETTLED), case, refused(RefusalCode.NOT_THE_LEAD))
    day.say("municipality", CaseClosed(reason=ClosingReason.SETTLED), case, permit("coordinator"), permit("elder"))
