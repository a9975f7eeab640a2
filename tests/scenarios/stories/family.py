"""Taken up (受理まで): a family on its way from the child desk to coordination, with roles, visits and a place asked for (図 a2, a4, a6, a7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from cli.day.player import Day, pseudonym
from cli.day.rows import deny, hold, permit, recorded, refused
from contracts.consent import ConsentRequested
from contracts.consultation import AssessmentRecorded
from contracts.coordination import (
    CoordinationAccepted,
    CoordinationNotAccepted,
    CoordinationReferred,
    LeadAgencyNamed,
    OutreachRequested,
    ParticipationRequested,
    RolesAssigned,
    TaskAssigned,
)
from contracts.shared import (
    AssessmentForm,
    DataCategory,
    Field,
    NeedKind,
    NotAcceptedReason,
    PersonalItem,
    Purpose,
    ReferralReason,
    RefusalCode,
    Role,
    ScreeningOutcome,
    SupportTask,
)
from tests.scenarios.stories.desk import consent, received, screened

BASIC, LIFE_HISTORY, SCHOOLING, HEALTH = DataCategory.BASIC, DataCategory.LIFE_HISTORY, DataCategory.SCHOOLING, DataCategory.HEALTH
NAME = "𠮷川 直人"
THREE = ("child", "poverty", "outreach")


@dataclass(slots=True)
class Family:
    """A father, alone with a daughter who does not go to school; what the child centre and the coordinator have made ids for."""

    case: str
    father: str
    daughter: str
    plan: str


def referred(day: Day, home: Family) -> None:
    """Referred too early, without a reason, before he is asked; it waits, and goes out with his yes."""
    day.say("child", received(home.father, Field.CHILD, name=NAME, wish="娘を怒鳴りたくない。", items=(
        PersonalItem(person=home.daughter, category=SCHOOLING, code="attendance", text="五月の連休明けから登校していない。"),
    )), home.case)
    day.say("child", screened(ScreeningOutcome.SINGLE_AGENCY), home.case)
    day.say("child", _referral(home), home.case, refused(RefusalCode.NOT_COMPLEX))
    day.say("child", screened(ScreeningOutcome.COMPLEX), home.case)
    day.say("child", _referral(home).changed(reason=ReferralReason.UNMAPPED), home.case, refused(RefusalCode.REASON_MISSING))
    asked, categories = pseudonym(), (BASIC, LIFE_HISTORY)
    day.say("child", ConsentRequested(
        consent=asked, person=home.father, purpose=Purpose.COORDINATION, categories=categories, recipients=("coordinator",),
    ), home.case)
    day.say("child", _referral(home), home.case, hold("coordinator"))
    day.say("child", consent(day, home.father, Purpose.COORDINATION, categories, ("coordinator",), asked), home.case,
            recorded(), permit("coordinator", *categories, type=CoordinationReferred.__name__))


def not_accepted_yet(day: Day, home: Family) -> None:
    """Not dumped on the coordinator (丸投げ): more must be known first; then the referral comes anew and is accepted."""
    case = day.learned("coordinator", CoordinationReferred, home.case).subject
    day.say("coordinator", CoordinationNotAccepted(reason=NotAcceptedReason.SCREENING_INSUFFICIENT), case, permit("child"))
    day.say("child", AssessmentRecorded(
        person=home.father, form=AssessmentForm.OWN_WITH_NATIONAL_ITEMS, form_version="2026.1", household="父と中学二年の娘の二人。",
        items=(PersonalItem(person=home.father, category=HEALTH, code="condition", text="夜勤明けに眠れず、酒の量が増えている。"),),
    ), home.case)
    day.say("child", _referral(home), home.case, permit("coordinator", BASIC, LIFE_HISTORY))
    day.say("coordinator", CoordinationAccepted(), case, permit("child"))
    day.say("coordinator", CoordinationAccepted(), case, refused(RefusalCode.ALREADY_DONE))


def roles_divided(day: Day, home: Family) -> None:
    """The father agrees to three agencies; the lead is named, each hears of its own task (図 a4)."""
    day.say("coordinator", consent(day, home.father, Purpose.COORDINATION, (BASIC, LIFE_HISTORY), THREE), home.case)
    day.say("coordinator", LeadAgencyNamed(agency="child", from_date=day.stage.today), home.case, permit("child"))
    tasks = (SupportTask.SCHOOL_LINK, SupportTask.HOUSEHOLD_BUDGET, SupportTask.OUTREACH)
    day.say("coordinator", RolesAssigned(person=home.father, name=NAME, roles=tuple(
        Role(agency=agency, task=task, due=day.stage.today + timedelta(days=30)) for agency, task in zip(THREE, tasks, strict=True)
    )), home.case, recorded(), *(permit(agency, BASIC, type=TaskAssigned.__name__) for agency in THREE))


def asked_for(day: Day, home: Family) -> None:
    """Visits to the daughter and a place for her (図 a6, a7): each goes out only once there is a yes for it."""
    visit = OutreachRequested(person=home.daughter, to_agency="outreach", name="𠮷川 ひなの")
    place = ParticipationRequested(person=home.daughter, to_agency="participation", need_kind=NeedKind.PLACE_TO_BE, name="𠮷川 ひなの")
    for request, purpose in ((visit, Purpose.OUTREACH), (place, Purpose.PARTICIPATION)):
        to = request.to_agency
        day.say("coordinator", request, home.case, deny(to))
        day.say("coordinator", consent(day, home.daughter, purpose, (BASIC,), (to,)), home.case)
        day.say("coordinator", request, home.case, permit(to, BASIC))
        day.say("coordinator", request, home.case, refused(RefusalCode.ALREADY_DONE))


def _referral(home: Family) -> CoordinationReferred:
    return CoordinationReferred(
        person=home.father, to_agency="coordinator", reason=ReferralReason.ROLE_DIVISION_NEEDED, name=NAME, wish="娘を怒鳴りたくない。",
    )
