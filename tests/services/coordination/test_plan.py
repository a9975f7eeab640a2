"""Plan: proposed, reviewed, approved, shared; each rule in a sentence."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from contracts.coordination import CoordinationAccepted, PlanApproved, PlanProposed, PlanReviewed, PlanShared
from contracts.envelope import DisclosureRequested, Tick
from contracts.shared import Basis, DataCategory, FunctionName, PartCode, PlanKind, Purpose, RefusalCode
from kernel.decider import Part
from kernel.testing import given
from services.coordination.domain.plan import DECIDER

MOTHER, PLAN, SITTING = "a" * 32, "1" * 32, "2" * 32
START, END = date(2026, 5, 1), date(2026, 10, 31)
ACCEPTED = CoordinationAccepted()
PROPOSED = PlanProposed(person=MOTHER, plan=PLAN, kind=PlanKind.COORDINATION, version=1, period_from=START, period_to=END)
FIT = PlanReviewed(plan=PLAN, version=1, fit=True, sitting=SITTING)
UNFIT = FIT.changed(fit=False)
APPROVED = PlanApproved(plan=PLAN, version=1)
SHARED = PlanShared(
    person=MOTHER, plan=PLAN, version=1, recipients=("elder", "poverty", "elder"), period_from=START, period_to=END,
)
SENT_BACK = (ACCEPTED, PROPOSED, UNFIT)
IN_FORCE = (ACCEPTED, PROPOSED, FIT, APPROVED)


def test_a_plan_is_proposed_in_an_accepted_case() -> None:
    """The coordinator who has taken the case over puts up a plan."""
    given(DECIDER, ACCEPTED).when(PROPOSED).then(PROPOSED)


def test_a_plan_waits_for_the_acceptance() -> None:
    """Nobody plans in a case that nobody coordinates."""
    given(DECIDER).when(PROPOSED).then_refused(RefusalCode.WRONG_STATE)


@pytest.mark.parametrize("past", [(ACCEPTED, PROPOSED), SENT_BACK, IN_FORCE])
def test_a_version_is_proposed_once(past: tuple[Any, ...]) -> None:
    """A version number never names two texts."""
    given(DECIDER, *past).when(PROPOSED).then_refused(RefusalCode.ALREADY_DONE)


@pytest.mark.parametrize("version", [0, -1])
def test_versions_count_from_one(version: int) -> None:
    """There is no version nought."""
    given(DECIDER, ACCEPTED).when(PROPOSED.changed(version=version)).then_refused(RefusalCode.WRONG_STATE)


def test_a_plan_sent_back_is_proposed_in_a_higher_version() -> None:
    """What did not fit is a draft again."""
    given(DECIDER, *SENT_BACK).when(PROPOSED.changed(version=2)).then(PlanProposed)


@pytest.mark.parametrize("past", [(ACCEPTED, PROPOSED), IN_FORCE])
def test_no_second_version_beside_one_under_review_or_in_force(past: tuple[Any, ...]) -> None:
    """A plan is one document."""
    given(DECIDER, *past).when(PROPOSED.changed(version=2)).then_refused(RefusalCode.WRONG_STATE)


def test_two_plans_of_one_case_stand_side_by_side() -> None:
    """Coordination and participation each have their plan."""
    other = PROPOSED.changed(plan="3" * 32, kind=PlanKind.PARTICIPATION)
    given(DECIDER, *IN_FORCE).when(other).then(other).when(SHARED).then(SHARED, DisclosureRequested, DisclosureRequested)


def test_a_period_ends_after_it_begins() -> None:
    """A plan that ends before it begins is a slip of the pen."""
    backwards = PROPOSED.changed(period_to=date(2026, 4, 30))
    given(DECIDER, ACCEPTED).when(backwards).then_refused(RefusalCode.PERIOD_INVALID)


def test_a_plan_may_be_for_one_day() -> None:
    """First and last day may be the same."""
    given(DECIDER, ACCEPTED).when(PROPOSED.changed(period_to=START)).then(PlanProposed)


def test_a_fitting_plan_is_approved() -> None:
    """The conference's yes puts the version in force."""
    given(DECIDER, ACCEPTED, PROPOSED).when(FIT).then(FIT, APPROVED)


def test_an_unfitting_plan_goes_back() -> None:
    """The conference's no is recorded and nothing is approved."""
    given(DECIDER, ACCEPTED, PROPOSED).when(UNFIT).then(UNFIT)


@pytest.mark.parametrize("past", [(ACCEPTED,), (ACCEPTED, PROPOSED)])
def test_only_the_proposed_version_is_reviewed(past: tuple[Any, ...]) -> None:
    """A review of a version that is not on the table is refused."""
    given(DECIDER, *past).when(FIT.changed(version=2)).then_refused(RefusalCode.WRONG_STATE)


@pytest.mark.parametrize("past", [SENT_BACK, IN_FORCE])
def test_a_version_is_reviewed_once(past: tuple[Any, ...]) -> None:
    """The conference has spoken."""
    given(DECIDER, *past).when(FIT).then_refused(RefusalCode.ALREADY_DONE)


@pytest.mark.parametrize("past", [IN_FORCE, (*IN_FORCE, SHARED)])
def test_an_approved_plan_is_shared_recipient_by_recipient(past: tuple[Any, ...]) -> None:
    """The gate is asked once for each recipient; sharing may be repeated after a no."""
    then = given(DECIDER, *past).when(SHARED, agency="coordinator", parts=(Part(MOTHER, "BASIC", False),))
    requests = [
        DisclosureRequested(
            event_id=then.context.event_id(0), event_type="PlanShared", recipient=recipient, agency="coordinator",
            function=FunctionName.COORDINATION, purpose=Purpose.COORDINATION, basis=Basis.C,
            parts=(PartCode(person=MOTHER, category=DataCategory.BASIC),),
        )
        for recipient in ("elder", "poverty")
    ]
    then.then(SHARED, *requests)


@pytest.mark.parametrize("past", [(), (ACCEPTED, PROPOSED), SENT_BACK])
def test_a_plan_not_approved_is_not_shared(past: tuple[Any, ...]) -> None:
    """Drafts stay where they are."""
    given(DECIDER, *past).when(SHARED).then_refused(RefusalCode.WRONG_STATE)


def test_another_version_than_the_approved_one_is_not_shared() -> None:
    """What was reviewed is what is shared."""
    given(DECIDER, *IN_FORCE).when(SHARED.changed(version=2)).then_refused(RefusalCode.WRONG_STATE)


def test_a_plan_is_shared_with_somebody() -> None:
    """Recipients are named, one by one."""
    given(DECIDER, *IN_FORCE).when(SHARED.changed(recipients=())).then_refused(RefusalCode.RECIPIENTS_MISSING)


def test_an_unknown_message_is_refused() -> None:
    """What plans do not know is said to be so, never ignored."""
    given(DECIDER).when(Tick()).then_refused(RefusalCode.UNKNOWN_TYPE)
