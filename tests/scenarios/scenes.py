"""Scenes that only memory can play (記憶上の場面): time passes, the registry speaks, another version of ours is about; see ``on_the_way.py`` too."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

from cli import registry
from cli.day.player import Day, pseudonym
from cli.day.rows import hold, permit, refused
from contracts.community import ExchangeHeld
from contracts.consent import ConsentConfirmed, ConsentLapsed, ConsentWithdrawn
from contracts.consultation import SignalReceived
from contracts.coordination import CoordinationReferred
from contracts.outreach import FirstContactMade, SignalVerified, SupportAccepted
from contracts.participation import ResourceRetired
from contracts.registry import PolicyActivated
from contracts.shared import (
    Channel,
    DataCategory,
    Field,
    LearningTopic,
    PartCode,
    Purpose,
    ReaderRole,
    ReadReason,
    RefusalCode,
    RelationStage,
    RetirementReason,
    ScreeningOutcome,
)
from deploy.local.town import agencies
from kernel import serde
from kernel.envelope import Envelope
from kernel.partitioner import partition_of
from services.reporting import closing
from services.reporting.reads import Read, read_event
from tests.scenarios import in_an_emergency, on_the_way, test_time, town_changes
from tests.scenarios.memory_stage import PARTITIONS, TOPICS
from tests.scenarios.stories.desk import consent, received, screened

BASIC = DataCategory.BASIC
POLICY = "national-2"


@dataclass(frozen=True, slots=True)
class Scene:
    """One scene: its name, what is said in it."""

    name: str
    play: Callable[[Day], None]


def scenes() -> Iterator[Scene]:
    """Every scene: what time does by itself (``test_time.py``), and those of this module."""
    for name, told in vars(test_time).items():
        if name.startswith("test_") and list(inspect.signature(told).parameters) == ["day"]:
            yield Scene(name.removeprefix("test_"), told)
    for begin, deadline, days, _ in test_time.CASES:
        yield Scene(f"{deadline} {begin.__name__}", partial(_missed, begin, days))
    for told in (
        figures_reported, looked_at, contract_comes_and_goes, over_and_replaced, begins_later, stale_and_retired, unconfirmed, rules_unknown,
        of_a_newer_version,
        on_the_way.taken_back_on_the_way, on_the_way.taken_back_before_the_receipt, on_the_way.less_on_the_way,
        on_the_way.decided_anew_on_the_way, many_emergencies, town_changes.recipient_ends, town_changes.sender_ends, town_changes.member_ends,
    ):
        yield Scene(told.__name__, told)


def _missed(begin: Callable[[Day], object], days: int, day: Day) -> None:
    """Begun, and not done in time."""
    begin(day)
    test_time.nights(day, days + 1)


def figures_reported(day: Day) -> None:
    """A month is closed; a visit that was written up late corrects one of its figures (実績の訂正)."""
    for total in (3, 4):
        for report in closing.reports("2026-06", {("outreach_contacts", "", ""): total}, f"outreach:{total},0,0"):
            _our_own(day, "reporting", report.key, report.fact, report.id, closing.ACCOUNT)


def looked_at(day: Day) -> None:
    """A caseworker of the centre looks at what it has written down, through the read API: that is recorded before anything is shown."""
    case, person = pseudonym(), pseudonym()
    day.say("elder", received(person, Field.ELDER, name="髙瀬 千代"), case)
    seen = read_event(
        case, pseudonym(), reader="elder", role=ReaderRole.CASEWORKER, actor="token-1", resource="cases.text", reason=ReadReason.SUPPORT,
        parts=(PartCode(person=person, category=BASIC),),
    )
    noted(day, seen)
    assert [seen.fact] == [each.event for each in day.stage.view.logged.values() if each.type == "PersonalDataRead" and each.key == case]


def noted(day: Day, read: Read) -> None:
    """Send what was read as the read API does, and let everything follow."""
    out = read.outgoing(TOPICS, PARTITIONS, "2026-06-30T09:00:00+09:00")
    day.stage.log.append(out.topic, out.partition, out.key, out.value, tuple(out.headers))
    day.stage.until(lambda: True)


def contract_comes_and_goes(day: Day) -> None:
    """A contract with an end is noted, made endless, and given an end again; that one passes, and is renewed."""
    last = day.stage.today + timedelta(days=2)
    for until in (last, None, last):
        _registered(day, "poverty", until)
    test_time.nights(day, 4)
    day.stage.restart("intake")  # its directory is read again after some seconds by this machine's clock, which no scene waits for
    day.say("poverty", _signal(), pseudonym(), refused(RefusalCode.CONTRACT_ENDED))
    _registered(day, "poverty", last + timedelta(days=365))


def over_and_replaced(day: Day) -> None:
    """A yes that is over is taken back all the same; another that is over is replaced by a new one."""
    for replaced in (False, True):
        case, agreed = test_time.linked(day, valid_days=1)
        test_time.nights(day, 3)
        again = consent(day, agreed.person, Purpose.CONSULTATION, (BASIC,), ("poverty",)).changed(supersedes=(agreed.consent,))
        day.say("elder", again if replaced else ConsentWithdrawn(person=agreed.person, consents=(agreed.consent,)), case)


def begins_later(day: Day) -> None:
    """A yes from next week on, signed today: the referral waits, and goes out by itself on the morning of its first day."""
    case, person = pseudonym(), pseudonym()
    day.say("elder", received(person, Field.ELDER, name="髙瀬 弘"), case)
    day.say("elder", screened(ScreeningOutcome.COMPLEX), case)
    day.say("elder", on_the_way.referral(person), case, hold("coordinator"))
    yes = consent(day, person, Purpose.COORDINATION, (BASIC,), ("coordinator",))
    day.say("elder", yes.changed(valid_from=day.stage.today + timedelta(days=5), signed_on=day.stage.today), case)
    test_time.nights(day, 6)
    assert day.learned("coordinator", CoordinationReferred, case)


def unconfirmed(day: Day) -> None:
    """The centre gains by what it has recorded, and nobody confirms it within the fortnight: it never counts, and the centre is told."""
    case, person = pseudonym(), pseudonym()
    day.say("elder", received(person, Field.ELDER, name="髙瀬 和子"), case)
    yes = consent(day, person, Purpose.CONSULTATION, (BASIC,), ("elder", "poverty"))
    day.say("elder", yes, case)
    test_time.nights(day, 15)
    assert [(yes.consent, "elder")] == [(each.consent, each.recipient) for each in test_time.heard(day, "elder", ConsentLapsed)]
    day.say("municipality", ConsentConfirmed(consent=yes.consent, person=person), case, refused(RefusalCode.WRONG_STATE))


def stale_and_retired(day: Day) -> None:
    """Nobody has looked for half a year; then the host has closed."""
    resource = test_time.resource(day)
    test_time.nights(day, 182)
    day.say("municipality", ResourceRetired(reason=RetirementReason.HOST_CLOSED), resource, permit("workshop"))


def rules_unknown(day: Day) -> None:
    """For an hour the town goes by rules that this build does not know: everything waits, and goes on when they are known (R16)."""
    case, person = pseudonym(), pseudonym()
    day.say("outreach", _signal().changed(person=person), case)
    day.say("outreach", SignalVerified(source_count=1), case)
    day.say("outreach", FirstContactMade(person=person, stage=RelationStage.CONTACTED), case)
    day.say("outreach", consent(day, person, Purpose.COORDINATION, (BASIC,), ("poverty",)), case)
    town_changes.told(day, POLICY, PolicyActivated(pack="of tomorrow", hash="0" * 64), "unknown")
    accepted = SupportAccepted(person=person, linked_agency="poverty", purpose=Purpose.COORDINATION, name="髙瀬 歩")
    day.say("outreach", accepted, case, hold("poverty"))
    town_changes.told(day, POLICY, PolicyActivated(pack=POLICY, hash=registry.policy_hash(POLICY)), "known again")
    assert day.learned("poverty", SupportAccepted, case)


def of_a_newer_version(day: Day) -> None:
    """A front door that is newer than a function sends it a type that it does not know: refused with a code, and its sender is told."""
    exchange = ExchangeHeld(topic=LearningTopic.OUTREACH, held_on=day.stage.today, attendees=3, partners=())
    _our_own(day, "consultation", pseudonym(), exchange, "newer", "elder")


def _signal() -> SignalReceived:
    return SignalReceived(person=pseudonym(), channel=Channel.RESIDENT, area_code="990019-01")


def many_emergencies(day: Day) -> None:
    """Uses are counted, the person is to be told."""
    in_an_emergency.often_and_late(day)


def _our_own(day: Day, function: str, key: str, fact: object, identity: str, source: str) -> None:
    """Put a message into a function's inbox, as one of our own accounts does, and let everything follow."""
    attributes = Envelope(id=identity, source=source, type=serde.type_of(fact).full_name, subject=key, agency=source)
    day.stage.log.append(TOPICS.inbox(function), partition_of(key.encode(), PARTITIONS), key.encode(), serde.encode(fact), attributes.headers())
    day.stage.until(lambda: True)


def _registered(day: Day, agency: str, until: object) -> None:
    known = next(each for each in agencies() if each.id == agency)
    town_changes.told(day, agency, registry.registered(replace(known, contract_until=until)), f"{agency} until {until} {day.stage.log.now}")
