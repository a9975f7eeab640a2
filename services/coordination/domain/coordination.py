"""Coordination (多機関協働): take over a complex case once the person agrees, name who leads, divide the roles."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import assert_never

from contracts.consultation import ConsultationScreened
from contracts.coordination import (
    ComplexityNoted,
    CoordinationAccepted,
    CoordinationReferred,
    LeadAgencyNamed,
    RolesAssigned,
    TaskAssigned,
)
from contracts.envelope import DisclosureRequested, MessageRefused, PartGiven, VerdictNoted
from contracts.shared import CasePart, FunctionName, Outcome, Purpose, ReferralReason, RefusalCode, ScreeningOutcome
from kernel.asking import ask
from kernel.decider import Context, Decider
from kernel.parties import refused

Message = ConsultationScreened | CoordinationReferred | CoordinationAccepted | LeadAgencyNamed | RolesAssigned
Event = (
    ComplexityNoted | CoordinationReferred | CoordinationAccepted | LeadAgencyNamed | RolesAssigned | TaskAssigned
    | PartGiven | DisclosureRequested | VerdictNoted | MessageRefused
)


class Stage(IntEnum):
    """Where the referral (協働への紹介) stands (domain.md §2.1)."""

    NOT_REFERRED = 0
    AWAITING_CONSENT = 1
    """Asked of the gate: no answer yet, or held."""
    REFERRED = 2
    ACCEPTED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """The coordination of one case. The consent itself is never known here, only the gate's verdict."""

    complex: bool = False
    stage: Stage = Stage.NOT_REFERRED
    coordinator: str = ""
    """Agency to which the case was referred last."""
    referral: str = ""
    """Event id of that referral."""
    lead: str = ""
    """主担当."""


def decide(state: State, message: Message, context: Context) -> tuple[Event, ...]:
    """What a report about the coordination gives."""
    fault = _fault(state, message, context)
    if fault:
        return (refused(context, fault),)
    match message:
        case ConsultationScreened(outcome=outcome):
            found = outcome is ScreeningOutcome.COMPLEX
            return () if found is state.complex else (ComplexityNoted(complex=found),)
        case CoordinationReferred(to_agency=agency):
            return (message, _ask(context, 0, CoordinationReferred, agency), PartGiven(agency=agency, part=CasePart.LINKED))
        case CoordinationAccepted() | LeadAgencyNamed():
            return (message,)
        case RolesAssigned():
            return (message, *_tasks(message, context))
        case _:
            return (refused(context, RefusalCode.UNKNOWN_TYPE),)


def _fault(state: State, message: Message, context: Context) -> RefusalCode | None:
    """Why the message cannot be taken in; None when it can."""
    match message:
        case CoordinationReferred():
            return _fault_of_referral(state, message)
        case CoordinationAccepted():
            return _fault_of_acceptance(state, context)
        case LeadAgencyNamed() | RolesAssigned() if state.stage < Stage.ACCEPTED:
            return RefusalCode.WRONG_STATE
        case LeadAgencyNamed() | RolesAssigned() if context.agency != state.coordinator:
            return RefusalCode.NOT_THE_ADDRESSEE
        case LeadAgencyNamed(agency=lead) if lead == state.lead:
            return RefusalCode.ALREADY_DONE
        case RolesAssigned(roles=()):
            return RefusalCode.RECIPIENTS_MISSING
        case _:
            return None


def _fault_of_referral(state: State, message: CoordinationReferred) -> RefusalCode | None:
    """One referral at a time, of a complex case, with its reason (notice, note ※１); after a no of the gate another may follow."""
    if message.reason is ReferralReason.UNMAPPED:
        return RefusalCode.REASON_MISSING
    if not state.complex:
        return RefusalCode.NOT_COMPLEX
    return RefusalCode.ALREADY_DONE if state.stage > Stage.NOT_REFERRED else None


def _fault_of_acceptance(state: State, context: Context) -> RefusalCode | None:
    """Only the addressee accepts (受理), and only what the gate let through."""
    if state.stage is Stage.NOT_REFERRED:
        return RefusalCode.WRONG_STATE
    if context.agency != state.coordinator:
        return RefusalCode.NOT_THE_ADDRESSEE
    if state.stage is Stage.ACCEPTED:
        return RefusalCode.ALREADY_DONE
    return RefusalCode.AWAITING_CONSENT if state.stage is Stage.AWAITING_CONSENT else None


def _tasks(message: RolesAssigned, context: Context) -> Iterator[Event]:
    """For each role the task as a fact of its own, and the request to tell it to that agency alone; then a part in the case for each."""
    for number, role in enumerate(message.roles):
        yield TaskAssigned(person=message.person, role=role)
        yield _ask(context, 2 * number + 1, TaskAssigned, role.agency)  # ordinal: RolesAssigned comes first
    for agency in dict.fromkeys(role.agency for role in message.roles):
        yield PartGiven(agency=agency, part=CasePart.ROLE)


def _ask(context: Context, ordinal: int, event: type, recipient: str) -> DisclosureRequested:
    return ask(context, FunctionName.COORDINATION, ordinal, event, recipient, Purpose.COORDINATION)


def evolve(state: State, event: Event) -> State:
    """The state after ``event``."""
    match event:
        case ComplexityNoted():
            return replace(state, complex=event.complex)
        case CoordinationReferred():
            return replace(state, stage=Stage.AWAITING_CONSENT, coordinator=event.to_agency)
        case DisclosureRequested(event_type=CoordinationReferred.__name__):
            return replace(state, referral=event.event_id)
        case VerdictNoted() if event.event_id == state.referral and state.stage < Stage.ACCEPTED:
            return replace(state, stage=_STAGES.get(event.outcome, state.stage))
        case CoordinationAccepted():
            return replace(state, stage=Stage.ACCEPTED)
        case LeadAgencyNamed():
            return replace(state, lead=event.agency)
        case RolesAssigned() | TaskAssigned() | PartGiven() | DisclosureRequested() | VerdictNoted() | MessageRefused():
            return state
        case _:
            assert_never(event)


_STAGES = {
    Outcome.HOLD: Stage.AWAITING_CONSENT,
    Outcome.PERMIT: Stage.REFERRED,
    Outcome.REDACT: Stage.REFERRED,
    Outcome.DENY: Stage.NOT_REFERRED,
}

DECIDER: Decider[State] = Decider(
    name="coordination",
    initial=State(),
    decide=decide,
    evolve=evolve,
    messages=(ConsultationScreened, CoordinationReferred, CoordinationAccepted, LeadAgencyNamed, RolesAssigned),
    events=(
        ComplexityNoted, CoordinationReferred, CoordinationAccepted, LeadAgencyNamed, RolesAssigned, TaskAssigned,
        PartGiven, DisclosureRequested, VerdictNoted, MessageRefused,
    ),
)
