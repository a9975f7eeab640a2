"""Network (つながり): who liaises between environment and welfare (連絡調整担当), and occasions to learn from each other (研修・情報交換・助言)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import assert_never

from contracts.community import AdviceGiven, ExchangeHeld, LiaisonPersonNamed, TrainingHeld
from contracts.envelope import DisclosureRequested, MessageRefused
from contracts.shared import RefusalCode
from kernel.decider import Context, Decider
from kernel.parties import refused
from services.participation.domain.partners import Agencies, others, told

Message = LiaisonPersonNamed | TrainingHeld | ExchangeHeld | AdviceGiven
Event = Message | DisclosureRequested | MessageRefused


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """One organisation, of which nothing has to be known: a desk is replaced by naming the next; or one occasion."""

    held: bool = False


def decide(state: State, message: Message, context: Context) -> tuple[Event, ...]:
    """Record the fact and tell it to those whom it names, or refuse."""
    fault = _fault(state, message, context)
    return (refused(context, fault),) if fault else (message, *told(context, type(message), _named(message)))


def _fault(state: State, message: Message, context: Context) -> RefusalCode | None:
    """Why the message cannot be recorded, or None. A desk that nobody hears of liaises with nobody; advice is another's."""
    match message:
        case LiaisonPersonNamed():
            return _nobody(message, context)
        case TrainingHeld() | ExchangeHeld() | AdviceGiven() if state.held:
            return RefusalCode.ALREADY_DONE
        case TrainingHeld(held_on=day) | ExchangeHeld(held_on=day):
            return RefusalCode.PERIOD_INVALID if day > context.today else None
        case AdviceGiven(given_on=day):
            return RefusalCode.PERIOD_INVALID if day > context.today else _nobody(message, context)
        case _:
            return RefusalCode.UNKNOWN_TYPE


def _nobody(message: LiaisonPersonNamed | AdviceGiven, context: Context) -> RefusalCode | None:
    return None if others(context, *_named(message)) else RefusalCode.RECIPIENTS_MISSING


def _named(message: Message) -> Agencies:
    match message:
        case LiaisonPersonNamed() | TrainingHeld() | ExchangeHeld():
            return message.partners
        case AdviceGiven():
            return (message.to_agency,)
        case _:
            assert_never(message)


def evolve(state: State, event: Event) -> State:
    """The organisation or occasion after ``event``."""
    match event:
        case TrainingHeld() | ExchangeHeld() | AdviceGiven():
            return replace(state, held=True)
        case LiaisonPersonNamed() | DisclosureRequested() | MessageRefused():
            return state
        case _:
            assert_never(event)


DECIDER: Decider[State] = Decider(
    name="network",
    initial=State(),
    decide=decide,
    evolve=evolve,
    messages=(LiaisonPersonNamed, TrainingHeld, ExchangeHeld, AdviceGiven),
    events=(LiaisonPersonNamed, TrainingHeld, ExchangeHeld, AdviceGiven, DisclosureRequested, MessageRefused),
)
