"""Participation (参加支援): a gap need (狭間のニーズ) meets a resource; the host learns counts first, a name only by the gate."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import assert_never

from contracts.envelope import DisclosureRequested, MessageRefused, PartGiven
from contracts.participation import (
    CandidateCounted,
    CandidateProposed,
    CandidatesCounted,
    GapNeedAssessed,
    HandsRequested,
    ResourceProposed,
    TrialStarted,
)
from contracts.shared import (
    Basis,
    CasePart,
    DataCategory,
    FunctionName,
    HandsWanted,
    Purpose,
    RefusalCode,
    SupportLevel,
    TaskClass,
    TaskSlice,
)
from kernel.asking import ask
from kernel.decider import Context, Decider
from kernel.parties import refused

Message = ResourceProposed | GapNeedAssessed | CandidateProposed | CandidateCounted | TrialStarted | HandsRequested
Event = (
    ResourceProposed | GapNeedAssessed | CandidateProposed | CandidateCounted | CandidatesCounted | TrialStarted | HandsRequested
    | PartGiven | DisclosureRequested | MessageRefused
)


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """One case, or one resource: a key is either, so the other half stays as it began."""

    assessed: bool = False
    proposed: frozenset[tuple[str, TaskClass, SupportLevel]] = frozenset()
    """Where the case has candidates: resource, task, support level."""
    trials: frozenset[tuple[str, str]] = frozenset()
    """Person and resource."""
    host: str | None = None
    """受入先 of the resource; None = no such resource."""
    counts: tuple[TaskSlice, ...] = ()
    """Persons interested in the resource, by task and support level."""


def decide(state: State, message: Message, context: Context) -> tuple[Event, ...]:
    """What follows from one message about a case or a resource."""
    match message:
        case ResourceProposed():
            return (message,) if state.host is None else (refused(context, RefusalCode.ALREADY_DONE),)
        case GapNeedAssessed():
            return (message,) if message.tried else (refused(context, RefusalCode.NOTHING_DONE),)
        case CandidateProposed():
            return _propose(state, message, context)
        case CandidateCounted():
            return _count(state, message, context)
        case TrialStarted():
            return _try(state, message, context)
        case HandsRequested():
            return _answer(state, message, context)
        case _:
            return (refused(context, RefusalCode.UNKNOWN_TYPE),)


def _propose(state: State, message: CandidateProposed, context: Context) -> tuple[Event, ...]:
    """A candidate stays in the case; only a number travels to the resource."""
    if not state.assessed:
        return (refused(context, RefusalCode.WRONG_STATE),)
    if _place_of(message) in state.proposed:
        return (refused(context, RefusalCode.ALREADY_DONE),)
    interested = message.task.changed(count=max(1, message.task.count))
    return message, CandidateCounted(resource=message.resource, task=interested)


def _count(state: State, message: CandidateCounted, context: Context) -> tuple[Event, ...]:
    if state.host is None:
        return (refused(context, RefusalCode.RESOURCE_NOT_FOUND),)
    counts = CandidatesCounted(resource=context.key, tasks=_added(state.counts, message.task))
    return counts, _ask(context, 0, CandidatesCounted, state.host, Purpose.PARTICIPATION, Basis.B0)


def _try(state: State, message: TrialStarted, context: Context) -> tuple[Event, ...]:
    if message.resource not in {resource for resource, _, _ in state.proposed}:
        return (refused(context, RefusalCode.WRONG_STATE),)
    if (message.person, message.resource) in state.trials:
        return (refused(context, RefusalCode.ALREADY_DONE),)
    request = _ask(context, 0, TrialStarted, message.host, Purpose.PARTICIPATION, Basis.C)
    return message, request, PartGiven(agency=message.host, part=CasePart.LINKED)


def _answer(state: State, message: HandsRequested, context: Context) -> tuple[Event, ...]:
    """Counts for whoever asks; a wish for names goes to the gate, which alone may say no."""
    if state.host is None:
        return (refused(context, RefusalCode.RESOURCE_NOT_FOUND),)
    match message.wanted:
        case HandsWanted.COUNTS:
            counts = CandidatesCounted(resource=context.key, tasks=state.counts)
            return message, counts, _ask(context, 1, CandidatesCounted, context.agency, Purpose.COMMUNITY, Basis.B0)
        case HandsWanted.NAMES:
            return message, _ask(context, 0, HandsRequested, context.agency, Purpose.COMMUNITY, Basis.NONE, (DataCategory.BASIC,))
        case _:
            return (refused(context, RefusalCode.UNMAPPED),)


def _ask(
    context: Context, ordinal: int, event: type[Event], recipient: str, purpose: Purpose, basis: Basis, wanted: tuple[DataCategory, ...] = (),
) -> DisclosureRequested:
    return ask(context, FunctionName.PARTICIPATION, ordinal, event, recipient, purpose, basis, wanted=wanted)


def _place_of(proposal: CandidateProposed) -> tuple[str, TaskClass, SupportLevel]:
    return proposal.resource, proposal.task.task, proposal.task.support_level


def _added(counts: tuple[TaskSlice, ...], more: TaskSlice) -> tuple[TaskSlice, ...]:
    """The counts with ``more`` persons at one task and support level; a new line comes last."""
    same = [(line.task, line.support_level) == (more.task, more.support_level) for line in counts]
    if not any(same):
        return (*counts, more)
    return tuple(line.changed(count=line.count + more.count) if hit else line for line, hit in zip(counts, same))


def evolve(state: State, event: Event) -> State:
    """The case or resource after ``event``."""
    match event:
        case ResourceProposed():
            return replace(state, host=event.host, counts=tuple(line.changed(count=0) for line in event.tasks))
        case GapNeedAssessed():
            return replace(state, assessed=True)
        case CandidateProposed():
            return replace(state, proposed=state.proposed | {_place_of(event)})
        case CandidatesCounted():
            return replace(state, counts=event.tasks)
        case TrialStarted():
            return replace(state, trials=state.trials | {(event.person, event.resource)})
        case CandidateCounted() | HandsRequested() | PartGiven() | DisclosureRequested() | MessageRefused():
            return state
        case _:
            assert_never(event)


DECIDER: Decider[State] = Decider(
    name="participation",
    initial=State(),
    decide=decide,
    evolve=evolve,
    messages=(ResourceProposed, GapNeedAssessed, CandidateProposed, CandidateCounted, TrialStarted, HandsRequested),
    events=(
        ResourceProposed, GapNeedAssessed, CandidateProposed, CandidateCounted, CandidatesCounted, TrialStarted, HandsRequested,
        PartGiven, DisclosureRequested, MessageRefused,
    ),
)
