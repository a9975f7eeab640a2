"""Figures (実績): what was reported for a month, and what was corrected since (catalogue rows 92-93)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from contracts.reporting import FigureCorrected, FigureReported
from kernel.decider import Context, Decider

Message = FigureReported
Event = FigureReported | FigureCorrected


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """One cell of one metric of one month."""

    value: int | None = None
    """As reported or corrected last; None before the first report."""
    hidden: bool = False
    """Whether it has ever been kept back outside the town: that stays so, since a later value beside an earlier table would tell it."""
    definition: int = 1


def decide(state: State, message: Message, context: Context) -> tuple[Event, ...]:
    """The first value is reported, another one corrects it, the same one says nothing new. Nobody but our own account sends any.

    A cell that was empty when the month was closed, and has a cause now, is a correction of 0.
    """
    said = message.changed(hidden=message.hidden or state.hidden)
    if state.value is None:
        return (_correction(said, 0),) if said.cause_count else (said,)
    same = (said.value, said.hidden, said.definition) == (state.value, state.hidden, state.definition)
    return () if same else (_correction(said, state.value),)


def _correction(message: Message, before: int) -> FigureCorrected:
    return FigureCorrected(
        metric=message.metric, period=message.period, value=message.value, difference=message.value - before, positions=message.positions,
        divided=message.divided, dimension=message.dimension, basis=message.basis, definition=message.definition, hidden=message.hidden,
        causes=message.causes, cause_count=message.cause_count,
    )


def evolve(state: State, event: Event) -> State:
    """The figure after ``event``."""
    return replace(state, value=event.value, hidden=event.hidden, definition=event.definition)


DECIDER: Decider[State] = Decider(
    name="figures",
    initial=State(),
    decide=decide,
    evolve=evolve,
    messages=(FigureReported,),
    events=(FigureReported, FigureCorrected),
)
