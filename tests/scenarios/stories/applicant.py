"""The applicant (申込者): an old woman with debts, taken up by coordination under the lead of the elder centre; what her plan says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from cli.day.player import Day
from cli.day.rows import permit, recorded
from contracts.coordination import (
    CoordinationAccepted,
    CoordinationReferred,
    LeadAgencyNamed,
    RolesAssigned,
    TaskAssigned,
)
from contracts.shared import (
    DataCategory,
    Field,
    PersonalItem,
    Purpose,
    ReferralReason,
    Role,
    ScreeningOutcome,
    SupportTask,
)
from tests.scenarios.stories.desk import consent, received, screened

BASIC, ECONOMIC, HEALTH, LIFE_HISTORY = DataCategory.BASIC, DataCategory.ECONOMIC, DataCategory.HEALTH, DataCategory.LIFE_HISTORY
NAME = "古賀 澄江"
ROLES = {
    "elder": SupportTask.WATCH_OVER, "poverty": SupportTask.HOUSEHOLD_BUDGET, "outreach": SupportTask.OUTREACH,
    "participation": SupportTask.PARTICIPATION,
}
MEMBERS = ("coordinator", *ROLES)


@dataclass(slots=True)
class Course:
    """What the elder centre (case, person) and the coordinator, outreach and participation (their plans) have made ids for."""

    case: str
    person: str
    plan: str
    visits: str
    place: str


def taken_up(day: Day, course: Course) -> None:
    """She agrees to all for two agencies, to less for the others; the elder centre leads."""
    case, person = course.case, course.person
    day.say("elder", received(person, Field.ELDER, name=NAME, wish="借金のことを子どもに知られずに片づけたい。"), case)
    day.say("elder", screened(ScreeningOutcome.COMPLEX), case)
    everything = (BASIC, ECONOMIC, HEALTH, LIFE_HISTORY)
    for categories, recipients in (
        (everything, ("coordinator",)), ((BASIC, ECONOMIC), ("poverty",)), ((BASIC, LIFE_HISTORY), ("outreach", "participation")),
    ):
        day.say("elder", consent(day, person, Purpose.COORDINATION, categories, recipients), case)
    day.say("elder", CoordinationReferred(
        person=person, to_agency="coordinator", reason=ReferralReason.ROLE_DIVISION_NEEDED, name=NAME,
    ), case, permit("coordinator", BASIC))
    day.say("coordinator", CoordinationAccepted(), case, permit("elder"))
    day.say("coordinator", consent(day, person, Purpose.COORDINATION, everything, ("elder",)), case)
    day.say("coordinator", LeadAgencyNamed(agency="elder", from_date=day.stage.today), case, permit("elder"))
    due = day.stage.today + timedelta(days=30)
    day.say("coordinator", RolesAssigned(person=person, name=NAME, roles=tuple(
        Role(agency=agency, task=task, due=due) for agency, task in ROLES.items()
    )), case, recorded(), *(permit(agency, BASIC, type=TaskAssigned.__name__) for agency in ROLES))


def items(course: Course) -> tuple[PersonalItem, ...]:
    """What stands in her plan, as far as it is for others to read."""
    return (
        PersonalItem(person=course.person, category=ECONOMIC, code="debts", text="二社からの借入を法律の相談につなぎ、月の返済を決める。"),
        PersonalItem(person=course.person, category=HEALTH, code="sleep", text="眠れない夜は、まず主治医の外来に電話する。"),
    )
