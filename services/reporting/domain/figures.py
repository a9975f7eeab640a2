"""Figures (実績): what was reported for a month, and what was corrected since (catalogue rows 92-93)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from contracts.reporting import FigureCorrected, FigureReported
from kernel.decider import Context, Decider

Message = FigureReported
Event = FigureReported | FigureCorrected


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """One metric of one month."""

    value: int | None = None
    """As reported or corrected last; None before the first report."""


def decide(state: State, message: Message, context: Context) -> tuple[Event, ...]:
    """The first value is reported, another one corrects it, the same one says nothing new. Nobody but our own account sends any."""
    if state.value is None:
        return (message,)
    return () if message.value == state.value else (_correction(message, state.value),)


def _correction(message: Message, before: int) -> FigureCorrected:
    return FigureCorrected(
        metric=message.metric, period=message.period, value=message.value, difference=message.value - before, positions=message.positions,
    )


def evolve(state: State, event: Event) -> State:
    """The figure after ``event``."""
    return replace(state, value=event.value)


DECIDER: Decider[State] = Decider(
    name="figures",
    initial=State(),
    decide=decide,
    evolve=evolve,
    messages=(FigureReported,),
    events=(FigureReported, FigureCorrected),
)
