"""Execution of a plan: started, monitored, revised, evaluated, ended, also by a death; each rule in a sentence."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from contracts.consultation import SubjectDied
from contracts.coordination import (
    BroughtToSupportConference,
    LeadAgencyNamed,
    PlanEnded,
    PlanEvaluated,
    PlanExecutionStarted,
    PlanMonitored,
    PlanRevised,
)
from contracts.envelope import DeadlineMet, DeadlineSet, DisclosureRequested, Tick
from contracts.shared import (
    Basis,
    Deadline,
    FunctionName,
    GoalResult,
    Outcome,
    PlanEndReason,
    Purpose,
    ReferralReason,
    RefusalCode,
)
from kernel.days import DAY_MS
from kernel.deadlines import by_day
from kernel.testing import AT, given
from services.coordination.domain import plan
from services.coordination.domain.execution import DECIDER
from tests.services.coordination.test_plan import (
    APPROVED,
    BY_OUTREACH,
    END,
    FIT,
    IN_FORCE,
    LEAD,
    MOTHER,
    OF_OUTREACH,
    ON_THE_TABLE,
    PLAN,
    REFERRED,
    RESTS,
    ROLES,
    SENT_BACK,
    SITTING,
    START,
    TAKEN_OVER,
    UNFIT,
    shared_with,
    told,
)

NEXT = date(2026, 8, 1)
STARTED = PlanExecutionStarted(plan=PLAN, version=1, urgent=False)
URGENT = STARTED.changed(urgent=True)
MONITORED = PlanMonitored(person=MOTHER, plan=PLAN, version=1, next_on=NEXT)
REVISED = PlanRevised(person=MOTHER, plan=PLAN, version=2, period_from=START, period_to=END, applied_on=START)
EVALUATED = PlanEvaluated(person=MOTHER, plan=PLAN, version=1, result=GoalResult.REACHED, sitting=SITTING)
ENDED = PlanEnded(plan=PLAN, reason=PlanEndReason.GOAL_MET)
DIED = SubjectDied(person=MOTHER, died_on=START, household_remains=False)
READY = (*IN_FORCE, LEAD)
RUNNING = (*READY, STARTED)
DONE = (*RUNNING, EVALUATED)
OUTREACH_STARTED = STARTED.changed(plan=OF_OUTREACH.plan)
OUTREACH_RUNS = (*BY_OUTREACH, APPROVED.changed(plan=OF_OUTREACH.plan), OUTREACH_STARTED)
EARLY = (PlanEndReason.MOVED_AWAY, PlanEndReason.DIED, PlanEndReason.PERSON_DECLINED)
LATE = (PlanEndReason.GOAL_MET, PlanEndReason.HANDED_OVER)
TERMS = {Deadline.PLAN_REVIEW: 90, Deadline.URGENT_START_UNREPORTED: 14}


def watched(deadline: Deadline, of: str = PLAN, agency: str = "elder", days: int = 90) -> DeadlineSet:
    """This has to be done so many days from now."""
    return DeadlineSet(deadline=deadline, of=of, agency=agency, due=AT + days * DAY_MS)


def met(deadline: Deadline, of: str = PLAN) -> DeadlineMet:
    """It is done."""
    return DeadlineMet(deadline=deadline, of=of)


def read_by(event_id: str, event_type: str, recipient: str, agency: str) -> DisclosureRequested:
    """A request that an agency may read what was written, on consent."""
    return DisclosureRequested(
        event_id=event_id, event_type=event_type, recipient=recipient, agency=agency, function=FunctionName.COORDINATION,
        purpose=Purpose.COORDINATION, basis=Basis.C,
    )


def test_the_lead_starts_an_approved_plan() -> None:
    """The coordinator, those with a role and those with whom it was shared hear of it, by codes alone."""
    past = (*READY, ROLES, *shared_with("child", Outcome.PERMIT))
    then = given(DECIDER, *past).when(STARTED, agency="elder")
    then.then(STARTED, *told(then, 0, "PlanExecutionStarted", "coordinator", "poverty", "child"))


def test_a_started_plan_is_looked_at_in_time() -> None:
    """Where the municipality has set a term, and anew when the next version starts."""
    then = given(DECIDER, *READY, shared=TERMS).when(STARTED, agency="elder")
    then.then(STARTED, watched(Deadline.PLAN_REVIEW), *told(then, 0, "PlanExecutionStarted", "coordinator"))
    second = STARTED.changed(version=2)
    past = (*RUNNING, watched(Deadline.PLAN_REVIEW, days=1), REVISED, FIT.changed(version=2), APPROVED.changed(version=2))
    then = given(DECIDER, *past, shared=TERMS).when(second, agency="elder")
    then.then(second, met(Deadline.PLAN_REVIEW), watched(Deadline.PLAN_REVIEW), *told(then, 0, "PlanExecutionStarted", "coordinator"))


@pytest.mark.parametrize("message", [STARTED, MONITORED, REVISED, ENDED])
def test_a_plan_of_coordination_is_carried_out_by_the_lead(message: Any) -> None:
    """Another agency, be it one with a role, does not act for it."""
    given(DECIDER, *RUNNING, ROLES).when(message, agency="poverty").then_refused(RefusalCode.NOT_THE_LEAD)


@pytest.mark.parametrize("message", [STARTED, MONITORED, REVISED])
def test_without_a_lead_nobody_carries_a_plan_of_coordination_out(message: Any) -> None:
    """First it is said who leads."""
    given(DECIDER, *IN_FORCE).when(message, agency="coordinator").then_refused(RefusalCode.LEAD_MISSING)


def test_a_new_lead_goes_on_with_the_plan() -> None:
    """The work of a case changes hands over time, the old lead's with it."""
    changed = (*RUNNING, LeadAgencyNamed(agency="poverty", from_date=NEXT))
    given(DECIDER, *changed).when(MONITORED, agency="elder").then_refused(RefusalCode.NOT_THE_LEAD)
    given(DECIDER, *changed).when(MONITORED, agency="poverty").then(MONITORED, DeadlineSet)


def test_a_plan_of_outreach_is_carried_out_by_its_proposer() -> None:
    """No coordination, no lead is needed (notice: 多機関協働が関わる前から)."""
    before = given(DECIDER, *OUTREACH_RUNS[:-1])
    before.when(OUTREACH_STARTED, agency="outreach").then(OUTREACH_STARTED)
    before.when(OUTREACH_STARTED, agency="elder").then_refused(RefusalCode.NOT_THE_LEAD)


@pytest.mark.parametrize("past", [(*ON_THE_TABLE, LEAD), (*SENT_BACK, LEAD), (*TAKEN_OVER, LEAD), (*READY, RESTS)])
def test_only_an_approved_plan_of_a_coordinated_case_is_started(past: tuple[Any, ...]) -> None:
    """Not one that waits, was sent back, was never proposed, or whose coordination has ended."""
    given(DECIDER, *past).when(STARTED, agency="elder").then_refused(RefusalCode.WRONG_STATE)


def test_another_version_than_the_approved_one_is_not_started() -> None:
    """What was reviewed is what is carried out."""
    given(DECIDER, *READY).when(STARTED.changed(version=2), agency="elder").then_refused(RefusalCode.WRONG_STATE)


@pytest.mark.parametrize("message", [STARTED, URGENT])
def test_a_version_is_started_once(message: PlanExecutionStarted) -> None:
    """It runs already."""
    given(DECIDER, *RUNNING).when(message, agency="elder").then_refused(RefusalCode.ALREADY_DONE)


def test_an_urgent_start_does_not_wait_for_the_sitting() -> None:
    """The coordinator has to report it at the next one."""
    then = given(DECIDER, *ON_THE_TABLE, LEAD, shared=TERMS).when(URGENT, agency="elder")
    then.then(
        URGENT, watched(Deadline.PLAN_REVIEW), watched(Deadline.URGENT_START_UNREPORTED, agency="coordinator", days=14),
        *told(then, 0, "PlanExecutionStarted", "coordinator"),
    )


def test_without_coordination_whoever_started_urgently_has_to_report_it() -> None:
    """An outreach team on its own."""
    urgent = OUTREACH_STARTED.changed(urgent=True)
    given(DECIDER, *BY_OUTREACH, shared=TERMS).when(urgent, agency="outreach").then(
        urgent, watched(Deadline.PLAN_REVIEW, OF_OUTREACH.plan, "outreach"),
        watched(Deadline.URGENT_START_UNREPORTED, OF_OUTREACH.plan, "outreach", days=14),
    )


def test_an_urgent_start_of_an_approved_plan_has_nothing_to_report() -> None:
    """The conference has seen it."""
    then = given(DECIDER, *READY, shared=TERMS).when(URGENT, agency="elder")
    then.then(URGENT, watched(Deadline.PLAN_REVIEW), *told(then, 0, "PlanExecutionStarted", "coordinator"))


@pytest.mark.parametrize("past", [(*SENT_BACK, LEAD), (*TAKEN_OVER, LEAD)])
def test_what_was_sent_back_or_never_proposed_is_not_started_even_urgently(past: tuple[Any, ...]) -> None:
    """Urgency stands for the sitting that has not met, not for its no."""
    given(DECIDER, *past).when(URGENT, agency="elder").then_refused(RefusalCode.WRONG_STATE)


@pytest.mark.parametrize("review", [(FIT, APPROVED), (UNFIT,)])
def test_what_was_started_urgently_runs_on_after_the_review(review: tuple[Any, ...]) -> None:
    """Help that is being given is not broken off by a form; a no is answered by the next version."""
    given(DECIDER, *ON_THE_TABLE, LEAD, URGENT, *review).when(MONITORED, agency="elder").then(MONITORED, DeadlineSet)
    given(DECIDER, *ON_THE_TABLE, LEAD, URGENT, *review).when(REVISED, agency="elder").then(REVISED, DisclosureRequested)


def test_a_running_plan_is_monitored_and_the_next_look_has_its_day() -> None:
    """One look meets the deadline of the one before it."""
    next_look = by_day(Deadline.PLAN_REVIEW, PLAN, "elder", NEXT)
    given(DECIDER, *RUNNING).when(MONITORED, agency="elder").then(MONITORED, next_look).when(MONITORED, agency="elder").then(
        MONITORED, met(Deadline.PLAN_REVIEW), next_look,
    )


@pytest.mark.parametrize("past", [READY, (*ON_THE_TABLE, LEAD), DONE, (*RUNNING, ENDED), (*TAKEN_OVER, LEAD)])
def test_only_a_running_plan_is_monitored(past: tuple[Any, ...]) -> None:
    """Not before its start, not after its evaluation."""
    given(DECIDER, *past).when(MONITORED, agency="elder").then_refused(RefusalCode.WRONG_STATE)


def test_another_version_than_the_running_one_is_not_monitored() -> None:
    """A revision that waits for its review is not carried out."""
    given(DECIDER, *RUNNING, REVISED).when(MONITORED.changed(version=2), agency="elder").then_refused(RefusalCode.WRONG_STATE)


def test_a_revision_is_read_by_the_coordinator_while_the_old_version_runs_on() -> None:
    """The coordinator brings it to the conference again."""
    then = given(DECIDER, *RUNNING).when(REVISED, agency="elder")
    revised = then.then(REVISED, read_by(then.context.event_id(0), "PlanRevised", "coordinator", "elder"))
    revised.when(MONITORED, agency="elder").then(MONITORED, DeadlineSet)
    revised.when(STARTED.changed(version=2), agency="elder").then_refused(RefusalCode.WRONG_STATE)


def test_a_plan_of_outreach_alone_is_revised_without_a_coordinator() -> None:
    """There is nobody yet to read it."""
    revised = REVISED.changed(plan=OF_OUTREACH.plan)
    given(DECIDER, *OUTREACH_RUNS).when(revised, agency="outreach").then(revised)


@pytest.mark.parametrize("past", [READY, (*ON_THE_TABLE, LEAD, URGENT), DONE, (*RUNNING, ENDED), (*TAKEN_OVER, LEAD)])
def test_only_a_running_plan_that_is_not_under_review_is_revised(past: tuple[Any, ...]) -> None:
    """Before its start a plan is proposed anew instead, after its evaluation it ends."""
    given(DECIDER, *past).when(REVISED, agency="elder").then_refused(RefusalCode.WRONG_STATE)


def test_a_revision_is_the_next_version() -> None:
    """No gap, and none twice."""
    running = given(DECIDER, *RUNNING)
    running.when(REVISED.changed(version=3), agency="elder").then_refused(RefusalCode.WRONG_STATE)
    running.when(REVISED, agency="elder").after().when(REVISED, agency="elder").then_refused(RefusalCode.ALREADY_DONE)


def test_a_revision_that_was_sent_back_is_revised_again() -> None:
    """The version after it."""
    past = (*RUNNING, REVISED, UNFIT.changed(version=2))
    given(DECIDER, *past).when(REVISED.changed(version=3), agency="elder").then(REVISED.changed(version=3), DisclosureRequested)


def test_a_running_plan_is_evaluated_in_a_conference() -> None:
    """The lead reads what was found, on consent; the plan is looked at no more."""
    past = (*RUNNING, by_day(Deadline.PLAN_REVIEW, PLAN, "elder", NEXT))
    then = given(DECIDER, *past).when(EVALUATED, agency="coordinator")
    then.then(EVALUATED, met(Deadline.PLAN_REVIEW), read_by(then.context.event_id(0), "PlanEvaluated", "elder", "coordinator"))


def test_a_coordinator_who_leads_is_not_told_its_own_words() -> None:
    """Nothing goes back to its sender."""
    own = LeadAgencyNamed(agency="coordinator", from_date=START)
    given(DECIDER, *IN_FORCE, own, STARTED).when(EVALUATED, agency="coordinator").then(EVALUATED)


def test_only_the_coordinator_in_charge_evaluates() -> None:
    """The lead does not judge its own work."""
    given(DECIDER, *RUNNING).when(EVALUATED, agency="elder").then_refused(RefusalCode.NOT_THE_ADDRESSEE)


@pytest.mark.parametrize(("past", "code"), [
    (READY, RefusalCode.WRONG_STATE), (DONE, RefusalCode.ALREADY_DONE), ((*DONE, ENDED), RefusalCode.WRONG_STATE),
    (TAKEN_OVER, RefusalCode.WRONG_STATE), ((*RUNNING, RESTS), RefusalCode.WRONG_STATE),
])
def test_what_runs_is_evaluated_once(past: tuple[Any, ...], code: RefusalCode) -> None:
    """Not before its start, not twice, not after its end."""
    given(DECIDER, *past).when(EVALUATED, agency="coordinator").then_refused(code)


def test_another_version_than_the_running_one_is_not_evaluated() -> None:
    """There is nothing to say of it."""
    given(DECIDER, *RUNNING, REVISED).when(EVALUATED.changed(version=2), agency="coordinator").then_refused(RefusalCode.WRONG_STATE)


def test_an_evaluated_plan_is_not_reviewed_any_more() -> None:
    """A revision that was on the table has lost its object: the next plan is another one."""
    past = (*RUNNING, REVISED, EVALUATED)
    given(plan.DECIDER, *past).when(FIT.changed(version=2), agency="coordinator").then_refused(RefusalCode.ALREADY_DONE)


@pytest.mark.parametrize("reason", [*LATE, *EARLY])
def test_an_evaluated_plan_ends(reason: PlanEndReason) -> None:
    """Those who take part in it hear of the end, by codes alone."""
    ended = ENDED.changed(reason=reason)
    then = given(DECIDER, *DONE, ROLES, *shared_with("child", Outcome.PERMIT)).when(ended, agency="elder")
    then.then(ended, *told(then, 0, "PlanEnded", "coordinator", "poverty", "child"))


def test_the_proposer_ends_a_plan_too() -> None:
    """The coordinator, where the lead does not; the outreach team its own."""
    then = given(DECIDER, *DONE).when(ENDED, agency="coordinator")
    then.then(ENDED, *told(then, 0, "PlanEnded", "elder"))
    own = ENDED.changed(plan=OF_OUTREACH.plan, reason=PlanEndReason.PERSON_DECLINED)
    given(DECIDER, *OUTREACH_RUNS).when(own, agency="outreach").then(own)


@pytest.mark.parametrize("reason", LATE)
@pytest.mark.parametrize("past", [RUNNING, READY])
def test_a_plan_ends_after_its_evaluation(reason: PlanEndReason, past: tuple[Any, ...]) -> None:
    """Whether the goal is met is for the conference to say."""
    given(DECIDER, *past).when(ENDED.changed(reason=reason), agency="elder").then_refused(RefusalCode.WRONG_STATE)


@pytest.mark.parametrize("reason", EARLY)
@pytest.mark.parametrize("past", [RUNNING, READY, (*SENT_BACK, LEAD)])
def test_where_the_person_has_gone_a_plan_ends_without_evaluation(reason: PlanEndReason, past: tuple[Any, ...]) -> None:
    """Moved, died, wants it no more: nothing about it is waited for any longer."""
    ended = ENDED.changed(reason=reason)
    waits = (watched(Deadline.PLAN_REVIEW), watched(Deadline.URGENT_START_UNREPORTED))
    given(DECIDER, *past, *waits).when(ended, agency="elder").then(
        ended, met(Deadline.PLAN_REVIEW), met(Deadline.URGENT_START_UNREPORTED), DisclosureRequested,
    )


@pytest.mark.parametrize(("past", "code"), [((*DONE, ENDED), RefusalCode.ALREADY_DONE), ((*TAKEN_OVER, LEAD), RefusalCode.WRONG_STATE)])
def test_a_plan_ends_once(past: tuple[Any, ...], code: RefusalCode) -> None:
    """And only one that there is."""
    given(DECIDER, *past).when(ENDED, agency="elder").then_refused(code)


@pytest.mark.parametrize("message", [STARTED.changed(version=2), REVISED, MONITORED])
def test_a_plan_that_has_ended_stays_so(message: Any) -> None:
    """What comes next is another plan."""
    given(DECIDER, *DONE, ENDED).when(message, agency="elder").then_refused(RefusalCode.WRONG_STATE)


def test_a_death_ends_every_plan_and_coordination_where_nobody_remains() -> None:
    """Those who take part hear of the ended plans; nothing is watched any more."""
    dead = PlanEnded(plan=PLAN, reason=PlanEndReason.DIED)
    waits = (watched(Deadline.PLAN_REVIEW), watched(Deadline.PLAN_REVIEW, ""), watched(Deadline.NO_LEAD_AGENCY, ""))
    then = given(DECIDER, *RUNNING, *OUTREACH_RUNS, *waits).when(DIED, agency="child", source="consultation")
    then.then(
        dead, dead.changed(plan=OF_OUTREACH.plan), RESTS, met(Deadline.PLAN_REVIEW), met(Deadline.NO_LEAD_AGENCY, ""),
        met(Deadline.PLAN_REVIEW, ""), *told(then, 0, "PlanEnded", "coordinator", "elder"), *told(then, 1, "PlanEnded", "coordinator", "outreach"),
    ).when(DIED, agency="child", source="consultation").then_nothing()


def test_a_death_ends_the_dead_persons_plans_where_others_remain() -> None:
    """The household is still coordinated."""
    son = tuple(event.changed(person="b" * 32) if event is OF_OUTREACH else event for event in OUTREACH_RUNS)
    remains = DIED.changed(household_remains=True)
    then = given(DECIDER, *RUNNING, *son, watched(Deadline.PLAN_REVIEW, "")).when(remains, agency="child", source="consultation")
    then.then(PlanEnded(plan=PLAN, reason=PlanEndReason.DIED), *told(then, 0, "PlanEnded", "coordinator", "elder"))


BROUGHT = BroughtToSupportConference(reason=ReferralReason.AGENCY_UNCLEAR, sitting=SITTING)


@pytest.mark.parametrize("past", [(REFERRED,), TAKEN_OVER, (BROUGHT,)])
def test_a_death_ends_what_has_begun_without_a_plan(past: tuple[Any, ...]) -> None:
    """A referral that waits is nobody's to accept any more."""
    given(DECIDER, *past).when(DIED, agency="child", source="consultation").then(RESTS)
    given(DECIDER, *past).when(DIED.changed(household_remains=True), agency="child", source="consultation").then_nothing()


@pytest.mark.parametrize("past", [(), (*TAKEN_OVER, RESTS), OUTREACH_RUNS + (ENDED.changed(plan=OF_OUTREACH.plan),)])
def test_a_death_changes_nothing_where_nothing_runs(past: tuple[Any, ...]) -> None:
    """No plan, no coordination."""
    given(DECIDER, *past).when(DIED, agency="child", source="consultation").then_nothing()


def test_an_unknown_message_is_refused() -> None:
    """What the execution of plans does not know is said to be so, never ignored."""
    given(DECIDER).when(Tick()).then_refused(RefusalCode.UNKNOWN_TYPE)
