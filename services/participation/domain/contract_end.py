"""Contract end (委託の終わり): the registry says until when an agency works under contract; the agency is reminded when that is over."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import assert_never

from contracts.envelope import DeadlineMet, DeadlineMissed, DeadlineSet, MessageRefused
from contracts.registry import AgencyEnded, AgencyRegistered
from contracts.shared import Deadline, RefusalCode
from contracts.topics import Function as Log
from kernel.deadlines import by_day, met
from kernel.decider import Context, Decider
from kernel.parties import refused

Message = AgencyRegistered | AgencyEnded
Event = DeadlineSet | DeadlineMet | DeadlineMissed | MessageRefused


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """The contract of one agency."""

    due: int | None = None
    """The end that was noted last, milliseconds UTC; None = no end."""
    over: bool = False
    """That end has passed, and the agency was told."""


def decide(state: State, message: Message, context: Context) -> tuple[Event, ...]:
    """Watch the end that the registry names, or no longer; what is known already gives nothing."""
    match message:
        case AgencyRegistered() if context.source == Log.REGISTRY:
            return _watched(state, message)
        case AgencyEnded() if context.source == Log.REGISTRY:
            return _unwatched(state)
        case AgencyRegistered() | AgencyEnded():
            return (refused(context, RefusalCode.NOT_PUBLISHABLE),)
        case _:
            return (refused(context, RefusalCode.UNKNOWN_TYPE),)


def _watched(state: State, message: AgencyRegistered) -> tuple[Event, ...]:
    if message.contract_until is None:
        return _unwatched(state)
    end = by_day(Deadline.CONTRACT_END, "", message.agency, message.contract_until)
    return () if end.due == state.due else (end,)


def _unwatched(state: State) -> tuple[Event, ...]:
    """No end is watched any more, if one was: there is none, or nobody is there to be reminded."""
    return () if state.due is None or state.over else (met(Deadline.CONTRACT_END),)


def evolve(state: State, event: Event) -> State:
    """The contract after ``event``; deadlines of another kind are not its own."""
    match event:
        case DeadlineSet(deadline=Deadline.CONTRACT_END, due=due):
            return State(due=due)
        case DeadlineMet(deadline=Deadline.CONTRACT_END):
            return State()
        case DeadlineMissed(deadline=Deadline.CONTRACT_END):
            return replace(state, over=True)
        case DeadlineSet() | DeadlineMet() | DeadlineMissed() | MessageRefused():
            return state
        case _:
            assert_never(event)


DECIDER: Decider[State] = Decider(
    name="contract_end",
    initial=State(),
    decide=decide,
    evolve=evolve,
    messages=(AgencyRegistered, AgencyEnded),
    events=(DeadlineSet, DeadlineMet, DeadlineMissed, MessageRefused),
)
