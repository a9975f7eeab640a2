"""Consultation: signals, consultations, screening, links, danger and questions; each rule in a sentence."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.consultation import (
    ConsultationReceived,
    ConsultationScreened,
    EmergencyRaised,
    InformationRequested,
    LinkedToAgency,
    SignalReceived,
)
from contracts.envelope import DisclosureRequested, PartGiven, Tick
from contracts.shared import (
    Basis,
    CasePart,
    Channel,
    Danger,
    DataCategory,
    EmergencyNeed,
    Field,
    FunctionName,
    LinkReason,
    PartCode,
    Purpose,
    RefusalCode,
    ScreeningOutcome,
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
QUESTION = InformationRequested(purpose=Purpose.TAX_COLLECTION, basis=Basis.NONE, wanted=(DataCategory.ECONOMIC,))


@pytest.mark.parametrize("past", [(), (SIGNAL,), (SIGNAL, RECEIVED, SCREENED)])
def test_a_signal_is_taken_in_at_any_time(past: tuple[Any, ...]) -> None:
    """Whoever notices somebody is heard, before, during and after a consultation."""
    given(DECIDER, *past).when(SIGNAL).then(SIGNAL)


@pytest.mark.parametrize("past", [(), (SIGNAL,)])
def test_a_consultation_is_received_with_or_without_a_signal_before_it(past: tuple[Any, ...]) -> None:
    """No desk is the wrong desk: the first consultation of a case is always received."""
    given(DECIDER, *past).when(RECEIVED).then(RECEIVED)


@pytest.mark.parametrize("past", [(RECEIVED,), (RECEIVED, SCREENED), (RECEIVED, SCREENED, LINKED)])
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


@pytest.mark.parametrize("past", [(SIGNAL,), (RECEIVED,), (RECEIVED, SCREENED), (SIGNAL, LINKED)])
def test_a_link_gives_a_part_and_asks_the_gate(past: tuple[Any, ...]) -> None:
    """The agency linked to takes part from now on; what it learns of the person is asked of the gate, on consent."""
    then = given(DECIDER, *past).when(LINKED, agency="elder", parts=PARTS)
    request = DisclosureRequested(
        event_id=then.context.event_id(0), event_type="LinkedToAgency", recipient="outreach", agency="elder",
        function=FunctionName.CONSULTATION, purpose=Purpose.OUTREACH, basis=Basis.C, parts=CODES,
    )
    then.then(LINKED, request, PartGiven(agency="outreach", part=CasePart.LINKED))


def test_a_link_of_nothing_is_refused() -> None:
    """Before anything has come to notice there is nobody to link."""
    given(DECIDER).when(LINKED).then_refused(RefusalCode.WRONG_STATE)


def test_a_link_names_its_purpose() -> None:
    """A purpose that nobody can read is none."""
    vague = LinkedToAgency(person=MOTHER, to_agency="outreach", purpose=Purpose.UNMAPPED, reason=LinkReason.FOLLOW_UP)
    given(DECIDER, SIGNAL).when(vague).then_refused(RefusalCode.PURPOSE_MISSING)


@pytest.mark.parametrize("past", [(), (SIGNAL,), (RECEIVED, SCREENED), (EMERGENCY,)])
def test_danger_to_life_is_never_refused(past: tuple[Any, ...]) -> None:
    """In every state, known case or not, a notice of danger goes to the gate on basis V."""
    then = given(DECIDER, *past).when(EMERGENCY, agency="outreach", parts=PARTS)
    request = DisclosureRequested(
        event_id=then.context.event_id(0), event_type="EmergencyRaised", recipient="police", agency="outreach",
        function=FunctionName.CONSULTATION, purpose=Purpose.EMERGENCY, basis=Basis.V, parts=CODES,
    )
    then.then(EMERGENCY, request)


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


def test_an_unknown_message_is_refused() -> None:
    """What the desks do not handle is said to be so, never ignored."""
    given(DECIDER).when(Tick()).then_refused(RefusalCode.UNKNOWN_TYPE)
