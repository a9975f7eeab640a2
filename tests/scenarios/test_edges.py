"""What happens at the edges of the story: strangers, conveners without a part, flags before anything is asked, too much at once."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from cli.agency.message import Heard
from cli.day.player import pseudonym
from cli.day.stage import Words
from contracts.consent import ConsentGranted, ConsentWithdrawn, DisclosureDecided, ProtectionFlagSet, StopNoticeIssued
from contracts.consultation import ConsultationReceived, LinkedToAgency, SignalReceived
from contracts.coordination import (
    ConferenceConvened,
    InformationRequestedInConference,
    MemberAppointed,
    SecrecyAcknowledged,
    SegmentOpened,
)
from contracts.envelope import MessageRefused
from contracts.shared import (
    Channel,
    ConferenceBasis,
    ConsentMedium,
    DataCategory,
    Field,
    LinkReason,
    Outcome,
    Purpose,
    RefusalCode,
    VisitorRelation,
)
from tests.scenarios.memory_stage import MemoryStage

BASIC, ADDRESS = DataCategory.BASIC, DataCategory.ADDRESS


@pytest.fixture
def town() -> Iterator[MemoryStage]:
    """A fresh town."""
    stage = MemoryStage()
    yield stage
    stage.close()


def say(town: MemoryStage, agency: str, event: Any, subject: str) -> str:
    """Let an agency report something and let everything follow; the id of its message."""
    words = Words(agency=agency, event=event, subject=subject, id=str(uuid.uuid4()))
    town.say(words)
    town.until(lambda: True)
    return words.id


def heard(town: MemoryStage, agency: str, kind: type) -> list[Heard]:
    """What of one type has reached an agency."""
    return [each for each in town.view.heard[agency] if isinstance(each.event, kind)]


def refusals(town: MemoryStage, agency: str) -> list[tuple[str, RefusalCode]]:
    """Message ids and codes of the refusals that an agency has received."""
    return [(each.event.message_id, each.event.code) for each in heard(town, agency, MessageRefused)]


def opened(town: MemoryStage, agency: str = "elder", person: str = "") -> str:
    """A case that an agency has opened."""
    case = pseudonym()
    say(town, agency, SignalReceived(person=person or pseudonym(), channel=Channel.RESIDENT, area_code="990019-03"), case)
    return case


def test_a_strangers_signal_about_a_known_case_is_taken_in_and_gives_no_part(town: MemoryStage):
    """Whoever holds a case's id cannot learn whether the case exists, and gains nothing."""
    case, person = opened(town), pseudonym()
    signal = SignalReceived(person=person, channel=Channel.MEETING, area_code="990019-03")

    say(town, "disability", signal, case)
    say(town, "disability", signal, pseudonym())
    assert [] == refusals(town, "disability")

    link = LinkedToAgency(person=person, to_agency="poverty", purpose=Purpose.CONSULTATION, reason=LinkReason.JOINT_SUPPORT)
    refused = say(town, "disability", link, case)
    assert [(refused, RefusalCode.CASE_NOT_FOUND)] == refusals(town, "disability")


def test_a_consultation_may_come_again(town: MemoryStage):
    """No desk is the wrong desk, the second time neither."""
    case, person = opened(town), pseudonym()
    received = ConsultationReceived(person=person, field=Field.ELDER, visitor_relation=VisitorRelation.FAMILY)

    for agency in ("elder", "poverty", "elder"):
        say(town, agency, received, case)

    assert [] == refusals(town, "elder") + refusals(town, "poverty")


def test_a_convener_without_a_part_in_the_case_opens_no_segment_on_it(town: MemoryStage):
    """Its own message is refused as for a case that does not exist, and the gate knows of no segment."""
    case, sitting, segment = opened(town), pseudonym(), pseudonym()
    members = ("municipality", "tax")
    say(town, "municipality", ConferenceConvened(held_on=town.today, invited=members), sitting)
    bound(town, sitting, members)
    opening = SegmentOpened(segment=segment, basis=ConferenceBasis.SWA106_6, cases=(case, pseudonym()), members=members, present=members)
    message = say(town, "municipality", opening, sitting)

    assert [(message, RefusalCode.CASE_NOT_FOUND)] * 2 == refusals(town, "municipality")
    asked = say(town, "municipality", InformationRequestedInConference(segment=segment, to_agency="elder", wanted=(BASIC,)), case)
    assert (asked, RefusalCode.SEGMENT_NOT_OPEN) == refusals(town, "municipality")[-1]


def test_a_segment_that_the_law_does_not_let_its_convener_open_opens_nothing(town: MemoryStage):
    """A coordinator may convene, but no support conference under 106-6."""
    case, sitting, segment = opened(town), pseudonym(), pseudonym()
    members = ("municipality", "child", "coordinator")
    link = LinkedToAgency(person=pseudonym(), to_agency="coordinator", purpose=Purpose.COORDINATION, reason=LinkReason.JOINT_SUPPORT)
    say(town, "elder", link, case)
    say(town, "coordinator", ConferenceConvened(held_on=town.today, invited=members), sitting)
    bound(town, sitting, members)
    say(town, "coordinator", SegmentOpened(
        segment=segment, basis=ConferenceBasis.SWA106_6, cases=(case,), members=members, present=members,
    ), sitting)
    say(town, "municipality", InformationRequestedInConference(segment=segment, to_agency="child", wanted=(BASIC,)), case)

    verdict = heard(town, "municipality", DisclosureDecided)[-1]
    assert (Outcome.DENY, ("CONVENER_KIND",)) == (verdict.event.outcome, verdict.event.reasons)
    assert [] == heard(town, "child", InformationRequestedInConference)


def test_a_sitting_about_too_many_cases_is_refused_to_its_convener(town: MemoryStage):
    """Nothing is half applied, nothing is lost without a word."""
    sitting, members = pseudonym(), ("municipality", "child")
    say(town, "municipality", ConferenceConvened(held_on=town.today, invited=members), sitting)
    opening = SegmentOpened(
        segment=pseudonym(), basis=ConferenceBasis.SWA106_6, cases=tuple(pseudonym() for _ in range(900)), members=members, present=members,
    )
    message = say(town, "municipality", opening, sitting)

    assert (message, RefusalCode.TOO_MANY) == refusals(town, "municipality")[-1]


def test_a_flag_protects_a_household_of_which_the_gate_has_only_heard_by_its_opening(town: MemoryStage):
    """The mother is flagged; the child's address is asked for; neither has consented or been asked about before."""
    mother, child = pseudonym(), pseudonym()
    case = opened(town, "child", mother)
    say(town, "municipality", ProtectionFlagSet(
        flag=pseudonym(), person=mother, blocked_agencies=("poverty",), until=town.today + timedelta(days=90),
    ), mother)
    say(town, "child", consent(town, child, "poverty"), case)
    say(town, "child", linked(child), case)

    (link,) = heard(town, "poverty", LinkedToAgency)
    assert ("髙橋 𠮷子", None) == (link.event.name, link.event.address)


def test_who_has_received_nothing_is_not_told_to_stop(town: MemoryStage):
    """Two recipients are named in the consent; one has received something."""
    person = pseudonym()
    case = opened(town, "child", person)
    granted = consent(town, person, "poverty", "disability")
    say(town, "child", granted, case)
    say(town, "child", linked(person), case)
    say(town, "child", ConsentWithdrawn(person=person, consents=(granted.consent,)), case)
    again = say(town, "child", ConsentWithdrawn(person=person, consents=(granted.consent,)), case)

    (stop,) = heard(town, "poverty", StopNoticeIssued)
    assert (ADDRESS, BASIC) == stop.event.categories
    assert [] == heard(town, "disability", StopNoticeIssued)
    assert [(again, RefusalCode.ALREADY_DONE)] == refusals(town, "child")


def bound(town: MemoryStage, sitting: str, agencies: tuple[str, ...]) -> None:
    """Put a member of each agency on the list of a sitting; each acknowledges secrecy."""
    for agency in agencies:
        member = pseudonym()
        say(town, "municipality", MemberAppointed(member=member, agency=agency, from_date=town.today, to_date=None), sitting)
        say(town, agency, SecrecyAcknowledged(member=member, text_version="2026.1"), sitting)


def consent(town: MemoryStage, person: str, *recipients: str) -> ConsentGranted:
    """A consent to name and address for consultation."""
    return ConsentGranted(
        consent=pseudonym(), person=person, purpose=Purpose.CONSULTATION, categories=(BASIC, ADDRESS), recipients=recipients,
        valid_from=town.today, valid_to=town.today + timedelta(days=30), medium=ConsentMedium.PAPER,
    )


def linked(person: str) -> LinkedToAgency:
    """A link to the poverty desk with name and address."""
    return LinkedToAgency(
        person=person, to_agency="poverty", purpose=Purpose.CONSULTATION, reason=LinkReason.JOINT_SUPPORT,
        name="髙橋 𠮷子", address="つなぐ町二丁目",
    )
