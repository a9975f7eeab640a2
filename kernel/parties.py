"""Parties: who has a part in a case (事例への関わり) and may therefore speak about it (architecture rule 6), and who is named in it.

Every function notes both for its keys in its own log, so that none has to ask another. The check stands here once, around every
``decide``, so that no decider can forget it: to an agency without a part, a case that exists and one that does not look the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from contracts.catalogue import EventType
from contracts.consent import DisclosureDecided, StopNoticeIssued
from contracts.envelope import (
    CaseAnnounced,
    CaseFrozen,
    FreezeNoted,
    MessageRefused,
    PartGiven,
    PartNoted,
    PersonsNoted,
    StopNoted,
    VerdictNoted,
)
from contracts.shared import SENTENCES, CasePart, RefusalCode
from kernel.decider import Context, Decider
from kernel.reporters import Named, after, everybody, fresh


@dataclass(frozen=True, slots=True)
class Known:
    """Who takes part in one case or other entity (agencies), and who is named in it (persons); both only grow."""

    agencies: frozenset[str] = frozenset()
    persons: frozenset[str] = frozenset()
    case: bool = False
    """Whether the entity is a case, and not a place, a resource or the like."""
    frozen: bool = False
    """The case is continued under another id (引継ぎ): nothing more is taken in from its parties, danger and the like apart."""
    reporters: frozenset[str] = frozenset()
    """Those of the persons who are named only because they have reported something (知らせた人)."""


def refused(context: Context, code: RefusalCode) -> MessageRefused:
    """The coded refusal of the message in ``context``, with the sentence for its sender."""
    return MessageRefused(
        agency=context.agency,
        message_id=context.reported_id or context.message_id,
        message_type=context.message_type,
        code=code,
        sentence=SENTENCES[code],
        coordinates="",
    )


def admit(known: Known, event_type: EventType, context: Context, decide: Callable[[], tuple[Any, ...]]) -> tuple[Any, ...]:
    """Let an agency speak only where it may; beside what was decided, note who opened a new entity and who is named for the first time.

    Messages of our own functions (``context.source`` is not the agency) pass: the function that sent them has checked.
    What follows from a message comes first, since the ids of its events are counted from there.
    """
    if not _may_speak(known, event_type, context):
        copied = context.function in event_type.copies  # the function that owns the type refuses; one refusal is enough
        return () if copied else (refused(context, RefusalCode.CASE_NOT_FOUND),)
    if known.case and event_type.part == "opens" and event_type.key != "case":
        return (refused(context, RefusalCode.WRONG_STATE),)  # nothing else begins under the id of a case: its partners would get a part in it
    if known.frozen and context.agency in known.agencies and event_type.part != "none" and context.source == context.agency:
        return () if context.function in event_type.copies else (refused(context, RefusalCode.CASE_FROZEN),)
    events = decide()
    if any(isinstance(event, MessageRefused) for event in events):
        return events
    told = (event for event in events if not (isinstance(event, PartGiven) and event.agency in known.agencies))
    return (*told, *_opener(known, event_type, context), *_named(known, everybody(context.persons, context.reporters, context.parts)))


def _may_speak(known: Known, event_type: EventType, context: Context) -> bool:
    """A case takes in whatever opens one, from anybody: signals and consultations are open to all. It gives no part in a case that is there."""
    if context.source != context.agency or context.agency in known.agencies or event_type.part == "none":
        return True
    return event_type.part == "opens" and (event_type.key == "case" or not known.agencies)


def _opener(known: Known, event_type: EventType, context: Context) -> Iterator[PartNoted]:
    if event_type.part == "opens" and context.source == context.agency and not known.agencies:
        yield PartNoted(agency=context.agency, part=CasePart.OPENED, case=event_type.key == "case")


def _named(known: Known, named: Named) -> Iterator[PersonsNoted]:
    persons, reporters = fresh(known.persons, known.reporters, named)
    if persons:
        yield PersonsNoted(persons=persons, reporters=reporters)


def decide(known: Known, message: CaseAnnounced | CaseFrozen | PartGiven | PersonsNoted | DisclosureDecided | StopNoticeIssued, context: Context) -> tuple[Any, ...]:
    """Note parts, persons, verdicts and stops that other functions tell of; what is known already gives nothing."""
    match message:
        case CaseAnnounced(agency=agency, persons=persons, reporters=reporters):
            opened = () if known.agencies else (PartNoted(agency=agency, part=CasePart.OPENED, case=True),)
            return (*opened, *_named(known, (persons, reporters)))
        case PartGiven(agency=agency, part=part) if agency not in known.agencies:
            return (PartNoted(agency=agency, part=part),)
        case PersonsNoted(persons=persons, reporters=reporters):
            return tuple(_named(known, (persons, reporters)))
        case DisclosureDecided():
            return (_noted(message),)
        case StopNoticeIssued(recipient=recipient, consent=consent, purpose=purpose):
            return (StopNoted(recipient=recipient, consent=consent, purpose=purpose),)
        case CaseFrozen(into_case=case) if not known.frozen:
            return (FreezeNoted(into_case=case),)
        case _:
            return ()


def _noted(verdict: DisclosureDecided) -> VerdictNoted:
    return VerdictNoted(
        request_id=verdict.request_id,
        event_id=verdict.event_id,
        event_type=verdict.event_type,
        recipient=verdict.recipient,
        outcome=verdict.outcome,
        rule=verdict.rule,
    )


def evolve(known: Known, event: PartNoted | PartGiven | PersonsNoted | VerdictNoted | StopNoted | CaseFrozen | FreezeNoted) -> Known:
    """Parts only grow: secrecy and the right to be told of a stop outlast the work."""
    match event:
        case PersonsNoted(persons=persons, reporters=reporters):
            mere = after(known.persons, known.reporters, (persons, reporters))
            return Known(known.agencies, known.persons.union(persons), known.case, known.frozen, mere)
        case VerdictNoted() | StopNoted():
            return known
        case CaseFrozen() | FreezeNoted():
            return replace(known, frozen=True)
        case PartNoted(agency=agency, case=case):
            return Known(joined(known.agencies, agency), known.persons, known.case or case, known.frozen, known.reporters)
        case _:
            return Known(joined(known.agencies, event.agency), known.persons, known.case, known.frozen, known.reporters)


@lru_cache(maxsize=4_096)
def joined(agencies: frozenset[str], agency: str) -> frozenset[str]:
    """One agency more; the same set for every case with the same agencies: there are few such sets, and many cases."""
    return agencies | {agency}


PARTIES: Decider[Known] = Decider(
    name="parties",
    initial=Known(),
    decide=decide,
    evolve=evolve,
    messages=(CaseAnnounced, CaseFrozen, PartGiven, PersonsNoted, DisclosureDecided, StopNoticeIssued),
    events=(PartNoted, PartGiven, PersonsNoted, VerdictNoted, StopNoted, CaseFrozen, FreezeNoted),
)
"""Stands first in every function."""
