"""Plan: proposed, reviewed, approved, shared; each rule in a sentence."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from contracts.coordination import (
    CoordinationAccepted,
    CoordinationEnded,
    CoordinationReferred,
    LeadAgencyNamed,
    PlanApproved,
    PlanEnded,
    PlanExecutionStarted,
    PlanProposed,
    PlanReviewed,
    PlanShared,
    RolesAssigned,
)
from contracts.envelope import DeadlineMet, DeadlineMissed, DeadlineSet, DisclosureRequested, PartNoted, RegionChanged, Tick, VerdictNoted
from contracts.shared import (
    Basis,
    CasePart,
    DataCategory,
    Deadline,
    FunctionName,
    Outcome,
    PartCode,
    PlanEndReason,
    PlanKind,
    Purpose,
    ReferralReason,
    RefusalCode,
    Role,
    SupportTask,
)
from kernel.decider import Part
from kernel.testing import Then, given
from services.coordination.domain.plan import DECIDER

MOTHER, PLAN, SITTING = "a" * 32, "1" * 32, "2" * 32
START, END = date(2026, 5, 1), date(2026, 10, 31)
REFERRED = CoordinationReferred(person=MOTHER, to_agency="coordinator", reason=ReferralReason.ROLE_DIVISION_NEEDED)
ACCEPTED = CoordinationAccepted()
LEAD = LeadAgencyNamed(agency="elder", from_date=START)
ROLES = RolesAssigned(person=MOTHER, roles=tuple(
    Role(agency=agency, task=SupportTask.WATCH_OVER, due=END) for agency in ("elder", "poverty", "elder")
))
RESTS = RegionChanged(function=FunctionName.COORDINATION, active=False)
PROPOSED = PlanProposed(
    person=MOTHER, plan=PLAN, kind=PlanKind.COORDINATION, version=1, period_from=START, period_to=END, applied_on=START,
)
FIT = PlanReviewed(plan=PLAN, version=1, fit=True, sitting=SITTING)
UNFIT = FIT.changed(fit=False)
APPROVED = PlanApproved(plan=PLAN, version=1)
SHARED = PlanShared(
    person=MOTHER, plan=PLAN, version=1, recipients=("elder", "poverty", "elder"), period_from=START, period_to=END,
)
TAKEN_OVER = (REFERRED, ACCEPTED)
ON_THE_TABLE = (*TAKEN_OVER, PROPOSED)
SENT_BACK = (*ON_THE_TABLE, UNFIT)
IN_FORCE = (*ON_THE_TABLE, FIT, APPROVED)
OF_OUTREACH = PROPOSED.changed(plan="4" * 32, kind=PlanKind.OUTREACH)
BY_OUTREACH = (OF_OUTREACH, PartNoted(agency="outreach", part=CasePart.ROLE))


def told(then: Then, ordinal: int, event_type: str, *recipients: str) -> tuple[DisclosureRequested, ...]:
    """The requests to tell these agencies of one event, by codes alone."""
    return tuple(
        DisclosureRequested(
            event_id=then.context.event_id(ordinal), event_type=event_type, recipient=recipient, agency=then.context.agency,
            function=FunctionName.COORDINATION, purpose=Purpose.COORDINATION, basis=Basis.K,
        )
        for recipient in recipients
    )


def shared_with(recipient: str, outcome: Outcome, event_id: str = "shared-1", plan: str = PLAN) -> tuple[Any, ...]:
    """A plan was shared with one recipient, and the gate has said this."""
    asked = DisclosureRequested(
        event_id=event_id, event_type="PlanShared", recipient=recipient, agency="coordinator", function=FunctionName.COORDINATION,
        purpose=Purpose.COORDINATION, basis=Basis.C,
    )
    return (SHARED.changed(plan=plan, recipients=(recipient,)), asked, verdict(recipient, outcome, event_id))


def verdict(recipient: str, outcome: Outcome, event_id: str = "shared-1") -> VerdictNoted:
    """The gate's verdict on the sharing with one recipient."""
    return VerdictNoted(request_id="request-1", event_id=event_id, event_type="PlanShared", recipient=recipient, outcome=outcome, rule="R2")


def test_a_plan_is_proposed_in_an_accepted_case() -> None:
    """The coordinator who has taken the case over puts up a plan."""
    given(DECIDER, *TAKEN_OVER).when(PROPOSED, agency="coordinator").then(PROPOSED)


def test_a_plan_waits_for_the_acceptance() -> None:
    """Nobody plans in a case that nobody coordinates."""
    given(DECIDER).when(PROPOSED, agency="coordinator").then_refused(RefusalCode.WRONG_STATE)


@pytest.mark.parametrize("past", [ON_THE_TABLE, SENT_BACK, IN_FORCE])
def test_a_version_is_proposed_once(past: tuple[Any, ...]) -> None:
    """A version number never names two texts."""
    given(DECIDER, *past).when(PROPOSED, agency="coordinator").then_refused(RefusalCode.ALREADY_DONE)


@pytest.mark.parametrize("version", [0, -1])
def test_versions_count_from_one(version: int) -> None:
    """There is no version nought."""
    given(DECIDER, *TAKEN_OVER).when(PROPOSED.changed(version=version), agency="coordinator").then_refused(RefusalCode.WRONG_STATE)


def test_a_plan_sent_back_is_proposed_in_a_higher_version() -> None:
    """What did not fit is a draft again."""
    given(DECIDER, *SENT_BACK).when(PROPOSED.changed(version=2), agency="coordinator").then(PlanProposed)


@pytest.mark.parametrize("past", [ON_THE_TABLE, IN_FORCE])
def test_no_second_version_beside_one_under_review_or_in_force(past: tuple[Any, ...]) -> None:
    """A plan is one document."""
    given(DECIDER, *past).when(PROPOSED.changed(version=2), agency="coordinator").then_refused(RefusalCode.WRONG_STATE)


def test_two_plans_of_one_case_stand_side_by_side() -> None:
    """Coordination and participation each have their plan."""
    other = PROPOSED.changed(plan="3" * 32, kind=PlanKind.PARTICIPATION)
    both = given(DECIDER, *IN_FORCE).when(other, agency="participation").after()
    both.when(SHARED, agency="coordinator").then(SHARED, DisclosureRequested, DisclosureRequested)


def test_only_the_coordinator_in_charge_proposes_a_plan_of_coordination() -> None:
    """An outreach team has plans of its own."""
    given(DECIDER, *TAKEN_OVER).when(PROPOSED, agency="outreach").then_refused(RefusalCode.NOT_THE_ADDRESSEE)


@pytest.mark.parametrize("end", [RESTS, CoordinationEnded(issues_sorted=True, outlook_clear=True, lead="elder")])
@pytest.mark.parametrize("message", [PROPOSED.changed(plan="3" * 32), FIT, SHARED])
def test_no_plan_of_coordination_goes_on_when_coordination_rests(end: Any, message: Any) -> None:
    """What nobody coordinates is not planned."""
    given(DECIDER, *ON_THE_TABLE, end).when(message, agency="coordinator").then_refused(RefusalCode.WRONG_STATE)


@pytest.mark.parametrize("kind", [PlanKind.OUTREACH, PlanKind.PARTICIPATION])
def test_outreach_and_participation_plan_before_coordination(kind: PlanKind) -> None:
    """The notice lets support begin before coordination has to do with it; who proposed the plan is noted, and nobody else is told."""
    plan = PROPOSED.changed(kind=kind)
    given(DECIDER).when(plan, agency="outreach").then(plan, PartNoted(agency="outreach", part=CasePart.ROLE))


def test_the_coordinator_reads_a_plan_that_another_agency_proposes() -> None:
    """It is the coordinator who brings it to the conference; what the plan says goes there on consent."""
    then = given(DECIDER, *TAKEN_OVER).when(OF_OUTREACH, agency="outreach", persons=(MOTHER,))
    then.then(*BY_OUTREACH, DisclosureRequested(
        event_id=then.context.event_id(0), event_type="PlanProposed", recipient="coordinator", agency="outreach",
        function=FunctionName.COORDINATION, purpose=Purpose.COORDINATION, basis=Basis.C, persons=(MOTHER,),
    ))


def test_a_plan_stays_with_its_proposer_and_its_kind() -> None:
    """The next version comes from the same agency, which is noted once, and is a plan of the same kind."""
    second = OF_OUTREACH.changed(version=2)
    sent_back = given(DECIDER, *BY_OUTREACH, UNFIT.changed(plan=OF_OUTREACH.plan))
    sent_back.when(second, agency="outreach").then(second)
    sent_back.when(second, agency="another").then_refused(RefusalCode.NOT_THE_LEAD)
    sent_back.when(second.changed(kind=PlanKind.PARTICIPATION), agency="outreach").then_refused(RefusalCode.WRONG_STATE)


@pytest.mark.parametrize("past", [TAKEN_OVER, SENT_BACK])
def test_no_version_is_left_out(past: tuple[Any, ...]) -> None:
    """One, two, three: a gap would look like a version that was lost."""
    given(DECIDER, *past).when(PROPOSED.changed(version=3), agency="coordinator").then_refused(RefusalCode.WRONG_STATE)


def test_a_period_ends_after_it_begins() -> None:
    """A plan that ends before it begins is a slip of the pen."""
    backwards = PROPOSED.changed(period_to=date(2026, 4, 30))
    given(DECIDER, *TAKEN_OVER).when(backwards, agency="coordinator").then_refused(RefusalCode.PERIOD_INVALID)


def test_a_plan_may_be_for_one_day() -> None:
    """First and last day may be the same."""
    given(DECIDER, *TAKEN_OVER).when(PROPOSED.changed(period_to=START), agency="coordinator").then(PlanProposed)


def test_a_fitting_plan_is_approved() -> None:
    """The conference's yes puts the version in force."""
    given(DECIDER, *ON_THE_TABLE).when(FIT, agency="coordinator").then(FIT, APPROVED)


def test_an_unfitting_plan_goes_back() -> None:
    """The conference's no is recorded and nothing is approved."""
    given(DECIDER, *ON_THE_TABLE).when(UNFIT, agency="coordinator").then(UNFIT)


def test_a_plan_without_the_persons_application_is_not_approved() -> None:
    """A plan is also an application (プラン兼利用申込書): what the person has not applied for may be found unfit, not fit."""
    without = PROPOSED.changed(applied_on=None)
    on_the_table = given(DECIDER, *TAKEN_OVER, without)
    on_the_table.when(FIT, agency="coordinator").then_refused(RefusalCode.APPLICATION_MISSING)
    on_the_table.when(UNFIT, agency="coordinator").then(UNFIT)


def test_each_version_needs_its_own_application() -> None:
    """What the person applied for was another text."""
    past = (*SENT_BACK, PROPOSED.changed(version=2, applied_on=None))
    given(DECIDER, *past).when(FIT.changed(version=2), agency="coordinator").then_refused(RefusalCode.APPLICATION_MISSING)


def test_an_approval_reaches_the_lead_and_those_with_a_role() -> None:
    """By codes alone, each once, and not the coordinator who said so."""
    then = given(DECIDER, *TAKEN_OVER, LEAD, ROLES, PROPOSED).when(FIT, agency="coordinator")
    then.then(FIT, APPROVED, *told(then, 1, "PlanApproved", "elder", "poverty"))


def test_a_no_reaches_whoever_has_to_amend_the_plan() -> None:
    """The lead of a plan of coordination; the proposer of another."""
    then = given(DECIDER, *TAKEN_OVER, LEAD, ROLES, PROPOSED).when(UNFIT, agency="coordinator")
    then.then(UNFIT, *told(then, 0, "PlanReviewed", "elder"))
    review = UNFIT.changed(plan=OF_OUTREACH.plan)
    then = given(DECIDER, *BY_OUTREACH).when(review, agency="coordinator")
    then.then(review, *told(then, 0, "PlanReviewed", "outreach"))


def test_those_with_whom_a_version_was_shared_hear_of_the_next() -> None:
    """The gate has let them have it: they take part in the plan. A role in the coordination gives none in a plan of outreach."""
    plan, second = OF_OUTREACH.plan, FIT.changed(plan=OF_OUTREACH.plan, version=2)
    past = (
        *TAKEN_OVER, LEAD, ROLES, *BY_OUTREACH, APPROVED.changed(plan=plan), *shared_with("child", Outcome.REDACT, plan=plan),
        UNFIT.changed(plan=plan), OF_OUTREACH.changed(version=2),
    )
    then = given(DECIDER, *past).when(second, agency="coordinator")
    then.then(second, PlanApproved(plan=plan, version=2), *told(then, 1, "PlanApproved", "outreach", "child"))


@pytest.mark.parametrize(
    ("past", "known"),
    [
        (shared_with("child", Outcome.PERMIT), ("child",)),
        (shared_with("child", Outcome.REDACT), ("child",)),
        (shared_with("child", Outcome.HOLD), ()),
        (shared_with("child", Outcome.DENY), ()),
        ((*shared_with("child", Outcome.HOLD), verdict("child", Outcome.PERMIT)), ("child",)),
        ((*shared_with("child", Outcome.PERMIT), verdict("child", Outcome.DENY)), ()),
        ((*shared_with("child", Outcome.PERMIT), *shared_with("child", Outcome.DENY, "shared-2")), ("child",)),
        ((*shared_with("child", Outcome.PERMIT), *shared_with("elder", Outcome.DENY, "shared-2")), ("child",)),
        ((verdict("child", Outcome.PERMIT, "something else"),), ()),
    ],
)
def test_the_gate_says_with_whom_a_plan_was_shared(past: tuple[Any, ...], known: tuple[str, ...]) -> None:
    """Recipient by recipient; the last verdict on a sharing counts, and a no to the next takes nothing back."""
    assert known == tuple(given(DECIDER, *IN_FORCE, *past).state.plan(PLAN).shared)


@pytest.mark.parametrize("message", [FIT, UNFIT])
def test_a_review_reports_an_urgent_start(message: PlanReviewed) -> None:
    """The sitting has heard of it, whatever it finds; what was missed already is met no more."""
    watched = DeadlineSet(deadline=Deadline.URGENT_START_UNREPORTED, of=PLAN, agency="coordinator", due=1)
    missed = DeadlineMissed(deadline=Deadline.URGENT_START_UNREPORTED, of=PLAN, agency="coordinator", due=1)
    urgent = (*ON_THE_TABLE, LEAD, PlanExecutionStarted(plan=PLAN, version=1, urgent=True), watched)
    met = DeadlineMet(deadline=Deadline.URGENT_START_UNREPORTED, of=PLAN)
    assert met in given(DECIDER, *urgent).when(message, agency="coordinator").events
    assert met not in given(DECIDER, *urgent, missed).when(message, agency="coordinator").events


@pytest.mark.parametrize("message", [FIT, SHARED])
def test_only_the_coordinator_in_charge_speaks_for_the_conference(message: Any) -> None:
    """Another coordinator with a part in the case does not."""
    given(DECIDER, *ON_THE_TABLE).when(message, agency="another").then_refused(RefusalCode.NOT_THE_ADDRESSEE)


def test_without_coordination_any_coordinator_who_takes_part_reviews() -> None:
    """A plan of outreach alone comes before a conference too."""
    review = FIT.changed(plan=OF_OUTREACH.plan)
    then = given(DECIDER, *BY_OUTREACH).when(review, agency="coordinator")
    then.then(review, APPROVED.changed(plan=OF_OUTREACH.plan), *told(then, 1, "PlanApproved", "outreach"))


@pytest.mark.parametrize("past", [TAKEN_OVER, ON_THE_TABLE])
def test_only_the_proposed_version_is_reviewed(past: tuple[Any, ...]) -> None:
    """A review of a version that is not on the table is refused."""
    given(DECIDER, *past).when(FIT.changed(version=2), agency="coordinator").then_refused(RefusalCode.WRONG_STATE)


@pytest.mark.parametrize("past", [SENT_BACK, IN_FORCE])
def test_a_version_is_reviewed_once(past: tuple[Any, ...]) -> None:
    """The conference has spoken."""
    given(DECIDER, *past).when(FIT, agency="coordinator").then_refused(RefusalCode.ALREADY_DONE)


@pytest.mark.parametrize("past", [IN_FORCE, (*IN_FORCE, SHARED)])
def test_an_approved_plan_is_shared_recipient_by_recipient(past: tuple[Any, ...]) -> None:
    """The gate is asked once for each recipient; sharing may be repeated after a no."""
    then = given(DECIDER, *past).when(SHARED, parts=(Part(MOTHER, "BASIC", False),), agency="coordinator")
    requests = [
        DisclosureRequested(
            event_id=then.context.event_id(0), event_type="PlanShared", recipient=recipient, agency="coordinator",
            function=FunctionName.COORDINATION, purpose=Purpose.COORDINATION, basis=Basis.C,
            parts=(PartCode(person=MOTHER, category=DataCategory.BASIC),),
        )
        for recipient in ("elder", "poverty")
    ]
    then.then(SHARED, *requests)


@pytest.mark.parametrize("past", [(), ON_THE_TABLE, SENT_BACK])
def test_a_plan_not_approved_is_not_shared(past: tuple[Any, ...]) -> None:
    """Drafts stay where they are."""
    given(DECIDER, *past).when(SHARED, agency="coordinator").then_refused(RefusalCode.WRONG_STATE)


def test_another_version_than_the_approved_one_is_not_shared() -> None:
    """What was reviewed is what is shared."""
    given(DECIDER, *IN_FORCE).when(SHARED.changed(version=2), agency="coordinator").then_refused(RefusalCode.WRONG_STATE)


def test_a_plan_that_has_ended_is_not_shared() -> None:
    """There is nothing left to carry out."""
    ended = PlanEnded(plan=PLAN, reason=PlanEndReason.MOVED_AWAY)
    given(DECIDER, *IN_FORCE, ended).when(SHARED, agency="coordinator").then_refused(RefusalCode.WRONG_STATE)


def test_a_plan_is_shared_with_somebody() -> None:
    """Recipients are named, one by one."""
    given(DECIDER, *IN_FORCE).when(SHARED.changed(recipients=()), agency="coordinator").then_refused(RefusalCode.RECIPIENTS_MISSING)


def test_an_unknown_message_is_refused() -> None:
    """What plans do not know is said to be so, never ignored."""
    given(DECIDER).when(Tick()).then_refused(RefusalCode.UNKNOWN_TYPE)
