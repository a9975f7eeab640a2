"""S18, fourth part: turns of a tie (関係の曲がり角): dismissed and taken up after all, one no after another, a yes at the door, ended where he has gone."""

from __future__ import annotations

from cli.day.player import Day, pseudonym
from cli.day.rows import deny, permit
from contracts.consultation import LinkedToAgency, SignalReceived
from contracts.coordination import CoordinationReferred, OutreachRequested
from contracts.outreach import (
    ContactAttempted,
    FirstContactMade,
    OutreachEnded,
    RelationStabilised,
    RelationStepRecorded,
    SignalDismissed,
    SignalVerified,
    SupportAccepted,
)
from contracts.shared import (
    Channel,
    ContactMethod,
    ContactResult,
    DataCategory,
    DismissalReason,
    LinkReason,
    OutreachEndReason,
    Purpose,
    RelationStage,
)
from tests.scenarios.stories.desk import consent
from tests.scenarios.stories.taken_up import taken_up

TITLE = "関係の曲がり角：該当なしからの再開、拒否、玄関先での承諾"
BASIC = DataCategory.BASIC
NAME = "辻\U000e0100 健一"


def play(day: Day) -> None:
    """The whole story."""
    case, person = pseudonym(), pseudonym()
    _dismissed_and_taken_up(day, case, person)
    _no_after_no(day, case, person)
    _steady_after_all(day, case)
    _again_and_gone(day, case, person)
    _dismissed_then_asked_for(day)


def _dismissed_and_taken_up(day: Day, case: str, person: str) -> None:
    """Nobody seems to live there; the second signal is right."""
    day.say("outreach", SignalReceived(person=person, channel=Channel.RESIDENT, area_code="990019-09"), case)
    day.say("outreach", SignalDismissed(reason=DismissalReason.NOT_FOUND), case)
    day.say("outreach", SignalVerified(source_count=2), case)
    day.say("outreach", FirstContactMade(person=person, stage=RelationStage.CONTACTED, note="窓越しに会釈。"), case)
    day.say("outreach", _attempt(ContactResult.NO_ANSWER), case)
    day.say("outreach", _step(person, RelationStage.TRUSTING), case)
    day.say("outreach", _step(person, RelationStage.TRUSTING), case)


def _no_after_no(day: Day, case: str, person: str) -> None:
    """He draws back twice. At the door he says yes in between, to a desk that may know of him and to one that he has not agreed to."""
    day.say("outreach", _attempt(ContactResult.DECLINED), case)
    day.say("outreach", consent(day, person, Purpose.COORDINATION, (BASIC,), ("poverty",)), case)
    day.say("outreach", SupportAccepted(person=person, linked_agency="elder", purpose=Purpose.COORDINATION, name=NAME), case, deny("elder"))
    day.say("outreach", SupportAccepted(person=person, linked_agency="poverty", purpose=Purpose.COORDINATION, name=NAME), case, permit("poverty", BASIC))
    day.say("outreach", _attempt(ContactResult.DECLINED), case)


def _steady_after_all(day: Day, case: str) -> None:
    """The desk that he knows by now keeps the tie: steady without another yes."""
    person = day.learned("poverty", SupportAccepted, case).event.person
    day.say("outreach", _step(person, RelationStage.TRUSTING), case)
    day.say("outreach", RelationStabilised(linked_agency="poverty"), case, permit("poverty"))
    day.say("outreach", OutreachEnded(reason=OutreachEndReason.TIES_STEADY), case, permit("poverty"))
    day.say("outreach", SignalDismissed(reason=DismissalReason.ALREADY_SUPPORTED), case)


def _again_and_gone(day: Day, case: str, person: str) -> None:
    """A year later the visits begin anew, he wants help at once; before anything comes of it he has moved away."""
    day.say("outreach", SignalVerified(source_count=1), case)
    day.say("outreach", FirstContactMade(person=person, stage=RelationStage.TRUSTING), case)
    day.say("outreach", _step(person, RelationStage.ACCEPTING), case)
    day.say("outreach", OutreachEnded(reason=OutreachEndReason.MOVED_AWAY), case)


def _dismissed_then_asked_for(day: Day) -> None:
    """What was dismissed as no need coordination asks for: somebody must go and see (図 a6)."""
    taken = taken_up(day, "辻\U000e0100川 実", "誰にも会いたくないが、家賃は払いたい。")
    linked = LinkedToAgency(
        person=taken.person, to_agency="outreach", purpose=Purpose.COORDINATION, reason=LinkReason.JOINT_SUPPORT, name=taken.name,
    )
    day.say("poverty", linked, taken.case, permit("outreach", BASIC))
    day.say("outreach", SignalDismissed(reason=DismissalReason.NO_NEED), taken.case)
    asked = OutreachRequested(person=taken.person, to_agency="outreach", name=taken.name)
    referral = day.learned("coordinator", CoordinationReferred, taken.case)
    day.say("coordinator", asked, referral.subject, permit("outreach", BASIC))


def _attempt(result: ContactResult) -> ContactAttempted:
    return ContactAttempted(method=ContactMethod.VISIT, result=result)


def _step(person: str, stage: RelationStage) -> RelationStepRecorded:
    return RelationStepRecorded(person=person, stage=stage)
