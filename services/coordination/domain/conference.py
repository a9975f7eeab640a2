"""Conference (会議) as one case knows it: the segments about it, what is asked, given and decided in them; what is said in one stays in it.

The sitting that opens and closes segments has a key of its own; see ``sitting.py``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import assert_never

from contracts.coordination import (
    CaseSegmentClosed,
    CaseSegmentOpened,
    DecisionRecorded,
    InformationGivenInConference,
    InformationRequestedInConference,
    SegmentNoted,
)
from contracts.envelope import DisclosureRequested, MessageRefused, PartGiven, PartNoted
from contracts.shared import Basis, ConferenceBasis, FunctionName, Purpose, RefusalCode
from kernel.asking import ask
from kernel.decider import Context, Decider
from kernel.parties import refused

Reported = InformationRequestedInConference | InformationGivenInConference | DecisionRecorded
Message = Reported | CaseSegmentOpened | CaseSegmentClosed
Event = Reported | SegmentNoted | DisclosureRequested | PartNoted | PartGiven | MessageRefused


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """The segments that are about one case."""

    agencies: frozenset[str] = frozenset()
    """Who has a part in the case."""
    noted: dict[str, SegmentNoted] = field(default_factory=dict)
    """What the case knows of each segment, by segment."""


def decide(state: State, message: Message, context: Context) -> tuple[Event, ...]:
    """What a report about the case gives in a conference, and what the case makes of what its sitting says."""
    match message:
        case CaseSegmentOpened() | CaseSegmentClosed():
            return _noted(state, message, context)
        case _:
            fault = _fault(state, message, context)
            return (refused(context, fault),) if fault else (message, *_asked(state, message, context))


def _fault(state: State, message: Reported, context: Context) -> RefusalCode | None:
    """Why the message cannot be taken in; None when it can."""
    match message:
        case InformationRequestedInConference(segment=segment):
            noted = state.noted.get(segment)
            return None if noted is not None and noted.open and _listed(noted, context) else RefusalCode.SEGMENT_NOT_OPEN
        case InformationGivenInConference(segment=segment):
            listed = segment in state.noted and context.agency in state.noted[segment].members
            return None if listed else RefusalCode.CASE_NOT_FOUND
        case DecisionRecorded(segment=segment):
            if segment not in state.noted:
                return RefusalCode.SEGMENT_NOT_OPEN
            return None if _listed(state.noted[segment], context) else RefusalCode.NOT_LISTED
        case _:
            return RefusalCode.UNKNOWN_TYPE


def _listed(noted: SegmentNoted, context: Context) -> bool:
    """Whether the sender opened the segment or is a member of it."""
    return context.agency in (noted.convener, *noted.members)


def _asked(state: State, message: Reported, context: Context) -> Iterator[DisclosureRequested]:
    """The others of this segment are to learn of it, if the gate lets it, after the closing too; those of no other segment are."""
    noted = state.noted[message.segment]
    match message:
        case InformationRequestedInConference(to_agency=asked):
            yield from _ask(context, message, (asked,), Basis.M, Purpose.SUPPORT_CONFERENCE)
        case InformationGivenInConference():
            others = _others(context, (*noted.members, *noted.present))
            yield from _ask(context, message, others, Basis.M, Purpose.SUPPORT_CONFERENCE)
        case DecisionRecorded():
            yield from _ask(context, message, _others(context, noted.members), *_GROUNDS.get(noted.basis, _OF_OTHER_CLOSED))


_GROUNDS = {
    ConferenceBasis.SWA106_6: (Basis.M, Purpose.SUPPORT_CONFERENCE),
    ConferenceBasis.NON_STATUTORY: (Basis.C, Purpose.COORDINATION),
}
_OF_OTHER_CLOSED = (Basis.C, Purpose.SUPPORT_CONFERENCE)
"""On which basis and for which purpose members are told what was decided; only 106-6 is a ground of its own at the gate (R10)."""


def _others(context: Context, agencies: Iterable[str]) -> tuple[str, ...]:
    return tuple(agency for agency in dict.fromkeys(agencies) if agency != context.agency)


def _ask(context: Context, message: Reported, agencies: Iterable[str], basis: Basis, purpose: Purpose) -> Iterator[DisclosureRequested]:
    """Ask to tell them the reported event; the segment is named where it is the ground."""
    segment = message.segment if basis is Basis.M else None
    for agency in agencies:
        yield ask(context, FunctionName.COORDINATION, 0, type(message), agency, purpose, basis, segment=segment)


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


def evolve(state: State, event: Event) -> State:
    """The state after ``event``."""
    match event:
        case SegmentNoted(segment=segment):
            return replace(state, noted={**state.noted, segment: event})
        case PartNoted(agency=agency) | PartGiven(agency=agency):
            return replace(state, agencies=state.agencies | {agency})
        case InformationRequestedInConference() | InformationGivenInConference() | DecisionRecorded() | DisclosureRequested() | MessageRefused():
            return state
        case _:
            assert_never(event)


DECIDER: Decider[State] = Decider(
    name="conference",
    initial=State(),
    decide=decide,
    evolve=evolve,
    messages=(CaseSegmentOpened, CaseSegmentClosed, InformationRequestedInConference, InformationGivenInConference, DecisionRecorded),
    events=(
        SegmentNoted, InformationRequestedInConference, InformationGivenInConference, DecisionRecorded,
        DisclosureRequested, PartNoted, PartGiven, MessageRefused,
    ),
)
