"""Consultation (包括的相談支援): take in whatever comes to notice, sort it, advise; never the wrong desk."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import assert_never

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
    SignalPassedOn,
    SignalReceived,
)
from contracts.coordination import HandedBackToConsultation
from contracts.envelope import DisclosureRequested, MessageRefused, PartGiven
from contracts.shared import Basis, CasePart, FunctionName, Purpose, RefusalCode, ScreeningOutcome
from kernel.asking import ask
from kernel.decider import Context, Decider
from kernel.parties import refused

Reported = (
    SignalReceived | ConsultationReceived | ConsultationScreened | AssessmentRecorded | InformationProvided
    | EmergencyRaised | InformationRequested
)
Message = Reported | HandedBackToConsultation
Event = Reported | SignalPassedOn | HandBackNoted | LinkDeclined | CaseClosed | CaseReopened | PartGiven | DisclosureRequested | MessageRefused


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """How far the case has come at the consultation desks (domain.md §2.1)."""

    noticed: bool = False
    """A signal (気づき) or a consultation is on record."""
    received: bool = False
    """A consultation (相談) is on record."""
    screening: ConsultationScreened | None = None
    """The last screening, while it holds."""
    outcome: ScreeningOutcome | None = None
    """What the case was sorted as; None = it is received (受付) and not yet sorted, or no longer."""
    closed: bool = False


def decide(state: State, message: Message, context: Context) -> tuple[Event, ...]:
    """What a desk's report gives. Signals, consultations, danger and questions are taken in at any time, about any case, known or not.

    Whoever sends them needs no part in the case, so they give none: only the signal that begins a case brings in the desk that it names.
    Neither a signal nor a consultation opens a closed case by itself, since anybody may send one: who has a part in it reopens it.
    """
    match message:
        case SignalReceived(to_agency=str() as desk) if desk != context.agency and not state.noticed:
            passed = SignalPassedOn(to_agency=desk, channel=message.channel, area_code=message.area_code)
            request = ask(context, FunctionName.CONSULTATION, 1, SignalPassedOn, desk, Purpose.CONSULTATION, Basis.B0)
            return (message, passed, request, PartGiven(agency=desk, part=CasePart.LINKED))
        case SignalReceived() | ConsultationReceived():
            return (message,)
        case ConsultationScreened() | AssessmentRecorded() | InformationProvided():
            fault = _fault(state, message)
            return (refused(context, fault),) if fault else (message,)
        case EmergencyRaised(to_agency=helper) if helper == context.agency:
            return (refused(context, RefusalCode.SAME_AGENCY),)
        case EmergencyRaised(to_agency=helper):
            return (message, ask(context, FunctionName.CONSULTATION, 0, EmergencyRaised, helper, Purpose.EMERGENCY, Basis.V))
        case InformationRequested():
            return _request(message, context)
        case HandedBackToConsultation(lead=lead):
            return (HandBackNoted(agency=lead), PartGiven(agency=lead, part=CasePart.ROLE))
        case _:
            return (refused(context, RefusalCode.UNKNOWN_TYPE),)


def _fault(state: State, message: ConsultationScreened | AssessmentRecorded | InformationProvided) -> RefusalCode | None:
    """Advice (情報提供) may follow a signal; screening and assessment follow a consultation, and may be done anew when more is known."""
    ready = state.noticed if isinstance(message, InformationProvided) else state.received
    if state.closed or not ready:
        return RefusalCode.WRONG_STATE
    return RefusalCode.ALREADY_DONE if message == state.screening else None


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
    """The state after ``event``. A link that was declined brings back only a case that was sorted as linked out."""
    match event:
        case SignalReceived():
            return replace(state, noticed=True)
        case ConsultationReceived():
            return replace(state, noticed=True, received=True)
        case ConsultationScreened(outcome=outcome):
            return replace(state, screening=event, outcome=outcome)
        case HandBackNoted():
            return replace(state, screening=None, outcome=ScreeningOutcome.SINGLE_AGENCY)
        case LinkDeclined() if state.outcome is ScreeningOutcome.LINKED_OUT:
            return replace(state, screening=None, outcome=None)
        case CaseClosed():
            return replace(state, closed=True)
        case CaseReopened():
            return replace(state, closed=False, screening=None, outcome=None)
        case (
            SignalPassedOn() | LinkDeclined() | AssessmentRecorded() | InformationProvided() | EmergencyRaised() | InformationRequested()
            | PartGiven() | DisclosureRequested() | MessageRefused()
        ):
            return state
        case _:
            assert_never(event)


DECIDER: Decider[State] = Decider(
    name="consultation",
    initial=State(),
    decide=decide,
    evolve=evolve,
    messages=(
        SignalReceived, ConsultationReceived, ConsultationScreened, AssessmentRecorded, InformationProvided,
        EmergencyRaised, InformationRequested, HandedBackToConsultation,
    ),
    events=(
        SignalReceived, SignalPassedOn, ConsultationReceived, ConsultationScreened, AssessmentRecorded, InformationProvided,
        EmergencyRaised, InformationRequested, HandBackNoted, LinkDeclined, CaseClosed, CaseReopened,
        PartGiven, DisclosureRequested, MessageRefused,
    ),
)
