"""Outreach (アウトリーチ等を通じた継続的支援): go to a person who does not come, build the tie, link on when help is wanted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum
from typing import assert_never

from contracts.envelope import DisclosureRequested, MessageRefused, PartGiven
from contracts.outreach import ContactAttempted, FirstContactMade, SignalVerified, SupportAccepted
from contracts.shared import CasePart, FunctionName, Purpose, RefusalCode
from kernel.asking import ask
from kernel.decider import Context, Decider
from kernel.parties import refused

Message = SignalVerified | ContactAttempted | FirstContactMade | SupportAccepted
Event = Message | PartGiven | DisclosureRequested | MessageRefused


class Stage(IntEnum):
    """How far the tie (関係) has come (domain.md §2.6). It does not go back: a refusal slows the visits, it closes nothing."""

    SIGNALLED = 0
    APPROACHING = 1
    CONTACTED = 2
    ACCEPTING = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """The tie with the person of one case."""

    stage: Stage = Stage.SIGNALLED


def decide(state: State, message: Message, context: Context) -> tuple[Event, ...]:
    """What a visitor's report gives. No consent, contact or even name is needed until help is accepted (notice, row 19)."""
    fault = _fault(state, message)
    if fault:
        return (refused(context, fault),)
    match message:
        case SignalVerified() | ContactAttempted() | FirstContactMade():
            return (message,)
        case SupportAccepted():
            return _accept(message, context)
        case _:
            return (refused(context, RefusalCode.UNKNOWN_TYPE),)


def _fault(state: State, message: Message) -> RefusalCode | None:
    """Why the step is not the next one: it comes too early, or was taken before."""
    match message:
        case SignalVerified() if state.stage > Stage.SIGNALLED:
            return RefusalCode.ALREADY_DONE
        case ContactAttempted() | FirstContactMade() if state.stage < Stage.APPROACHING:
            return RefusalCode.WRONG_STATE
        case FirstContactMade() if state.stage > Stage.APPROACHING:
            return RefusalCode.ALREADY_DONE
        case SupportAccepted() if state.stage < Stage.CONTACTED:
            return RefusalCode.WRONG_STATE
        case SupportAccepted(purpose=Purpose.UNMAPPED):
            return RefusalCode.PURPOSE_MISSING
        case _:
            return None


def _accept(message: SupportAccepted, context: Context) -> tuple[Event, ...]:
    """Help is wanted (支援受入): the agency linked to gets a part. May be said again, for another agency or after a no of the gate."""
    return (
        message,
        ask(context, FunctionName.OUTREACH, 0, SupportAccepted, message.linked_agency, message.purpose),
        PartGiven(agency=message.linked_agency, part=CasePart.LINKED),
    )


def evolve(state: State, event: Event) -> State:
    """The state after ``event``."""
    match event:
        case SignalVerified():
            return replace(state, stage=Stage.APPROACHING)
        case FirstContactMade():
            return replace(state, stage=Stage.CONTACTED)
        case SupportAccepted():
            return replace(state, stage=Stage.ACCEPTING)
        case ContactAttempted() | PartGiven() | DisclosureRequested() | MessageRefused():
            return state
        case _:
            assert_never(event)


DECIDER: Decider[State] = Decider(
    name="outreach",
    initial=State(),
    decide=decide,
    evolve=evolve,
    messages=(SignalVerified, ContactAttempted, FirstContactMade, SupportAccepted),
    events=(SignalVerified, ContactAttempted, FirstContactMade, SupportAccepted, PartGiven, DisclosureRequested, MessageRefused),
)
