"""Cases 23 to 26: who asks for its own work (行政機関・民生委員・自治会): need, not curiosity."""

from __future__ import annotations

from cli.day.player import Day, pseudonym
from cli.day.rows import deny, permit, redact
from contracts.consultation import InformationRequested, SignalReceived
from contracts.shared import Basis, Channel, DataCategory, Purpose
from tests.scenarios.forty.desk import (
    ADDRESS,
    BASIC,
    CONSIDERATION,
    ECONOMIC,
    LIFE_HISTORY,
    WELFARE_USE,
    Someone,
    at_the_desk,
    consent,
    decided,
    link,
    withheld,
)


def _known_to_the_town(day: Day, name: str) -> Someone:
    """The municipality has heard of somebody."""
    someone = Someone(pseudonym(), pseudonym(), name)
    day.say("municipality", SignalReceived(person=someone.person, channel=Channel.RESIDENT, area_code="990019-82"), someone.case)
    return someone


def case_23_the_tax_office_wants_the_file(day: Day) -> None:
    """To itself it is as if there were no such case; and a desk that would pass it on for collection may not either, whatever it claims."""
    someone = at_the_desk(day, "髙柳 フミ")
    day.say("elder", consent(day, someone, (BASIC, ECONOMIC), "coordinator"), someone.case)
    question = InformationRequested(purpose=Purpose.TAX_COLLECTION, basis=Basis.G, wanted=(DataCategory.ECONOMIC,))
    day.say("tax", question, someone.case, deny("tax"), stranger=True)
    decided(day, someone.case, "tax", "R1", "NO_BASIS")
    for basis, reason in (("", "PURPOSE_NOT_CONSENTED"), ("G", "SENDER_KIND")):
        day.say("elder", link(someone, "tax", ECONOMIC, purpose=Purpose.TAX_COLLECTION), someone.case, deny("tax"), basis=basis)
        decided(day, someone.case, "tax", "G" if basis else "R2", reason)


def case_24_a_welfare_office_for_its_decision(day: Day) -> None:
    """The prefecture's welfare office (県福祉事務所) decides on assistance for the town: what that needs goes, the rest stays, and why is on record."""
    someone = _known_to_the_town(day, "大野 慎")
    day.say("municipality", link(someone, "prefecture", WELFARE_USE, LIFE_HISTORY, purpose=Purpose.STATUTORY_WORK), someone.case,
            redact("prefecture", BASIC, WELFARE_USE), basis="G")
    verdict = decided(day, someone.case, "prefecture", "G/between_public_bodies", "OVER_CEILING")
    assert [(someone.person, LIFE_HISTORY, "OVER_CEILING")] == withheld(verdict)


def case_25_a_commissioner_visits(day: Day) -> None:
    """民生委員 (special public servant): name, address, reason; the least that a visit needs."""
    someone = _known_to_the_town(day, "𠮷田 ハル")
    day.say("municipality", link(someone, "commissioner", ADDRESS, CONSIDERATION, purpose=Purpose.CONSULTATION), someone.case,
            permit("commissioner", BASIC, ADDRESS, CONSIDERATION), basis="G")
    decided(day, someone.case, "commissioner", "G/commissioner")


def case_26_a_residents_association_wants_the_same(day: Day) -> None:
    """The neighbourhood asks for a list: no basis, neither claimed nor without a claim."""
    someone = _known_to_the_town(day, "𠮷田 ハル")
    for basis, rule, reason in (("G", "G", "RECIPIENT_KIND"), ("", "R2", "NO_CONSENT")):
        day.say("municipality", link(someone, "community", ADDRESS, purpose=Purpose.CONSULTATION), someone.case, deny("community"), basis=basis)
        decided(day, someone.case, "community", rule, reason)
    question = InformationRequested(purpose=Purpose.COMMUNITY, basis=Basis.G, wanted=(BASIC, ADDRESS))
    day.say("environment", question, someone.case, deny("environment"), stranger=True)


