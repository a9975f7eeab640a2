"""Parties: who has a part in a case (事例への関わり) and may therefore speak about it (architecture rule 6).

Every function notes the parties of its keys in its own log, so that none has to ask another. The check stands here once, around
every ``decide``, so that no decider can forget it: to an agency without a part, a case that exists and one that does not look the same.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from contracts.catalogue import EventType
from contracts.consent import DisclosureDecided
from contracts.envelope import CaseAnnounced, MessageRefused, PartGiven, PartNoted, VerdictNoted
from contracts.shared import SENTENCES, CasePart, RefusalCode
from kernel.decider import Context, Decider

Parties = frozenset[str]
"""Ids of the agencies that have a part in one case or other entity."""


def refused(context: Context, code: RefusalCode) -> MessageRefused:
    """The coded refusal of the message in ``context``, with the sentence for its sender."""
    return MessageRefused(
        agency=context.agency,
        message_id=context.message_id,
        message_type=context.message_type,
        code=code,
        sentence=SENTENCES[code],
        coordinates="",
    )


def admit(parties: Parties, event_type: EventType, context: Context, decide: Callable[[], tuple[Any, ...]]) -> tuple[Any, ...]:
    """Let an agency speak only where it has a part; note the opener of a new entity beside what was decided.

    Messages of our own functions (``context.source`` is not the agency) pass: the function that sent them has checked.
    """
    if context.source != context.agency:
        return decide()
    stranger = context.agency not in parties
    if stranger and (event_type.part == "required" or (event_type.part == "opens" and parties)):
        copied = context.function in event_type.copies  # the function that owns the type refuses; one refusal is enough
        return () if copied else (refused(context, RefusalCode.CASE_NOT_FOUND),)
    events = decide()
    opened = event_type.part == "opens" and stranger and not any(isinstance(event, MessageRefused) for event in events)
    return (*events, PartNoted(agency=context.agency, part=CasePart.OPENED)) if opened else events


def decide(parties: Parties, message: CaseAnnounced | PartGiven | DisclosureDecided, context: Context) -> tuple[Any, ...]:
    """Note parts and verdicts that other functions tell of; what is known already gives nothing."""
    match message:
        case CaseAnnounced(agency=agency) if not parties:
            return (PartNoted(agency=agency, part=CasePart.OPENED),)
        case PartGiven(agency=agency, part=part) if agency not in parties:
            return (PartNoted(agency=agency, part=part),)
        case DisclosureDecided():
            return (_noted(message),)
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


def evolve(parties: Parties, event: PartNoted | PartGiven | VerdictNoted) -> Parties:
    """Parts only grow: secrecy and the right to be told of a stop outlast the work."""
    return parties if isinstance(event, VerdictNoted) else parties | {event.agency}


PARTIES: Decider[Parties] = Decider(
    name="parties",
    initial=frozenset(),
    decide=decide,
    evolve=evolve,
    messages=(CaseAnnounced, PartGiven, DisclosureDecided),
    events=(PartNoted, PartGiven, VerdictNoted),
)
"""Stands first in every function."""
