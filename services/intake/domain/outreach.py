"""Outreach (アウトリーチ等を通じた継続的支援): go to a person who does not come, build the tie, link on when help is wanted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import assert_never

from contracts.consultation import SubjectDied
from contracts.coordination import OutreachRequested
from contracts.envelope import (
    DeadlineMet,
    DeadlineMissed,
    DeadlineSet,
    DisclosureRequested,
    MessageRefused,
    PartGiven,
    RegionChanged,
    VerdictNoted,
)
from contracts.outreach import (
    ContactAttempted,
    ContactStateChanged,
    FirstContactMade,
    OutreachEnded,
    OutreachRequestNoted,
    RelationStabilised,
    RelationStepRecorded,
    SignalDismissed,
    SignalVerified,
    SupportAccepted,
)
from contracts.shared import (
    Basis,
    CasePart,
    ContactResult,
    Deadline,
    FunctionName,
    Outcome,
    OutreachEndReason,
    Purpose,
    RefusalCode,
)
from kernel.asking import ask, tell
from kernel.deadlines import by_day, met
from kernel.decider import Context, Decider
from kernel.parties import refused
from services.intake.domain.outreach_tie import REACHED, Stage, State, fault

Report = (
    SignalVerified | SignalDismissed | ContactAttempted | FirstContactMade | RelationStepRecorded | SupportAccepted | RelationStabilised
    | OutreachEnded
)
"""What a visiting team tells."""
Message = Report | OutreachRequested | SubjectDied
Event = (
    Report | OutreachRequestNoted | ContactStateChanged | RegionChanged | DeadlineSet | DeadlineMet | DeadlineMissed
    | PartGiven | DisclosureRequested | VerdictNoted | MessageRefused
)


def decide(state: State, message: Message, context: Context) -> tuple[Event, ...]:
    """What a visiting team's report gives, what coordination asks for, and what a death ends."""
    code = fault(state, message, context)
    if code:
        return (refused(context, code),)
    match message:
        case SignalVerified():
            return (message, *_begun(state, context.agency))
        case OutreachRequested(to_agency=agency):
            return (OutreachRequestNoted(agency=agency), *(() if state.active else _begun(state, agency)))
        case SignalDismissed():
            return (message, RegionChanged(function=FunctionName.OUTREACH, active=False)) if state.active else (message,)
        case ContactAttempted():
            return (message, *_visited(state, context))
        case FirstContactMade():
            return (message, *_there(state, context), *_visited(state, context))
        case RelationStepRecorded():
            return (message, *_there(state, context), *_visited(state, context), *_next_visit(message, context))
        case SupportAccepted():
            return _accept(state, message, context)
        case RelationStabilised(linked_agency=agency):
            return (message, *_told(RelationStabilised, (agency,), context))
        case OutreachEnded():
            return _end(state, message, context)
        case SubjectDied():
            ends = state.active and (not message.household_remains or message.person == state.person)
            return _end(state, OutreachEnded(reason=OutreachEndReason.DIED), context) if ends else ()
        case _:
            return (refused(context, RefusalCode.UNKNOWN_TYPE),)


def _begun(state: State, agency: str) -> Iterator[Event]:
    """From here to the first contact the gate takes no request for a consent from whoever visits: it has met nobody yet."""
    if not state.reached:
        yield ContactStateChanged(agency=agency, reached=False)
    yield RegionChanged(function=FunctionName.OUTREACH, active=True)


def _there(state: State, context: Context) -> Iterator[ContactStateChanged]:
    """Who reports a meeting has met the person, also where another was there first: it may ask for a consent from here on."""
    if not state.reached or context.agency in state.approaching:
        yield ContactStateChanged(agency=context.agency, reached=True)


def _visited(state: State, context: Context) -> Iterator[DeadlineMet]:
    """The visit that this agency had planned is made, whatever came of it."""
    if context.agency in state.planned:
        yield met(Deadline.NEXT_CONTACT, context.agency)


def _next_visit(message: RelationStepRecorded, context: Context) -> Iterator[DeadlineSet]:
    if message.next_contact:
        yield by_day(Deadline.NEXT_CONTACT, context.agency, context.agency, message.next_contact)


def _accept(state: State, message: SupportAccepted, context: Context) -> tuple[Event, ...]:
    """Help is wanted (支援受入): the agency linked to gets a part. May be said again, for another agency or after a no of the gate."""
    return (
        message,
        ask(context, FunctionName.OUTREACH, 0, SupportAccepted, message.linked_agency, message.purpose),
        *_there(state, context),
        *_visited(state, context),
        PartGiven(agency=message.linked_agency, part=CasePart.LINKED),
    )


def _end(state: State, message: OutreachEnded, context: Context) -> tuple[Event, ...]:
    """No visit is due any more, the case may rest, and whoever was linked to is told."""
    planned = (met(Deadline.NEXT_CONTACT, agency) for agency in sorted(state.planned))
    rest = RegionChanged(function=FunctionName.OUTREACH, active=False)
    return (message, rest, *planned, *_told(OutreachEnded, sorted(state.links), context))


def _told(event: type, agencies: Iterable[str], context: Context) -> Iterator[DisclosureRequested]:
    """Codes for those who go on with the person."""
    return tell(context, FunctionName.OUTREACH, 0, event, agencies, Purpose.OUTREACH, Basis.K)


def evolve(state: State, event: Event) -> State:
    """The state after ``event``."""
    match event:
        case SignalVerified():
            return State(stage=Stage.APPROACHING, reached=state.reached, approaching=state.approaching)
        case OutreachRequestNoted():
            return state if state.active else State(stage=Stage.APPROACHING, reached=state.reached, approaching=state.approaching)
        case SignalDismissed():
            return replace(state, stage=Stage.DISMISSED)
        case ContactAttempted(result=ContactResult.DECLINED):
            return replace(state, stage=Stage.APPROACHING)
        case FirstContactMade() | RelationStepRecorded():
            return replace(state, stage=max(state.stage, REACHED[event.stage]), reached=True, met=True, person=event.person)
        case SupportAccepted(linked_agency=agency, person=person):
            return replace(state, stage=max(state.stage, Stage.ACCEPTING), person=person, links=state.links | {agency})
        case VerdictNoted(event_type=SupportAccepted.__name__):
            return replace(state, links=_links(state, event))
        case RelationStabilised():
            return replace(state, stage=Stage.STABLE)
        case OutreachEnded():
            return replace(state, stage=Stage.ENDED)
        case ContactStateChanged(agency=agency, reached=reached):
            others = state.approaching - {agency}
            return replace(state, approaching=others if reached else others | {agency})
        case DeadlineSet(deadline=Deadline.NEXT_CONTACT, of=agency):
            return replace(state, planned=state.planned | {agency})
        case DeadlineMet(deadline=Deadline.NEXT_CONTACT, of=agency) | DeadlineMissed(deadline=Deadline.NEXT_CONTACT, of=agency):
            return replace(state, planned=state.planned - {agency})
        case (
            ContactAttempted() | RegionChanged() | DeadlineSet() | DeadlineMet() | DeadlineMissed()
            | PartGiven() | DisclosureRequested() | VerdictNoted() | MessageRefused()
        ):
            return state
        case _:
            assert_never(event)


def _links(state: State, verdict: VerdictNoted) -> frozenset[str]:
    """An agency that the gate does not let know of the person is none that the person is linked to."""
    given = verdict.outcome in (Outcome.PERMIT, Outcome.REDACT)
    return state.links | {verdict.recipient} if given else state.links - {verdict.recipient}


REPORTS = (
    SignalVerified, SignalDismissed, ContactAttempted, FirstContactMade, RelationStepRecorded, SupportAccepted, RelationStabilised,
    OutreachEnded,
)
DECIDER: Decider[State] = Decider(
    name="outreach",
    initial=State(),
    decide=decide,
    evolve=evolve,
    messages=(*REPORTS, OutreachRequested, SubjectDied),
    events=(
        *REPORTS, OutreachRequestNoted, ContactStateChanged, RegionChanged, DeadlineSet, DeadlineMet, DeadlineMissed,
        PartGiven, DisclosureRequested, VerdictNoted, MessageRefused,
    ),
)
