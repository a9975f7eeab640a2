"""What each message of the day amounts to in the month's figures, written down by hand: nothing here is read from the metrics or from a log."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cli.day.player import Told
from contracts.community import CooperationStarted, IssuesPaired, PlaceOpened, SessionHeld, SupplyOffered
from contracts.consent import ConsentGranted, ConsentRefused, ConsentWithdrawn
from contracts.consultation import (
    CaseClosed,
    ConsultationReceived,
    ConsultationScreened,
    ContactRecorded,
    EmergencyRaised,
    LinkedToAgency,
    SignalReceived,
)
from contracts.coordination import (
    ConferenceConvened,
    CoordinationAccepted,
    CoordinationEnded,
    CoordinationNotAccepted,
    CoordinationReferred,
    HandedBackToConsultation,
    PlanEnded,
    PlanEvaluated,
    PlanProposed,
    PlanReviewed,
    PlanRevised,
    SegmentOpened,
)
from contracts.outreach import ContactAttempted, FirstContactMade, OutreachEnded, SupportAccepted
from contracts.participation import (
    CandidateProposed,
    GapNeedAssessed,
    HandsRequested,
    MatchConfirmed,
    MatchEnded,
    ResourceProposed,
    SettlementSupported,
    TrialStarted,
)


@dataclass(frozen=True, slots=True)
class Entry:
    """What goes into one figure, whole and in each of these parts; with ``members``, each of them only once."""

    metric: str
    parts: tuple[tuple[str, str], ...] = ()
    amount: int = 1
    members: tuple[str, ...] = ()


def entries(told: Told) -> Iterator[Entry]:
    """What one message amounts to."""
    for metric, parts, *rest in (*_of_consultation(told), *_of_coordination(told), *_of_work(told), *_of_community(told), *_of_consent(told.event)):
        members, amount = (rest[0], 1) if rest and isinstance(rest[0], tuple) else ((), rest[0] if rest else 1)
        yield Entry(metric, tuple((name, str(value)) for name, value in parts), amount, members)


def _of_consultation(told: Told) -> list[Any]:
    case, by = (told.subject,), ("agency", told.agency)
    match told.event:
        case SignalReceived() as signal:
            return [("signals", [("channel", signal.channel), by])]
        case ConsultationReceived() as heard:
            parts = [("field", heard.field), ("age", heard.age_band), ("channel", heard.channel), ("topic", heard.topic), ("visitor", heard.visitor_relation), by]
            return [("consultations", parts), ("new_consultation_cases", parts, case)]
        case ContactRecorded(method=method):
            return [("contacts", [("method", method), by]), ("contact_cases", [("method", method), by], case)]
        case ConsultationScreened(outcome=outcome):
            return [("screenings", [("outcome", outcome), by])]
        case LinkedToAgency(to_agency=agency):
            return [("links", [("to_agency", agency), by]), ("linked_cases", [("to_agency", agency), by], case)]
        case EmergencyRaised(danger=danger):
            return [("emergencies", [("danger", danger), by])]
        case CaseClosed(reason=reason):
            return [("cases_closed", [("reason", reason), by])]
    return []


def _of_coordination(told: Told) -> list[Any]:
    case, by = (told.subject,), ("agency", told.agency)
    match told.event:
        case CoordinationReferred(reason=reason):
            return [("coordination_referred", [("reason", reason), by])]
        case CoordinationAccepted():
            return [("coordination_accepted", [by])]
        case CoordinationNotAccepted(reason=reason):
            return [("coordination_refused", [("reason", reason), by])]
        case CoordinationEnded(lead=lead):
            return [("coordination_ended", [("lead", lead), by])]
        case HandedBackToConsultation(reason=reason, lead=lead):
            return [("hand_backs", [("reason", reason), ("lead", lead), by])]
        case PlanProposed(kind=kind):
            return [("plans_proposed", [("kind", kind), by])]
        case PlanReviewed(fit=True):
            return [("plans_approved", [by]), ("coordination_planned", [by], case)]
        case PlanRevised():
            return [("plans_revised", [by])]
        case PlanEvaluated(result=result):
            return [("plans_evaluated", [("result", result), by])]
        case PlanEnded(reason=reason):
            return [("plans_ended", [("reason", reason), by])]
        case ConferenceConvened():
            return [("sittings", [by])]
        case SegmentOpened(basis=basis, cases=cases):
            of = [("basis", basis)]
            return [("segments", of), ("sittings_by_kind", of, case), ("cases_in_conference", of, len(cases)), ("conference_cases", of, tuple(cases))]
    return []


def _of_work(told: Told) -> list[Any]:
    by = ("agency", told.agency)
    match told.event:
        case ContactAttempted(method=method, result=result):
            parts = [("method", method), ("result", result), by]
            return [("outreach_contacts", parts), ("outreach_cases", parts, (told.subject,))]
        case FirstContactMade():
            return [("first_contacts", [by])]
        case SupportAccepted():
            return [("support_accepted", [by])]
        case OutreachEnded(reason=reason):
            return [("outreach_ended", [("reason", reason), by])]
        case ResourceProposed(host=host):
            return [("resources", [("host", host), by])]
        case CandidateProposed():
            return [("candidates", [by])]
        case HandsRequested(wanted=wanted):
            return [("hands_requests", [("wanted", wanted)])]
        case MatchEnded(reason=reason):
            return [("matches_ended", [("reason", reason), by])]
        case GapNeedAssessed() | TrialStarted() | MatchConfirmed() | SettlementSupported() as work:
            shared = [("participation_contacts", [by]), ("participation_persons", [by], (work.person,))]
            return [*shared, *_of_participation(work, by)]
    return []


def _of_participation(work: Any, by: tuple[str, str]) -> list[Any]:
    match work:
        case GapNeedAssessed(need_kind=need):
            return [("gap_needs", [("need_kind", need), by])]
        case TrialStarted(host=host):
            return [("trials", [("host", host), by])]
        case MatchConfirmed(host=host, attendance=attendance):
            return [("matches", [("attendance", attendance), ("host", host), by])]
        case _:
            parts = [("side", work.side), by]
            return [("settlement_supports", parts), ("settled_persons", parts, (work.person,))]


def _of_community(told: Told) -> list[Any]:
    by = ("agency", told.agency)
    match told.event:
        case PlaceOpened(kind=kind, programmes=programmes):
            return [("places_opened", [("kind", kind), *(("programme", each) for each in programmes), by])]
        case SessionHeld(attendance=attendance):
            heads = sum(each.count for each in attendance)
            return [
                ("sessions", [by]), ("active_places", [by], (told.subject,)), ("attendance", [by], heads),
                *(("attendance_of_age", [("age", each.band)], each.count) for each in attendance),
            ]
        case SupplyOffered():
            return [("supplies", [by])]
        case IssuesPaired():
            return [("issues_paired", [])]
        case CooperationStarted():
            return [("cooperations", [by])]
    return []


def _of_consent(event: Any) -> list[Any]:
    match event:
        case ConsentGranted(purpose=purpose):
            return [("consents_granted", [("purpose", purpose)])]
        case ConsentRefused(purpose=purpose):
            return [("consents_refused", [("purpose", purpose)])]
        case ConsentWithdrawn():
            return [("consents_withdrawn", [])]
    return []
