"""Steps 5, 6 and 12: the outreach NPO goes to the son, he says no, later he tries the workshop; and a call at night."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from cli.day import cast
from cli.day.player import Day, pseudonym
from cli.day.rows import permit, recorded, redact, reviewed
from contracts.consent import ConsentGranted, ConsentRefused
from contracts.consultation import ConsultationReceived, ConsultationScreened, EmergencyRaised, SignalReceived
from contracts.coordination import CoordinationAccepted, CoordinationReferred, ParticipationRequested
from contracts.outreach import ContactAttempted, FirstContactMade, SignalVerified, SupportAccepted
from contracts.participation import CandidateProposed, CandidatesCounted, GapNeedAssessed, ResourceProposed, ResourceVerified, TrialStarted
from contracts.shared import (
    Channel,
    ConsentMedium,
    ContactMethod,
    ContactResult,
    Danger,
    DataCategory,
    EmergencyNeed,
    Field,
    NeedKind,
    Programme,
    Purpose,
    ReferralReason,
    RelationStage,
    ScreeningOutcome,
    SupportLevel,
    TaskClass,
    TaskSlice,
    Urgency,
    VisitorRelation,
)

BASIC, CONTACT, CONSIDERATION = DataCategory.BASIC, DataCategory.CONTACT, DataCategory.CONSIDERATION


@dataclass(slots=True)
class Tie:
    """What the outreach NPO has made ids for; the resource is the workshop's."""

    case: str
    son: str
    refusal: str
    resource: str


def tie() -> Tie:
    """A tie that has not begun."""
    return Tie(*(pseudonym() for _ in range(4)))


def son_says_no(day: Day, tie: Tie) -> None:
    """Two attempts, a first contact through the door, a clear no: all of it stays with the NPO."""
    day.say("outreach", SignalReceived(
        person=tie.son, channel=Channel.SUPPORT_AGENCY, area_code="990019-03", summary=cast.SIGNAL_SON,
    ), tie.case)
    day.say("outreach", SignalVerified(source_count=2), tie.case)
    day.say("outreach", ContactAttempted(method=ContactMethod.VISIT, result=ContactResult.FAMILY_ONLY), tie.case)
    day.say("outreach", ContactAttempted(method=ContactMethod.LETTER, result=ContactResult.NO_ANSWER), tie.case)
    day.say("outreach", FirstContactMade(
        person=tie.son, stage=RelationStage.CONTACTED, name=cast.SON, note=cast.FIRST_CONTACT,
        items=(cast.item(tie.son, DataCategory.HEALTH, "sleep", "明け方に眠り、夕方に起きる。頭痛があるという。"),),
    ), tie.case)
    day.say("outreach", ConsentRefused(consent=tie.refusal, person=tie.son, purpose=Purpose.PARTICIPATION), tie.case)


def son_tries(day: Day, tie: Tie) -> None:
    """He agrees to participation only; the workshop first learns a number, then a name, a contact and what to consider."""
    _agrees(day, tie)
    _taken_up(day, tie)
    accepted = day.learned("participation", SupportAccepted)
    case, son, today = accepted.subject, accepted.event.person, day.stage.today
    splitting = TaskSlice(task=TaskClass.WOOD_SPLITTING, support_level=SupportLevel.SOME, count=2)
    packing = TaskSlice(task=TaskClass.PACKING, support_level=SupportLevel.SOME, count=1)
    day.say("workshop", ResourceProposed(host="workshop", name="髙砂木工　薪づくりの仕事場", tasks=(splitting, packing), confirmed_at=today),
            tie.resource)
    day.say("municipality", ResourceVerified(confirmed_on=today), tie.resource, permit("workshop"))
    day.say("participation", GapNeedAssessed(
        person=son, need_kind=NeedKind.WORK, tried=(Programme.WORK_PREPARATION,),
        abilities="手先が器用で、一人で黙々と続けられる。週一回、午後の二時間から。",
    ), case)
    day.say("participation", CandidateProposed(
        resource=tie.resource, task=TaskSlice(task=TaskClass.WOOD_SPLITTING, support_level=SupportLevel.SOME, count=1),
    ), case, recorded(), permit("workshop", type=CandidatesCounted.__name__))
    day.say("participation", TrialStarted(
        person=son, resource=tie.resource, host="workshop", name=accepted.event.name, contact=accepted.event.contact,
        consideration="大きな音が苦手。休みたいときは黙って休める場所があるとよい。",
        items=(
            cast.item(son, DataCategory.HEALTH, "sleep", "昼夜逆転があり、午後からの参加とする。"),
            cast.item(son, DataCategory.LIFE_HISTORY, "history", "二十年ほど自宅で過ごしてきた。"),
        ),
    ), case, redact("workshop", BASIC, CONTACT, CONSIDERATION))


def call_at_night(day: Day, caller_case: str) -> None:
    """A caller says that life is over: the police learn name, place and risk at once; the municipality is to review it."""
    caller = pseudonym()
    day.say("outreach", EmergencyRaised(
        person=caller, to_agency="police", danger=Danger.SUICIDE_RISK, need=EmergencyNeed.RESCUE,
        name=cast.CALLER, place=cast.PLACE_NIGHT, risk=cast.RISK_NIGHT,
    ), caller_case, permit("police", BASIC, DataCategory.ADDRESS, DataCategory.DANGER), reviewed("municipality"))


def _agrees(day: Day, tie: Tie) -> None:
    """His consent names the refusal that it replaces; the participation operator takes over."""
    today = day.stage.today
    day.say("outreach", ConsentGranted(
        consent=pseudonym(), person=tie.son, purpose=Purpose.PARTICIPATION,
        categories=(BASIC, CONTACT, CONSIDERATION, DataCategory.PARTICIPATION), recipients=("participation", "workshop"),
        valid_from=today, valid_to=today + timedelta(days=180), medium=ConsentMedium.ORAL, witnessed=True, supersedes=(tie.refusal,),
    ), tie.case)
    day.say("outreach", SupportAccepted(
        person=tie.son, linked_agency="participation", purpose=Purpose.PARTICIPATION, name=cast.SON, contact="〇九〇‐〇〇〇〇‐一二三四（夕方以降）",
        items=(
            cast.item(tie.son, CONSIDERATION, "sound", "大きな音と、急に話しかけられることが苦手。"),
            cast.item(tie.son, DataCategory.HEALTH, "sleep", "昼夜逆転。頭痛の訴えあり。"),
        ),
    ), tie.case, redact("participation", BASIC, CONTACT, CONSIDERATION))


def _taken_up(day: Day, tie: Tie) -> None:
    """The poverty desk, linked by the NPO, refers him with his consent; coordination takes him up and asks for participation support (図 a7)."""
    today, son = day.stage.today, tie.son
    day.say("outreach", ConsentGranted(
        consent=pseudonym(), person=son, purpose=Purpose.COORDINATION, categories=(BASIC,), recipients=("poverty", "coordinator", "participation"),
        valid_from=today, valid_to=today + timedelta(days=180), medium=ConsentMedium.ORAL, witnessed=True,
    ), tie.case)
    day.say("outreach", SupportAccepted(person=son, linked_agency="poverty", purpose=Purpose.COORDINATION, name=cast.SON), tie.case, permit("poverty", BASIC))
    case = day.learned("poverty", SupportAccepted).subject
    day.say("poverty", ConsultationReceived(person=son, field=Field.POVERTY, visitor_relation=VisitorRelation.AGENCY), case)
    day.say("poverty", ConsultationScreened(outcome=ScreeningOutcome.COMPLEX, urgency=Urgency.LOW), case)
    day.say("poverty", CoordinationReferred(
        person=son, to_agency="coordinator", reason=ReferralReason.ROLE_DIVISION_NEEDED, name=cast.SON,
    ), case, permit("coordinator", BASIC))
    day.say("coordinator", CoordinationAccepted(), case, permit("poverty"))
    day.say("coordinator", ParticipationRequested(
        person=son, to_agency="participation", need_kind=NeedKind.WORK, name=cast.SON,
    ), case, permit("participation", BASIC))
