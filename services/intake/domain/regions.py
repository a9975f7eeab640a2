"""Regions (事例の状態): what consultation knows of the work on one case, here and in the other functions, and what speaks for or against its end."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import assert_never

from contracts.consultation import (
    CaseClosed,
    CaseReopened,
    ClosingAwaited,
    ConsultationReceived,
    DeathRetracted,
    HandBackNoted,
    LeadNoted,
    LinkAccepted,
    RegionNoted,
    SignalReceived,
    SubjectDied,
    SubjectMovedAway,
)
from contracts.envelope import (
    CaseFrozen,
    DeadlineMet,
    DeadlineMissed,
    DeadlineSet,
    DisclosureRequested,
    MessageRefused,
    PartGiven,
    PartNoted,
    PersonsNoted,
    StopNoted,
    VerdictNoted,
)
from contracts.shared import ClosingReason, FunctionName
from kernel import deadlines
from kernel.deadlines import Watched
from services.intake.domain.open_links import OpenLinks, follow

Reported = CaseClosed | CaseReopened | SubjectMovedAway | SubjectDied | DeathRetracted
Event = (
    Reported | SignalReceived | ConsultationReceived | ClosingAwaited | RegionNoted | HandBackNoted | LeadNoted | LinkAccepted | CaseFrozen
    | PartNoted | PartGiven | PersonsNoted | DeadlineSet | DeadlineMet | DeadlineMissed | DisclosureRequested | VerdictNoted | StopNoted | MessageRefused
)


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """The four parallel regions of one case (domain.md §2.1), and what speaks for or against its end."""

    noticed: bool = False
    """A signal (気づき) or a consultation is on record: it is a case, and not a sitting or another entity whose key has been given parts."""
    agencies: frozenset[str] = frozenset()
    """Who has a part in the case."""
    persons: frozenset[str] = frozenset()
    """Who is named in it."""
    lead: str = ""
    """主担当, as coordination has named it last; it goes on accompanying when coordination has come to rest."""
    active: frozenset[FunctionName] = frozenset()
    """The other functions that are at work on it."""
    open: OpenLinks = field(default_factory=dict)
    accepted: bool = False
    """Another agency has taken over since the case was last opened."""
    moves: dict[str, SubjectMovedAway] = field(default_factory=dict)
    """The last move of each person (転出): with one the case is in transfer until it is closed."""
    died: frozenset[str] = frozenset()
    awaited: ClosingReason | None = None
    """Why it is to be closed as soon as the others rest."""
    closed: bool = False
    watched: Watched = field(default_factory=dict)


def evolve(state: State, event: Event) -> State:
    """The state after ``event``."""
    match event:
        case SignalReceived() | ConsultationReceived():
            return replace(state, noticed=True)
        case CaseClosed():
            return replace(state, closed=True, awaited=None, open={})
        case CaseReopened():
            return replace(state, closed=False, awaited=None, accepted=False)
        case ClosingAwaited(reason=reason):
            return replace(state, awaited=reason)
        case CaseFrozen():
            return replace(state, awaited=None)
        case RegionNoted(function=function, active=True):
            return replace(state, active=state.active | {function})
        case RegionNoted(function=function):
            return replace(state, active=state.active - {function})
        case HandBackNoted(agency=lead) | LeadNoted(agency=lead):
            return replace(state, lead=lead)
        case LinkAccepted():
            return replace(state, accepted=True)
        case SubjectMovedAway(person=person):
            return replace(state, moves={**state.moves, person: event})
        case SubjectDied(person=person):
            return replace(state, died=state.died | {person})
        case DeathRetracted(person=person):
            return replace(state, died=state.died - {person})
        case PartNoted(agency=agency) | PartGiven(agency=agency):
            return replace(state, agencies=state.agencies | {agency})
        case PersonsNoted(persons=persons):
            return replace(state, persons=state.persons.union(persons))
        case DisclosureRequested() | VerdictNoted() | StopNoted():
            return replace(state, open=follow(state.open, event))
        case DeadlineSet() | DeadlineMet() | DeadlineMissed():
            return replace(state, watched=deadlines.evolve(state.watched, event))
        case MessageRefused():
            return state
        case _:
            assert_never(event)


EVENTS = (
    SignalReceived, ConsultationReceived, CaseClosed, CaseReopened, SubjectMovedAway, SubjectDied, DeathRetracted, ClosingAwaited, RegionNoted, HandBackNoted,
    LeadNoted, LinkAccepted, CaseFrozen, PartNoted, PartGiven, PersonsNoted, DeadlineSet, DeadlineMet, DeadlineMissed, DisclosureRequested,
    VerdictNoted, StopNoted, MessageRefused,
)
