"""The town beside its cases (地域づくり・会議・環境): sittings, places, cooperation, notices, trainings, the implementation plan."""

from __future__ import annotations

from datetime import date, timedelta

from cli.year.course import Course
from contracts.community import (
    ActivityPlanned,
    CaseStoryApproved,
    CaseStoryDrafted,
    CooperationResultRecorded,
    CooperationStarted,
    ImplementationPlanDrafted,
    ImplementationPlanPublished,
    IssuesPaired,
    NoticeAcknowledged,
    NoticeRelayed,
    PlaceOpened,
    ResidentsHeard,
    SessionHeld,
    TrainingHeld,
)
from contracts.coordination import (
    ConferenceConvened,
    ConferenceScheduled,
    MemberAppointed,
    RecordSealed,
    ResourceSituationDiscussed,
    SecrecyAcknowledged,
    SegmentClosed,
    SegmentOpened,
    SittingClosed,
)
from contracts.shared import (
    AgeBand,
    AgeCount,
    AgendaSegment,
    CommunityProgramme,
    ConferenceBasis,
    ConferenceRole,
    LearningTopic,
    NeedKind,
    OutputUnit,
    PlaceKind,
    PlanTarget,
    RelatedPlan,
    ShareCause,
    SupportLevel,
    Target,
    TaskClass,
    TaskSlice,
)

MEMBERS = ("elder", "poverty", "child")


def sitting(course: Course) -> None:
    """Twelve to fourteen events: one segment under secrecy without a case, as when the members come together for the first time."""
    segment, own = course.pseudonym(), course.subject
    planned = AgendaSegment(
        segment=segment, basis=ConferenceBasis.SWA106_6, cases=(), members=MEMBERS, roles=(ConferenceRole.CASE_DISCUSSION,),
    )
    course.say("municipality", ConferenceScheduled(planned_on=course.today + timedelta(days=7), place="町役場第一会議室", segments=(planned,)))
    course.wait(5, 9)
    course.say("municipality", ConferenceConvened(held_on=course.today, invited=MEMBERS))
    for agency in MEMBERS:
        member = course.pseudonym()
        course.say("municipality", MemberAppointed(member=member, agency=agency, from_date=course.today, to_date=None))
        course.say(agency, SecrecyAcknowledged(member=member, text_version="2026.1"))
    course.say("municipality", SegmentOpened(segment=segment, basis=ConferenceBasis.SWA106_6, cases=(), members=MEMBERS, present=MEMBERS))
    course.say("municipality", SegmentClosed(segment=segment))
    course.say("municipality", ResourceSituationDiscussed(sitting=own, shortage=(NeedKind.PLACE_TO_BE,), action="空き店舗を居場所にする"), "990019-01")
    course.say("municipality", SittingClosed())
    course.say("municipality", RecordSealed(record_hash="0" * 64))


def place(course: Course) -> None:
    """A place that is planned, opened to all, and held once or twice a month."""
    programmes = (course.pick(CommunityProgramme.ELDER_PREVENTION, CommunityProgramme.CHILD_BASE, CommunityProgramme.MUTUAL_AID),)
    kind = course.pick(PlaceKind.SALON, PlaceKind.COMMUNITY_DINING, PlaceKind.COMMUNITY_CAFE)
    course.say("community", ActivityPlanned(name="えんがわ", kind=kind, planned_on=course.today + timedelta(days=20), partners=("environment",)))
    course.wait(14, 30)
    course.say("community", PlaceOpened(
        name="えんがわ", kind=kind, programmes=programmes, open_to_all=True, partners=("environment",), standards_met=programmes,
    ))
    for _ in range(course.random.randint(10, 22)):
        course.wait(12, 20)
        attendance = tuple(AgeCount(band=band, count=course.random.randint(0, 12)) for band in list(AgeBand)[1:])
        course.say("community", SessionHeld(held_on=course.today, attendance=attendance))


def cooperation(course: Course) -> None:
    """Hands for the satoyama and work for people: paired, started, its result every quarter, its story told."""
    steps = (TaskSlice(task=TaskClass.WOOD_SPLITTING, support_level=SupportLevel.SOME, count=3),)
    course.say("environment", IssuesPaired(env_issue="里山の手入れの手が足りない", welfare_issue="働く場が少ない", partners=("community", "workshop")))
    course.wait(20, 40)
    course.say("environment", CooperationStarted(steps=steps, product="薪", share_to="こどもの居場所"))
    for _ in range(3):
        course.wait(80, 95)
        course.say("environment", CooperationResultRecorded(
            period_from=course.today - timedelta(days=80), period_to=course.today, quantity=25_000_000, unit=OutputUnit.GRAMS,
            sales_yen=120_000, shared_yen=12_000, share_to=ShareCause.CHILDREN_IN_DIFFICULTY,
        ))
    story = course.pseudonym()
    course.say("environment", CaseStoryDrafted(
        title="薪でつながる", reason="獣害と人手不足", aim="里山と働く場", content="切り出した作業を一人ひとりに合わせた", result="薪の販売",
        mechanism="売上げの一部を分ける", scheme="重層的支援体制整備事業", helpers=("community", "workshop"), deidentified=True,
    ), story)
    course.wait(5, 10)
    course.say("municipality", CaseStoryApproved(), story)


def notice(course: Course) -> None:
    """The prefecture relays a notice; the municipality reads it; a training follows."""
    course.say("prefecture", NoticeRelayed(number="R8-0331-1", title="地域循環共生圏との連携について", recipients=("municipality", "environment")))
    course.wait(1, 5)
    course.say("municipality", NoticeAcknowledged())
    course.wait(5, 20)
    course.say("prefecture", TrainingHeld(
        topic=LearningTopic.MUTUAL_UNDERSTANDING, held_on=course.today, attendees=40, partners=("municipality", "environment"),
    ), course.pseudonym())


def implementation_plan(course: Course) -> None:
    """Once a year: drafted, residents heard, published."""
    start = date(course.today.year, 4, 1)
    course.say("municipality", ImplementationPlanDrafted(
        period_from=start, period_to=start + timedelta(days=3 * 365), targets=(Target(metric=PlanTarget.PLACES, value=20),),
        harmonised=(RelatedPlan.COMMUNITY_WELFARE,),
    ))
    course.wait(20, 40)
    course.say("municipality", ResidentsHeard(held_on=course.today, attendees=35))
    course.wait(20, 40)
    course.say("municipality", ImplementationPlanPublished(published_on=course.today, recipients=("prefecture", "coordinator")))
