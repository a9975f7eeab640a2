"""Places (居場所・活動): planned, opened to all, held, paused, closed; food that is left over is offered to open ones. All who take part are told."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import assert_never

from contracts.community import ActivityPlanned, PlaceClosed, PlaceOpened, PlacePaused, SessionHeld, SupplyOffered
from contracts.envelope import DisclosureRequested, MessageRefused, PartGiven, PartNoted
from contracts.shared import RefusalCode
from kernel.decider import Context, Decider
from kernel.parties import refused
from services.participation.domain.partners import Agencies, joined, listed, others, told

Message = ActivityPlanned | PlaceOpened | SessionHeld | PlacePaused | PlaceClosed | SupplyOffered
Event = Message | DisclosureRequested | PartNoted | PartGiven | MessageRefused


class Stage(StrEnum):
    """How far a place has come (domain.md §2.7)."""

    IDEA = "IDEA"
    PREPARING = "PREPARING"
    OPEN = "OPEN"
    PAUSED = "PAUSED"
    CLOSED = "CLOSED"


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """One place."""

    stage: Stage = Stage.IDEA
    agencies: Agencies = ()
    """Who takes part: whoever planned or opened it, and all partners who were ever named."""


def decide(state: State, message: Message, context: Context) -> tuple[Event, ...]:
    """Record the fact and tell it to all who take part, or refuse. Partners who are named take part from then on."""
    fault = _fault(state, message, context)
    if fault is not None:
        return (refused(context, fault),)
    match message:
        case ActivityPlanned(partners=partners) | PlaceOpened(partners=partners):
            return message, *told(context, type(message), (*partners, *state.agencies)), *listed(context, partners)
        case SupplyOffered(partners=partners):
            return message, *told(context, type(message), (*partners, *state.agencies))
        case SessionHeld() | PlacePaused() | PlaceClosed():
            return message, *told(context, type(message), state.agencies)
        case _:
            assert_never(message)


def _fault(state: State, message: Message, context: Context) -> RefusalCode | None:
    """Why the message cannot be recorded, or None."""
    match message:
        case ActivityPlanned():
            return _unless(state, Stage.IDEA, done=(Stage.PREPARING, Stage.OPEN, Stage.PAUSED))
        case PlaceOpened():
            return _unless(state, Stage.IDEA, Stage.PREPARING, Stage.PAUSED, done=(Stage.OPEN,)) or _unfit(message)
        case SessionHeld(held_on=day):
            return _unless(state, Stage.OPEN) or (RefusalCode.PERIOD_INVALID if day > context.today else None)
        case PlacePaused():
            return _unless(state, Stage.OPEN, done=(Stage.PAUSED,))
        case PlaceClosed():
            return _unless(state, Stage.PREPARING, Stage.OPEN, Stage.PAUSED, done=(Stage.CLOSED,))
        case SupplyOffered(partners=partners):
            to_tell = others(context, *partners, *state.agencies)
            return _unless(state, Stage.OPEN) or (None if to_tell else RefusalCode.RECIPIENTS_MISSING)
        case _:
            return RefusalCode.UNKNOWN_TYPE


def _unless(state: State, *stages: Stage, done: tuple[Stage, ...] = ()) -> RefusalCode | None:
    """Nothing in these ``stages``; what has been done is told apart from what cannot be done now."""
    if state.stage in stages:
        return None
    return RefusalCode.ALREADY_DONE if state.stage in done else RefusalCode.WRONG_STATE


def _unfit(opened: PlaceOpened) -> RefusalCode | None:
    """A programme of the existing five keeps its own standard (基準) and is opened to all (世代・属性を問わない)."""
    if not set(opened.programmes) <= set(opened.standards_met):
        return RefusalCode.STANDARD_NOT_MET
    return RefusalCode.NOT_OPEN_TO_ALL if opened.programmes and not opened.open_to_all else None


def evolve(state: State, event: Event) -> State:
    """The place after ``event``."""
    match event:
        case ActivityPlanned(partners=partners):
            return replace(state, stage=Stage.PREPARING, agencies=joined(state.agencies, partners))
        case PlaceOpened(partners=partners):
            return replace(state, stage=Stage.OPEN, agencies=joined(state.agencies, partners))
        case PlacePaused():
            return replace(state, stage=Stage.PAUSED)
        case PlaceClosed():
            return replace(state, stage=Stage.CLOSED)
        case PartNoted(agency=agency) | PartGiven(agency=agency) if state.stage is not Stage.IDEA:
            return replace(state, agencies=joined(state.agencies, (agency,)))
        case SessionHeld() | SupplyOffered() | DisclosureRequested() | PartNoted() | PartGiven() | MessageRefused():
            return state
        case _:
            assert_never(event)


DECIDER: Decider[State] = Decider(
    name="places",
    initial=State(),
    decide=decide,
    evolve=evolve,
    messages=(ActivityPlanned, PlaceOpened, SessionHeld, PlacePaused, PlaceClosed, SupplyOffered),
    events=(
        ActivityPlanned, PlaceOpened, SessionHeld, PlacePaused, PlaceClosed, SupplyOffered,
        DisclosureRequested, PartNoted, PartGiven, MessageRefused,
    ),
)
