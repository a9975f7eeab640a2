"""Resources (地域資源) for participation: offered while verified, confirmed and free; their hosts learn counts, never names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import assert_never

from contracts.envelope import DeadlineMet, DeadlineMissed, DeadlineSet, DisclosureRequested, MessageRefused, PartGiven, PartNoted
from contracts.participation import (
    CandidateCounted,
    CandidatesCounted,
    HandsRequested,
    OccupancyChanged,
    OccupancyNoted,
    ResourceCapacityChanged,
    ResourceProposed,
    ResourceReconfirmed,
    ResourceRetired,
    ResourceVerified,
    TasksSliced,
)
from contracts.shared import Basis, CasePart, DataCategory, Deadline, FunctionName, HandsWanted, Purpose, RefusalCode
from kernel.asking import ask, tell
from kernel.deadlines import after_days, met
from kernel.decider import Context, Decider
from kernel.parties import refused
from services.participation.domain.offer import GONE, Stage, State, added, fault_of_offer, kept

Reported = ResourceProposed | ResourceVerified | ResourceReconfirmed | ResourceCapacityChanged | TasksSliced | ResourceRetired
Message = Reported | CandidateCounted | OccupancyChanged | HandsRequested
Event = (
    Reported | CandidatesCounted | OccupancyNoted | HandsRequested | PartGiven | PartNoted | DeadlineSet | DeadlineMet | DeadlineMissed
    | DisclosureRequested | MessageRefused
)


def decide(state: State, message: Message, context: Context) -> tuple[Event, ...]:
    """What follows from one message about a resource. Its host and whoever registered it are told what others report."""
    fault = _fault(state, message)
    if fault:
        return (refused(context, fault),)
    match message:
        case ResourceProposed(host=host):
            return (message, *_told(message, (host,), context), PartGiven(agency=host, part=CasePart.LINKED))
        case ResourceVerified():
            return (*_confirmed(state, message, context), PartGiven(agency=context.agency, part=CasePart.LINKED))
        case ResourceReconfirmed():
            return _confirmed(state, message, context)
        case ResourceCapacityChanged() | TasksSliced():
            return (message, *_told(message, (state.host, state.opener), context))
        case ResourceRetired():
            return (message, *_no_more_due(state), *_told(message, (state.host, state.opener), context))
        case CandidateCounted(task=task):
            counts = CandidatesCounted(resource=context.key, tasks=added(state.counts, task))
            return (counts, _ask(context, 0, CandidatesCounted, state.host, Purpose.PARTICIPATION, Basis.B0))
        case OccupancyChanged(change=change):
            return (OccupancyNoted(taken=max(0, state.taken + change)),)
        case HandsRequested():
            return _answer(state, message, context)
        case _:
            return (refused(context, RefusalCode.UNKNOWN_TYPE),)


def _fault(state: State, message: Message) -> RefusalCode | None:
    """Why the message cannot be taken in; None when it can."""
    match message:
        case ResourceProposed():
            return RefusalCode.ALREADY_DONE if state.stage else _fault_of_places(message)
        case OccupancyChanged(change=change):  # a place that is freed is noted in any state
            return RefusalCode.RESOURCE_NOT_FOUND if state.stage is Stage.UNKNOWN and change > 0 else None
        case ResourceRetired() if state.stage is Stage.RETIRED:
            return RefusalCode.ALREADY_DONE
        case (
            ResourceVerified() | ResourceReconfirmed() | ResourceCapacityChanged() | TasksSliced() | ResourceRetired() | CandidateCounted()
            | HandsRequested()
        ) if state.stage in GONE:
            return RefusalCode.RESOURCE_NOT_FOUND
        case ResourceVerified() if state.stage is not Stage.PROPOSED:
            return RefusalCode.ALREADY_DONE
        case ResourceReconfirmed() if state.stage is Stage.PROPOSED:
            return RefusalCode.WRONG_STATE
        case ResourceCapacityChanged(capacity=capacity) if capacity == state.capacity:
            return RefusalCode.ALREADY_DONE
        case CandidateCounted():
            return fault_of_offer(state)
        case _:
            return None


def _fault_of_places(message: ResourceProposed) -> RefusalCode | None:
    """No more places can be kept for the main users than there are."""
    return RefusalCode.VALUE_INVALID if message.reserved > message.capacity else None


def _confirmed(state: State, message: ResourceVerified | ResourceReconfirmed, context: Context) -> tuple[Event, ...]:
    """It is offered from here on, until it has to be confirmed anew: by the host if it registered itself, else by whoever confirms now."""
    next_one = state.host if state.host == state.opener else context.agency
    due = tuple(after_days(context, Deadline.RESOURCE_RECONFIRMATION, "", next_one)) or _no_more_due(state)
    return (message, *due, *_told(message, (state.host, state.opener), context))


def _no_more_due(state: State) -> tuple[DeadlineMet, ...]:
    return (met(Deadline.RESOURCE_RECONFIRMATION),) if state.watched else ()


def _answer(state: State, message: HandsRequested, context: Context) -> tuple[Event, ...]:
    """Counts for whoever asks; a wish for names goes to the gate, which alone may say no."""
    match message.wanted:
        case HandsWanted.COUNTS:
            counts = CandidatesCounted(resource=context.key, tasks=state.counts)
            return (message, counts, _ask(context, 1, CandidatesCounted, context.agency, Purpose.COMMUNITY, Basis.B0))
        case HandsWanted.NAMES:
            return (message, _ask(context, 0, HandsRequested, context.agency, Purpose.COMMUNITY, Basis.NONE, (DataCategory.BASIC,)))
        case _:
            return (refused(context, RefusalCode.UNMAPPED),)


def _told(message: Reported, agencies: tuple[str, ...], context: Context) -> Iterator[DisclosureRequested]:
    return tell(context, FunctionName.PARTICIPATION, 0, type(message), agencies, Purpose.PARTICIPATION, Basis.B0)


def _ask(
    context: Context, ordinal: int, event: type[Event], recipient: str, purpose: Purpose, basis: Basis, wanted: tuple[DataCategory, ...] = (),
) -> DisclosureRequested:
    return ask(context, FunctionName.PARTICIPATION, ordinal, event, recipient, purpose, basis, wanted=wanted)


def evolve(state: State, event: Event) -> State:
    """The resource after ``event``."""
    match event:
        case ResourceProposed():
            return replace(
                state, stage=Stage.PROPOSED, host=event.host, capacity=event.capacity, reserved=event.reserved, counts=kept(event.tasks, ()),
            )
        case PartNoted(agency=agency, part=CasePart.OPENED):
            return replace(state, opener=agency)
        case ResourceVerified() | ResourceReconfirmed():
            return replace(state, stage=Stage.AVAILABLE)
        case ResourceCapacityChanged():
            return replace(state, capacity=event.capacity)
        case TasksSliced():
            return replace(state, counts=kept(event.tasks, state.counts))
        case ResourceRetired():
            return replace(state, stage=Stage.RETIRED)
        case CandidatesCounted():
            return replace(state, counts=event.tasks)
        case OccupancyNoted():
            return replace(state, taken=event.taken)
        case DeadlineSet(deadline=Deadline.RESOURCE_RECONFIRMATION):
            return replace(state, watched=True)
        case DeadlineMet(deadline=Deadline.RESOURCE_RECONFIRMATION):
            return replace(state, watched=False)
        case DeadlineMissed(deadline=Deadline.RESOURCE_RECONFIRMATION):
            return replace(state, watched=False, stage=Stage.STALE)
        case (
            HandsRequested() | PartGiven() | PartNoted() | DeadlineSet() | DeadlineMet() | DeadlineMissed() | DisclosureRequested()
            | MessageRefused()
        ):
            return state
        case _:
            assert_never(event)


DECIDER: Decider[State] = Decider(
    name="resource",
    initial=State(),
    decide=decide,
    evolve=evolve,
    messages=(
        ResourceProposed, ResourceVerified, ResourceReconfirmed, ResourceCapacityChanged, TasksSliced, ResourceRetired, CandidateCounted,
        OccupancyChanged, HandsRequested,
    ),
    events=(
        ResourceProposed, ResourceVerified, ResourceReconfirmed, ResourceCapacityChanged, TasksSliced, ResourceRetired, CandidatesCounted,
        OccupancyNoted, HandsRequested, PartGiven, PartNoted, DeadlineSet, DeadlineMet, DeadlineMissed, DisclosureRequested, MessageRefused,
    ),
)
