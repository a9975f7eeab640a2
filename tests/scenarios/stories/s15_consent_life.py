"""S15: the life of a consent (同意の一生): asked, given, acknowledged, extended, narrowed, recalled, taken back, refused, replaced; never by silence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from cli.day import cast
from cli.day.player import Day, pseudonym
from cli.day.rows import Want, deny, permit, recorded, refused, stopped
from contracts.consent import (
    ConsentExtended,
    ConsentGranted,
    ConsentNarrowed,
    ConsentRefused,
    ConsentRequested,
    ConsentWithdrawn,
    DisclosureAcknowledged,
    DisclosureDecided,
    RecallRequested,
    StopNoticeAnswered,
    StopNoticeIssued,
)
from contracts.consultation import ConsultationReceived, LinkedToAgency
from contracts.shared import (
    Basis,
    ConsentMedium,
    DataCategory,
    Field,
    LinkReason,
    Purpose,
    RecallReason,
    RefusalCode,
    StopAnswer,
    VisitorRelation,
)

TITLE = "同意の一生：求め、得て、縮め、撤回するまで"
BASIC, HEALTH = DataCategory.BASIC, DataCategory.HEALTH
NAME = "邉\U000e0102見 陽子"


@dataclass(frozen=True, slots=True)
class Life:
    """What the disability desk has made ids for."""

    case: str
    person: str
    first: str
    second: str
    third: str
    fourth: str


def play(day: Day) -> None:
    """The whole story."""
    life = Life(*(pseudonym() for _ in range(6)))
    _asked(day, life)
    _granted(day, life)
    _acknowledged_and_recalled(day, life)
    _extended(day, life)
    _narrowed(day, life)
    _stop_answered(day, life)
    _withdrawn(day, life)
    _refused(day, life)
    _replaced(day, life)


def _asked(day: Day, life: Life) -> None:
    """She is asked for one thing, to two agencies. While she thinks it over nothing goes out: silence is no yes (沈黙は同意ではない)."""
    day.say("disability", ConsultationReceived(
        person=life.person, field=Field.DISABILITY, visitor_relation=VisitorRelation.SELF, name=NAME, wish="家賃が払えるうちに、働き方を相談したい。",
    ), life.case)
    request = ConsentRequested(
        consent=life.first, person=life.person, purpose=Purpose.CONSULTATION, categories=(BASIC, HEALTH), recipients=("poverty", "child"),
    )
    day.say("disability", request, life.case)
    day.say("disability", request, life.case, refused(RefusalCode.ALREADY_DONE))
    day.say("disability", _link(life, "poverty"), life.case, deny("poverty"))
    day.say("disability", _grant(day, life, life.first).changed(medium=ConsentMedium.SILENCE), life.case, refused(RefusalCode.NOT_A_CONSENT))
    day.say("disability", _grant(day, life, life.first, recipients=("poverty", "tax")), life.case, refused(RefusalCode.VALUE_INVALID))


def _granted(day: Day, life: Life) -> None:
    """She signs what she was asked; both desks now learn why she comes."""
    day.say("disability", _grant(day, life, life.first, recipients=("poverty", "child")), life.case)
    for desk in ("poverty", "child"):
        day.say("disability", _link(life, desk), life.case, permit(desk, BASIC, HEALTH))


def _acknowledged_and_recalled(day: Day, life: Life) -> None:
    """The poverty desk acknowledges what it got, once. The sender sees that it was too much, and calls it back, once."""
    received = day.learned("poverty", LinkedToAgency, life.case)
    receipt = DisclosureAcknowledged(request_id=received.request_id)
    day.say("poverty", receipt, life.case, permit("disability"))
    day.say("poverty", receipt, life.case, refused(RefusalCode.ALREADY_DONE))
    day.say("child", receipt, life.case, refused(RefusalCode.CONSENT_NOT_FOUND))
    verdict = next(each.event for each in reversed(day.view.heard["disability"])
                   if isinstance(each.event, DisclosureDecided) and each.event.recipient == "poverty" and each.subject == life.case)
    recall = RecallRequested(request_id=verdict.request_id, reason=RecallReason.TOO_MUCH)
    day.say("disability", recall, life.case, permit("poverty"))
    day.say("disability", recall, life.case, refused(RefusalCode.ALREADY_DONE))


def _extended(day: Day, life: Life) -> None:
    """She wants the support to go on: the same consent, longer; not shorter, and not for ever."""
    longer = ConsentExtended(consent=life.first, person=life.person, valid_to=day.stage.today + timedelta(days=200))
    day.say("disability", longer, life.case)
    day.say("disability", longer, life.case, refused(RefusalCode.PERIOD_INVALID))
    day.say("disability", longer.changed(valid_to=day.stage.today + timedelta(days=900)), life.case, refused(RefusalCode.CEILING_PERIOD))


def _narrowed(day: Day, life: Life) -> None:
    """The child desk has nothing to do with it any more, and her illness is no business of the other: both are told what to stop using."""
    less = ConsentNarrowed(consent=life.first, person=life.person, categories=(BASIC,), recipients=("poverty",))
    day.say("disability", less.changed(recipients=("poverty", "elder")), life.case, refused(RefusalCode.VALUE_INVALID))
    day.say("disability", less, life.case, recorded(), stopped("child"), stopped("poverty"))
    day.say("disability", less, life.case, refused(RefusalCode.ALREADY_DONE))


def _stop_answered(day: Day, life: Life) -> None:
    """One desk has stopped; the other must keep a record by law until a day that it names, and later has deleted it. Whoever gave it is told."""
    notice = day.learned("poverty", StopNoticeIssued, life.case).event
    answer = StopNoticeAnswered(consent=notice.consent, answer=StopAnswer.STOPPED)
    day.say("poverty", answer, life.case, permit("disability"))
    day.say("child", answer.changed(answer=StopAnswer.KEPT), life.case, refused(RefusalCode.VALUE_INVALID))
    kept = answer.changed(answer=StopAnswer.KEPT, basis=Basis.L, until=day.stage.today + timedelta(days=30))
    day.say("child", kept, life.case, permit("disability"))
    day.say("child", answer.changed(answer=StopAnswer.DELETED), life.case, permit("disability"))
    day.say("elder", answer, life.case, refused(RefusalCode.CONSENT_NOT_FOUND), stranger=True)


def _withdrawn(day: Day, life: Life) -> None:
    """She takes back the rest; who still has something of it is told, and nothing goes out on it any more."""
    withdrawal = ConsentWithdrawn(person=life.person, consents=(life.first,))
    day.say("disability", withdrawal, life.case, *_stop("poverty"))
    day.say("disability", withdrawal, life.case, refused(RefusalCode.ALREADY_DONE))
    day.say("disability", _link(life, "poverty"), life.case, deny("poverty"))


def _refused(day: Day, life: Life) -> None:
    """Asked anew some weeks later, she says no, and it stays no."""
    day.say("disability", ConsentRequested(
        consent=life.second, person=life.person, purpose=Purpose.CONSULTATION, categories=(BASIC,), recipients=("poverty",),
    ), life.case)
    refusal = ConsentRefused(consent=life.second, person=life.person, purpose=Purpose.CONSULTATION)
    day.say("disability", refusal, life.case)
    day.say("disability", refusal, life.case, refused(RefusalCode.ALREADY_DONE))
    day.say("disability", _grant(day, life, life.third), life.case)
    day.say("disability", _link(life, "poverty"), life.case, deny("poverty"))


def _replaced(day: Day, life: Life) -> None:
    """Only a yes that names the no lifts it; and a yes that replaces another leaves what it covers less to be stopped."""
    fourth = _grant(day, life, life.fourth).changed(supersedes=(life.second, life.third))
    day.say("disability", fourth, life.case)
    day.say("disability", _link(life, "poverty"), life.case, permit("poverty", BASIC, HEALTH))
    day.say("disability", _grant(day, life, pseudonym(), BASIC).changed(supersedes=(life.fourth,)), life.case, *_stop("poverty"))


def _stop(*agencies: str) -> tuple[Want, ...]:
    return recorded(), *map(stopped, agencies)


def _grant(day: Day, life: Life, consent: str, *categories: DataCategory, recipients: tuple[str, ...] = ("poverty",)) -> ConsentGranted:
    return ConsentGranted(
        consent=consent, person=life.person, purpose=Purpose.CONSULTATION, categories=categories or (BASIC, HEALTH), recipients=recipients,
        valid_from=day.stage.today, valid_to=day.stage.today + timedelta(days=90), medium=ConsentMedium.PAPER,
    )


def _link(life: Life, to: str) -> LinkedToAgency:
    return LinkedToAgency(
        person=life.person, to_agency=to, purpose=Purpose.CONSULTATION, reason=LinkReason.JOINT_SUPPORT, name=NAME,
        items=(cast.item(life.person, HEALTH, "condition", "うつ病で通院中。午前中は動きづらい。"),),
    )
