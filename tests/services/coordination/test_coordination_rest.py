"""Coordination at work and at its end: requests to others, the look at the whole, hand-back, end; each rule in a sentence."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from contracts.coordination import (
    ComplexityNoted,
    CoordinationEnded,
    HandedBackToConsultation,
    OutreachRequested,
    ParticipationRequested,
    PlanEnded,
    PlanEvaluated,
    PlanExecutionStarted,
    PlanProposed,
    WholeStructureMonitored,
)
from contracts.envelope import DeadlineMet, DeadlineSet, DisclosureRequested, PartGiven, VerdictNoted
from contracts.shared import (
    Basis,
    CasePart,
    Deadline,
    FunctionName,
    GoalResult,
    HandBackReason,
    NeedKind,
    Outcome,
    PlanEndReason,
    PlanKind,
    Purpose,
    RefusalCode,
)
from kernel.deadlines import by_day
from kernel.testing import given
from services.coordination.domain.coordination import DECIDER
from tests.services.coordination.test_coordination import (
    ACCEPTED,
    BROUGHT,
    CODES,
    COMPLEX,
    LEAD,
    LET_THROUGH,
    MOTHER,
    PARTS,
    PENDING,
    REFERRED,
    RESTS,
    ROLES,
    TAKEN_OVER,
    asked,
    told,
    verdict,
)

PLAN, NEXT = "1" * 32, date(2026, 8, 1)
TO_OUTREACH = OutreachRequested(person=MOTHER, to_agency="outreach")
TO_PARTICIPATION = ParticipationRequested(person=MOTHER, to_agency="participation", need_kind=NeedKind.WORK)
MONITORED = WholeStructureMonitored(person=MOTHER, next_on=NEXT)
HANDED_BACK = HandedBackToConsultation(lead="elder", reason=HandBackReason.CONSULTATION_SHOULD_LEAD)
ENDED = CoordinationEnded(issues_sorted=True, outlook_clear=True, lead="elder")
PROPOSED = PlanProposed(person=MOTHER, plan=PLAN, kind=PlanKind.COORDINATION, version=1, period_from=NEXT, period_to=NEXT)
STARTED = PlanExecutionStarted(plan=PLAN, version=1, urgent=False)
EVALUATED = PlanEvaluated(person=MOTHER, plan=PLAN, version=1, result=GoalResult.REACHED, sitting="2" * 32)
PLAN_ENDED = PlanEnded(plan=PLAN, reason=PlanEndReason.PERSON_DECLINED)
DIVIDED = (*TAKEN_OVER, LEAD, ROLES)
EXECUTING = (*DIVIDED, PROPOSED, STARTED)
SORTED = (*EXECUTING, EVALUATED)
UNLED = (*TAKEN_OVER, ROLES, PROPOSED, STARTED, EVALUATED)
AGAIN = PROPOSED.changed(plan="3" * 32)
WATCHED = DeadlineSet(deadline=Deadline.PLAN_REVIEW, of="", agency="coordinator", due=1)
MET = DeadlineMet(deadline=Deadline.PLAN_REVIEW, of="")
OF_A_PLAN = WATCHED.changed(of=PLAN)
WORK = (TO_OUTREACH, TO_PARTICIPATION, MONITORED, ENDED)


def test_outreach_is_asked_to_go_to_the_person() -> None:
    """The team gets a part, and reads what the person's consent lets it (図 a6)."""
    then = given(DECIDER, *TAKEN_OVER).when(TO_OUTREACH, agency="coordinator", parts=PARTS)
    then.then(TO_OUTREACH, _request(then.context.event_id(0), "OutreachRequested", "outreach", Purpose.OUTREACH),
              PartGiven(agency="outreach", part=CasePart.LINKED))


def test_participation_is_asked_for() -> None:
    """As with outreach, for another purpose (図 a7)."""
    then = given(DECIDER, *TAKEN_OVER).when(TO_PARTICIPATION, agency="coordinator", parts=PARTS)
    then.then(TO_PARTICIPATION, _request(then.context.event_id(0), "ParticipationRequested", "participation", Purpose.PARTICIPATION),
              PartGiven(agency="participation", part=CasePart.LINKED))


@pytest.mark.parametrize("message", [TO_OUTREACH, TO_PARTICIPATION])
def test_an_agency_is_asked_once_unless_the_gate_said_no(message: Any) -> None:
    """Another agency may be asked beside it, and the same one after a no."""
    then = given(DECIDER, *TAKEN_OVER).when(message, agency="coordinator")
    requested, event_id = then.after(), then.context.event_id(0)
    requested.when(message, agency="coordinator").then_refused(RefusalCode.ALREADY_DONE)
    other = message.changed(to_agency="another")
    requested.when(other, agency="coordinator").then(other, DisclosureRequested, PartGiven)
    for outcome in (Outcome.HOLD, Outcome.PERMIT, Outcome.REDACT):
        judged = given(DECIDER, *requested.past, _verdict(message, event_id, outcome))
        judged.when(message, agency="coordinator").then_refused(RefusalCode.ALREADY_DONE)
    denied = given(DECIDER, *requested.past, _verdict(message, event_id, Outcome.DENY))
    denied.when(message, agency="coordinator").then(message, DisclosureRequested, PartGiven)


def test_the_whole_structure_is_monitored_while_a_plan_of_coordination_is_carried_out() -> None:
    """The next look has its day, which the next look meets; the deadline of a single plan is another one."""
    next_look = by_day(Deadline.PLAN_REVIEW, "", "coordinator", NEXT)
    given(DECIDER, *EXECUTING, OF_A_PLAN).when(MONITORED, agency="coordinator").then(MONITORED, next_look).when(
        MONITORED, agency="coordinator",
    ).then(MONITORED, MET, next_look)


@pytest.mark.parametrize("past", [TAKEN_OVER, DIVIDED, (*DIVIDED, PROPOSED), (*DIVIDED, PROPOSED.changed(kind=PlanKind.OUTREACH), STARTED)])
def test_without_a_running_plan_of_coordination_there_is_no_whole_to_monitor(past: tuple[Any, ...]) -> None:
    """Proposed is not started, and a plan of outreach is outreach's own."""
    given(DECIDER, *past).when(MONITORED, agency="coordinator").then_refused(RefusalCode.WRONG_STATE)


@pytest.mark.parametrize("message", WORK)
@pytest.mark.parametrize("past", [(COMPLEX,), PENDING, LET_THROUGH, (*PENDING, BROUGHT)])
def test_the_work_waits_for_the_acceptance(message: Any, past: tuple[Any, ...]) -> None:
    """Nobody asks, looks or ends for a case that was not taken over."""
    given(DECIDER, *past).when(message, agency="coordinator").then_refused(RefusalCode.WRONG_STATE)


@pytest.mark.parametrize("message", [*WORK, HANDED_BACK])
def test_only_the_coordinator_in_charge_does_the_work(message: Any) -> None:
    """Another coordinator with a part in the case does not, nor does the lead."""
    given(DECIDER, *SORTED).when(message, agency="elder").then_refused(RefusalCode.NOT_THE_ADDRESSEE)


def test_a_referral_is_handed_back_with_a_lead() -> None:
    """The lead gets a part and hears of it; coordination had not begun, so nothing rests."""
    then = given(DECIDER, *LET_THROUGH).when(HANDED_BACK, agency="coordinator")
    then.then(HANDED_BACK, *told(then, "HandedBackToConsultation", "elder"), PartGiven(agency="elder", part=CasePart.ROLE))


def test_an_accepted_case_is_handed_back_and_coordination_rests() -> None:
    """Nothing of it is watched any more."""
    watched = DeadlineSet(deadline=Deadline.NO_LEAD_AGENCY, of="", agency="coordinator", due=1)
    then = given(DECIDER, *TAKEN_OVER, watched).when(HANDED_BACK, agency="coordinator")
    then.then(
        HANDED_BACK, RESTS, DeadlineMet(deadline=Deadline.NO_LEAD_AGENCY, of=""), *told(then, "HandedBackToConsultation", "elder"),
        PartGiven(agency="elder", part=CasePart.ROLE),
    )


@pytest.mark.parametrize(("past", "code"), [
    (PENDING, RefusalCode.AWAITING_CONSENT), ((COMPLEX,), RefusalCode.WRONG_STATE), ((*PENDING, BROUGHT), RefusalCode.WRONG_STATE),
    (EXECUTING, RefusalCode.WRONG_STATE), ((*TAKEN_OVER, HANDED_BACK, RESTS), RefusalCode.WRONG_STATE),
])
def test_a_case_is_handed_back_before_its_plan_is_carried_out(past: tuple[Any, ...], code: RefusalCode) -> None:
    """Not before it came, and not once others are at work: then coordination ends instead."""
    given(DECIDER, *past).when(HANDED_BACK, agency="coordinator").then_refused(code)


@pytest.mark.parametrize("past", [DIVIDED, (*DIVIDED, PROPOSED)])
def test_a_case_whose_roles_were_divided_is_handed_back_too(past: tuple[Any, ...]) -> None:
    """The conference may find over the plan that consultation should go on leading (図 a5); those with a role hear of it."""
    then = given(DECIDER, *past).when(HANDED_BACK, agency="coordinator")
    then.then(
        HANDED_BACK, RESTS, *told(then, "HandedBackToConsultation", "elder", "poverty"), PartGiven(agency="elder", part=CasePart.ROLE),
    )


@pytest.mark.parametrize("past", [LET_THROUGH, TAKEN_OVER])
def test_only_the_addressee_hands_back(past: tuple[Any, ...]) -> None:
    """Neither whoever referred nor a stranger."""
    given(DECIDER, *past).when(HANDED_BACK, agency="elder").then_refused(RefusalCode.NOT_THE_ADDRESSEE)


def test_a_case_handed_back_is_one_agencys_until_it_is_found_complex_again() -> None:
    """Then it may be referred anew, and the lead that was named is not missing."""
    back = given(DECIDER, *TAKEN_OVER, HANDED_BACK, RESTS)
    back.when(REFERRED, agency="elder").then_refused(RefusalCode.NOT_COMPLEX)
    anew = given(DECIDER, *back.past, COMPLEX, REFERRED, asked("second"), verdict(Outcome.PERMIT, "second"), shared={Deadline.NO_LEAD_AGENCY: 14})
    anew.when(ACCEPTED, agency="coordinator").then(ACCEPTED, RESTS.changed(active=True), DisclosureRequested)


@pytest.mark.parametrize("past", [SORTED, (*SORTED, PLAN_ENDED), (*EXECUTING, PLAN_ENDED)])
def test_coordination_ends_when_all_is_sorted(past: tuple[Any, ...]) -> None:
    """The lead and those with a role hear of it; coordination rests and watches nothing more. A plan that the person gave up is not evaluated."""
    then = given(DECIDER, *past, WATCHED, OF_A_PLAN).when(ENDED, agency="coordinator")
    then.then(ENDED, RESTS, MET, *told(then, "CoordinationEnded", "elder", "poverty"))


@pytest.mark.parametrize("message", [ENDED.changed(issues_sorted=False), ENDED.changed(outlook_clear=False)])
def test_coordination_does_not_end_before_issues_are_sorted_and_the_outlook_is_clear(message: CoordinationEnded) -> None:
    """Both are needed (notice: 課題の整理と見通し)."""
    given(DECIDER, *SORTED).when(message, agency="coordinator").then_refused(RefusalCode.NOT_SORTED)


@pytest.mark.parametrize(("past", "lead"), [(SORTED, "poverty"), (SORTED, ""), (UNLED, "elder"), (UNLED, "")])
def test_coordination_does_not_end_without_its_lead(past: tuple[Any, ...], lead: str) -> None:
    """Somebody goes on accompanying, and it is the one that was named."""
    given(DECIDER, *past).when(ENDED.changed(lead=lead), agency="coordinator").then_refused(RefusalCode.LEAD_MISSING)


@pytest.mark.parametrize("past", [EXECUTING, (*SORTED, AGAIN, STARTED.changed(plan=AGAIN.plan))])
def test_coordination_does_not_end_while_a_plan_of_it_runs(past: tuple[Any, ...]) -> None:
    """Each is evaluated first (図 a10)."""
    given(DECIDER, *past).when(ENDED, agency="coordinator").then_refused(RefusalCode.WRONG_STATE)


@pytest.mark.parametrize("past", [(*TAKEN_OVER, LEAD), DIVIDED, (*DIVIDED, PROPOSED), (*DIVIDED, PROPOSED.changed(kind=PlanKind.OUTREACH), STARTED)])
def test_before_a_plan_of_coordination_was_started_the_case_is_handed_back_instead(past: tuple[Any, ...]) -> None:
    """Nothing was coordinated yet that could be at its end (図 a5)."""
    given(DECIDER, *past).when(ENDED, agency="coordinator").then_refused(RefusalCode.WRONG_STATE)
    assert HANDED_BACK in given(DECIDER, *past).when(HANDED_BACK, agency="coordinator").events
    given(DECIDER, *past).when(ENDED, agency="coordinator").then_refused(RefusalCode.WRONG_STATE)


def test_coordination_ends_once_and_may_begin_anew() -> None:
    """A new referral starts from the beginning: roles are divided anew, and others asked anew."""
    then = given(DECIDER, *DIVIDED).when(TO_OUTREACH, agency="coordinator")
    over = given(DECIDER, *then.after().past, ENDED, RESTS)
    over.when(ENDED, agency="coordinator").then_refused(RefusalCode.ALREADY_DONE)
    over.when(LEAD.changed(agency="poverty"), agency="coordinator").then_refused(RefusalCode.WRONG_STATE)
    late = given(DECIDER, *over.past, verdict(Outcome.PERMIT))
    late.when(ACCEPTED, agency="coordinator").then_refused(RefusalCode.WRONG_STATE)
    again = given(DECIDER, *over.past, REFERRED, asked("second"), verdict(Outcome.PERMIT, "second"), ACCEPTED)
    again.when(ENDED, agency="coordinator").then_refused(RefusalCode.WRONG_STATE)
    again.when(TO_OUTREACH, agency="coordinator").then(TO_OUTREACH, DisclosureRequested, PartGiven)


def test_after_the_end_a_case_may_be_brought_to_the_support_conference() -> None:
    """Consent may be missing the next time."""
    given(DECIDER, *SORTED, ENDED, RESTS).when(BROUGHT, agency="elder").then(BROUGHT)
    simple = (*SORTED, ENDED, RESTS, ComplexityNoted(complex=False))
    given(DECIDER, *simple).when(BROUGHT, agency="elder").then_refused(RefusalCode.NOT_COMPLEX)


def test_what_a_plan_started_before_is_no_whole_of_a_later_coordination() -> None:
    """A plan that starts when nobody coordinates does not set coordination to work."""
    past = (COMPLEX, PROPOSED, STARTED, *TAKEN_OVER[1:])
    given(DECIDER, *past).when(MONITORED, agency="coordinator").then_refused(RefusalCode.WRONG_STATE)


def _request(event_id: str, event_type: str, recipient: str, purpose: Purpose) -> DisclosureRequested:
    return DisclosureRequested(
        event_id=event_id, event_type=event_type, recipient=recipient, agency="coordinator", function=FunctionName.COORDINATION,
        purpose=purpose, basis=Basis.C, parts=CODES,
    )


def _verdict(message: Any, event_id: str, outcome: Outcome) -> VerdictNoted:
    return VerdictNoted(
        request_id="request-2", event_id=event_id, event_type=type(message).__name__, recipient=message.to_agency, outcome=outcome, rule="R2",
    )
