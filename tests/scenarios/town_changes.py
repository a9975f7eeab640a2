"""The town changes (機関の出入り): an agency ends in the middle of the work, and comes back. Memory alone lets the registry speak at will."""

from __future__ import annotations

from datetime import timedelta

from cli import registry
from cli.agency.message import draft
from cli.day import conference
from cli.day.player import Day, pseudonym
from cli.day.rows import deny, hold, permit, refused
from contracts.consent import DisclosureDecided
from contracts.consultation import SignalReceived
from contracts.coordination import (
    ConferenceConvened,
    CoordinationReferred,
    InformationGivenInConference,
    InformationRequestedInConference,
    SegmentOpened,
)
from contracts.envelope import MessageRefused
from contracts.registry import AgencyEnded, AgencyRegistered
from contracts.shared import (
    AgencyEndReason,
    Channel,
    ConferenceBasis,
    DataCategory,
    Field,
    PersonalItem,
    Purpose,
    ReferralReason,
    RefusalCode,
    ScreeningOutcome,
)
from deploy.local.town import Agency, agencies
from kernel import serde
from kernel.envelope import Envelope
from tests.scenarios.memory_stage import PARTITIONS, TOPICS
from tests.scenarios.stories.desk import consent, received, screened

HEALTH, BASIC = DataCategory.HEALTH, DataCategory.BASIC


def told(day: Day, key: str, fact: object, identity: str) -> None:
    """Let the registry state a fact, everywhere it goes, and let everything follow."""
    attributes = Envelope(id=identity, source="registry", type=serde.type_of(fact).full_name, subject=key)
    for topic, partition in (*registry.places(TOPICS, PARTITIONS, key, fact), (TOPICS.registry, 0)):
        day.stage.log.append(topic, partition, key.encode(), serde.encode(fact), attributes.headers())
    day.stage.until(lambda: True)


def recipient_ends(day: Day) -> None:
    """What waits for the coordinator is refused when it ends, and its sender learns why; a yes to it stays, and serves when it is back."""
    case, agreed, person, other = (pseudonym() for _ in range(4))
    for each, whom in ((case, person), (agreed, other)):
        day.say("elder", received(whom, Field.ELDER, name="髙瀬 弘"), each)
        day.say("elder", screened(ScreeningOutcome.COMPLEX), each)
    day.say("elder", consent(day, other, Purpose.COORDINATION, (BASIC,), ("coordinator",)), agreed)
    referral = CoordinationReferred(person=person, to_agency="coordinator", reason=ReferralReason.ROLE_DIVISION_NEEDED, name="髙瀬 弘")
    day.say("elder", referral, case, hold("coordinator"))
    _ends(day, "coordinator")
    last = [heard.event for heard in day.view.heard["elder"] if isinstance(heard.event, DisclosureDecided) and heard.subject == case][-1]
    assert ("DENY", ("RECIPIENT_ENDED",)) == (last.outcome, last.reasons)
    heard = len(day.view.heard["coordinator"])
    day.say("elder", consent(day, person, Purpose.COORDINATION, (BASIC,), ("coordinator",)), case, refused(RefusalCode.RECIPIENT_UNKNOWN))
    _comes_back(day, "coordinator")
    assert heard == len(day.view.heard["coordinator"])
    day.say("elder", referral.changed(person=other), agreed, permit("coordinator", BASIC))


def sender_ends(day: Day) -> None:
    """What still lies in its outbox is refused and buried, and nobody is told; the end of its contract is watched no more."""
    last = day.stage.today + timedelta(days=9)
    told(day, "poverty", _fact("poverty").changed(contract_until=last), "poverty until")
    _ends(day, "poverty")
    day.stage.restart("intake")  # its directory is read again after some seconds by this machine's clock, which no scene waits for
    heard = len(day.view.heard["poverty"])
    signal = SignalReceived(person=pseudonym(), channel=Channel.RESIDENT, area_code="990019-01")
    day.stage.post("poverty", draft("poverty", signal, pseudonym()))
    day.stage.until(lambda: True)
    buried = [serde.decode(record.value) for number in range(PARTITIONS) for record in day.stage.log.records(TOPICS.inbox("consent"), number)]
    assert RefusalCode.SENDER_ENDED in [event.code for event in buried if isinstance(event, MessageRefused) and event.agency == "poverty"]
    assert heard == len(day.view.heard["poverty"])
    _comes_back(day, "poverty")
    day.stage.restart("intake")
    day.say("poverty", signal, pseudonym())


def member_ends(day: Day) -> None:
    """An agency ends while it sits in a closed meeting: of what is given there from then on it gets nothing, and nothing when it is back."""
    case, sitting, segment, pupil = (pseudonym() for _ in range(4))
    listed, guest = ("municipality", "child", "disability"), "community"
    day.say("municipality", SignalReceived(person=pseudonym(), channel=Channel.MEETING, area_code="990019-07"), case)
    day.say("municipality", ConferenceConvened(held_on=day.stage.today, invited=(*listed, guest)), sitting, *map(permit, (*listed[1:], guest)))
    conference.listed_and_bound(day, sitting, listed)
    day.say("municipality", SegmentOpened(
        segment=segment, basis=ConferenceBasis.SWA106_6, cases=(case,), members=listed, present=(*listed, guest),
    ), sitting)
    day.say("municipality", InformationRequestedInConference(segment=segment, to_agency="child", wanted=(HEALTH,)), case, permit("child"))
    given = InformationGivenInConference(
        person=pupil, segment=segment, keep_until=day.stage.today + timedelta(days=90),
        items=(PersonalItem(person=pupil, category=HEALTH, code="check", text="再検査の案内に返事がない。"),),
    )
    day.say("child", given, case, permit("municipality", HEALTH), permit("disability", HEALTH), deny(guest))
    _ends(day, "disability")
    day.say("child", given, case, permit("municipality", HEALTH), deny("disability"), deny(guest))
    _comes_back(day, "disability")
    day.say("child", given, case, permit("municipality", HEALTH), deny("disability"), deny(guest))


def _ends(day: Day, agency: str) -> None:
    told(day, agency, AgencyEnded(agency=agency, from_day=day.stage.today, reason=AgencyEndReason.CLOSED), f"{agency} ends {pseudonym()}")


def _comes_back(day: Day, agency: str) -> None:
    told(day, agency, _fact(agency), f"{agency} comes back {pseudonym()}")


def _fact(agency: str) -> AgencyRegistered:
    known: Agency = next(each for each in agencies() if each.id == agency)
    return registry.registered(known)
