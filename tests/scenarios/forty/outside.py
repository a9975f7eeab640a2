"""Cases 38 to 40: operators, other towns, and a gate that cannot decide (運用・転出・判断不能)."""

from __future__ import annotations

from cli import registry
from cli.day.player import Day, pseudonym
from cli.day.rows import hold, permit, recorded, reviewed
from contracts.consultation import EmergencyRaised, LinkedToAgency, SignalReceived, SubjectMovedAway
from contracts.shared import Channel, Danger, EmergencyNeed, Outcome, Purpose
from deploy.local import access
from deploy.local.town import agencies
from kernel.topics import Topics
from tests.scenarios.forty.desk import (
    ADDRESS,
    BASIC,
    DANGER,
    Someone,
    at_the_desk,
    consent,
    decided,
    heard,
    link,
    verdicts,
)

POLICY = "national-2"
UNKNOWN = "0" * 64
WATCHERS = ("operator", "inspector", "registry")
"""The accounts of those who look after the system."""


def case_38_an_operator_opens_a_payload(day: Day) -> None:
    """Whoever watches the system reads figures, which no account of the broker is needed for: no inbox but one's own can be read, and no log by an operator."""
    town, topics = agencies(), Topics("990019")
    readers = {(right.topic, right.principal) for right in access.grants(topics, town) if right.operation == "READ"}
    for agency in town:
        inbox = topics.agency_inbox(agency.id)
        assert {(inbox, agency.principal)} == {each for each in readers if each[0] == inbox}
    logs = {topics.named(name) for name in access.LOGS if name != "registry.log"}
    assert not [each for each in readers if each[0] in logs and each[1] in (*WATCHERS, *(agency.principal for agency in town))]


def case_39_moved_to_a_town_outside_the_programme(day: Day) -> None:
    """The prefecture would take it there: it waits until she agrees. Where the municipality has its own duty (G), it goes as far as that needs."""
    someone = at_the_desk(day, "髙柳 フミ")
    day.say("elder", SubjectMovedAway(person=someone.person, moved_on=day.stage.today, to_municipality=None), someone.case)
    day.say("elder", link(someone, "prefecture", purpose=Purpose.CONSULTATION), someone.case, hold("prefecture"))
    assert "CONSENT_OF_PERSON" in decided(day, someone.case, "prefecture", "R2", "NO_CONSENT").releases_when
    yes = consent(day, someone, (BASIC,), "prefecture", purpose=Purpose.CONSULTATION)
    day.say("elder", yes, someone.case, recorded(), permit("prefecture", BASIC, type=LinkedToAgency.__name__))
    other = Someone(pseudonym(), pseudonym(), "大野 慎")
    day.say("municipality", SignalReceived(person=other.person, channel=Channel.RESIDENT, area_code="990019-83"), other.case)
    day.say("municipality", link(other, "prefecture", ADDRESS, purpose=Purpose.STATUTORY_WORK), other.case,
            permit("prefecture", BASIC, ADDRESS), basis="G")
    decided(day, other.case, "prefecture", "G/between_public_bodies")


def case_40_the_gate_cannot_decide(day: Day) -> None:
    """The town goes by rules that this build does not know, the one way in which a running gate can be made unsure from outside: what is ordinary
    waits, danger to life goes. When the rules are known again, what waited goes."""
    someone, caller = at_the_desk(day, "髙柳 フミ"), Someone(pseudonym(), pseudonym(), "𠮷井 駿")
    day.say("elder", consent(day, someone, (BASIC,), "coordinator"), someone.case)
    day.stage.activate("of tomorrow", UNKNOWN)
    try:
        day.say("elder", link(someone, "coordinator"), someone.case, hold("coordinator"))
        decided(day, someone.case, "coordinator", "R16", "POLICY_UNKNOWN")
        day.say("outreach", EmergencyRaised(
            person=caller.person, to_agency="police", danger=Danger.SUICIDE_RISK, need=EmergencyNeed.RESCUE, name=caller.name,
            place="新橋の北詰", risk="橋の上にいる。",
        ), caller.case, permit("police", BASIC, ADDRESS, DANGER), reviewed("municipality"))
        decided(day, caller.case, "police", "V")
    finally:
        day.stage.activate(POLICY, registry.policy_hash(POLICY))
    assert day.stage.until(lambda: heard(day, "coordinator", someone.case, LinkedToAgency.__name__))
    assert Outcome.PERMIT is verdicts(day, someone.case, "coordinator")[-1].outcome
