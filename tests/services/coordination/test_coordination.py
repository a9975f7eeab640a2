"""Coordination: complexity, referral, acceptance, lead and roles; each rule in a sentence."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from contracts.consultation import ConsultationScreened
from contracts.coordination import (
    BroughtToSupportConference,
    ComplexityNoted,
    CoordinationAccepted,
    CoordinationNotAccepted,
    CoordinationReferred,
    LeadAgencyNamed,
    RolesAssigned,
    TaskAssigned,
)
from contracts.envelope import (
    DeadlineMet,
    DeadlineMissed,
    DeadlineSet,
    DisclosureRequested,
    PartGiven,
    RegionChanged,
    Tick,
    VerdictNoted,
)
from contracts.shared import (
    Basis,
    CasePart,
    DataCategory,
    Deadline,
    FunctionName,
    NotAcceptedReason,
    Outcome,
    PartCode,
    Purpose,
    ReferralReason,
    RefusalCode,
    Role,
    ScreeningOutcome,
    SupportTask,
    Urgency,
)
from kernel.days import DAY_MS
from kernel.decider import Part
from kernel.testing import AT, Then, given
from services.coordination.domain.coordination import DECIDER

MOTHER, REFERRAL = "a" * 32, "referral-1"
PARTS = (Part(MOTHER, "BASIC", False),)
CODES = (PartCode(person=MOTHER, category=DataCategory.BASIC),)
COMPLEX = ComplexityNoted(complex=True)
REFERRED = CoordinationReferred(person=MOTHER, to_agency="coordinator", reason=ReferralReason.ROLE_DIVISION_NEEDED)
ACCEPTED = CoordinationAccepted()
NOT_ACCEPTED = CoordinationNotAccepted(reason=NotAcceptedReason.SINGLE_AGENCY_SUFFICES)
BROUGHT = BroughtToSupportConference(reason=ReferralReason.ROLE_DIVISION_NEEDED, sitting="5" * 32)
BEGINS = RegionChanged(function=FunctionName.COORDINATION, active=True)
RESTS = RegionChanged(function=FunctionName.COORDINATION, active=False)
LEAD = LeadAgencyNamed(agency="elder", from_date=date(2026, 5, 1))
TASKS = tuple(
    Role(agency=agency, task=task, due=date(2026, 6, 1))
    for agency, task in (("elder", SupportTask.LEAD), ("poverty", SupportTask.HOUSEHOLD_BUDGET))
)
ROLES = RolesAssigned(person=MOTHER, roles=TASKS)


def asked(event_id: str = REFERRAL) -> DisclosureRequested:
    """The request that was recorded with the referral."""
    return request(event_id, "CoordinationReferred", "coordinator")


def request(event_id: str, event_type: str, recipient: str, agency: str = "elder") -> DisclosureRequested:
    """A request of coordination to the gate, on consent."""
    return DisclosureRequested(
        event_id=event_id, event_type=event_type, recipient=recipient, agency=agency, function=FunctionName.COORDINATION,
        purpose=Purpose.COORDINATION, basis=Basis.C, parts=CODES,
    )


def verdict(outcome: Outcome, event_id: str = REFERRAL) -> VerdictNoted:
    """The gate's verdict on the referral."""
    return VerdictNoted(
        request_id="request-1", event_id=event_id, event_type="CoordinationReferred", recipient="coordinator", outcome=outcome, rule="R2",
    )


def told(then: Then, event_type: str, *recipients: str) -> tuple[DisclosureRequested, ...]:
    """The requests to tell these agencies of the reported event, by codes alone."""
    return tuple(
        DisclosureRequested(
            event_id=then.context.event_id(0), event_type=event_type, recipient=recipient, agency=then.context.agency,
            function=FunctionName.COORDINATION, purpose=Purpose.COORDINATION, basis=Basis.K,
        )
        for recipient in recipients
    )


PENDING = (COMPLEX, REFERRED, asked())
LET_THROUGH = (*PENDING, verdict(Outcome.REDACT))
TAKEN_OVER = (*LET_THROUGH, ACCEPTED)


def screened(outcome: ScreeningOutcome) -> ConsultationScreened:
    """A screening as it comes from the front door."""
    return ConsultationScreened(outcome=outcome, urgency=Urgency.LOW)


def test_a_complex_screening_is_noted() -> None:
    """Coordination keeps, in its own words, that the case was found complex."""
    given(DECIDER).when(screened(ScreeningOutcome.COMPLEX)).then(COMPLEX)


def test_another_screening_is_noted_where_it_changes_something() -> None:
    """The latest word of the desk counts."""
    given(DECIDER, COMPLEX).when(screened(ScreeningOutcome.SINGLE_AGENCY)).then(ComplexityNoted(complex=False))


@pytest.mark.parametrize(("past", "outcome"), [((), ScreeningOutcome.INFO_ONLY), ((COMPLEX,), ScreeningOutcome.COMPLEX)])
def test_a_screening_that_changes_nothing_leaves_no_trace(past: tuple[Any, ...], outcome: ScreeningOutcome) -> None:
    """What coordination knows already, or need not know, is not written down."""
    given(DECIDER, *past).when(screened(outcome)).then_nothing()


@pytest.mark.parametrize("past", [(COMPLEX,), (*PENDING, verdict(Outcome.DENY)), (*PENDING, verdict(Outcome.HOLD), verdict(Outcome.DENY))])
def test_a_referral_gives_a_part_and_asks_the_gate(past: tuple[Any, ...]) -> None:
    """A complex case is referred; after a no of the gate it may be referred again."""
    then = given(DECIDER, *past).when(REFERRED, agency="elder", parts=PARTS)
    then.then(
        REFERRED, request(then.context.event_id(0), "CoordinationReferred", "coordinator"),
        PartGiven(agency="coordinator", part=CasePart.LINKED),
    )


@pytest.mark.parametrize("past", [(), (COMPLEX, ComplexityNoted(complex=False))])
def test_a_case_not_found_complex_is_not_referred(past: tuple[Any, ...]) -> None:
    """Unscreened referral is what coordinators complain of."""
    given(DECIDER, *past).when(REFERRED).then_refused(RefusalCode.NOT_COMPLEX)


def test_a_referral_needs_its_reason() -> None:
    """A reason that nobody can read is none."""
    vague = CoordinationReferred(person=MOTHER, to_agency="coordinator", reason=ReferralReason.UNMAPPED)
    given(DECIDER, COMPLEX).when(vague).then_refused(RefusalCode.REASON_MISSING)


@pytest.mark.parametrize("past", [PENDING, (*PENDING, verdict(Outcome.HOLD)), LET_THROUGH, TAKEN_OVER])
def test_one_referral_at_a_time(past: tuple[Any, ...]) -> None:
    """While one referral waits or runs, another is refused."""
    given(DECIDER, *past).when(REFERRED).then_refused(RefusalCode.ALREADY_DONE)


@pytest.mark.parametrize("outcome", [Outcome.PERMIT, Outcome.REDACT])
def test_a_referral_let_through_is_accepted(outcome: Outcome) -> None:
    """The addressee accepts what it was allowed to see, whole or in part; its work begins, and whoever referred hears so."""
    then = given(DECIDER, *PENDING, verdict(outcome)).when(ACCEPTED, agency="coordinator")
    then.then(ACCEPTED, BEGINS, *told(then, "CoordinationAccepted", "elder"))


def test_a_held_referral_is_accepted_after_the_consent() -> None:
    """The consent that arrives turns the wait into a referral, by the gate's second verdict."""
    past = (*PENDING, verdict(Outcome.HOLD), verdict(Outcome.REDACT))
    given(DECIDER, *past).when(ACCEPTED, agency="coordinator").then(ACCEPTED, RegionChanged, DisclosureRequested)


@pytest.mark.parametrize("answer", [ACCEPTED, NOT_ACCEPTED])
@pytest.mark.parametrize("past", [PENDING, (*PENDING, verdict(Outcome.HOLD)), (*PENDING, verdict(Outcome.PERMIT, "another"))])
def test_nothing_is_answered_before_the_gate_lets_it_through(past: tuple[Any, ...], answer: Any) -> None:
    """A referral waits for the person's consent, and a verdict on something else does not help."""
    given(DECIDER, *past).when(answer, agency="coordinator").then_refused(RefusalCode.AWAITING_CONSENT)


@pytest.mark.parametrize("answer", [ACCEPTED, NOT_ACCEPTED])
@pytest.mark.parametrize("past", [(), (COMPLEX,), (*PENDING, verdict(Outcome.DENY))])
def test_nothing_is_answered_that_was_not_referred(past: tuple[Any, ...], answer: Any) -> None:
    """A referral that the gate denied is none."""
    given(DECIDER, *past).when(answer, agency="coordinator").then_refused(RefusalCode.WRONG_STATE)


@pytest.mark.parametrize("answer", [ACCEPTED, NOT_ACCEPTED])
@pytest.mark.parametrize("past", [PENDING, LET_THROUGH, TAKEN_OVER])
def test_only_the_addressee_answers(past: tuple[Any, ...], answer: Any) -> None:
    """Another coordinator cannot take the case."""
    given(DECIDER, *past).when(answer, agency="stranger").then_refused(RefusalCode.NOT_THE_ADDRESSEE)


def test_a_case_is_accepted_once() -> None:
    """A second acceptance is told to be there already."""
    given(DECIDER, *TAKEN_OVER).when(ACCEPTED, agency="coordinator").then_refused(RefusalCode.ALREADY_DONE)


def test_an_accepted_case_needs_a_lead_in_time() -> None:
    """Where the municipality has set a term; naming the lead meets it, once, and not when it was missed already."""
    watched = DeadlineSet(deadline=Deadline.NO_LEAD_AGENCY, of="", agency="coordinator", due=AT + 14 * DAY_MS)
    missed = DeadlineMissed(deadline=Deadline.NO_LEAD_AGENCY, of="", agency="coordinator", due=watched.due)
    met = DeadlineMet(deadline=Deadline.NO_LEAD_AGENCY, of="")
    taken = given(DECIDER, *LET_THROUGH, shared={Deadline.NO_LEAD_AGENCY: 14}).when(ACCEPTED, agency="coordinator").then(
        ACCEPTED, BEGINS, watched, DisclosureRequested,
    )
    named = taken.when(LEAD, agency="coordinator").then(LEAD, met, DisclosureRequested, PartGiven)
    other = LEAD.changed(agency="poverty")
    named.when(other, agency="coordinator").then(other, DisclosureRequested, DisclosureRequested, PartGiven)
    given(DECIDER, *TAKEN_OVER, watched, missed).when(LEAD, agency="coordinator").then(LEAD, DisclosureRequested, PartGiven)


def test_a_referral_that_is_not_accepted_may_follow_another() -> None:
    """Whoever referred hears the reason, by codes alone; a late verdict does not bring the old referral back."""
    then = given(DECIDER, *LET_THROUGH).when(NOT_ACCEPTED, agency="coordinator")
    free = then.then(NOT_ACCEPTED, *told(then, "CoordinationNotAccepted", "elder"))
    free.when(REFERRED, agency="elder").then(REFERRED, DisclosureRequested, PartGiven)
    late = given(DECIDER, *free.past, verdict(Outcome.PERMIT))
    late.when(ACCEPTED, agency="coordinator").then_refused(RefusalCode.WRONG_STATE)


def test_what_was_accepted_is_not_declined_afterwards() -> None:
    """It is handed back, or it ends."""
    given(DECIDER, *TAKEN_OVER).when(NOT_ACCEPTED, agency="coordinator").then_refused(RefusalCode.WRONG_STATE)


@pytest.mark.parametrize("past", [(COMPLEX,), PENDING, (*PENDING, verdict(Outcome.HOLD)), (*PENDING, verdict(Outcome.DENY))])
def test_a_case_without_consent_is_brought_to_the_support_conference(past: tuple[Any, ...]) -> None:
    """Before a referral, while it waits, or after a no; to another sitting again, to the same one once."""
    again = BROUGHT.changed(sitting="6" * 32)
    brought = given(DECIDER, *past).when(BROUGHT, agency="elder").then(BROUGHT)
    brought.when(BROUGHT, agency="elder").then_refused(RefusalCode.ALREADY_DONE)
    brought.when(again, agency="elder").then(again)


def test_only_a_complex_case_is_brought_to_the_support_conference() -> None:
    """As with a referral."""
    given(DECIDER).when(BROUGHT, agency="elder").then_refused(RefusalCode.NOT_COMPLEX)


@pytest.mark.parametrize("past", [LET_THROUGH, TAKEN_OVER])
def test_what_the_person_agreed_to_is_not_dealt_with_behind_closed_doors(past: tuple[Any, ...]) -> None:
    """The support conference is for cases without consent."""
    given(DECIDER, *past).when(BROUGHT, agency="elder").then_refused(RefusalCode.WRONG_STATE)


def test_from_the_closed_review_a_case_is_referred_when_consent_comes() -> None:
    """By a new referral; roles wait for its acceptance."""
    brought = given(DECIDER, *PENDING, BROUGHT)
    brought.when(ROLES, agency="coordinator").then_refused(RefusalCode.WRONG_STATE)
    brought.when(ACCEPTED, agency="coordinator").then_refused(RefusalCode.WRONG_STATE)
    brought.when(REFERRED, agency="elder").then(REFERRED, DisclosureRequested, PartGiven)


@pytest.mark.parametrize(("outcome", "answers"), [
    (Outcome.PERMIT, True), (Outcome.REDACT, True), (Outcome.HOLD, False), (Outcome.DENY, False),
])
def test_a_hold_that_ends_during_the_closed_review_counts(outcome: Outcome, answers: bool) -> None:
    """A referral that the gate lets through after all is answered; a no leaves the case in its closed review."""
    then = given(DECIDER, *PENDING, BROUGHT, verdict(outcome)).when(ACCEPTED, agency="coordinator")
    if answers:
        then.then(ACCEPTED, BEGINS, DisclosureRequested)
    else:
        then.then_refused(RefusalCode.WRONG_STATE)
        given(DECIDER, *PENDING, BROUGHT, verdict(outcome)).when(BROUGHT, agency="elder").then_refused(RefusalCode.ALREADY_DONE)


@pytest.mark.parametrize("past", [PENDING, LET_THROUGH, (*PENDING, BROUGHT)])
def test_a_death_that_ends_coordination_ends_its_referral(past: tuple[Any, ...]) -> None:
    """Nobody accepts a case of nobody; the household of others may be referred anew."""
    given(DECIDER, *past, RESTS, verdict(Outcome.PERMIT)).when(ACCEPTED, agency="coordinator").then_refused(RefusalCode.WRONG_STATE)
    given(DECIDER, *past, RESTS).when(REFERRED, agency="elder").then(REFERRED, DisclosureRequested, PartGiven)


def test_a_late_verdict_does_not_undo_an_acceptance() -> None:
    """What was accepted stays accepted; withdrawals act at the gate."""
    given(DECIDER, *TAKEN_OVER, verdict(Outcome.DENY)).when(LEAD, agency="coordinator").then(LEAD, DisclosureRequested, PartGiven)


def test_the_lead_is_named_and_may_change() -> None:
    """Somebody always leads; somebody else may take over, and both hear of it, by codes alone."""
    other = LeadAgencyNamed(agency="poverty", from_date=date(2026, 6, 1))
    then = given(DECIDER, *TAKEN_OVER).when(LEAD, agency="coordinator")
    named = then.then(LEAD, *told(then, "LeadAgencyNamed", "elder"), PartGiven(agency="elder", part=CasePart.ROLE))
    then = named.when(other, agency="coordinator")
    then.then(other, *told(then, "LeadAgencyNamed", "poverty", "elder"), PartGiven(agency="poverty", part=CasePart.ROLE))


def test_a_coordinator_who_leads_itself_is_not_told_so() -> None:
    """Nothing goes back to its sender."""
    own = LeadAgencyNamed(agency="coordinator", from_date=date(2026, 5, 1))
    given(DECIDER, *TAKEN_OVER).when(own, agency="coordinator").then(own, PartGiven(agency="coordinator", part=CasePart.ROLE))


def test_the_same_lead_is_not_named_twice() -> None:
    """Naming who leads already changes nothing."""
    given(DECIDER, *TAKEN_OVER, LEAD).when(LEAD, agency="coordinator").then_refused(RefusalCode.ALREADY_DONE)


@pytest.mark.parametrize("message", [LEAD, ROLES])
def test_lead_and_roles_wait_for_the_acceptance(message: Any) -> None:
    """Nobody leads or works in a case that the coordinator has not taken."""
    given(DECIDER, *LET_THROUGH).when(message, agency="coordinator").then_refused(RefusalCode.WRONG_STATE)


@pytest.mark.parametrize("message", [LEAD, ROLES])
def test_only_the_coordinator_in_charge_names_lead_and_roles(message: Any) -> None:
    """Another coordinator with a part in the case does not divide its work."""
    given(DECIDER, *TAKEN_OVER).when(message, agency="another").then_refused(RefusalCode.NOT_THE_ADDRESSEE)


def test_roles_open_a_disclosure_for_each_agency() -> None:
    """Dividing the roles gives each agency a part, and asks the gate to tell it its own task and no other's."""
    then = given(DECIDER, *TAKEN_OVER).when(ROLES, agency="coordinator", parts=PARTS)
    told = [
        (TaskAssigned(person=MOTHER, role=role), request(then.context.event_id(task), "TaskAssigned", role.agency, "coordinator"))
        for role, task in zip(TASKS, (1, 3))
    ]
    then.then(ROLES, *told[0], *told[1], *(PartGiven(agency=role.agency, part=CasePart.ROLE) for role in TASKS))


def test_an_agency_with_two_roles_gets_one_part() -> None:
    """Each task is told on its own; a part in the case is one and the same."""
    twice = RolesAssigned(person=MOTHER, roles=(TASKS[0], TASKS[0].changed(task=SupportTask.WATCH_OVER)))
    given(DECIDER, *TAKEN_OVER).when(twice, agency="coordinator").then(
        twice, TaskAssigned, DisclosureRequested, TaskAssigned, DisclosureRequested, PartGiven(agency="elder", part=CasePart.ROLE),
    )


def test_each_request_names_the_task_it_is_about() -> None:
    """The ids in the requests are those that the tasks will carry."""
    then = given(DECIDER, *TAKEN_OVER).when(ROLES, agency="coordinator")
    tasks = [then.context.event_id(place) for place, event in enumerate(then.events) if isinstance(event, TaskAssigned)]
    assert tasks == [event.event_id for event in then.events if isinstance(event, DisclosureRequested)]


def test_roles_may_be_divided_anew() -> None:
    """The work of a case changes hands over time."""
    given(DECIDER, *TAKEN_OVER, ROLES).when(ROLES, agency="coordinator").then(
        ROLES, *([TaskAssigned, DisclosureRequested] * 2), PartGiven, PartGiven,
    )


def test_roles_without_an_agency_are_refused() -> None:
    """A division of the work names at least one agency."""
    nobody = RolesAssigned(person=MOTHER, roles=())
    given(DECIDER, *TAKEN_OVER).when(nobody, agency="coordinator").then_refused(RefusalCode.RECIPIENTS_MISSING)


def test_an_unknown_message_is_refused() -> None:
    """What coordination does not handle is said to be so, never ignored."""
    given(DECIDER).when(Tick()).then_refused(RefusalCode.UNKNOWN_TYPE)
