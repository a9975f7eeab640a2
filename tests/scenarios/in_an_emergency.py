"""In an emergency (緊急のあと): what time does to releases that did not ask the person, and what the town is told when they become many."""

from __future__ import annotations

from datetime import timedelta

from cli.day.player import Day, pseudonym
from cli.day.rows import permit, refused, reviewed
from contracts.consent import (
    DisclosureDecided,
    EmergencyUseFrequent,
    PersonTellingDelayed,
    PersonTold,
    ReviewOpened,
    StopNoticeAnswered,
    UseExpired,
)
from contracts.consultation import EmergencyRaised, SignalReceived
from contracts.envelope import DeadlineMissed
from contracts.shared import Channel, Danger, DataCategory, Deadline, EmergencyNeed, RefusalCode, StopAnswer, TellingDelayReason
from tests.scenarios.test_time import nights

LEAST = (DataCategory.BASIC, DataCategory.ADDRESS, DataCategory.DANGER)
OFTEN = 4
"""Once more than the pack expects."""


def often_and_late(day: Day) -> None:
    """Four calls to the police in one night; one is told to the person in time, one may wait, of two nobody speaks."""
    case, person = pseudonym(), pseudonym()
    day.say("outreach", SignalReceived(person=person, channel=Channel.RESIDENT, area_code="990019-03"), case)
    requests = [_called(day, case, person) for _ in range(OFTEN)]
    alarm = day.learned("municipality", EmergencyUseFrequent, case).event
    assert ("outreach", OFTEN, requests[-1]) == (alarm.agency, alarm.uses, alarm.request_id)
    today = day.stage.today
    day.say("outreach", PersonTold(request_id=requests[0], told_on=today), case)
    later = PersonTellingDelayed(request_id=requests[1], reason=TellingDelayReason.DANGER_TO_PERSON, until=today + timedelta(days=20))
    day.say("outreach", later.changed(until=today + timedelta(days=31)), case, refused(RefusalCode.DELAY_NOT_PERMITTED))
    day.say("outreach", later, case)
    _expired(day, case)
    nights(day, 11)
    assert requests[2:] == sorted(_not_told(day, "outreach", case), key=requests.index) == sorted(_not_told(day, "municipality", case), key=requests.index)
    nights(day, 7)
    assert set(requests[1:]) == set(_not_told(day, "municipality", case))


def _called(day: Day, case: str, person: str) -> str:
    day.say("outreach", EmergencyRaised(
        person=person, to_agency="police", danger=Danger.VIOLENCE, need=EmergencyNeed.PROTECTION, name="大谷 澪", place="つなぐ町新栄 自宅",
        risk="隣の部屋から怒鳴り声がする。",
    ), case, permit("police", *LEAST), reviewed("municipality"))
    return day.learned("outreach", DisclosureDecided, case).event.request_id


def _expired(day: Day, case: str) -> None:
    """After three days the police may use it no more, and say what they have done; the team learns both. Nobody has looked at it."""
    nights(day, 4)
    over = day.learned("police", UseExpired, case).event
    assert day.learned("outreach", UseExpired, case).event.holder == over.holder == "police"
    assert day.learned("municipality", ReviewOpened, case) and Deadline.EMERGENCY_REVIEW in {missed.deadline for missed in _missed(day, "municipality", case)}
    day.say("police", StopNoticeAnswered(consent=over.notice, answer=StopAnswer.DELETED), case, permit("outreach"), stranger=True)


def _missed(day: Day, agency: str, case: str) -> list[DeadlineMissed]:
    return [each.event for each in day.view.heard[agency] if isinstance(each.event, DeadlineMissed) and each.subject == case]


def _not_told(day: Day, agency: str, case: str) -> list[str]:
    return [missed.of for missed in _missed(day, agency, case) if missed.deadline is Deadline.PERSON_TOLD]
