"""Notices (周知): what the state or the prefecture says is relayed to agencies, and each says that it has read it; whoever relayed it is told."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import assert_never

from contracts.community import NoticeAcknowledged, NoticeRelayed
from contracts.envelope import DisclosureRequested, MessageRefused, PartGiven
from contracts.shared import Purpose, RefusalCode
from kernel.decider import Context, Decider
from kernel.parties import refused
from services.participation.domain.partners import listed, others, told

Message = NoticeRelayed | NoticeAcknowledged
Event = Message | DisclosureRequested | PartGiven | MessageRefused


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """One notice. Who was told and who answered is read from the requests that went with the facts: they name both sides."""

    relayed_by: str = ""
    """Empty = no notice relayed under this key."""
    addressed: frozenset[str] = frozenset()
    acknowledged: frozenset[str] = frozenset()


def decide(state: State, message: Message, context: Context) -> tuple[Event, ...]:
    """Record the notice or its acknowledgement and tell the other side, or refuse."""
    fault = _fault(state, message, context)
    if fault is not None:
        return (refused(context, fault),)
    match message:
        case NoticeRelayed(recipients=recipients):
            return message, *told(context, NoticeRelayed, recipients, Purpose.NOTICE), *listed(context, recipients)
        case NoticeAcknowledged():
            return message, *told(context, NoticeAcknowledged, (state.relayed_by,), Purpose.NOTICE)
        case _:
            assert_never(message)


def _fault(state: State, message: Message, context: Context) -> RefusalCode | None:
    """Why the message cannot be recorded, or None."""
    match message:
        case NoticeRelayed() if state.relayed_by:
            return RefusalCode.ALREADY_DONE
        case NoticeRelayed(recipients=recipients):
            return None if others(context, *recipients) else RefusalCode.RECIPIENTS_MISSING
        case NoticeAcknowledged() if not state.relayed_by:
            return RefusalCode.WRONG_STATE
        case NoticeAcknowledged() if context.agency not in state.addressed:
            return RefusalCode.NOT_THE_ADDRESSEE
        case NoticeAcknowledged():
            return RefusalCode.ALREADY_DONE if context.agency in state.acknowledged else None
        case _:
            return RefusalCode.UNKNOWN_TYPE


def evolve(state: State, event: Event) -> State:
    """The notice after ``event``."""
    match event:
        case DisclosureRequested(event_type=NoticeRelayed.__name__):
            return replace(state, relayed_by=event.agency, addressed=state.addressed | {event.recipient})
        case DisclosureRequested(event_type=NoticeAcknowledged.__name__):
            return replace(state, acknowledged=state.acknowledged | {event.agency})
        case NoticeRelayed() | NoticeAcknowledged() | DisclosureRequested() | PartGiven() | MessageRefused():
            return state
        case _:
            assert_never(event)


DECIDER: Decider[State] = Decider(
    name="notices",
    initial=State(),
    decide=decide,
    evolve=evolve,
    messages=(NoticeRelayed, NoticeAcknowledged),
    events=(NoticeRelayed, NoticeAcknowledged, DisclosureRequested, PartGiven, MessageRefused),
)
