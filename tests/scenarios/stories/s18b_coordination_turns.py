"""S18, second part: turns of coordination (多機関協働の曲がり角): under closed review until there is a yes, handed back early and late, begun anew, ended by death."""

from __future__ import annotations

from datetime import timedelta

from cli.day.player import Day, pseudonym
from cli.day.rows import hold, permit, recorded, refused
from contracts.consent import ConsentGranted
from contracts.consultation import CaseClosed, ClosingAwaited, SubjectDied
from contracts.coordination import (
    BroughtToSupportConference,
    CoordinationAccepted,
    CoordinationEnded,
    CoordinationReferred,
    HandedBackToConsultation,
    LeadAgencyNamed,
    PlanEnded,
    PlanEvaluated,
    PlanExecutionStarted,
    PlanProposed,
    RolesAssigned,
    TaskAssigned,
)
from contracts.shared import (
    ClosingReason,
    DataCategory,
    Field,
    GoalResult,
    HandBackReason,
    PlanKind,
    Purpose,
    ReferralReason,
    RefusalCode,
    Role,
    ScreeningOutcome,
    SupportTask,
)
from tests.scenarios.stories.desk import HALF_A_YEAR, closed, consent, convened, received, screened

TITLE = "多機関協働の曲がり角：同意の前、戻し、再びの紹介、死亡"
BASIC = DataCategory.BASIC
NAME = "𠮷村 キミ"


def play(day: Day) -> None:
    """The whole story, all of one case."""
    case, person = pseudonym(), pseudonym()
    _sorted_anew(day, case, person)
    _under_closed_review(day, case, person)
    _handed_back(day, case, person)
    _ended_and_begun_anew(day, case, person)
    _died(day, case, person)


def _sorted_anew(day: Day, case: str, person: str) -> None:
    """Complex at first sight, one desk's work at the second, complex after all."""
    day.say("elder", received(person, Field.ELDER, name=NAME), case)
    for outcome in (ScreeningOutcome.COMPLEX, ScreeningOutcome.SINGLE_AGENCY, ScreeningOutcome.COMPLEX):
        day.say("elder", screened(outcome), case)


def _under_closed_review(day: Day, case: str, person: str) -> None:
    """Without her yes only the support conference speaks of her, in one sitting and the next; asked meanwhile, she agrees in the end."""
    brought = BroughtToSupportConference(reason=ReferralReason.AGENCY_UNCLEAR, sitting=pseudonym())
    day.say("elder", brought, case)
    day.say("elder", brought.changed(sitting=pseudonym()), case)
    day.say("elder", _referral(person), case, hold("coordinator"))
    day.say("elder", brought.changed(sitting=pseudonym()), case)
    day.say("elder", _yes(day, person, "coordinator"), case, recorded(), permit("coordinator", BASIC, type=CoordinationReferred.__name__))


def _handed_back(day: Day, case: str, person: str) -> None:
    """Handed back before it was accepted; referred again, and handed back once the roles had shown that one agency suffices (図 a5)."""
    back = HandedBackToConsultation(lead="elder", reason=HandBackReason.CONSULTATION_SHOULD_LEAD)
    day.say("coordinator", back, case, permit("elder"))
    _accepted(day, case, person)
    day.say("coordinator", _yes(day, person, "elder", "poverty"), case)
    _roles(day, case, person)
    day.say("coordinator", back.changed(reason=HandBackReason.SIMPLIFIED), case, permit("elder"), permit("poverty"))


def _ended_and_begun_anew(day: Day, case: str, person: str) -> None:
    """Once more, with a lead, who alone closes from now on. It ends with a plan that was carried out, and not before one was begun.

    Later it comes up again, without and with consent.
    """
    _accepted(day, case, person)
    day.say("coordinator", LeadAgencyNamed(agency="poverty", from_date=day.stage.today), case, permit("elder"), permit("poverty"))
    day.say("elder", CaseClosed(reason=ClosingReason.SETTLED), case, refused(RefusalCode.NOT_THE_LEAD))
    _roles(day, case, person)
    ended = CoordinationEnded(issues_sorted=True, outlook_clear=True, lead="poverty")
    day.say("coordinator", ended, case, refused(RefusalCode.WRONG_STATE))
    _carried_out(day, case, person)
    day.say("coordinator", ended, case, permit("elder"), permit("poverty"))
    day.say("elder", BroughtToSupportConference(reason=ReferralReason.ROLE_DIVISION_NEEDED, sitting=pseudonym()), case)
    _accepted(day, case, person, sort=False)
    _roles(day, case, person)
    _carried_out(day, case, person)
    day.say("coordinator", ended, case, permit("elder"), permit("poverty"))
    _accepted(day, case, person, sort=False)


def _carried_out(day: Day, case: str, person: str) -> None:
    """A plan that cannot wait for a sitting is begun; the next sitting finds that its goal is reached."""
    plan = _begun(day, case, person, "elder")
    sitting, segment = convened(day, ("coordinator", "elder", "poverty"), case)
    day.say("coordinator", PlanEvaluated(
        person=person, plan=plan, version=1, result=GoalResult.REACHED, sitting=sitting,
    ), case, permit("poverty"))
    closed(day, sitting, segment)


def _begun(day: Day, case: str, person: str, *told: str) -> str:
    plan, today = pseudonym(), day.stage.today
    day.say("coordinator", PlanProposed(
        person=person, plan=plan, kind=PlanKind.COORDINATION, version=1, period_from=today, period_to=today + HALF_A_YEAR, applied_on=today,
    ), case)
    day.say("poverty", PlanExecutionStarted(plan=plan, version=1, urgent=True), case, *map(permit, ("coordinator", *told)))
    return plan


def _died(day: Day, case: str, person: str) -> None:
    """A plan was started at once, before any role was divided; then she dies, and with her the plan and the coordination."""
    _begun(day, case, person)
    others = [permit(agency, type=kind.__name__) for kind in (ClosingAwaited, PlanEnded, CaseClosed) for agency in ("coordinator", "poverty")]
    day.say("elder", SubjectDied(person=person, died_on=day.stage.today, household_remains=False), case,
            recorded(), *others, permit("elder", type=CaseClosed.__name__))


def _accepted(day: Day, case: str, person: str, sort: bool = True) -> None:
    if sort:
        day.say("elder", screened(ScreeningOutcome.COMPLEX), case)
    day.say("elder", _referral(person), case, permit("coordinator", BASIC))
    day.say("coordinator", CoordinationAccepted(), case, permit("elder"))


def _roles(day: Day, case: str, person: str) -> None:
    due = day.stage.today + timedelta(days=30)
    tasks = (("elder", SupportTask.WATCH_OVER), ("poverty", SupportTask.HOUSEHOLD_BUDGET))
    roles = tuple(Role(agency=agency, task=task, due=due) for agency, task in tasks)
    day.say("coordinator", RolesAssigned(person=person, name=NAME, roles=roles), case,
            recorded(), *(permit(role.agency, BASIC, type=TaskAssigned.__name__) for role in roles))


def _referral(person: str) -> CoordinationReferred:
    return CoordinationReferred(person=person, to_agency="coordinator", reason=ReferralReason.ROLE_DIVISION_NEEDED, name=NAME)


def _yes(day: Day, person: str, *recipients: str) -> ConsentGranted:
    return consent(day, person, Purpose.COORDINATION, (BASIC,), recipients)
