"""Visits and matches (アウトリーチ・参加支援): long courses with many small steps."""

from __future__ import annotations

from datetime import timedelta

from cli.year.course import Course
from cli.year.desks import NAME, NOTE, consent, noticed_and_screened, taken_up
from contracts.consultation import SignalReceived
from contracts.coordination import ParticipationRequested
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
from contracts.participation import (
    CandidateProposed,
    GapNeedAssessed,
    MatchConfirmed,
    MatchDeclined,
    MatchEnded,
    ResourceGapFound,
    ResourceProposed,
    ResourceReconfirmed,
    ResourceVerified,
    SettlementSupported,
    TrialStarted,
)
from contracts.shared import (
    AttendancePattern,
    Channel,
    ContactMethod,
    ContactResult,
    DataCategory,
    DismissalReason,
    MatchEndReason,
    MatchSide,
    NeedKind,
    OutreachEndReason,
    Programme,
    Purpose,
    RelationStage,
    SupportLevel,
    TaskClass,
    TaskSlice,
)

TASK = TaskSlice(task=TaskClass.WOOD_SPLITTING, support_level=SupportLevel.SOME, count=1)
HANDS_ON = (DataCategory.BASIC, DataCategory.CONTACT, DataCategory.CONSIDERATION)


def visited(course: Course) -> None:
    """Thirty to fifty events: a signal, many visits in vain, a first word, steps, an accepted help, a steady tie."""
    person = course.pseudonym()
    course.say("outreach", SignalReceived(person=person, channel=course.pick(Channel.RESIDENT, Channel.MEETING), area_code="990019-02", summary=NOTE))
    course.wait(1, 7)
    if course.chance(0.15):
        course.say("outreach", SignalDismissed(reason=DismissalReason.NO_NEED))
        return
    course.say("outreach", SignalVerified(source_count=1))
    for _ in range(course.random.randint(11, 18)):
        course.wait(5, 10)
        course.say("outreach", ContactAttempted(method=ContactMethod.VISIT, result=course.pick(ContactResult.NO_ANSWER, ContactResult.FAMILY_ONLY)))
    course.wait(3, 7)
    course.say("outreach", FirstContactMade(person=person, stage=RelationStage.CONTACTED, name=NAME, note=NOTE))
    for _ in range(course.random.randint(11, 19)):
        course.wait(4, 9)
        course.say("outreach", RelationStepRecorded(person=person, stage=RelationStage.TRUSTING, next_contact=course.today + timedelta(days=14), note=NOTE))
    course.say("outreach", consent(course, person, Purpose.OUTREACH, ("poverty",)))
    course.say("outreach", SupportAccepted(person=person, linked_agency="poverty", purpose=Purpose.OUTREACH, name=NAME))
    course.wait(20, 60)
    course.say("outreach", RelationStabilised(linked_agency="poverty"))
    course.say("outreach", OutreachEnded(reason=OutreachEndReason.TIES_STEADY))


def resource(course: Course) -> None:
    """A place that takes people in: proposed, confirmed, confirmed anew twice a year. Its id is the course's."""
    course.say("participation", ResourceProposed(
        host="workshop", name="薪割りと薪積み", tasks=(TASK.changed(count=4),), confirmed_at=course.today, capacity=40, attendance=AttendancePattern.FLEXIBLE,
    ))
    course.say("participation", ResourceVerified(confirmed_on=course.today))
    for _ in range(3):
        course.wait(120, 150)
        course.say("participation", ResourceReconfirmed(confirmed_on=course.today))


def matched(course: Course, place: str) -> None:
    """Fifty to seventy events: a case that coordination has taken up, a gap need, a trial, a match, support on both sides, an end."""
    person, desk = course.pseudonym(), "poverty"
    noticed_and_screened(course, desk, person)
    if not taken_up(course, desk, person, (desk, "participation")):
        return
    course.say("coordinator", ParticipationRequested(person=person, to_agency="participation", need_kind=NeedKind.WORK, name=NAME))
    course.wait(3, 14)
    course.say("participation", GapNeedAssessed(person=person, need_kind=NeedKind.WORK, tried=(Programme.WORK_PREPARATION,), abilities=NOTE))
    if course.chance(0.15):
        course.say("participation", ResourceGapFound(need_kind=NeedKind.WORK, area="990019-01"))
        return
    course.say("participation", CandidateProposed(resource=place, task=TASK))
    course.wait(2, 7)
    course.say("participation", consent(course, person, Purpose.PARTICIPATION, ("workshop",), HANDS_ON))
    given = {"person": person, "resource": place, "host": "workshop", "name": NAME, "contact": "090-0000-0000", "consideration": NOTE}
    course.say("participation", TrialStarted(**given))
    course.wait(7, 21)
    if course.chance(0.2):
        course.say("participation", MatchDeclined(resource=place, side=MatchSide.PERSON))
        return
    course.say("participation", MatchConfirmed(**given, attendance=AttendancePattern.FLEXIBLE))
    for _ in range(course.random.randint(26, 42)):
        course.wait(4, 8)
        course.say("participation", SettlementSupported(person=person, resource=place, side=course.pick(MatchSide.PERSON, MatchSide.HOST), note=NOTE))
    course.say("participation", MatchEnded(resource=place, reason=MatchEndReason.GOAL_MET))
