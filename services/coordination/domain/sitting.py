"""Sitting (一回の会議): planned, convened, cut into segments one at a time, closed, its record sealed; with its own list of members.

A sitting tells each segment to every case on the agenda, as a fact in that case's own order; see ``conference.py``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import assert_never

from contracts.coordination import (
    CaseSegmentClosed,
    CaseSegmentOpened,
    ConferenceCancelled,
    ConferenceConvened,
    ConferenceScheduled,
    MemberAppointed,
    MemberReleased,
    RecordSealed,
    SecrecyAcknowledged,
    SegmentClosed,
    SegmentOpened,
    SittingClosed,
)
from contracts.envelope import DisclosureRequested, MessageRefused, PartGiven, PartNoted
from contracts.shared import CasePart, Purpose, RefusalCode
from kernel.decider import Context, Decider
from kernel.parties import refused
from services.coordination.domain import members
from services.coordination.domain.members import Change, Roll

Step = ConferenceScheduled | ConferenceConvened | ConferenceCancelled | SittingClosed | RecordSealed
Message = Step | Change | SegmentOpened | SegmentClosed
Event = Message | CaseSegmentOpened | CaseSegmentClosed | DisclosureRequested | PartNoted | PartGiven | MessageRefused


class Stage(StrEnum):
    """How far a sitting has come (domain.md §2.3)."""

    UNPLANNED = "UNPLANNED"
    SCHEDULED = "SCHEDULED"
    CONVENED = "CONVENED"
    CLOSED = "CLOSED"
    SEALED = "SEALED"
    CANCELLED = "CANCELLED"
    TAKEN = "TAKEN"
    """Under this key stands a case or the like, so no sitting begins there and gives anybody a part in it."""


_STEPS: dict[type, tuple[tuple[Stage, ...], Stage]] = {
    ConferenceScheduled: ((Stage.UNPLANNED,), Stage.SCHEDULED),
    ConferenceConvened: ((Stage.UNPLANNED, Stage.SCHEDULED), Stage.CONVENED),
    ConferenceCancelled: ((Stage.SCHEDULED,), Stage.CANCELLED),
    SittingClosed: ((Stage.CONVENED,), Stage.CLOSED),
    RecordSealed: ((Stage.CLOSED,), Stage.SEALED),
}
"""From which stages each step leads to which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """One sitting."""

    stage: Stage = Stage.UNPLANNED
    convener: str = ""
    """Agency that planned or convened it first."""
    roll: Roll = field(default_factory=dict)
    """The list of members."""
    opened: dict[str, SegmentOpened] = field(default_factory=dict)
    """Every segment that was ever opened."""
    running: str = ""
    """The segment that is open now; empty = none."""


def decide(state: State, message: Message, context: Context) -> tuple[Event, ...]:
    """What a report about a sitting gives."""
    fault = _fault(state, message, context)
    return (refused(context, fault),) if fault else (message, *_consequences(state, message, context))


def _fault(state: State, message: Message, context: Context) -> RefusalCode | None:
    """Why the message cannot be taken in; None when it can."""
    match message:
        case SittingClosed() if state.running:
            return RefusalCode.WRONG_STATE
        case ConferenceScheduled() | ConferenceConvened() | ConferenceCancelled() | SittingClosed() | RecordSealed():
            return _fault_of_step(state, message)
        case MemberAppointed() if state.stage not in (Stage.SCHEDULED, Stage.CONVENED):
            return RefusalCode.WRONG_STATE
        case MemberAppointed() | MemberReleased() | SecrecyAcknowledged():
            return RefusalCode.WRONG_STATE if state.stage is Stage.CANCELLED else members.fault(state.roll, message, context)
        case SegmentOpened():
            return _fault_of_opening(state, message, context)
        case SegmentClosed(segment=segment) if segment != state.running:
            return RefusalCode.ALREADY_DONE if segment in state.opened else RefusalCode.SEGMENT_NOT_OPEN
        case SegmentClosed():
            return None
        case _:
            return RefusalCode.UNKNOWN_TYPE


def _fault_of_step(state: State, message: Step) -> RefusalCode | None:
    """Each step once, and only from where it leads on: what is convened is cancelled no more, and nothing follows a cancelled sitting."""
    before, then = _STEPS[type(message)]
    if state.stage is then:
        return RefusalCode.ALREADY_DONE
    return None if state.stage in before else RefusalCode.WRONG_STATE


def _fault_of_opening(state: State, message: SegmentOpened, context: Context) -> RefusalCode | None:
    """One segment at a time (時間を切り分ける), in a convened sitting, with members; a closed one with those on the list."""
    if message.segment in state.opened:
        return RefusalCode.ALREADY_DONE
    if state.stage is not Stage.CONVENED or state.running:
        return RefusalCode.WRONG_STATE
    return members.fault_of_room(state.roll, message, context.at) if message.members else RefusalCode.RECIPIENTS_MISSING


def _consequences(state: State, message: Message, context: Context) -> Iterator[Event]:
    """Each case on the agenda is told; so are, in codes alone, those who are called, appointed or released."""
    match message:
        case ConferenceScheduled(segments=segments):
            yield from members.parts((agency for segment in segments for agency in segment.members), context)
            yield PartGiven(agency=context.agency, part=CasePart.OPENED)
        case ConferenceConvened(invited=invited):
            yield from members.told(ConferenceConvened, invited, Purpose.COORDINATION, context)
            yield from members.parts(invited, context)
            yield PartGiven(agency=context.agency, part=CasePart.OPENED)  # PARTIES notes the opener here alone, and the gate must know it too
        case ConferenceCancelled():
            listed = (member.agency for member in state.roll.values() if not member.released)
            yield from members.told(ConferenceCancelled, listed, Purpose.COORDINATION, context)
        case MemberAppointed(agency=agency):
            yield from members.told(MemberAppointed, (agency,), Purpose.SUPPORT_CONFERENCE, context)
            yield from members.parts((agency,), context)
        case MemberReleased(member=member):
            yield from _left(state, message, context)
            yield from members.told(MemberReleased, (state.roll[member].agency,), Purpose.SUPPORT_CONFERENCE, context)
        case SecrecyAcknowledged():
            yield from members.told(SecrecyAcknowledged, (state.convener,), Purpose.SUPPORT_CONFERENCE, context)
        case SegmentOpened():
            for case in dict.fromkeys(message.cases):
                yield CaseSegmentOpened(
                    case=case, sitting=context.key, segment=message.segment, basis=message.basis,
                    members=message.members, present=message.present,
                )
        case SegmentClosed(segment=segment):
            yield from _closing(state, segment, context)


def _left(state: State, message: MemberReleased, context: Context) -> Iterator[Event]:
    """A closed segment in which nobody stands for a member agency any more ends at once; another may be opened without it (R9)."""
    running, agency = state.opened.get(state.running), state.roll[message.member].agency
    if running is None or not members.closed(running.basis) or agency not in running.members:
        return
    if agency not in members.on_the_list(members.after(state.roll, message), context.at):
        yield SegmentClosed(segment=state.running)
        yield from _closing(state, state.running, context)


def _closing(state: State, segment: str, context: Context) -> Iterator[CaseSegmentClosed]:
    for case in dict.fromkeys(state.opened[segment].cases):
        yield CaseSegmentClosed(case=case, sitting=context.key, segment=segment)


def evolve(state: State, event: Event) -> State:
    """The state after ``event``."""
    match event:
        case ConferenceScheduled() | ConferenceConvened() | ConferenceCancelled() | SittingClosed() | RecordSealed():
            return replace(state, stage=_STEPS[type(event)][1])
        case MemberAppointed() | MemberReleased() | SecrecyAcknowledged():
            return replace(state, roll=members.after(state.roll, event))
        case SegmentOpened(segment=segment):
            return replace(state, opened={**state.opened, segment: event}, running=segment)
        case SegmentClosed():
            return replace(state, running="")
        case PartNoted() | PartGiven() if state.stage is Stage.UNPLANNED:
            return replace(state, stage=Stage.TAKEN)
        case PartNoted(agency=agency, part=CasePart.OPENED):
            return replace(state, convener=agency)
        case CaseSegmentOpened() | CaseSegmentClosed() | DisclosureRequested() | PartNoted() | PartGiven() | MessageRefused():
            return state
        case _:
            assert_never(event)


_MESSAGES = (
    ConferenceScheduled, ConferenceConvened, ConferenceCancelled, SittingClosed, RecordSealed,
    MemberAppointed, MemberReleased, SecrecyAcknowledged, SegmentOpened, SegmentClosed,
)
DECIDER: Decider[State] = Decider(
    name="sitting",
    initial=State(),
    decide=decide,
    evolve=evolve,
    messages=_MESSAGES,
    events=(*_MESSAGES, CaseSegmentOpened, CaseSegmentClosed, DisclosureRequested, PartNoted, PartGiven, MessageRefused),
)
