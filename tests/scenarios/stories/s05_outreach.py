"""S5: outreach (アウトリーチ等を通じた継続的支援): begun before coordination, without a name and without a yes; a no slows it and closes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from cli.day.player import Day, pseudonym
from cli.day.rows import permit, redact, refused
from contracts.consent import ConsentGranted, ConsentRequested
from contracts.consultation import CaseClosed, ConsultationReceived, ConsultationScreened, SignalReceived
from contracts.coordination import CoordinationAccepted, CoordinationReferred, OutreachRequested
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
    ClosingReason,
    ConsentMedium,
    ContactMethod,
    ContactResult,
    DataCategory,
    DismissalReason,
    Field,
    OutreachEndReason,
    Purpose,
    ReferralReason,
    RefusalCode,
    RelationStage,
    ScreeningOutcome,
    Urgency,
    VisitorRelation,
)

TITLE = "アウトリーチ：名前も同意もないところから"
BASIC, CONTACT = DataCategory.BASIC, DataCategory.CONTACT
NAME = "辻\U000e0100本 拓也"


@dataclass(frozen=True, slots=True)
class Tie:
    """What the visiting team has made ids for."""

    case: str
    person: str
    consent: str


def play(day: Day) -> None:
    """The whole story."""
    tie = Tie(*(pseudonym() for _ in range(3)))
    _noticed(day, tie)
    _visited_in_vain(day, tie)
    _asked_too_early(day, tie)
    _met(day, tie)
    _refused(day, tie)
    _trusted(day, tie)
    _linked(day, tie)
    _steady(day, tie)
    _nothing_to_do(day)
    _nobody_there(day)
    _asked_for_again(day, tie)


def _noticed(day: Day, tie: Tie) -> None:
    """Residents tell of a flat where the lights are on at night only; the team checks and sets out, before any coordination (図 a8)."""
    day.say("outreach", SignalReceived(
        person=tie.person, channel=Channel.RESIDENT, area_code="990019-05",
        summary="二階の角部屋。夜だけ明かりがつき、宅配の箱が廊下に積まれている。名前は誰も知らない。",
    ), tie.case)
    day.say("outreach", SignalVerified(source_count=2), tie.case)
    day.say("outreach", SignalVerified(source_count=3), tie.case, refused(RefusalCode.ALREADY_DONE))


def _visited_in_vain(day: Day, tie: Tie) -> None:
    """Nobody opens; a letter stays without an answer. Each attempt counts as work done."""
    for method in (ContactMethod.VISIT, ContactMethod.LETTER, ContactMethod.VISIT):
        day.say("outreach", ContactAttempted(method=method, result=ContactResult.NO_ANSWER), tie.case)


def _asked_too_early(day: Day, tie: Tie) -> None:
    """Nobody has been met: no consent is asked, no step in a relation is recorded."""
    day.say("outreach", _request(tie), tie.case, refused(RefusalCode.NO_CONTACT_YET))
    day.say("outreach", _step(day, tie, "まだ会えていない。"), tie.case, refused(RefusalCode.WRONG_STATE))


def _met(day: Day, tie: Tie) -> None:
    """The fourth time a voice answers; there is no name yet, and none is needed. What has a voice is dismissed no more."""
    day.say("outreach", FirstContactMade(
        person=tie.person, stage=RelationStage.CONTACTED, note="ドア越しに二分。「手紙は読んだ」とだけ。",
    ), tie.case)
    day.say("outreach", SignalDismissed(reason=DismissalReason.NOT_FOUND), tie.case, refused(RefusalCode.WRONG_STATE))


def _refused(day: Day, tie: Tie) -> None:
    """He wants to see nobody: visits become rare, the case stays open, and nobody calls the tie steady or the work done."""
    day.say("outreach", ContactAttempted(method=ContactMethod.VISIT, result=ContactResult.DECLINED), tie.case)
    day.say("outreach", RelationStabilised(linked_agency="poverty"), tie.case, refused(RefusalCode.WRONG_STATE))
    day.say("outreach", OutreachEnded(reason=OutreachEndReason.TIES_STEADY), tie.case, refused(RefusalCode.WRONG_STATE))
    day.say("outreach", ContactAttempted(method=ContactMethod.LETTER, result=ContactResult.NO_ANSWER), tie.case)


def _trusted(day: Day, tie: Tie) -> None:
    """Months later he opens; the next visit has its day. Now he can be asked, and says yes in the presence of a second visitor."""
    yesterday = _step(day, tie, "").changed(next_contact=day.stage.today - timedelta(days=1))
    day.say("outreach", yesterday, tie.case, refused(RefusalCode.PERIOD_INVALID))
    day.say("outreach", _step(day, tie, "玄関先で十五分。将棋の話。名前を教えてくれた。"), tie.case)
    day.say("outreach", _request(tie), tie.case)
    day.say("outreach", ConsentGranted(
        consent=tie.consent, person=tie.person, purpose=Purpose.COORDINATION, categories=(BASIC,), recipients=("poverty", "coordinator"),
        valid_from=day.stage.today, valid_to=day.stage.today + timedelta(days=180), medium=ConsentMedium.ORAL, witnessed=True,
    ), tie.case)


def _linked(day: Day, tie: Tie) -> None:
    """He accepts help with his debts: the desk learns his name. He was asked for his telephone number too, and did not agree to that."""
    accepted = SupportAccepted(
        person=tie.person, linked_agency="poverty", purpose=Purpose.COORDINATION, name=NAME, contact="〇九〇‐〇〇〇〇‐五六七八（夜だけ）",
    )
    day.say("outreach", accepted.changed(linked_agency="outreach"), tie.case, refused(RefusalCode.SAME_AGENCY))
    day.say("outreach", accepted, tie.case, redact("poverty", BASIC))


def _steady(day: Day, tie: Tie) -> None:
    """He goes to the desk by himself: the tie is steady and the team withdraws. The desk is told, by codes."""
    day.say("outreach", RelationStabilised(linked_agency="poverty"), tie.case, permit("poverty"))
    day.say("outreach", OutreachEnded(reason=OutreachEndReason.TIES_STEADY), tie.case, permit("poverty"))
    day.say("outreach", ContactAttempted(method=ContactMethod.PHONE, result=ContactResult.MET), tie.case, refused(RefusalCode.WRONG_STATE))


def _nothing_to_do(day: Day) -> None:
    """Another signal: the empty house belongs to a family in hospital, whom the elder centre looks after. It needs no visit."""
    case = pseudonym()
    day.say("outreach", SignalReceived(
        person=pseudonym(), channel=Channel.MEETING, area_code="990019-02", summary="雨戸が一月閉まったままの家がある。",
    ), case)
    day.say("outreach", SignalDismissed(reason=DismissalReason.ALREADY_SUPPORTED), case)
    day.say("outreach", SignalDismissed(reason=DismissalReason.NO_NEED), case, refused(RefusalCode.ALREADY_DONE))
    day.say("outreach", ContactAttempted(method=ContactMethod.VISIT, result=ContactResult.MET), case, refused(RefusalCode.WRONG_STATE))


def _nobody_there(day: Day) -> None:
    """A third one is checked and visited, and the flat turns out to be let to nobody: the work rests, and the case is closed at once."""
    case = pseudonym()
    day.say("outreach", SignalReceived(
        person=pseudonym(), channel=Channel.RESIDENT, area_code="990019-02", summary="郵便受けがチラシであふれている。",
    ), case)
    day.say("outreach", SignalVerified(source_count=1), case)
    day.say("outreach", ContactAttempted(method=ContactMethod.VISIT, result=ContactResult.NO_ANSWER), case)
    day.say("outreach", SignalDismissed(reason=DismissalReason.NOT_FOUND), case)
    day.say("outreach", CaseClosed(reason=ClosingReason.NO_CONTACT), case)


def _asked_for_again(day: Day, tie: Tie) -> None:
    """The desk finds more than debts and refers him; the coordinator asks for outreach a second time (図 a6), and visits begin anew."""
    accepted = day.learned("poverty", SupportAccepted, tie.case)
    case, person, name = accepted.subject, accepted.event.person, accepted.event.name
    day.say("poverty", ConsultationReceived(person=person, field=Field.POVERTY, visitor_relation=VisitorRelation.AGENCY), case)
    day.say("poverty", ConsultationScreened(outcome=ScreeningOutcome.COMPLEX, urgency=Urgency.MIDDLE), case)
    day.say("poverty", CoordinationReferred(
        person=person, to_agency="coordinator", reason=ReferralReason.AGENCY_UNCLEAR, name=name,
    ), case, permit("coordinator", BASIC))
    referred = day.learned("coordinator", CoordinationReferred, case)
    day.say("coordinator", CoordinationAccepted(), referred.subject, permit("poverty"))
    day.say("coordinator", ConsentGranted(
        consent=pseudonym(), person=referred.event.person, purpose=Purpose.OUTREACH, categories=(BASIC,), recipients=("outreach",),
        valid_from=day.stage.today, valid_to=day.stage.today + timedelta(days=90), medium=ConsentMedium.PAPER,
    ), referred.subject)
    asked = OutreachRequested(person=referred.event.person, to_agency="outreach", name=referred.event.name)
    day.say("coordinator", asked, referred.subject, permit("outreach", BASIC))
    day.say("coordinator", asked, referred.subject, refused(RefusalCode.ALREADY_DONE))
    again = day.learned("outreach", OutreachRequested, case)
    day.say("outreach", ContactAttempted(method=ContactMethod.ACCOMPANY, result=ContactResult.MET), again.subject)
    day.say("outreach", FirstContactMade(
        person=again.event.person, stage=RelationStage.TRUSTING, name=again.event.name, note="通院に付き添った。",
    ), again.subject)


def _request(tie: Tie) -> ConsentRequested:
    return ConsentRequested(
        consent=tie.consent, person=tie.person, purpose=Purpose.COORDINATION, categories=(BASIC, CONTACT), recipients=("poverty", "coordinator"),
    )


def _step(day: Day, tie: Tie, note: str) -> RelationStepRecorded:
    return RelationStepRecorded(
        person=tie.person, stage=RelationStage.TRUSTING, next_contact=day.stage.today + timedelta(days=14), note=note,
    )
