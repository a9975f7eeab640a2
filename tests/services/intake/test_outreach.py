"""Outreach: the steps of a tie, from a verified signal to help that is wanted; each rule in a sentence."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.envelope import DisclosureRequested, PartGiven, Tick
from contracts.outreach import ContactAttempted, FirstContactMade, SignalVerified, SupportAccepted
from contracts.shared import (
    Basis,
    CasePart,
    ContactMethod,
    ContactResult,
    DataCategory,
    FunctionName,
    PartCode,
    Purpose,
    RefusalCode,
    RelationStage,
)
from kernel.decider import Part
from kernel.testing import given
from services.intake.domain.outreach import DECIDER

SON = "b" * 32
VERIFIED = SignalVerified(source_count=2)
KNOCKED = ContactAttempted(method=ContactMethod.VISIT, result=ContactResult.NO_ANSWER)
DECLINED = ContactAttempted(method=ContactMethod.VISIT, result=ContactResult.DECLINED)
MET = FirstContactMade(person=SON, stage=RelationStage.CONTACTED)
ACCEPTED = SupportAccepted(person=SON, linked_agency="participation", purpose=Purpose.PARTICIPATION)


def test_a_signal_is_verified() -> None:
    """The work begins with asking around."""
    given(DECIDER).when(VERIFIED).then(VERIFIED)


@pytest.mark.parametrize("past", [(VERIFIED,), (VERIFIED, MET), (VERIFIED, MET, ACCEPTED)])
def test_a_signal_is_verified_once(past: tuple[Any, ...]) -> None:
    """However far the tie has come, the signal has been verified."""
    given(DECIDER, *past).when(VERIFIED).then_refused(RefusalCode.ALREADY_DONE)


@pytest.mark.parametrize("past", [(VERIFIED,), (VERIFIED, KNOCKED), (VERIFIED, MET), (VERIFIED, MET, ACCEPTED)])
def test_visits_go_on(past: tuple[Any, ...]) -> None:
    """Every attempt is recorded, before and after the first contact."""
    given(DECIDER, *past).when(KNOCKED).then(KNOCKED)


@pytest.mark.parametrize("step", [KNOCKED, MET, ACCEPTED])
def test_nobody_is_visited_on_an_unverified_signal(step: Any) -> None:
    """No knock, no contact, no help on a rumour."""
    given(DECIDER).when(step).then_refused(RefusalCode.WRONG_STATE)


@pytest.mark.parametrize("past", [(VERIFIED,), (VERIFIED, KNOCKED, KNOCKED)])
def test_the_first_contact_is_made(past: tuple[Any, ...]) -> None:
    """At the first visit or the tenth."""
    given(DECIDER, *past).when(MET).then(MET)


@pytest.mark.parametrize("past", [(VERIFIED, MET), (VERIFIED, MET, ACCEPTED)])
def test_a_contact_is_first_only_once(past: tuple[Any, ...]) -> None:
    """Later meetings are attempts with a result."""
    given(DECIDER, *past).when(MET).then_refused(RefusalCode.ALREADY_DONE)


@pytest.mark.parametrize("past", [(VERIFIED,), (VERIFIED, KNOCKED)])
def test_help_is_not_accepted_by_somebody_never_met(past: tuple[Any, ...]) -> None:
    """Acceptance rests on a contact."""
    given(DECIDER, *past).when(ACCEPTED).then_refused(RefusalCode.WRONG_STATE)


@pytest.mark.parametrize("past", [(VERIFIED, MET), (VERIFIED, MET, DECLINED), (VERIFIED, MET, ACCEPTED)])
def test_help_that_is_wanted_gives_a_part_and_asks_the_gate(past: tuple[Any, ...]) -> None:
    """The agency linked to takes part; a no in between, or of the gate, closes nothing."""
    then = given(DECIDER, *past).when(ACCEPTED, agency="outreach", parts=(Part(SON, "CONTACT", False),))
    request = DisclosureRequested(
        event_id=then.context.event_id(0), event_type="SupportAccepted", recipient="participation", agency="outreach",
        function=FunctionName.OUTREACH, purpose=Purpose.PARTICIPATION, basis=Basis.C,
        parts=(PartCode(person=SON, category=DataCategory.CONTACT),),
    )
    then.then(ACCEPTED, request, PartGiven(agency="participation", part=CasePart.LINKED))


def test_help_is_wanted_for_a_purpose() -> None:
    """A purpose that nobody can read is none."""
    vague = SupportAccepted(person=SON, linked_agency="participation", purpose=Purpose.UNMAPPED)
    given(DECIDER, VERIFIED, MET).when(vague).then_refused(RefusalCode.PURPOSE_MISSING)


def test_an_unknown_message_is_refused() -> None:
    """What outreach does not handle is said to be so, never ignored."""
    given(DECIDER).when(Tick()).then_refused(RefusalCode.UNKNOWN_TYPE)
