"""Folding: the case file after each event of the gate's log."""

from __future__ import annotations

from typing import assert_never

from contracts.consent import (
    AccessRequested,
    AppealFiled,
    BreachReported,
    CapacityConfirmed,
    CapacityDoubted,
    ConsentExpired,
    ConsentExtended,
    ConsentGranted,
    ConsentNarrowed,
    ConsentRefused,
    ConsentRequested,
    ConsentWithdrawn,
    CorrectionMade,
    CorrectionRequested,
    DisclosureAcknowledged,
    DisclosureDecided,
    DisclosureReleased,
    IdentityVerified,
    ProxyVerified,
    RecallRequested,
    ReviewOpened,
    RightsDecided,
    RightsDelivered,
    StopNoticeAnswered,
    StopNoticeIssued,
    UseStopRequested,
)
from contracts.consultation import SubjectDied
from contracts.coordination import InformationRequestedInConference, SegmentNoted
from contracts.envelope import DeadlineMet, DeadlineMissed, DeadlineSet, DisclosureRequested, MessageRefused, PartNoted, PersonsNoted
from contracts.outreach import ContactStateChanged
from contracts.shared import CasePart
from kernel.deadlines import DEADLINES
from kernel.parties import joined
from services.consent.domain import rights
from services.consent.domain.answers import Answer
from services.consent.domain.capture import Capacity, Saying
from services.consent.domain.casefile import CaseFile

Deadlines = DeadlineSet | DeadlineMet | DeadlineMissed
Event = (
    Saying | Capacity | Answer | Deadlines | DisclosureRequested | DisclosureDecided | DisclosureReleased | ReviewOpened | StopNoticeIssued
    | ConsentExpired | SegmentNoted | InformationRequestedInConference | MessageRefused | PersonsNoted | PartNoted | ContactStateChanged | SubjectDied
)


def evolve(case: CaseFile, event: Event) -> CaseFile:
    """The case as the gate knows it after ``event``."""
    match event:
        case DisclosureRequested():
            return case.asked(event)
        case DisclosureDecided():
            return case.decided(event)
        case DisclosureReleased():
            return case.delivered(event)
        case ConsentGranted():
            return case.granted(event)
        case ConsentRefused():
            return case.refused(event)
        case ConsentWithdrawn():
            return case.withdrawn(event.person, event.consents)
        case ConsentNarrowed():
            return case.narrowed(event)
        case ConsentExtended():
            return case.with_consent(event.consent, last_day=event.valid_to.toordinal())
        case ConsentExpired():
            return case.with_consent(event.consent, expired=True)
        case ConsentRequested() | CapacityDoubted() | CapacityConfirmed() | ProxyVerified() | ContactStateChanged():
            return case.changed(standing=case.standing.after(event))
        case SegmentNoted():
            return case.segment_noted(event)
        case InformationRequestedInConference():
            return case.items_asked_for(event)
        case PersonsNoted():
            return case.named_persons(event.persons)
        case PartNoted(part=CasePart.OPENED | CasePart.LISTED):
            return case.changed(agencies=joined(case.agencies, event.agency))
        case PartNoted():
            return case  # whoever was linked knows of the case once something of it has arrived there
        case SubjectDied():
            return case.changed(dead=case.dead | {event.person})
        case DeadlineSet() | DeadlineMet() | DeadlineMissed():
            return case.changed(watched=DEADLINES.evolve(case.watched, event))
        case StopNoticeIssued():
            return case.changed(aftercare=case.aftercare.stopped(event.recipient, event.consent))
        case DisclosureAcknowledged():
            return case.changed(aftercare=case.aftercare.noted(event.request_id, acknowledged=True))
        case RecallRequested():
            return case.changed(aftercare=case.aftercare.noted(event.request_id, recalled=True))
        case (
            AccessRequested() | CorrectionRequested() | UseStopRequested() | IdentityVerified() | RightsDecided() | RightsDelivered() | AppealFiled()
            | CorrectionMade()
        ):
            return case.changed(rights=rights.evolve(case.rights, event))
        case ReviewOpened() | MessageRefused() | StopNoticeAnswered() | BreachReported():
            return case
        case _:
            assert_never(event)
