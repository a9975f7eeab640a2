"""Links (つなぎ): hand a person on to the agency that can help, and never lose anybody: a link is answered, or somebody is told that it is not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import assert_never

from contracts.consultation import (
    CaseClosed,
    CaseReopened,
    ClosingAwaited,
    ConsultationReceived,
    LinkAccepted,
    LinkDeclined,
    LinkedToAgency,
    SignalReceived,
)
from contracts.envelope import (
    DeadlineMet,
    DeadlineMissed,
    DeadlineSet,
    DisclosureRequested,
    MessageRefused,
    PartGiven,
    StopNoted,
    VerdictNoted,
)
from contracts.shared import CasePart, Deadline, FunctionName, Purpose, RefusalCode
from kernel import deadlines
from kernel.asking import ask
from kernel.deadlines import Watched, after_days, by_day, met
from kernel.decider import Context, Decider
from kernel.parties import refused
from services.intake.domain.open_links import OpenLinks, follow, linkers
from services.intake.domain.telling import tell

Answer = LinkAccepted | LinkDeclined
Message = LinkedToAgency | Answer
Event = (
    Message | SignalReceived | ConsultationReceived | ClosingAwaited | CaseClosed | CaseReopened | PartGiven
    | DeadlineSet | DeadlineMet | DeadlineMissed | DisclosureRequested | VerdictNoted | StopNoted | MessageRefused
)


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """The links of one case. Whether a person consents is never known here, only that the gate has said no."""

    noticed: bool = False
    """A signal (気づき) or a consultation is on record: there is somebody to link."""
    ending: bool = False
    """The case is closed, or its closing was asked for and waits."""
    open: OpenLinks = field(default_factory=dict)
    answered: frozenset[str] = frozenset()
    """Agencies that have answered the last link to them."""
    watched: Watched = field(default_factory=dict)


def decide(state: State, message: Message, context: Context) -> tuple[Event, ...]:
    """What a link, or the answer to one, gives."""
    match message:
        case LinkedToAgency():
            fault = _fault_of_link(state, message, context)
            return (refused(context, fault),) if fault else _link(message, context)
        case LinkAccepted() | LinkDeclined():
            fault = _fault_of_answer(state, context)
            return (refused(context, fault),) if fault else tuple(_answer(state, message, context))
        case _:
            return (refused(context, RefusalCode.UNKNOWN_TYPE),)


def _fault_of_link(state: State, message: LinkedToAgency, context: Context) -> RefusalCode | None:
    """A case that is ending links no more: first its closing is taken back, by reopening it. After a move (転出) links stay possible."""
    if not state.noticed or state.ending:
        return RefusalCode.WRONG_STATE
    if message.purpose is Purpose.UNMAPPED:
        return RefusalCode.PURPOSE_MISSING
    return RefusalCode.SAME_AGENCY if message.to_agency == context.agency else None


def _link(message: LinkedToAgency, context: Context) -> tuple[Event, ...]:
    """The other agency gets a part; what it learns is the gate's to say. It may be asked again, after a no of the gate or of that agency."""
    receiver = message.to_agency
    return (
        message,
        ask(context, FunctionName.CONSULTATION, 0, LinkedToAgency, receiver, message.purpose),
        *after_days(context, Deadline.LINK_UNANSWERED, context.event_id(0), context.agency),
        PartGiven(agency=receiver, part=CasePart.LINKED),
    )


def _fault_of_answer(state: State, context: Context) -> RefusalCode | None:
    """One answer for each link, from whom the case was linked to. A link ends with its case: what comes later is for whoever reopens it."""
    if linkers(state.open, context.agency):
        return None
    if context.agency in state.answered:
        return RefusalCode.ALREADY_DONE
    return RefusalCode.NOT_THE_ADDRESSEE


def _answer(state: State, message: Answer, context: Context) -> Iterator[Event]:
    """Everybody who linked to this agency learns the answer: a no (不可) is their alert that the case is back with them."""
    receiver = context.agency
    yield message
    yield from tell(context, 0, type(message), linkers(state.open, receiver))
    for link in sorted(each for each, link in state.open.items() if link.receiver == receiver):
        if (Deadline.LINK_UNANSWERED, link) in state.watched:
            yield met(Deadline.LINK_UNANSWERED, link)
    if isinstance(message, LinkAccepted):
        yield by_day(Deadline.NEXT_CONTACT, receiver, receiver, message.next_contact)


def evolve(state: State, event: Event) -> State:
    """The state after ``event``."""
    match event:
        case SignalReceived() | ConsultationReceived():
            return replace(state, noticed=True)
        case DisclosureRequested(event_type=LinkAccepted.__name__ | LinkDeclined.__name__, agency=receiver):
            return replace(state, open=follow(state.open, event), answered=state.answered | {receiver})
        case DisclosureRequested() | VerdictNoted() | StopNoted():
            return replace(state, open=follow(state.open, event))
        case LinkedToAgency(to_agency=receiver):
            return replace(state, answered=state.answered - {receiver})
        case ClosingAwaited():
            return replace(state, ending=True)
        case CaseClosed():
            return replace(state, ending=True, open={})
        case CaseReopened():
            return replace(state, ending=False)
        case DeadlineSet() | DeadlineMet() | DeadlineMissed():
            return replace(state, watched=deadlines.evolve(state.watched, event))
        case LinkAccepted() | LinkDeclined() | PartGiven() | MessageRefused():
            return state
        case _:
            assert_never(event)


DECIDER: Decider[State] = Decider(
    name="links",
    initial=State(),
    decide=decide,
    evolve=evolve,
    messages=(LinkedToAgency, LinkAccepted, LinkDeclined),
    events=(
        LinkedToAgency, LinkAccepted, LinkDeclined, SignalReceived, ConsultationReceived, ClosingAwaited, CaseClosed, CaseReopened, PartGiven,
        DeadlineSet, DeadlineMet, DeadlineMissed, DisclosureRequested, VerdictNoted, StopNoted, MessageRefused,
    ),
)
