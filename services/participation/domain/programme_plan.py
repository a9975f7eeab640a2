"""Implementation plan (実施計画、社会福祉法106条の5): drafted with targets, put to residents, published. It is a plan of the programme, never of a person."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import assert_never

from contracts.community import ImplementationPlanDrafted, ImplementationPlanPublished, ResidentsHeard
from contracts.envelope import DisclosureRequested, MessageRefused
from contracts.shared import Purpose, RefusalCode
from kernel.decider import Context, Decider
from kernel.parties import refused
from services.participation.domain.partners import told

Message = ImplementationPlanDrafted | ResidentsHeard | ImplementationPlanPublished
Event = Message | DisclosureRequested | MessageRefused


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """One plan; the next period's plan has a key of its own."""

    drafted: bool = False
    published: bool = False


def decide(state: State, message: Message, context: Context) -> tuple[Event, ...]:
    """Record the step, or refuse. Whom a publication names is told; a draft is the municipality's own."""
    fault = _fault(state, message, context)
    if fault is not None:
        return (refused(context, fault),)
    match message:
        case ImplementationPlanPublished(recipients=recipients):
            return message, *told(context, ImplementationPlanPublished, recipients, Purpose.NOTICE)
        case ImplementationPlanDrafted() | ResidentsHeard():
            return (message,)
        case _:
            assert_never(message)


def _fault(state: State, message: Message, context: Context) -> RefusalCode | None:
    """Why the message cannot be recorded, or None. To hear residents is an effort duty (努力義務): a plan may be published without it."""
    match message:
        case ImplementationPlanDrafted():
            return RefusalCode.ALREADY_DONE if state.published else None
        case ImplementationPlanPublished() if state.published:
            return RefusalCode.ALREADY_DONE
        case ResidentsHeard(held_on=day) | ImplementationPlanPublished(published_on=day):
            if not state.drafted or state.published:
                return RefusalCode.WRONG_STATE
            return RefusalCode.PERIOD_INVALID if day > context.today else None
        case _:
            return RefusalCode.UNKNOWN_TYPE


def evolve(state: State, event: Event) -> State:
    """The plan after ``event``."""
    match event:
        case ImplementationPlanDrafted():
            return replace(state, drafted=True)
        case ImplementationPlanPublished():
            return replace(state, published=True)
        case ResidentsHeard() | DisclosureRequested() | MessageRefused():
            return state
        case _:
            assert_never(event)


DECIDER: Decider[State] = Decider(
    name="programme_plan",
    initial=State(),
    decide=decide,
    evolve=evolve,
    messages=(ImplementationPlanDrafted, ResidentsHeard, ImplementationPlanPublished),
    events=(ImplementationPlanDrafted, ResidentsHeard, ImplementationPlanPublished, DisclosureRequested, MessageRefused),
)
