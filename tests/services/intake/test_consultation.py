"""Consultation: signals, consultations, screening, assessment, advice, danger, questions, hand-back; each rule in a sentence."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.consultation import (
    AssessmentRecorded,
    CaseClosed,
    CaseReopened,
    ConsultationReceived,
    ConsultationScreened,
    EmergencyRaised,
    HandBackNoted,
    InformationProvided,
    InformationRequested,
    LinkDeclined,
    LinkedToAgency,
    SignalPassedOn,
    SignalReceived,
)
from contracts.coordination import HandedBackToConsultation
from contracts.envelope import DisclosureRequested, PartGiven, Tick
from contracts.shared import (
    SENTENCES,
    AssessmentForm,
    Basis,
    CasePart,
    Channel,
    ClosingReason,
    Danger,
    DataCategory,
    DeclineReason,
    EmergencyNeed,
    Field,
    FunctionName,
    HandBackReason,
    LinkReason,
    PartCode,
    Purpose,
    RefusalCode,
    ReopeningReason,
    ScreeningOutcome,
    ServiceCode,
    Urgency,
    VisitorRelation,
)
from kernel.decider import Part
from kernel.testing import given
from services.intake.domain.consultation import DECIDER

MOTHER = "a" * 32
PARTS = (Part(MOTHER, "BASIC", False), Part(MOTHER, "HEALTH", True))
CODES = (
    PartCode(person=MOTHER, category=DataCategory.BASIC), PartCode(person=MOTHER, category=DataCategory.HEALTH, essential=True),
)
SIGNAL = SignalReceived(person=MOTHER, channel=Channel.RESIDENT, area_code="01")
RECEIVED = ConsultationReceived(person=MOTHER, field=Field.ELDER, visitor_relation=VisitorRelation.FAMILY)
SCREENED = ConsultationScreened(outcome=ScreeningOutcome.COMPLEX, urgency=Urgency.MIDDLE)
LINKED = LinkedToAgency(person=MOTHER, to_agency="outreach", purpose=Purpose.OUTREACH, reason=LinkReason.BETTER_PLACED)
EMERGENCY = EmergencyRaised(person=MOTHER, to_agency="police", danger=Danger.SUICIDE_RISK, need=EmergencyNeed.RESCUE)
ASSESSED = AssessmentRecorded(person=MOTHER, form=AssessmentForm.NATIONAL_STANDARD, form_version="2024.1")
ADVISED = InformationProvided(services=(ServiceCode.ELDER_CARE, ServiceCode.MEDICAL))
HANDED_BACK = HandedBackToConsultation(lead="elder", reason=HandBackReason.SIMPLIFIED)
DECLINED = LinkDeclined(reason=DeclineReason.NO_CAPACITY)
CLOSED = CaseClosed(reason=ClosingReason.SETTLED)
REOPENED = CaseReopened(reason=ReopeningReason.CAME_BACK)
QUESTION = InformationRequested(purpose=Purpose.TAX_COLLECTION, basis=Basis.NONE, wanted=(DataCategory.ECONOMIC,))


@pytest.mark.parametrize("past", [(), (SIGNAL,), (SIGNAL, RECEIVED, SCREENED)])
def test_a_signal_is_taken_in_at_any_time(past: tuple[Any, ...]) -> None:
    """Whoever notices somebody is heard, before, during and after a consultation."""
    given(DECIDER, *past).when(SIGNAL).then(SIGNAL)


def test_a_signal_for_another_desk_is_passed_on_in_codes() -> None:
    """Arrows a1, a8: the desk learns the channel and the area, nothing of the person, and may take the case up."""
    then = given(DECIDER).when(SIGNAL.changed(to_agency="elder"), agency="tax", parts=PARTS)
    request = DisclosureRequested(
        event_id=then.context.event_id(1), event_type="SignalPassedOn", recipient="elder", agency="tax",
        function=FunctionName.CONSULTATION, purpose=Purpose.CONSULTATION, basis=Basis.B0,
    )
    passed = SignalPassedOn(to_agency="elder", channel=Channel.RESIDENT, area_code="01")
    noticed = then.then(SIGNAL.changed(to_agency="elder"), passed, request, PartGiven(agency="elder", part=CasePart.LINKED)).state
    assert noticed == given(DECIDER, SIGNAL).state


def test_a_signal_for_the_desk_itself_is_passed_on_to_nobody() -> None:
    """Whoever notices looks into it, whether it says so or not."""
    own = SIGNAL.changed(to_agency="elder")
    given(DECIDER).when(own, agency="elder").then(own)


@pytest.mark.parametrize("past", [(), (SIGNAL,)])
def test_a_consultation_is_received_with_or_without_a_signal_before_it(past: tuple[Any, ...]) -> None:
    """No desk is the wrong desk: the first consultation of a case is always received."""
    given(DECIDER, *past).when(RECEIVED).then(RECEIVED)


@pytest.mark.parametrize("past", [(RECEIVED,), (RECEIVED, SCREENED), (RECEIVED, SCREENED, CLOSED)])
def test_a_consultation_may_come_again(past: tuple[Any, ...]) -> None:
    """At another desk, on another day: whoever seeks help is heard, however far the case has come."""
    again = RECEIVED.changed(field=Field.POVERTY)
    given(DECIDER, *past).when(again).then(again)


def test_screening_follows_a_consultation() -> None:
    """What has been received is sorted."""
    given(DECIDER, RECEIVED).when(SCREENED).then(SCREENED)


@pytest.mark.parametrize("past", [(), (SIGNAL,)])
def test_screening_without_a_consultation_is_refused(past: tuple[Any, ...]) -> None:
    """A signal alone is not yet a consultation that could be sorted."""
    given(DECIDER, *past).when(SCREENED).then_refused(RefusalCode.WRONG_STATE)


def test_the_same_screening_twice_is_there_already() -> None:
    """The last result under another id says nothing new."""
    given(DECIDER, RECEIVED, SCREENED).when(SCREENED).then_refused(RefusalCode.ALREADY_DONE)


def test_screening_is_done_anew_when_more_has_become_known() -> None:
    """Another result or another urgency is recorded, and so is the way back; what counts is the last."""
    other, urgent = SCREENED.changed(outcome=ScreeningOutcome.SINGLE_AGENCY), SCREENED.changed(urgency=Urgency.HIGH)
    given(DECIDER, RECEIVED, SCREENED).when(other).then(other).when(urgent).then(urgent).when(SCREENED).then(SCREENED)


@pytest.mark.parametrize("outcome", [outcome for outcome in ScreeningOutcome if outcome is not ScreeningOutcome.UNMAPPED])
def test_a_case_is_what_it_was_sorted_as(outcome: ScreeningOutcome) -> None:
    """Advice was enough, one agency is enough, it is linked out, or it is complex: one of four."""
    assert outcome is given(DECIDER, RECEIVED).when(SCREENED.changed(outcome=outcome)).state.outcome
    assert given(DECIDER, RECEIVED).state.outcome is None


@pytest.mark.parametrize("past", [(RECEIVED,), (SIGNAL, RECEIVED, SCREENED), (RECEIVED, ASSESSED), (RECEIVED, CLOSED, REOPENED)])
def test_an_assessment_follows_a_consultation(past: tuple[Any, ...]) -> None:
    """It may be made anew whenever the situation has changed; nobody is told by itself."""
    given(DECIDER, *past).when(ASSESSED).then(ASSESSED)


@pytest.mark.parametrize("past", [(), (SIGNAL,), (RECEIVED, CLOSED)])
def test_without_an_open_consultation_there_is_nothing_to_assess(past: tuple[Any, ...]) -> None:
    """Of somebody who was only noticed no sheet is filled in."""
    given(DECIDER, *past).when(ASSESSED).then_refused(RefusalCode.WRONG_STATE)


@pytest.mark.parametrize("past", [(SIGNAL,), (RECEIVED,), (RECEIVED, SCREENED, ADVISED)])
def test_advice_is_given_at_any_time_once_somebody_was_noticed(past: tuple[Any, ...]) -> None:
    """A neighbour who tells of somebody may be told of the services there are."""
    given(DECIDER, *past).when(ADVISED).then(ADVISED)


@pytest.mark.parametrize("past", [(), (RECEIVED, CLOSED)])
def test_advice_needs_an_open_case(past: tuple[Any, ...]) -> None:
    """Before anything was noticed, and after the end, there is no case to advise in."""
    given(DECIDER, *past).when(ADVISED).then_refused(RefusalCode.WRONG_STATE)


def test_a_declined_link_brings_a_case_back_that_was_linked_out() -> None:
    """It is received again, and is sorted anew, with the same result if need be."""
    out = SCREENED.changed(outcome=ScreeningOutcome.LINKED_OUT)
    back = given(DECIDER, RECEIVED, out, DECLINED)

    assert back.state.outcome is None
    back.when(out).then(out)


def test_a_declined_link_leaves_any_other_case_as_it_was() -> None:
    """One agency of several could not help: a complex case stays complex."""
    left = given(DECIDER, RECEIVED, SCREENED, DECLINED)

    assert ScreeningOutcome.COMPLEX is left.state.outcome
    left.when(SCREENED).then_refused(RefusalCode.ALREADY_DONE)


def test_a_case_handed_back_is_for_one_agency_again() -> None:
    """包括に戻す: the lead is noted, has a part from then on, and the case is no longer complex until it is screened so again."""
    back = given(DECIDER, RECEIVED, SCREENED).when(HANDED_BACK, agency="coordinator", source="tsunagu.coordination") \
        .then(HandBackNoted(agency="elder"), PartGiven(agency="elder", part=CasePart.ROLE))

    assert ScreeningOutcome.SINGLE_AGENCY is back.state.outcome
    back.when(SCREENED).then(SCREENED)


def test_a_closed_case_is_not_sorted() -> None:
    """It is reopened first; then it is received, and its old screening counts no more."""
    closed = given(DECIDER, RECEIVED, SCREENED, CLOSED)
    closed.when(SCREENED.changed(urgency=Urgency.HIGH)).then_refused(RefusalCode.WRONG_STATE)
    again = given(DECIDER, *closed.past, REOPENED)

    assert again.state.outcome is None
    again.when(SCREENED).then(SCREENED)


@pytest.mark.parametrize("report", [SIGNAL, RECEIVED])
def test_who_comes_to_notice_after_the_end_is_heard_and_the_case_stays_closed(report: Any) -> None:
    """Anybody may send it, so it reopens nothing by itself."""
    assert given(DECIDER, RECEIVED, CLOSED).when(report).then(report).state.closed


@pytest.mark.parametrize("past", [(), (SIGNAL,), (RECEIVED, SCREENED), (EMERGENCY,), (RECEIVED, SCREENED, CLOSED)])
def test_danger_to_life_is_never_refused(past: tuple[Any, ...]) -> None:
    """In every state, known case or not, a notice of danger goes to the gate on basis V; it gives nobody a part in the case."""
    then = given(DECIDER, *past).when(EMERGENCY, agency="outreach", parts=PARTS)
    request = DisclosureRequested(
        event_id=then.context.event_id(0), event_type="EmergencyRaised", recipient="police", agency="outreach",
        function=FunctionName.CONSULTATION, purpose=Purpose.EMERGENCY, basis=Basis.V, parts=CODES,
    )
    then.then(EMERGENCY, request)


def test_nobody_calls_itself_to_help() -> None:
    """Whoever is there acts; a notice is for somebody else."""
    given(DECIDER).when(EMERGENCY.changed(to_agency="outreach"), agency="outreach").then_refused(RefusalCode.SAME_AGENCY)
    assert "自機関以外を名指し" in SENTENCES[RefusalCode.SAME_AGENCY]


def test_a_signal_brings_in_a_desk_only_where_it_begins_the_case() -> None:
    """Anybody may send one about any case: otherwise whoever holds an id could let others in."""
    signal = SIGNAL.changed(to_agency="poverty")
    begun = given(DECIDER).when(signal, agency="police")
    assert PartGiven(agency="poverty", part=CasePart.LINKED) == begun.events[-1]
    given(DECIDER, RECEIVED).when(signal, agency="police").then(signal)


@pytest.mark.parametrize("past", [(), (RECEIVED, SCREENED), (RECEIVED, SCREENED, CLOSED)])
def test_danger_leaves_the_case_where_it_was(past: tuple[Any, ...]) -> None:
    """Whatever is under way goes on, and a closed case stays closed; that there was danger stands in the log."""
    before = given(DECIDER, *past)
    assert before.state == before.when(EMERGENCY).state


@pytest.mark.parametrize("past", [(), (SIGNAL,), (RECEIVED, SCREENED)])
def test_a_question_gets_the_same_answer_whether_or_not_there_is_a_case(past: tuple[Any, ...]) -> None:
    """Who asks learns only what the gate says; the function says the same of every number."""
    then = given(DECIDER, *past).when(QUESTION, agency="tax")
    request = DisclosureRequested(
        event_id=then.context.event_id(0), event_type="InformationRequested", recipient="tax", agency="tax",
        function=FunctionName.CONSULTATION, purpose=Purpose.TAX_COLLECTION, basis=Basis.NONE, wanted=(DataCategory.ECONOMIC,),
    )
    then.then(QUESTION, request)


def test_a_question_names_its_purpose() -> None:
    """Who asks must say what for."""
    vague = QUESTION.changed(purpose=Purpose.UNMAPPED)
    given(DECIDER).when(vague).then_refused(RefusalCode.PURPOSE_MISSING)


def test_a_question_names_what_is_wanted() -> None:
    """A question about nothing is none."""
    given(DECIDER).when(QUESTION.changed(wanted=())).then_refused(RefusalCode.CATEGORIES_MISSING)


def test_an_unknown_message_is_refused() -> None:
    """What the desks do not handle is said to be so, never ignored."""
    given(DECIDER).when(Tick()).then_refused(RefusalCode.UNKNOWN_TYPE)
