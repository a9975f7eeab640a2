"""What time does by itself (期限): deadlines pass, consents end, holds are over. In memory, where a night takes no time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from cli.day.player import Day, pseudonym
from cli.day.rows import deny, hold, permit, recorded, refused, stopped
from contracts.consent import (
    AccessRequested,
    ConsentExpired,
    ConsentGranted,
    ConsentWithdrawn,
    DisclosureDecided,
    IdentityVerified,
    RightsDecided,
    StopNoticeAnswered,
    StopNoticeIssued,
)
from contracts.consultation import (
    ConsultationReceived,
    ConsultationScreened,
    ContactRecorded,
    LinkAccepted,
    LinkDeclined,
    LinkedToAgency,
    SignalReceived,
)
from contracts.coordination import (
    CoordinationReferred,
    LeadAgencyNamed,
    PlanApproved,
    PlanExecutionStarted,
    PlanMonitored,
    PlanProposed,
    PlanReviewed,
)
from contracts.envelope import DeadlineMissed
from contracts.outreach import ContactAttempted, FirstContactMade, RelationStepRecorded, SignalVerified
from contracts.participation import CandidateProposed, CandidatesCounted, MatchDeclined, ResourceProposed, ResourceReconfirmed
from contracts.shared import (
    Channel,
    ContactMethod,
    ContactResult,
    DataCategory,
    Deadline,
    DeclineReason,
    Field,
    LinkReason,
    MatchSide,
    Outcome,
    PlanKind,
    Purpose,
    ReferralReason,
    RefusalCode,
    RelationStage,
    RightsOutcome,
    ScreeningOutcome,
    StopAnswer,
    SupportLevel,
    TaskClass,
    Urgency,
    VisitorRelation,
)
from deploy.local.town import Agency, agencies
from kernel.days import DAY_MS, day_in_japan
from kernel.memory import START
from kernel.processor import Processor
from kernel.records import Outgoing
from kernel.ticks import ticks
from tests.scenarios import memory_stage
from tests.scenarios.memory_stage import TOPICS, MemoryStage
from tests.scenarios.stories.taken_up import Taken, consent, gap_found, offered, one, taken_up

BASIC = DataCategory.BASIC
CHIPS = one(TaskClass.CHIP_MAKING, SupportLevel.SOME)


@pytest.fixture
def day() -> Iterator[Day]:
    """A day that goes on as long as one likes. All that is said in it comes out as it says, and nothing stands twice in a log."""
    with closing(MemoryStage()) as stage:
        yield (played := Day(stage))
    assert [] == [(row.agency, row.type, row.outcome, row.fault) for row in played.rows if row.fault]
    assert [] == stage.view.twice


def due_now(day: Day) -> list[Outgoing]:
    """The ticks that a timer would send at this moment."""
    town = day.stage.town
    workers = [handler for name in sum(day.stage.workers.values(), ()) if isinstance(handler := town.handler(name), Processor)]
    return ticks(workers, TOPICS, at=day.stage.log.now)


def told_the_time(day: Day, *outgoings: Outgoing) -> None:
    """Send ticks, and let everything follow."""
    day.stage.log.send(outgoings)
    day.stage.until(lambda: True)


def nights(day: Day, count: int) -> None:
    """Let so many nights pass, with the timer at work in each."""
    for _ in range(count):
        day.stage.log.now += DAY_MS
        told_the_time(day, *due_now(day))


def outage(day: Day, days: int) -> None:
    """Let days pass in which nothing runs; the timer is at work again after that."""
    day.stage.log.now += days * DAY_MS
    told_the_time(day, *due_now(day))


def events(day: Day, kind: type) -> list[Any]:
    """What of one type stands in the logs, in the order of its coming."""
    return [each.event for each in sorted(day.view.logged.values(), key=lambda each: each.timestamp) if isinstance(each.event, kind)]


def missed(day: Day) -> list[tuple[Deadline, str, str]]:
    """Every deadline that was missed: its kind, what it is of, who had to act."""
    return [(each.deadline, each.of, each.agency) for each in events(day, DeadlineMissed)]


def link_to(day: Day, agency: str) -> str:
    """The id of the link to this agency: what the deadline for its answer is of."""
    (found,) = [each.id for each in day.view.logged.values() if isinstance(each.event, LinkedToAgency) and each.event.to_agency == agency]
    return found


def heard(day: Day, agency: str, kind: type) -> list[Any]:
    """What of one type has reached an agency."""
    return [each.event for each in day.view.heard[agency] if isinstance(each.event, kind)]


def told(day: Day, agency: str) -> list[Deadline]:
    """Of which deadlines an agency has been told that they were missed."""
    return [each.deadline for each in heard(day, agency, DeadlineMissed)]


# What starts a deadline: each returns what meets it in time.

Meets = Callable[[], object]


def linked(day: Day, valid_days: int = 180) -> tuple[str, ConsentGranted]:
    """The elder centre has linked a person, who agrees, to the poverty desk: the case and the consent."""
    case, person = pseudonym(), pseudonym()
    day.say("elder", SignalReceived(person=person, channel=Channel.RESIDENT, area_code="990019-03"), case)
    agreed = consent(day, person, Purpose.CONSULTATION, (BASIC,), "poverty", "disability")
    agreed = agreed.changed(valid_to=day.stage.today + timedelta(days=valid_days))
    day.say("elder", agreed, case)
    day.say("elder", link(person), case, permit("poverty", BASIC))
    return case, agreed


def link(person: str, to: str = "poverty") -> LinkedToAgency:
    """A person linked to another agency."""
    return LinkedToAgency(person=person, to_agency=to, purpose=Purpose.CONSULTATION, reason=LinkReason.BETTER_PLACED, name="髙田 実")


def unanswered_link(day: Day) -> Meets:
    case, _ = linked(day)
    return lambda: day.say("poverty", LinkDeclined(reason=DeclineReason.NO_CAPACITY), case, permit("elder"))


def no_lead(day: Day) -> Meets:
    taken = taken_up(day, "髙井 修", "相談先が多すぎる。")
    return lambda: _lead(day, taken)


def next_visit(day: Day) -> Meets:
    case, person = pseudonym(), pseudonym()
    day.say("outreach", SignalReceived(person=person, channel=Channel.RESIDENT, area_code="990019-05"), case)
    day.say("outreach", SignalVerified(source_count=1), case)
    day.say("outreach", FirstContactMade(person=person, stage=RelationStage.CONTACTED), case)
    day.say("outreach", RelationStepRecorded(
        person=person, stage=RelationStage.TRUSTING, next_contact=day.stage.today + timedelta(days=20),
    ), case)
    return lambda: day.say("outreach", ContactAttempted(method=ContactMethod.VISIT, result=ContactResult.NO_ANSWER), case)


def next_call(day: Day) -> Meets:
    case, agreed = linked(day)
    tomorrow = day.stage.today + timedelta(days=1)
    day.say("poverty", LinkAccepted(method=ContactMethod.COME, next_contact=tomorrow), case, permit("elder"))
    nights(day, 1)
    return lambda: day.say("poverty", ContactRecorded(person=agreed.person, method=ContactMethod.PHONE, minutes=15), case)


def planned(day: Day) -> tuple[Taken, str]:
    """A plan of coordination was proposed, with the poverty desk in the lead: the case and the plan."""
    taken, plan = taken_up(day, "髙野 恵", "暮らしを立て直したい。"), pseudonym()
    _lead(day, taken)
    day.say("coordinator", PlanProposed(
        person=taken.person, plan=plan, kind=PlanKind.COORDINATION, version=1, period_from=day.stage.today,
        period_to=day.stage.today + timedelta(days=180), applied_on=day.stage.today,
    ), taken.case)
    day.say("poverty", PlanExecutionStarted(plan=plan, version=1, urgent=True), taken.case, permit("coordinator"))
    return taken, plan


def _lead(day: Day, taken: Taken) -> None:
    day.say("coordinator", LeadAgencyNamed(agency="poverty", from_date=day.stage.today), taken.case, permit("poverty"))


def plan_review(day: Day) -> Meets:
    taken, plan = planned(day)
    again = day.stage.today + timedelta(days=400)
    return lambda: day.say("poverty", PlanMonitored(person=taken.person, plan=plan, version=1, next_on=again), taken.case)


def urgent_start(day: Day) -> Meets:
    taken, plan = planned(day)
    reviewed = PlanReviewed(plan=plan, version=1, fit=True, sitting=pseudonym())
    return lambda: day.say("coordinator", reviewed, taken.case, recorded(), permit("poverty", type=PlanApproved.__name__))


def withdrawn(day: Day) -> tuple[str, str]:
    """A person takes back what the poverty desk has received on: the case and the consent."""
    case, agreed = linked(day)
    day.say("poverty", LinkAccepted(method=ContactMethod.COME, next_contact=day.stage.today + timedelta(days=900)), case, permit("elder"))
    day.say("elder", ConsentWithdrawn(person=agreed.person, consents=(agreed.consent,)), case, recorded(), stopped("poverty"))
    return case, agreed.consent


def stop_notice(day: Day) -> Meets:
    case, agreed = withdrawn(day)
    deleted = StopNoticeAnswered(consent=agreed, answer=StopAnswer.DELETED)
    return lambda: day.say("poverty", deleted, case, permit("elder"))


def rights_answer(day: Day) -> Meets:
    case, agreed = linked(day)
    request = pseudonym()
    day.say("municipality", AccessRequested(request=request, person=agreed.person, by_proxy=False), case)
    day.say("municipality", IdentityVerified(request=request), case)
    return lambda: day.say("municipality", RightsDecided(request=request, outcome=RightsOutcome.GRANTED, reasons=(), withheld=()), case)


def resource(day: Day) -> str:
    """A place to work that was offered by its host and looked at by the municipality."""
    found = pseudonym()
    offered(day, found, ResourceProposed(host="workshop", name="チップ作り", tasks=(CHIPS,), confirmed_at=day.stage.today, capacity=2))
    return found


def reconfirmation(day: Day) -> Meets:
    found = resource(day)
    return lambda: day.say("workshop", ResourceReconfirmed(confirmed_on=day.stage.today), found)


CASES = [
    (unanswered_link, Deadline.LINK_UNANSWERED, 7, ("elder",)),
    (no_lead, Deadline.NO_LEAD_AGENCY, 14, ("coordinator",)),
    (next_visit, Deadline.NEXT_CONTACT, 21, ("outreach",)),
    (next_call, Deadline.NEXT_CONTACT, 1, ("poverty",)),
    (plan_review, Deadline.PLAN_REVIEW, 90, ("poverty",)),
    (urgent_start, Deadline.URGENT_START_UNREPORTED, 14, ("coordinator",)),
    (stop_notice, Deadline.STOP_NOTICE_ANSWER, 7, ("poverty", "elder")),
    (rights_answer, Deadline.RIGHTS_ANSWER, 30, ("municipality",)),
    (reconfirmation, Deadline.RESOURCE_RECONFIRMATION, 180, ("workshop",)),
]


@pytest.mark.parametrize(("begin", "deadline", "days", "to"), CASES)
def test_what_is_not_done_in_time_is_missed_once_and_told(
    day: Day, begin: Callable[[Day], Meets], deadline: Deadline, days: int, to: tuple[str, ...],
):
    """Not a day too early; to whoever had to act, and of a stop notice to whoever had given; never again; and what is done late stays taken in."""
    late = begin(day)
    nights(day, days - 1)
    assert deadline not in [kind for kind, _, _ in missed(day)]

    nights(day, 3)
    assert [to[0]] == [agency for kind, _, agency in missed(day) if kind is deadline]
    for agency in {each.id for each in agencies()}:
        assert told(day, agency).count(deadline) == (agency in to), agency

    late()


@pytest.mark.parametrize(("begin", "deadline", "days", "to"), CASES)
def test_what_is_done_in_time_is_not_missed(day: Day, begin: Callable[[Day], Meets], deadline: Deadline, days: int, to: tuple[str, ...]):
    """The last day is in time."""
    in_time = begin(day)
    nights(day, days - 1)
    in_time()
    nights(day, 5)

    assert deadline not in [kind for kind, _, _ in missed(day)]
    assert all(deadline not in told(day, agency) for agency in to)


def test_a_stale_resource_is_not_offered_until_somebody_has_looked_again(day: Day):
    """Nobody is sent to a place that may not be there any more (RESOURCE_STALE)."""
    found = resource(day)
    nights(day, 181)
    person = gap_found(day, "髙松 陸", "働いてみたい。", "朝が早いのは平気。")
    proposed = CandidateProposed(resource=found, task=CHIPS)
    day.say("participation", proposed, person.case, refused(RefusalCode.RESOURCE_STALE))
    day.say("workshop", ResourceReconfirmed(confirmed_on=day.stage.today), found)
    day.say("participation", MatchDeclined(resource=found, side=MatchSide.HOST), person.case)
    day.say("participation", proposed, person.case, recorded(), permit("workshop", type=CandidatesCounted.__name__))


def test_the_same_tick_twice_is_harmless(day: Day):
    """A tick is a message: seen again, on its own or after a crash, it says nothing new."""
    linked(day)
    day.stage.log.now += 8 * DAY_MS
    sent = due_now(day)
    for _ in range(3):
        told_the_time(day, *sent)
    day.stage.restart("intake", again=5)
    told_the_time(day)

    assert [(Deadline.LINK_UNANSWERED, link_to(day, "poverty"), "elder")] == missed(day)
    assert [Deadline.LINK_UNANSWERED] == told(day, "elder")
    assert [] == due_now(day)


def test_a_long_outage_catches_up_in_the_order_in_which_things_were_due(day: Day):
    """A year later one tick tells of everything, the earliest first, each once."""
    case, agreed = linked(day)
    next_contact = day.stage.today + timedelta(days=2)
    day.say("elder", ContactRecorded(person=agreed.person, method=ContactMethod.VISIT, minutes=30, next_contact=next_contact), case)
    nights(day, 1)
    day.say("elder", link(agreed.person, "disability"), case, permit("disability", BASIC))
    outage(day, 365)

    links = [(Deadline.LINK_UNANSWERED, link_to(day, agency)) for agency in ("poverty", "disability")]
    assert [(Deadline.NEXT_CONTACT, "elder"), *links] == [each[:2] for each in missed(day) if each[0] is not Deadline.STOP_NOTICE_ANSWER]
    dues = [each.due for each in heard(day, "elder", DeadlineMissed)]
    assert (3, sorted(dues)) == (len(dues), dues)
    outage(day, 0)
    assert 3 == len(heard(day, "elder", DeadlineMissed))


def test_a_consent_ends_with_its_last_day(day: Day):
    """Whoever has received something on it is told to stop, has days to answer, and receives nothing more on it."""
    case, agreed = linked(day, valid_days=5)
    nights(day, 5)
    assert [] == events(day, ConsentExpired)
    nights(day, 1)
    assert [agreed.consent] == [each.consent for each in events(day, ConsentExpired)]
    assert [(agreed.consent, (BASIC,))] == [(each.consent, each.categories) for each in heard(day, "poverty", StopNoticeIssued)]
    assert [] == heard(day, "disability", StopNoticeIssued)
    day.say("elder", link(agreed.person), case, deny("poverty"))

    nights(day, 7)
    assert Deadline.STOP_NOTICE_ANSWER in told(day, "poverty")
    assert Deadline.STOP_NOTICE_ANSWER in told(day, "elder")


def test_what_waits_for_a_consent_does_not_wait_for_ever(day: Day):
    """After its days it is denied, and its sender is told; a consent that comes later releases nothing by itself."""
    case, person = pseudonym(), pseudonym()
    day.say("poverty", ConsultationReceived(person=person, field=Field.POVERTY, visitor_relation=VisitorRelation.FAMILY), case)
    day.say("poverty", ConsultationScreened(outcome=ScreeningOutcome.COMPLEX, urgency=Urgency.LOW), case)
    referral = CoordinationReferred(person=person, to_agency="coordinator", reason=ReferralReason.AGENCY_UNCLEAR, name="髙山 茂")
    day.say("poverty", referral, case, hold("coordinator"))
    nights(day, 13)
    assert [Outcome.HOLD] == [each.outcome for each in heard(day, "poverty", DisclosureDecided)]
    nights(day, 1)
    verdicts = heard(day, "poverty", DisclosureDecided)
    assert [Outcome.HOLD, Outcome.DENY] == [each.outcome for each in verdicts]
    assert ("R16", ("HOLD_EXPIRED",)) == (verdicts[-1].rule, verdicts[-1].reasons)

    day.say("poverty", consent(day, person, Purpose.COORDINATION, (BASIC,), "coordinator"), case)
    assert [] == heard(day, "coordinator", CoordinationReferred)
    day.say("poverty", referral, case, permit("coordinator", BASIC))


def test_the_end_of_a_contract(monkeypatch: pytest.MonkeyPatch):
    """Whoever works under one is told that it is over and says no more; what it still owes it may do (委託終了後も続く義務)."""
    monkeypatch.setattr(memory_stage, "agencies", lambda: tuple(map(_contracted, agencies())))
    with closing(MemoryStage()) as stage:
        day = Day(stage)
        case, agreed = withdrawn(day)
        nights(day, 2)
        assert [] == told(day, "poverty")
        day.say("poverty", _signal(), pseudonym())
        nights(day, 2)
        assert [(Deadline.CONTRACT_END, "", "poverty")] == missed(day)
        assert [Deadline.CONTRACT_END] == told(day, "poverty")

        day.say("poverty", _signal(), pseudonym(), refused(RefusalCode.CONTRACT_ENDED))
        day.say("poverty", StopNoticeAnswered(consent=agreed, answer=StopAnswer.DELETED), case, permit("elder"))
        nights(day, 10)
        assert [Deadline.CONTRACT_END] == told(day, "poverty")
        assert [] == [row.fault for row in day.rows if row.fault]


def _signal() -> SignalReceived:
    return SignalReceived(person=pseudonym(), channel=Channel.RESIDENT, area_code="990019-01")


def _contracted(agency: Agency) -> Agency:
    """The poverty desk works under a contract; its last day is the third day of the log."""
    last = day_in_japan(START) + timedelta(days=2)
    return replace(agency, contract_from=last - timedelta(days=364), contract_until=last) if agency.id == "poverty" else agency
