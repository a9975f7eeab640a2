"""S18, first part: turns that a case may take (事例の曲がり角): a closing taken back, a move, a death with a link unanswered, three cases of one household."""

from __future__ import annotations

from dataclasses import dataclass

from cli.day.player import Day, pseudonym
from cli.day.rows import deny, permit, recorded
from contracts.consultation import (
    CaseClosed,
    CaseContinued,
    CaseReopened,
    ClosingAwaited,
    LinkDeclined,
    SignalReceived,
    SubjectDied,
    SubjectMovedAway,
)
from contracts.envelope import CaseFrozen
from contracts.outreach import FirstContactMade, OutreachEnded, SignalVerified, SupportAccepted
from contracts.shared import (
    Channel,
    ClosingReason,
    ContinuationReason,
    DataCategory,
    DeclineReason,
    Field,
    OutreachEndReason,
    Purpose,
    RelationStage,
    ReopeningReason,
)
from tests.scenarios.stories.desk import consent, linked, received

TITLE = "事例の曲がり角：終結の取り消し、転出、死亡、引継ぎ"
BASIC = DataCategory.BASIC
NAME = "髙島 守"


@dataclass(frozen=True, slots=True)
class Visited:
    """Somebody whom the outreach team visits and has linked to the poverty desk."""

    case: str
    person: str


def play(day: Day) -> None:
    """The whole story."""
    closing_taken_back(day)
    noticed_and_closed(day)
    died_while_visited(day)
    died_before_an_answer(day)
    three_cases(day)


def visited(day: Day) -> Visited:
    """Noticed, met, linked: two agencies take part, one function is at work."""
    someone = Visited(pseudonym(), pseudonym())
    day.say("outreach", SignalReceived(person=someone.person, channel=Channel.RESIDENT, area_code="990019-08"), someone.case)
    day.say("outreach", SignalVerified(source_count=1), someone.case)
    day.say("outreach", FirstContactMade(person=someone.person, stage=RelationStage.CONTACTED, name=NAME), someone.case)
    day.say("outreach", consent(day, someone.person, Purpose.COORDINATION, (BASIC,), ("poverty",)), someone.case)
    day.say("outreach", SupportAccepted(
        person=someone.person, linked_agency="poverty", purpose=Purpose.COORDINATION, name=NAME,
    ), someone.case, permit("poverty", BASIC))
    return someone


def closing_taken_back(day: Day) -> None:
    """The closing waits for the visits, and is taken back; he moves away, the visits end with that, and the case closes; his return opens it again."""
    someone = visited(day)
    case, awaited = someone.case, permit("outreach", type=ClosingAwaited.__name__)
    day.say("poverty", CaseClosed(reason=ClosingReason.SETTLED), case, awaited)
    day.say("poverty", CaseReopened(reason=ReopeningReason.NEW_ISSUE), case, permit("outreach"))
    moved = SubjectMovedAway(person=someone.person, moved_on=day.stage.today)
    day.say("poverty", moved, case)
    day.say("poverty", moved.changed(to_municipality="131016"), case)
    day.say("poverty", CaseClosed(reason=ClosingReason.MOVED_AWAY), case, awaited)
    closed = (permit(agency, type=CaseClosed.__name__) for agency in ("outreach", "poverty"))
    day.say("outreach", OutreachEnded(reason=OutreachEndReason.MOVED_AWAY), case, permit("poverty"), *closed)
    day.say("poverty", CaseReopened(reason=ReopeningReason.CAME_BACK), case, permit("outreach"))
    day.say("poverty", CaseClosed(reason=ClosingReason.NO_CONTACT), case, permit("outreach"))
    reopened = (permit(agency, type=CaseReopened.__name__) for agency in ("outreach", "poverty"))
    day.say("outreach", SignalVerified(source_count=2), case, recorded(), *reopened)


def noticed_and_closed(day: Day) -> None:
    """A signal that one call has answered: nobody was received, the case is closed."""
    case = pseudonym()
    day.say("elder", SignalReceived(person=pseudonym(), channel=Channel.MEETING, area_code="990019-08"), case)
    day.say("elder", CaseClosed(reason=ClosingReason.INFORMATION_SUFFICED), case)
    day.say("elder", CaseReopened(reason=ReopeningReason.NEW_SIGNAL), case)


def died_while_visited(day: Day) -> None:
    """He lived alone and has died: the visits end by themselves, and with them the case."""
    someone = visited(day)
    closed = (permit(agency, type=CaseClosed.__name__) for agency in ("outreach", "poverty"))
    day.say("poverty", SubjectDied(person=someone.person, died_on=day.stage.today, household_remains=False), someone.case,
            recorded(), permit("outreach", type=ClosingAwaited.__name__), permit("poverty", type=OutreachEnded.__name__), *closed)


def died_before_an_answer(day: Day) -> None:
    """Declined, asked again, and dead before the answer: nobody waits for it any more."""
    case, person = pseudonym(), pseudonym()
    day.say("elder", received(person, Field.ELDER, name=NAME), case)
    day.say("elder", consent(day, person, Purpose.CONSULTATION, (BASIC,), ("disability",)), case)
    link = linked(person, "disability", NAME)
    day.say("elder", link, case, permit("disability", BASIC))
    day.say("disability", LinkDeclined(reason=DeclineReason.NO_CAPACITY), case, permit("elder"))
    day.say("elder", link, case, permit("disability", BASIC))
    day.say("elder", SubjectDied(person=person, died_on=day.stage.today, household_remains=False), case,
            recorded(), permit("disability", type=CaseClosed.__name__))


def three_cases(day: Day) -> None:
    """Two cases go on as one, which turns out to be a third: the closing that waited ends with the number under which it was asked for.

    The outreach team takes part in the second only because the first went on there, and has received nothing of it: it is not told.
    """
    old, second, third = visited(day), pseudonym(), pseudonym()
    for case in (second, third):
        day.say("poverty", received(pseudonym(), Field.POVERTY), case)
    day.say("poverty", CaseClosed(reason=ClosingReason.SETTLED), old.case, permit("outreach", type=ClosingAwaited.__name__))
    frozen = [permit(agency, type=CaseFrozen.__name__) for agency in ("outreach", "poverty")]
    day.say("poverty", CaseContinued(into_case=second, reason=ContinuationReason.SAME_PERSON), old.case, recorded(), *frozen)
    day.say("poverty", CaseContinued(into_case=third, reason=ContinuationReason.SAME_HOUSEHOLD), second,
            recorded(), permit("poverty", type=CaseFrozen.__name__), deny("outreach", type=CaseFrozen.__name__))
