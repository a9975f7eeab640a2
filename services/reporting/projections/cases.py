"""Case state (事例の状態): where each case stands: who leads, how far each function has come, what is due, who waits without a lead or a contact.

Every column is written from one log alone: its last word counts there. What several logs say together is said by the views, at reading.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

from contracts.catalogue import CATALOGUE, EventType
from contracts.consultation import (
    CaseClosed,
    CaseReopened,
    ClosingAwaited,
    ConsultationReceived,
    ConsultationScreened,
    ContactRecorded,
    HandBackNoted,
    LinkAccepted,
    LinkDeclined,
    LinkedToAgency,
    SignalReceived,
)
from contracts.coordination import (
    BroughtToSupportConference,
    CoordinationAccepted,
    CoordinationEnded,
    CoordinationNotAccepted,
    CoordinationReferred,
    HandedBackToConsultation,
    LeadAgencyNamed,
    PlanApproved,
    PlanEnded,
    PlanEvaluated,
    PlanExecutionStarted,
    PlanProposed,
    PlanReviewed,
    PlanRevised,
    RolesAssigned,
    WholeStructureMonitored,
)
from contracts.envelope import CaseFrozen, DeadlineMet, DeadlineMissed, DeadlineSet, PartNoted, RegionChanged, VerdictNoted
from contracts.outreach import (
    ContactAttempted,
    FirstContactMade,
    OutreachEnded,
    OutreachRequestNoted,
    RelationStabilised,
    RelationStepRecorded,
    SignalDismissed,
    SignalVerified,
    SupportAccepted,
)
from contracts.participation import (
    CandidateProposed,
    GapNeedAssessed,
    MatchConfirmed,
    MatchDeclined,
    MatchEnded,
    ParticipationRequestNoted,
    ResourceGapFound,
    SettlementSupported,
    TrialStarted,
)
from contracts.shared import CasePart
from contracts.topics import SUPPORT_FUNCTIONS
from services.reporting.projections.cases_read import VIEWS
from services.reporting.projections.projection import Fact, Written
from services.reporting.projections.table import KEY, MAX, MIN, Column, Row, Table

CASES = Table("cases", (
    Column("case_id", "text", KEY), Column("opened_at", "timestamptz", MIN), Column("opened_by", "text"), Column("closing", "text"),
    Column("closed_at", "timestamptz"), Column("continued_in", "text"),
), case="case_id", indexes=("opened_at, case_id",))
"""What everybody with a part in a case is told of it: that it is open, waits to be closed, is closed, goes on elsewhere. With ``opened_at`` it is a case."""

PROGRESS = Table("case_progress", (
    Column("case_id", "text", KEY),
    Column("consultation", "text"), Column("consultation_ja", "text"), Column("screening", "text"), Column("urgency", "text"), Column("link", "text"),
    Column("coordination", "text"), Column("coordination_ja", "text"), Column("coordinating", "boolean"), Column("referral", "text"),
    Column("lead", "text"), Column("lead_since", "timestamptz"),
    Column("outreach", "text"), Column("outreach_ja", "text"), Column("reaching_out", "boolean"), Column("relation", "text"),
    Column("participation", "text"), Column("participation_ja", "text"), Column("taking_part", "boolean"),
    Column("last_event_at", "timestamptz", MAX), Column("last_contact_at", "timestamptz", MAX), Column("last_attempt_at", "timestamptz", MAX),
), case="case_id")
"""How far each function has come, and who leads: what the gate gives to some of those who have a part in the case, and never to all."""

DEADLINES = Table("case_deadlines", (
    Column("case_id", "text", KEY), Column("function", "text", KEY), Column("deadline", "text", KEY), Column("about", "text", KEY),
    Column("state", "text"), Column("agency", "text"), Column("due_at", "timestamptz"), Column("said_at", "timestamptz"),
), case="case_id", agency="agency")
"""What an agency has to do by when: SET, MET or MISSED, as its function said last. A deadline of a resource or a place stands under its own key."""

_STEPS: Mapping[str, tuple[type, ...]] = {
    "consultation": (
        SignalReceived, ConsultationReceived, ConsultationScreened, LinkedToAgency, LinkAccepted, LinkDeclined, HandBackNoted, ClosingAwaited,
        CaseClosed, CaseReopened, CaseFrozen,
    ),
    "coordination": (
        CoordinationReferred, BroughtToSupportConference, CoordinationAccepted, CoordinationNotAccepted, RolesAssigned, PlanProposed, PlanReviewed,
        PlanApproved, PlanExecutionStarted, PlanRevised, WholeStructureMonitored, PlanEvaluated, PlanEnded, HandedBackToConsultation, CoordinationEnded,
    ),
    "outreach": (
        OutreachRequestNoted, SignalVerified, SignalDismissed, ContactAttempted, FirstContactMade, RelationStepRecorded, SupportAccepted,
        RelationStabilised, OutreachEnded,
    ),
    "participation": (
        ParticipationRequestNoted, GapNeedAssessed, CandidateProposed, TrialStarted, MatchConfirmed, SettlementSupported, MatchDeclined, MatchEnded,
        ResourceGapFound,
    ),
}
"""The facts that bring a function's work on a case (領域) a step on or back; the last of them is where it stands."""
_ACTIVE = {"coordination": "coordinating", "outreach": "reaching_out", "participation": "taking_part"}
_CONTACTS = (ConsultationReceived, ContactRecorded, FirstContactMade, RelationStepRecorded, SupportAccepted)
"""Facts that say that somebody was in touch with the person or the family."""
_TABLES = {table.name: table for table in (CASES, PROGRESS)}
_PLACES = {name: (table, place) for table in (CASES, PROGRESS) for place, name in enumerate(table.names)}
_SPEAKING = (
    ConsultationScreened, LeadAgencyNamed, HandedBackToConsultation, CoordinationEnded, RegionChanged, CaseFrozen, FirstContactMade,
    RelationStepRecorded, DeadlineSet, DeadlineMet, DeadlineMissed,
)
_SPEAKING_IN = (("consultation", PartNoted), ("coordination", VerdictNoted))
"""What says more than that it happened, everywhere or in one log."""


class Cases:
    """What a case is and how far it has come, one row each; and one row per deadline."""

    name, version = "cases", 1
    tables = (CASES, PROGRESS, DEADLINES)
    views: Mapping[str, str] = VIEWS

    def wants(self, log: str, kind: EventType) -> bool:
        """See Projection: what is more than that it happened."""
        return kind.cls in _SPEAKING or (log, kind.cls) in _SPEAKING_IN

    def rows(self, fact: Fact) -> Written:
        """See Projection."""
        if _silent(fact.log, fact.kind.name):
            return ()
        at = fact.recorded_at
        if fact.kind.cls in (DeadlineSet, DeadlineMet, DeadlineMissed):
            return ((DEADLINES, _deadline(fact, at)),)
        rows: dict[str, list[Any]] = {}
        for name, value in (*_moments(fact, at), *_steps(fact), *_said(fact, at)):
            table, place = _PLACES[name]
            if table.name not in rows:
                rows[table.name] = [fact.envelope.subject, *[None] * (len(table.names) - 1)]
            rows[table.name][place] = value
        return [(_TABLES[name], tuple(row)) for name, row in rows.items()]


@cache
def _silent(log: str, name: str) -> bool:
    """Whether facts of this type in this log say nothing of a case."""
    kind = CATALOGUE[name]
    return not (kind.cls in _SPEAKING or (log, kind.cls) in _SPEAKING_IN or kind.cls in _STEPS.get(log, ()) or kind.cls in _CONTACTS or _happens(log, kind))


def _happens(log: str, kind: EventType) -> bool:
    """Whether it is an event of a case, told by the function that owns it."""
    return kind.key == "case" and kind.function == log and (log in SUPPORT_FUNCTIONS or log == "consent") and not kind.broadcast


def _deadline(fact: Fact, at: datetime) -> Row:
    event, place = fact.event, (fact.envelope.subject, fact.log, fact.event.deadline, fact.event.of)
    if isinstance(event, DeadlineMet):
        return *place, "MET", None, None, at
    state = "SET" if isinstance(event, DeadlineSet) else "MISSED"
    return *place, state, event.agency, datetime.fromtimestamp(event.due / 1000, UTC), at


def _steps(fact: Fact) -> Iterator[tuple[str, Any]]:
    """How far the function has come."""
    if fact.kind.cls in _STEPS.get(fact.log, ()):
        yield from ((fact.log, fact.kind.name), (f"{fact.log}_ja", fact.kind.title_ja))


def _moments(fact: Fact, at: datetime) -> Iterator[tuple[str, Any]]:
    """When: in whatever order they come, the first and the last count."""
    kind = fact.kind
    if kind.cls in (SignalReceived, ConsultationReceived) or fact.log == "consultation" and isinstance(fact.event, PartNoted) and fact.event.case:
        yield "opened_at", at
    if _happens(fact.log, kind):
        yield "last_event_at", at
    if kind.cls is ContactAttempted or kind.cls in _CONTACTS:
        yield "last_attempt_at" if kind.cls is ContactAttempted else "last_contact_at", at


def _said(fact: Fact, at: datetime) -> Iterator[tuple[str, Any]]:
    """What a fact says, copied; each column from one log."""
    match fact.log, fact.event:
        case "consultation", PartNoted(part=CasePart.OPENED, case=True, agency=agency):
            yield "opened_by", agency
        case "consultation", ConsultationScreened(outcome=outcome, urgency=urgency):
            yield from (("screening", outcome), ("urgency", urgency))
        case "consultation", CaseFrozen(into_case=case):
            yield "continued_in", case
        case "coordination", LeadAgencyNamed(agency=lead) | HandedBackToConsultation(lead=lead) | CoordinationEnded(lead=lead):
            yield from (("lead", lead or None), ("lead_since", at))
        case "coordination", VerdictNoted(event_type=CoordinationReferred.__name__, outcome=outcome):
            yield "referral", outcome
        case "outreach", FirstContactMade(stage=stage) | RelationStepRecorded(stage=stage):
            yield "relation", stage
        case log, RegionChanged(active=active) if log in _ACTIVE:
            yield _ACTIVE[log], active
        case "consultation", _:
            yield from _of_consultation(fact, at)


def _of_consultation(fact: Fact, at: datetime) -> Iterator[tuple[str, Any]]:
    """That a link was made or answered, that the case was closed or opened again."""
    cls, name = fact.kind.cls, fact.kind.name
    if cls in (LinkedToAgency, LinkAccepted, LinkDeclined):
        yield "link", name
    if cls in (ClosingAwaited, CaseClosed, CaseReopened):
        yield from (("closing", name), ("closed_at", at if cls is CaseClosed else None))
