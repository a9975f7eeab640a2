"""Consultation (包括的相談支援): take in whatever comes to notice, sort it, link it on; never the wrong desk."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import assert_never

from contracts.consultation import (
    ConsultationReceived,
    ConsultationScreened,
    EmergencyRaised,
    InformationRequested,
    LinkedToAgency,
    SignalReceived,
)
from contracts.envelope import DisclosureRequested, MessageRefused, PartGiven
from contracts.shared import Basis, CasePart, FunctionName, Purpose, RefusalCode
from kernel.asking import ask
from kernel.decider import Context, Decider
from kernel.parties import refused

Message = SignalReceived | ConsultationReceived | ConsultationScreened | LinkedToAgency | EmergencyRaised | InformationRequested
Event = Message | PartGiven | DisclosureRequested | MessageRefused


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """How far the case has come at the consultation desks (domain.md §2.1)."""

    noticed: bool = False
    """A signal (気づき) or a consultation is on record."""
    received: bool = False
    """A consultation (相談) is on record."""
    screening: ConsultationScreened | None = None
    """The last screening."""


def decide(state: State, message: Message, context: Context) -> tuple[Event, ...]:
    """What a desk's report gives. Signals, consultations, danger and questions are taken in at any time, about any case, known or not."""
    match message:
        case SignalReceived() | ConsultationReceived():
            return (message,)
        case ConsultationScreened():
            return _screen(state, message, context)
        case LinkedToAgency():
            return _link(state, message, context)
        case EmergencyRaised(to_agency=helper):
            return (message, ask(context, FunctionName.CONSULTATION, 0, EmergencyRaised, helper, Purpose.EMERGENCY, Basis.V))
        case InformationRequested():
            return _request(message, context)
        case _:
            return (refused(context, RefusalCode.UNKNOWN_TYPE),)


def _screen(state: State, message: ConsultationScreened, context: Context) -> tuple[Event, ...]:
    """Screening (スクリーニング) follows a consultation; it may be done anew when more has become known, with another result."""
    if not state.received:
        return (refused(context, RefusalCode.WRONG_STATE),)
    return (refused(context, RefusalCode.ALREADY_DONE),) if message == state.screening else (message,)


def _link(state: State, message: LinkedToAgency, context: Context) -> tuple[Event, ...]:
    """Linking (つなぎ) gives the other agency a part; what it learns is the gate's to say. It may be asked again after a no."""
    if not state.noticed:
        return (refused(context, RefusalCode.WRONG_STATE),)
    if message.purpose is Purpose.UNMAPPED:
        return (refused(context, RefusalCode.PURPOSE_MISSING),)
    if message.to_agency == context.agency:
        return (refused(context, RefusalCode.RECIPIENTS_MISSING),)
    return (
        message,
        ask(context, FunctionName.CONSULTATION, 0, LinkedToAgency, message.to_agency, message.purpose),
        PartGiven(agency=message.to_agency, part=CasePart.LINKED),
    )


def _request(message: InformationRequested, context: Context) -> tuple[Event, ...]:
    """A question (照会) goes to the gate as it was put. The state is not looked at, so the answer cannot tell whether there is a case."""
    if message.purpose is Purpose.UNMAPPED:
        return (refused(context, RefusalCode.PURPOSE_MISSING),)
    if not message.wanted:
        return (refused(context, RefusalCode.CATEGORIES_MISSING),)
    request = ask(
        context, FunctionName.CONSULTATION, 0, InformationRequested, context.agency, message.purpose, message.basis, wanted=message.wanted,
    )
    return (message, request)


def evolve(state: State, event: Event) -> State:
    """The state after ``event``."""
    match event:
        case SignalReceived():
            return replace(state, noticed=True)
        case ConsultationReceived():
            return replace(state, noticed=True, received=True)
        case ConsultationScreened():
            return replace(state, screening=event)
        case LinkedToAgency() | EmergencyRaised() | InformationRequested() | PartGiven() | DisclosureRequested() | MessageRefused():
            return state
        case _:
            assert_never(event)


DECIDER: Decider[State] = Decider(
    name="consultation",
    initial=State(),
    decide=decide,
    evolve=evolve,
    messages=(SignalReceived, ConsultationReceived, ConsultationScreened, LinkedToAgency, EmergencyRaised, InformationRequested),
    events=(
        SignalReceived, ConsultationReceived, ConsultationScreened, LinkedToAgency, EmergencyRaised, InformationRequested,
        PartGiven, DisclosureRequested, MessageRefused,
    ),
)
