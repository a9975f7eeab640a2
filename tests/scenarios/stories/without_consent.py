"""Before the conferences (会議の前): one person agrees to be spoken of, others let the town know of them and want no more than that."""

from __future__ import annotations

from dataclasses import dataclass

from cli.day.player import Day, pseudonym
from cli.day.rows import deny, permit
from contracts.consent import ConsentRefused
from contracts.coordination import CoordinationReferred
from contracts.shared import DataCategory, Field, LinkReason, Purpose, ReferralReason, ScreeningOutcome, VisitorRelation
from tests.scenarios.stories.desk import consent, linked, received, screened

BASIC, LIFE_HISTORY = DataCategory.BASIC, DataCategory.LIFE_HISTORY


@dataclass(frozen=True, slots=True)
class Someone:
    """A person and the case about that person."""

    case: str
    person: str


def someone() -> Someone:
    """Somebody of whom nobody has spoken yet."""
    return Someone(pseudonym(), pseudonym())


def agrees(day: Day, agreed: Someone) -> None:
    """He wants his desk and the town to plan with him."""
    case, person = agreed.case, agreed.person
    day.say("disability", received(person, Field.DISABILITY, name="大野 慎"), case)
    day.say("disability", consent(day, person, Purpose.COORDINATION, (BASIC, LIFE_HISTORY), ("municipality",)), case)
    link = linked(person, "municipality", "大野 慎", LinkReason.JOINT_SUPPORT).changed(purpose=Purpose.COORDINATION)
    day.say("disability", link, case, permit("municipality", BASIC))
    day.say("municipality", consent(day, person, Purpose.COORDINATION, (BASIC, LIFE_HISTORY), ("disability",)), case)


def says_no(day: Day, refusing: Someone) -> None:
    """The town may know that there is somebody; to be coordinated is refused, so the referral goes nowhere."""
    case, person = refusing.case, refusing.person
    day.say("child", received(person, Field.CHILD, VisitorRelation.OTHER, name="片桐 かおり"), case)
    day.say("child", screened(ScreeningOutcome.COMPLEX), case)
    day.say("child", consent(day, person, Purpose.CONSULTATION, (BASIC,), ("municipality",)), case)
    day.say("child", linked(person, "municipality", "片桐 かおり", LinkReason.JOINT_SUPPORT), case, permit("municipality", BASIC))
    day.say("child", ConsentRefused(consent=pseudonym(), person=person, purpose=Purpose.COORDINATION), case)
    day.say("child", CoordinationReferred(
        person=person, to_agency="coordinator", reason=ReferralReason.ROLE_DIVISION_NEEDED, name="片桐 かおり",
    ), case, deny("coordinator"))
