"""Deadlines (期限): what has to be done by when, under one key. Stands in every function; deciders only say what to watch and what is done.

A deadline is a fact (``DeadlineSet``), and so is its end: met (``DeadlineMet``) or missed (``DeadlineMissed``), whichever comes first. Ticks are
messages, so the same tick twice is harmless, and after an outage all that has passed is missed in the order in which it was due.
How many days are given is the municipality's to say: ``DeadlinesSet`` reaches every partition and is the state that all keys share.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import chain
from typing import assert_never

from contracts.envelope import CaseFrozen, DeadlineMet, DeadlineMissed, DeadlineSet, DisclosureRequested, FreezeNoted, Tick
from contracts.registry import DeadlinesSet
from contracts.shared import Basis, Deadline, FunctionName, Purpose
from kernel.asking import tell
from kernel.days import DAY_MS, end_of
from kernel.decider import Context, Decider

Terms = dict[Deadline, int]
"""Days that the municipality gives, by kind of deadline."""
Watched = dict[tuple[Deadline, str], DeadlineSet]
"""What is watched under one key, by kind and object."""
Event = DeadlineSet | DeadlineMet | DeadlineMissed | CaseFrozen | FreezeNoted | DisclosureRequested


def after_days(context: Context, deadline: Deadline, of: str, agency: str) -> Iterator[DeadlineSet]:
    """Give ``agency`` the municipality's days for this, from now; none where it has set no such term."""
    terms: Terms = context.shared or {}
    if deadline in terms:
        yield DeadlineSet(deadline=deadline, of=of, agency=agency, due=context.at + terms[deadline] * DAY_MS)


def by_day(deadline: Deadline, of: str, agency: str, day: date) -> DeadlineSet:
    """``agency`` has until the end of ``day`` in Japan (JST)."""
    return DeadlineSet(deadline=deadline, of=of, agency=agency, due=end_of(day))


def met(deadline: Deadline, of: str = "") -> DeadlineMet:
    """What was asked for is done, or asked for no more."""
    return DeadlineMet(deadline=deadline, of=of)


def decide(watched: Watched, message: Tick, context: Context) -> tuple[DeadlineMissed | DisclosureRequested, ...]:
    """Everything that is over by now, the earliest first; whoever had to act is told, by codes alone."""
    over = sorted((each for each in watched.values() if each.due <= context.at), key=lambda each: (each.due, each.deadline, each.of))
    missed = tuple(DeadlineMissed(deadline=each.deadline, of=each.of, agency=each.agency, due=each.due) for each in over)
    function = FunctionName[context.function.upper()]
    told = (
        tell(context, function, ordinal, DeadlineMissed, (each.agency,), Purpose.NOTICE, Basis.K) for ordinal, each in enumerate(missed)
    )
    return (*missed, *chain.from_iterable(told))


def evolve(watched: Watched, event: Event) -> Watched:
    """What is watched after ``event``; a deadline that is set anew takes the place of the one before it."""
    match event:
        case DeadlineSet():
            return {**watched, (event.deadline, event.of): event}
        case DeadlineMet() | DeadlineMissed():
            return {place: each for place, each in watched.items() if place != (event.deadline, event.of)}
        case CaseFrozen() | FreezeNoted():
            return {}  # the case goes on under another id, and so does the work
        case DisclosureRequested():
            return watched
        case _:
            assert_never(event)


def due(watched: Watched) -> int | None:
    """When the next one is over, milliseconds UTC."""
    return min((each.due for each in watched.values()), default=None)


DEADLINES: Decider[Watched] = Decider(
    name="deadlines", initial={}, decide=decide, evolve=evolve, messages=(),
    events=(DeadlineSet, DeadlineMet, DeadlineMissed, CaseFrozen, FreezeNoted, DisclosureRequested), due=due,
)
"""Stands in every support function, after PARTIES."""


def _told(terms: Terms, message: DeadlinesSet, context: Context) -> tuple[DeadlinesSet, ...]:
    return (message,)


def _known(terms: Terms, event: DeadlinesSet) -> Terms:
    return {term.deadline: term.days for term in event.terms}


TERMS: Decider[Terms] = Decider(name="terms", initial={}, decide=_told, evolve=_known, messages=(DeadlinesSet,), events=(DeadlinesSet,))
"""The shared state of every support function."""
