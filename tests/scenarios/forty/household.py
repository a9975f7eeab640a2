"""Cases 10 and 11: a household in which one has consented (世帯)."""

from __future__ import annotations

from dataclasses import replace

from cli.day.player import Day, pseudonym
from cli.day.rows import deny, redact
from tests.scenarios.forty.desk import (
    BASIC,
    HEALTH,
    HOUSEHOLD,
    LIFE_HISTORY,
    Someone,
    at_the_desk,
    consent,
    decided,
    items,
    link,
    withheld,
)


def _household(day: Day) -> tuple[Someone, str]:
    """The mother consents for herself; the son of fifty, withdrawn for long, nobody has met."""
    mother = at_the_desk(day, "髙柳 フミ")
    day.say("elder", consent(day, mother, (BASIC, HOUSEHOLD), "coordinator"), mother.case)
    return mother, pseudonym()


def case_10_the_household_sheet_goes_without_the_son(day: Day) -> None:
    """What is hers goes; everything of his is cut out."""
    mother, son = _household(day)
    sheet = link(mother, "coordinator", HOUSEHOLD)
    day.say("elder", sheet.changed(items=(*sheet.items, *items(son, HEALTH, LIFE_HISTORY))), mother.case, redact("coordinator", BASIC, HOUSEHOLD))
    verdict = decided(day, mother.case, "coordinator", "R2", "NO_CONSENT")
    assert [(son, HEALTH, "NO_CONSENT"), (son, LIFE_HISTORY, "NO_CONSENT")] == sorted(withheld(verdict))


def case_11_the_son_outside_any_meeting(day: Day) -> None:
    """Of him alone nothing goes: there is no basis."""
    mother, son = _household(day)
    day.say("elder", link(replace(mother, person=son, name="髙柳 𠮷雄"), "coordinator", HEALTH), mother.case, deny("coordinator"))
    verdict = decided(day, mother.case, "coordinator", "R2", "NO_CONSENT")
    assert {BASIC, HEALTH} == {category for _, category, _ in withheld(verdict)}
