"""What the community reports, one sample of each type, and how a fact is told: for the tests of its deciders and of the function."""

from __future__ import annotations

from datetime import date
from typing import Any

from contracts.community import (
    ActivityPlanned,
    AdviceGiven,
    CaseStoryApproved,
    CaseStoryDrafted,
    CooperationResultRecorded,
    CooperationStarted,
    ExchangeHeld,
    ImplementationPlanDrafted,
    ImplementationPlanPublished,
    IssuesPaired,
    LiaisonPersonNamed,
    NoticeAcknowledged,
    NoticeRelayed,
    PlaceClosed,
    PlaceOpened,
    PlacePaused,
    PracticeAreaCancelled,
    PracticeAreaRegistered,
    ResidentsHeard,
    SessionHeld,
    SupplyOffered,
    TrainingHeld,
)
from contracts.envelope import DisclosureRequested, PartGiven
from contracts.registry import AgencyRegistered
from contracts.shared import (
    AgeBand,
    AgeCount,
    AgencyKind,
    Basis,
    CancellationReason,
    CasePart,
    CommunityProgramme,
    FunctionName,
    LearningTopic,
    OutputUnit,
    PauseReason,
    PlaceKind,
    PlanTarget,
    PracticeKind,
    Purpose,
    RelatedPlan,
    ShareCause,
    Side,
    SupportLevel,
    Target,
    TaskClass,
    TaskSlice,
)
from kernel.testing import Then

TODAY, TOMORROW = date(2026, 5, 29), date(2026, 5, 30)
"""The day of ``kernel.testing.AT`` in Japan, 05:26 in the morning, and the next."""
PARTNERS = ("environment", "workshop", "community", "workshop")

PLANNED = ActivityPlanned(name="えんがわ食堂", kind=PlaceKind.COMMUNITY_DINING, planned_on=date(2026, 7, 1), partners=("community", "elder"))
OPENED = PlaceOpened(
    name="えんがわ食堂", kind=PlaceKind.COMMUNITY_DINING, programmes=(CommunityProgramme.MUTUAL_AID,), open_to_all=True,
    partners=("elder", "child"), standards_met=(CommunityProgramme.MUTUAL_AID,),
)
HELD = SessionHeld(held_on=TODAY, attendance=(AgeCount(band=AgeBand.AGE_65_OVER, count=7),))
PAUSED = PlacePaused(reason=PauseReason.HANDS_MISSING, until=date(2026, 9, 1))
CLOSED = PlaceClosed()
OFFERED = SupplyOffered(item="大根", quantity_grams=12_000, available_on=TOMORROW, partners=("community", "environment"))

PAIRED = IssuesPaired(env_issue="里山の手入れの担い手不足", welfare_issue="働く場の不足", partners=PARTNERS)
STARTED = CooperationStarted(
    steps=(TaskSlice(task=TaskClass.WOOD_SPLITTING, support_level=SupportLevel.SOME, count=2),), product="薪", share_to="こども食堂",
)
RESULT = CooperationResultRecorded(
    period_from=date(2026, 4, 1), period_to=TODAY, quantity=2_000_000, unit=OutputUnit.GRAMS, sales_yen=80_000, shared_yen=20_000,
    share_to=ShareCause.CHILDREN_IN_DIFFICULTY,
)

REGISTERED = PracticeAreaRegistered(
    name="東近江の里山を守る会", kind=PracticeKind.REGION_GROUP, corporate_number="7000012050002", selection_year=2023,
)
CANCELLED = PracticeAreaCancelled(reason=CancellationReason.FALSE_APPLICATION)
LIAISON = LiaisonPersonNamed(side=Side.WELFARE, desk="福祉課 地域づくり係", partners=("environment", "prefecture"))
TRAINING = TrainingHeld(topic=LearningTopic.MUTUAL_UNDERSTANDING, held_on=TODAY, attendees=24, partners=("environment", "elder"))
EXCHANGE = ExchangeHeld(topic=LearningTopic.CIRCULAR_SPHERE, held_on=TODAY, attendees=12, partners=("environment", "elder"))
ADVICE = AdviceGiven(to_agency="municipality", topic=LearningTopic.PROGRAMME_START, given_on=TODAY)

STORY = CaseStoryDrafted(
    title="薪づくりでつながる里山とくらし", reason="担い手が足りない", aim="里山と居場所を共に支える", content="薪割りを小さな仕事に分けた", result="冬の薪 2 トン",
    mechanism="売上の一部を子ども食堂へ", scheme="重層的支援体制整備事業", helpers=("environment", "municipality"), deidentified=True,
)
APPROVED = CaseStoryApproved()
RELAYED = NoticeRelayed(number="0329-1", title="環境と福祉の連携について", recipients=("municipality", "environment", "municipality"))
ACKNOWLEDGED = NoticeAcknowledged()

DRAFTED = ImplementationPlanDrafted(
    period_from=date(2027, 4, 1), period_to=date(2030, 3, 31), targets=(Target(metric=PlanTarget.PLACES, value=12),),
    harmonised=(RelatedPlan.COMMUNITY_WELFARE,),
)
HEARD = ResidentsHeard(held_on=TODAY, attendees=40)
PUBLISHED = ImplementationPlanPublished(published_on=TODAY, recipients=("elder", "prefecture"))

CONTRACT = AgencyRegistered(
    agency="workshop", kind=AgencyKind.WORKSHOP, name="髙砂木工", contract_from=date(2026, 4, 1), contract_until=date(2027, 3, 31),
)


def told(then: Then, *recipients: str, purpose: Purpose = Purpose.COMMUNITY) -> tuple[Any, ...]:
    """The recorded fact and one request for each recipient, each without personal data."""
    fact, agency = then.events[0], then.context.agency
    return (fact, *(DisclosureRequested(
        event_id=then.context.event_id(0), event_type=type(fact).__name__, recipient=recipient, agency=agency,
        function=FunctionName.COMMUNITY, purpose=purpose, basis=Basis.B0,
    ) for recipient in recipients))


def listed(*agencies: str) -> tuple[PartGiven, ...]:
    """These take part from now on."""
    return tuple(PartGiven(agency=agency, part=CasePart.LISTED) for agency in agencies)
