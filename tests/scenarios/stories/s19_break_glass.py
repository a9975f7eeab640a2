"""S19: danger to life (緊急の提供): given without asking, looked at afterwards, told to the person; and once it ought not to have been given."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from cli.day.player import Day, pseudonym
from cli.day.rows import deny, permit, refused, reviewed
from contracts.consent import DisclosureDecided, PersonTellingDelayed, PersonTold, RecallRequested, ReviewClosed, ReviewOpened
from contracts.consultation import DeathRetracted, EmergencyRaised, SignalReceived, SubjectDied
from contracts.shared import (
    Channel,
    Danger,
    DataCategory,
    EmergencyNeed,
    RefusalCode,
    ReviewFinding,
    TellingDelayReason,
)

TITLE = "緊急の提供：通報から事後確認、本人への通知、回収まで"
LEAST = (DataCategory.BASIC, DataCategory.ADDRESS, DataCategory.DANGER)
NAME = "三宅 涼"


@dataclass(frozen=True, slots=True)
class Night:
    """Whom the outreach team has on the telephone."""

    case: str
    person: str


def play(day: Day) -> None:
    """The whole story."""
    night = Night(pseudonym(), pseudonym())
    day.say("outreach", SignalReceived(person=night.person, channel=Channel.RESIDENT, area_code="990019-03"), night.case)
    first = _call_at_night(day, night)
    _only_who_may(day, night)
    _reviewed(day, night, first)
    _told(day, night, first)
    _ought_not(day, night)
    _alive(day, night)


def _call_at_night(day: Day, night: Night) -> str:
    """He says that life is over: the police learn the least that helps, at once; the municipality is to look at it. The number of the release."""
    day.say("outreach", EmergencyRaised(
        person=night.person, to_agency="police", danger=Danger.SUICIDE_RISK, need=EmergencyNeed.RESCUE, name=NAME, place="つなぐ町川端 水門のそば",
        risk="電話口で、これから終わりにすると話している。",
    ), night.case, permit("police", *LEAST), reviewed("municipality"))
    return day.learned("outreach", DisclosureDecided, night.case).event.request_id


def _only_who_may(day: Day, night: Night) -> None:
    """The tax office has no such right: nothing goes, whatever it says."""
    day.say("tax", EmergencyRaised(
        person=night.person, to_agency="police", danger=Danger.COLLAPSE, need=EmergencyNeed.WELFARE_CHECK, name=NAME,
    ), night.case, deny("police"), stranger=True)


def _reviewed(day: Day, night: Night, request: str) -> None:
    """The municipality reads the record of the call, and finds it right. Nobody else closes a review, and nobody twice."""
    asked = day.learned("municipality", ReviewOpened, night.case).event
    closed = ReviewClosed(request_id=asked.request_id, finding=ReviewFinding.JUSTIFIED)
    assert asked.request_id == request
    day.say("prefecture", closed, night.case, refused(RefusalCode.CONSENT_NOT_FOUND), stranger=True)
    day.say("municipality", closed, night.case, permit("outreach"))
    day.say("municipality", closed, night.case, refused(RefusalCode.ALREADY_DONE))


def _told(day: Day, night: Night, request: str) -> None:
    """He was found in time. Nobody may put off telling him for a year: the team tells him today, and says so."""
    today = day.stage.today
    later = PersonTellingDelayed(request_id=request, reason=TellingDelayReason.PERSON_NOT_REACHED, until=today + timedelta(days=400))
    day.say("outreach", later, night.case, refused(RefusalCode.DELAY_NOT_PERMITTED))
    told = PersonTold(request_id=request, told_on=today)
    day.say("police", told, night.case, refused(RefusalCode.CONSENT_NOT_FOUND), stranger=True)
    day.say("outreach", told.changed(told_on=today + timedelta(days=1)), night.case, refused(RefusalCode.PERIOD_INVALID))
    day.say("outreach", told, night.case)
    day.say("outreach", told, night.case, refused(RefusalCode.ALREADY_DONE))


def _ought_not(day: Day, night: Night) -> None:
    """A week later somebody calls the police for a broken window: it was no danger to life. It is recalled, and both sides learn of it."""
    day.say("outreach", EmergencyRaised(
        person=night.person, to_agency="police", danger=Danger.VIOLENCE, need=EmergencyNeed.PROTECTION, name=NAME, place="つなぐ町川端 自宅",
        risk="窓ガラスが割れている。",
    ), night.case, permit("police", *LEAST), reviewed("municipality"))
    request = day.learned("outreach", DisclosureDecided, night.case).event.request_id
    day.say("municipality", ReviewClosed(request_id=request, finding=ReviewFinding.NOT_JUSTIFIED), night.case, permit("outreach"), *(
        permit(agency, type=RecallRequested.__name__) for agency in ("police", "outreach")
    ))
    day.say("outreach", RecallRequested(
        request_id=request, reason=day.learned("police", RecallRequested, night.case).event.reason,
    ), night.case, refused(RefusalCode.ALREADY_DONE))


def _alive(day: Day, night: Night) -> None:
    """A namesake has died, and the wrong file was marked. The register shows it, and the municipality takes it back; nobody else can."""
    retracted = DeathRetracted(person=night.person)
    day.say("municipality", retracted, night.case, refused(RefusalCode.WRONG_STATE))
    day.say("outreach", SubjectDied(person=night.person, died_on=day.stage.today, household_remains=True), night.case)
    day.say("outreach", retracted, night.case, refused(RefusalCode.NOT_PUBLISHABLE))
    day.say("municipality", retracted, night.case)
    day.say("municipality", retracted, night.case, refused(RefusalCode.WRONG_STATE))
