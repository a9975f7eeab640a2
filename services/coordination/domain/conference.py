"""Conference (会議): a sitting is cut into segments, each with its own basis and members; what is said in one stays in it.

A key is either a sitting or a case. A sitting tells its segments to each case on the agenda, as a fact in that case's own order.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import assert_never

from contracts.coordination import (
    CaseSegmentClosed,
    CaseSegmentOpened,
    ConferenceConvened,
    InformationGivenInConference,
    InformationRequestedInConference,
    SegmentClosed,
    SegmentNoted,
    SegmentOpened,
)
from contracts.envelope import DisclosureRequested, MessageRefused, PartGiven, PartNoted
from contracts.shared import Basis, FunctionName, Purpose, RefusalCode
from kernel.asking import ask
from kernel.decider import Context, Decider
from kernel.parties import refused

Reported = ConferenceConvened | SegmentOpened | SegmentClosed | InformationRequestedInConference | InformationGivenInConference
Message = Reported | CaseSegmentOpened | CaseSegmentClosed
Event = Message | SegmentNoted | DisclosureRequested | PartNoted | PartGiven | MessageRefused


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Of a sitting (一回の会議): ``convened``, ``agenda``, ``running``. Of a case: ``agencies``, ``noted``."""

    convened: bool = False
    agenda: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """The cases of each segment that was ever opened, by segment."""
    running: str = ""
    """The segment that is open now; empty = none."""
    agencies: frozenset[str] = frozenset()
    """Who has a part in the case."""
    noted: dict[str, SegmentNoted] = field(default_factory=dict)
    """What the case knows of the segments that are about it, by segment."""


def decide(state: State, message: Message, context: Context) -> tuple[Event, ...]:
    """What a report about a sitting gives, and what a case makes of what its sitting says."""
    match message:
        case CaseSegmentOpened() | CaseSegmentClosed():
            return _noted(state, message, context)
        case _:
            fault = _fault(state, message, context)
            return (refused(context, fault),) if fault else (message, *_consequences(state, message, context))


def _fault(state: State, message: Reported, context: Context) -> RefusalCode | None:
    """Why the message cannot be taken in; None when it can."""
    match message:
        case ConferenceConvened():
            return RefusalCode.ALREADY_DONE if state.convened else None
        case SegmentOpened():
            return _fault_of_opening(state, message)
        case SegmentClosed(segment=segment) if segment != state.running:
            return RefusalCode.ALREADY_DONE if segment in state.agenda else RefusalCode.SEGMENT_NOT_OPEN
        case InformationRequestedInConference(segment=segment):
            noted = state.noted.get(segment)
            listed = noted is not None and noted.open and context.agency in (noted.convener, *noted.members)
            return None if listed else RefusalCode.SEGMENT_NOT_OPEN
        case InformationGivenInConference(segment=segment):
            listed = segment in state.noted and context.agency in state.noted[segment].members
            return None if listed else RefusalCode.CASE_NOT_FOUND
        case SegmentClosed():
            return None
        case _:
            return RefusalCode.UNKNOWN_TYPE


def _fault_of_opening(state: State, message: SegmentOpened) -> RefusalCode | None:
    """One segment at a time (時間を切り分ける), in a convened sitting, with members."""
    if message.segment in state.agenda:
        return RefusalCode.ALREADY_DONE
    if not state.convened or state.running:
        return RefusalCode.WRONG_STATE
    return None if message.members else RefusalCode.RECIPIENTS_MISSING


def _consequences(state: State, message: Reported, context: Context) -> Iterator[Event]:
    """Each case on the agenda is told; so are the others in the room, if the gate lets it, after the closing too."""
    match message:
        case SegmentOpened():
            for case in dict.fromkeys(message.cases):
                yield CaseSegmentOpened(
                    case=case, sitting=context.key, segment=message.segment, basis=message.basis,
                    members=message.members, present=message.present,
                )
        case SegmentClosed(segment=segment):
            for case in dict.fromkeys(state.agenda[segment]):
                yield CaseSegmentClosed(case=case, sitting=context.key, segment=segment)
        case InformationRequestedInConference(to_agency=asked, segment=segment):
            yield _ask(context, type(message), asked, segment)
        case InformationGivenInConference(segment=segment):
            room = dict.fromkeys((*state.noted[segment].members, *state.noted[segment].present))
            for attendee in room:
                if attendee != context.agency:
                    yield _ask(context, type(message), attendee, segment)


def _noted(state: State, message: CaseSegmentOpened | CaseSegmentClosed, context: Context) -> tuple[SegmentNoted | MessageRefused, ...]:
    """A segment is opened by who has a part in the case, and belongs to the sitting that opened it first; what is known gives nothing."""
    known = state.noted.get(message.segment)
    match message:
        case CaseSegmentOpened() if context.agency not in state.agencies:
            return (refused(context, RefusalCode.CASE_NOT_FOUND),)
        case CaseSegmentOpened() if known is None:
            return (SegmentNoted(
                sitting=message.sitting, segment=message.segment, basis=message.basis, members=message.members, present=message.present,
                open=True, convener=context.agency,
            ),)
        case CaseSegmentClosed() if known is not None and known.open and known.sitting == message.sitting:
            return (known.changed(open=False),)
        case _:
            return ()


def _ask(context: Context, event: type, attendee: str, segment: str) -> DisclosureRequested:
    return ask(context, FunctionName.COORDINATION, 0, event, attendee, Purpose.SUPPORT_CONFERENCE, Basis.M, segment=segment)


def evolve(state: State, event: Event) -> State:
    """The state after ``event``."""
    match event:
        case ConferenceConvened():
            return replace(state, convened=True)
        case SegmentOpened(segment=segment):
            return replace(state, agenda={**state.agenda, segment: event.cases}, running=segment)
        case SegmentClosed():
            return replace(state, running="")
        case SegmentNoted(segment=segment):
            return replace(state, noted={**state.noted, segment: event})
        case PartNoted(agency=agency) | PartGiven(agency=agency):
            return replace(state, agencies=state.agencies | {agency})
        case (
            CaseSegmentOpened() | CaseSegmentClosed() | InformationRequestedInConference() | InformationGivenInConference()
            | DisclosureRequested() | MessageRefused()
        ):
            return state
        case _:
            assert_never(event)


DECIDER: Decider[State] = Decider(
    name="conference",
    initial=State(),
    decide=decide,
    evolve=evolve,
    messages=(
        ConferenceConvened, SegmentOpened, SegmentClosed, CaseSegmentOpened, CaseSegmentClosed,
        InformationRequestedInConference, InformationGivenInConference,
    ),
    events=(
        ConferenceConvened, SegmentOpened, SegmentClosed, CaseSegmentOpened, CaseSegmentClosed, SegmentNoted,
        InformationRequestedInConference, InformationGivenInConference, DisclosureRequested, PartNoted, PartGiven, MessageRefused,
    ),
)
