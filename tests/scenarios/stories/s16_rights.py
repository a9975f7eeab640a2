"""S16: rights of the person (本人の権利): access, correction, stop of use, from the request at the counter to the appeal; a breach is reported."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from cli.day.player import Day, pseudonym
from cli.day.rows import Want, deny, permit, recorded, refused, stopped
from contracts.consent import (
    AccessRequested,
    AppealFiled,
    BreachReported,
    ConsentGranted,
    ConsentWithdrawn,
    CorrectionMade,
    CorrectionRequested,
    IdentityVerified,
    KeyDestroyed,
    ProtectionFlagCleared,
    ProtectionFlagSet,
    RightsDecided,
    RightsDelivered,
    UseStopRequested,
)
from contracts.consultation import ConsultationReceived, LinkedToAgency
from contracts.shared import (
    BreachKind,
    ConsentMedium,
    DataCategory,
    DestructionReason,
    Field,
    LinkReason,
    Purpose,
    RefusalCode,
    RightsOutcome,
    RightsReason,
    VisitorRelation,
)

TITLE = "本人の権利：開示・訂正・利用停止と漏えい報告"
BASIC, ADDRESS = DataCategory.BASIC, DataCategory.ADDRESS
RETENTION = "care-record-5y"


@dataclass(frozen=True, slots=True)
class File:
    """What the child desk has made ids for."""

    case: str
    person: str
    consent: str


def play(day: Day) -> None:
    """The whole story."""
    file = File(*(pseudonym() for _ in range(3)))
    _known_at_two_desks(day, file)
    _access_in_part(day, file)
    _access_refused(day, file)
    _corrected(day, file)
    _corrected_in_part(day, file)
    _breach(day, file)
    _flag_cleared(day, file)
    _use_stopped(day, file)


def _known_at_two_desks(day: Day, file: File) -> None:
    """The child desk and, with her consent, the municipality and the poverty desk know where she lives."""
    today = day.stage.today
    day.say("child", ConsultationReceived(person=file.person, field=Field.CHILD, visitor_relation=VisitorRelation.SELF, name="髙野 さくら"), file.case)
    day.say("child", ConsentGranted(
        consent=file.consent, person=file.person, purpose=Purpose.CONSULTATION, categories=(BASIC, ADDRESS), recipients=("municipality", "poverty"),
        valid_from=today, valid_to=today + timedelta(days=180), medium=ConsentMedium.ELECTRONIC,
    ), file.case)
    for desk in ("municipality", "poverty"):
        day.say("child", LinkedToAgency(
            person=file.person, to_agency=desk, purpose=Purpose.CONSULTATION, reason=LinkReason.JOINT_SUPPORT, name="髙野 さくら",
            address="つなぐ町𠮷田二丁目一番地",
        ), file.case, permit(desk, ADDRESS, BASIC))


def _asked(day: Day, file: File, kind: type) -> str:
    """She asks at the privacy desk, and shows who she is: before that nothing is decided."""
    known, request = day.learned("municipality", LinkedToAgency, file.case), pseudonym()
    day.say("municipality", kind(request=request, person=known.event.person, by_proxy=False), file.case)
    decided = RightsDecided(request=request, outcome=RightsOutcome.GRANTED, reasons=(), withheld=())
    day.say("municipality", decided, file.case, refused(RefusalCode.IDENTITY_NOT_VERIFIED))
    day.say("municipality", IdentityVerified(request=request), file.case)
    return request


def _decided(day: Day, file: File, request: str, outcome: RightsOutcome, *reasons: RightsReason, wants: tuple[Want, ...] = ()) -> None:
    day.say("municipality", RightsDecided(request=request, outcome=outcome, reasons=reasons, withheld=()), file.case, *wants)


def _access_in_part(day: Day, file: File) -> None:
    """Who told of the family stays unsaid, with the reason in writing; she gets the rest, and appeals."""
    request = _asked(day, file, AccessRequested)
    partly = RightsDecided(request=request, outcome=RightsOutcome.PARTIAL, reasons=(), withheld=(DataCategory.REPORTER,))
    day.say("municipality", partly, file.case, refused(RefusalCode.REASON_MISSING))
    day.say("municipality", partly.changed(reasons=(RightsReason.REPORTER,)), file.case)
    day.say("municipality", RightsDelivered(request=request), file.case)
    day.say("municipality", AppealFiled(request=request), file.case)
    day.say("municipality", AppealFiled(request=request), file.case, refused(RefusalCode.ALREADY_DONE))


def _access_refused(day: Day, file: File) -> None:
    """What the municipality does not hold it cannot show; that can be appealed too, at once as well as after a delivery in part."""
    request = _asked(day, file, AccessRequested)
    _decided(day, file, request, RightsOutcome.REFUSED, RightsReason.NOT_HELD)
    day.say("municipality", RightsDelivered(request=request), file.case, refused(RefusalCode.WRONG_STATE))
    day.say("municipality", AppealFiled(request=request), file.case)
    another = _asked(day, file, AccessRequested)
    _decided(day, file, another, RightsOutcome.PARTIAL, RightsReason.THIRD_PARTY)
    day.say("municipality", AppealFiled(request=another), file.case)
    day.say("municipality", RightsDelivered(request=another), file.case)


def _corrected(day: Day, file: File) -> None:
    """The house number was wrong: it is corrected, and whoever was given the wrong one is told; nobody else."""
    request = _asked(day, file, CorrectionRequested)
    correction = CorrectionMade(request=request, person=file.person, categories=(ADDRESS,))
    day.say("municipality", correction, file.case, refused(RefusalCode.WRONG_STATE))
    _decided(day, file, request, RightsOutcome.GRANTED)
    day.say("municipality", correction.changed(person=pseudonym()), file.case, refused(RefusalCode.VALUE_INVALID))
    day.say("municipality", correction, file.case, permit("poverty"))
    day.say("municipality", RightsDelivered(request=request), file.case)


def _corrected_in_part(day: Day, file: File) -> None:
    """Two remarks are disputed, one is corrected; delivered first, corrected the week after; for the other she appeals."""
    request = _asked(day, file, CorrectionRequested)
    _decided(day, file, request, RightsOutcome.PARTIAL, RightsReason.NOT_INACCURATE)
    day.say("municipality", CorrectionMade(request=request, person=file.person, categories=(BASIC,)), file.case, permit("poverty"))
    day.say("municipality", AppealFiled(request=request), file.case)
    later = _asked(day, file, CorrectionRequested)
    _decided(day, file, later, RightsOutcome.GRANTED)
    day.say("municipality", RightsDelivered(request=later), file.case)
    day.say("municipality", CorrectionMade(request=later, person=file.person, categories=(ADDRESS,)), file.case, permit("poverty"))


def _breach(day: Day, file: File) -> None:
    """A letter went to the wrong house: reported, and told to the agencies that it names. What nobody has found yet is no breach."""
    breach = BreachReported(kind=BreachKind.SPECIAL_CARE, persons=1, found_on=day.stage.today, notified=("child", "poverty"))
    day.say("municipality", breach.changed(found_on=day.stage.today + timedelta(days=1)), file.case, refused(RefusalCode.PERIOD_INVALID))
    day.say("municipality", breach.changed(kind=BreachKind.OVER_100_PERSONS), file.case, refused(RefusalCode.VALUE_INVALID))
    day.say("municipality", breach, file.case, permit("child"), permit("poverty"))


def _flag_cleared(day: Day, file: File) -> None:
    """While she is protected (支援措置) the tax office is kept away from her; in safety she has the flag taken back."""
    flag = pseudonym()
    day.say("municipality", ProtectionFlagSet(
        flag=flag, person=file.person, blocked_agencies=("tax",), until=day.stage.today + timedelta(days=365),
    ), file.person)
    day.say("municipality", ProtectionFlagCleared(flag=flag, person=file.person), file.person)


def _use_stopped(day: Day, file: File) -> None:
    """She wants no more of it: the use is stopped, her consent ends with it, whoever has received anything is told, and nothing more goes out.

    Her key is destroyed, and what it sealed opens for nobody any more.
    """
    request = _asked(day, file, UseStopRequested)
    _decided(day, file, request, RightsOutcome.GRANTED, wants=(recorded(), stopped("municipality"), stopped("poverty")))
    day.say("child", ConsentWithdrawn(person=file.person, consents=(file.consent,)), file.case, refused(RefusalCode.ALREADY_DONE))
    day.say("child", LinkedToAgency(
        person=file.person, to_agency="poverty", purpose=Purpose.CONSULTATION, reason=LinkReason.JOINT_SUPPORT, name="髙野 さくら",
    ), file.case, deny("poverty"))
    day.say("municipality", KeyDestroyed(person=file.person, retention_class=RETENTION, reason=DestructionReason.STOP_OF_USE), file.person)
    day.say("municipality", RightsDelivered(request=request), file.case)
