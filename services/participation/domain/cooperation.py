"""Cooperation (環境と福祉の協働): two issues paired, work begun, what it brought and where its sales went. All who take part are told."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import assert_never

from contracts.community import CooperationResultRecorded, CooperationStarted, IssuesPaired
from contracts.envelope import DisclosureRequested, MessageRefused, PartGiven, PartNoted
from contracts.shared import RefusalCode, ShareCause
from kernel.decider import Context, Decider
from kernel.parties import refused
from services.participation.domain.partners import Agencies, joined, listed, others, told

Message = IssuesPaired | CooperationStarted | CooperationResultRecorded
Event = Message | DisclosureRequested | PartNoted | PartGiven | MessageRefused


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """One project."""

    paired: bool = False
    started: bool = False
    agencies: Agencies = ()
    """Who takes part: whoever paired the issues, and the partners."""


def decide(state: State, message: Message, context: Context) -> tuple[Event, ...]:
    """Record the fact and tell it to all who take part, or refuse."""
    fault = _fault(state, message, context)
    if fault is not None:
        return (refused(context, fault),)
    match message:
        case IssuesPaired(partners=partners):
            return message, *told(context, type(message), partners), *listed(context, partners)
        case CooperationStarted() | CooperationResultRecorded():
            return message, *told(context, type(message), state.agencies)
        case _:
            assert_never(message)


def _fault(state: State, message: Message, context: Context) -> RefusalCode | None:
    """Why the message cannot be recorded, or None."""
    match message:
        case IssuesPaired() if state.paired:
            return RefusalCode.ALREADY_DONE
        case IssuesPaired(partners=partners):
            return None if others(context, *partners) else RefusalCode.RECIPIENTS_MISSING
        case CooperationStarted() if state.started:
            return RefusalCode.ALREADY_DONE
        case CooperationStarted():
            return None if state.paired else RefusalCode.WRONG_STATE
        case CooperationResultRecorded() if not state.started:
            return RefusalCode.WRONG_STATE
        case CooperationResultRecorded(period_to=day) if day > context.today:
            return RefusalCode.PERIOD_INVALID
        case CooperationResultRecorded():
            return None if _adds_up(message) else RefusalCode.VALUE_INVALID
        case _:
            return RefusalCode.UNKNOWN_TYPE


def _adds_up(result: CooperationResultRecorded) -> bool:
    """Nobody shares more than was sold, and what is shared goes somewhere (売上の還元先)."""
    return result.shared_yen <= result.sales_yen and (result.share_to is ShareCause.NONE) == (result.shared_yen == 0)


def evolve(state: State, event: Event) -> State:
    """The project after ``event``."""
    match event:
        case IssuesPaired(partners=partners):
            return replace(state, paired=True, agencies=joined(state.agencies, partners))
        case CooperationStarted():
            return replace(state, started=True)
        case PartNoted(agency=agency) | PartGiven(agency=agency) if state.paired:
            return replace(state, agencies=joined(state.agencies, (agency,)))
        case CooperationResultRecorded() | DisclosureRequested() | PartNoted() | PartGiven() | MessageRefused():
            return state
        case _:
            assert_never(event)


DECIDER: Decider[State] = Decider(
    name="cooperation",
    initial=State(),
    decide=decide,
    evolve=evolve,
    messages=(IssuesPaired, CooperationStarted, CooperationResultRecorded),
    events=(IssuesPaired, CooperationStarted, CooperationResultRecorded, DisclosureRequested, PartNoted, PartGiven, MessageRefused),
)
