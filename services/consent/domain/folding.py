"""Folding: the case file after each event of the gate's log."""

from __future__ import annotations

from typing import assert_never

from contracts.consent import (
    AccessRequested,
    AppealFiled,
    BreachDutiesOpened,
    BreachReported,
    CapacityConfirmed,
    CapacityDoubted,
    ConfirmationAwaited,
    ConfirmationNoted,
    ConsentConfirmed,
    ConsentExpired,
    ConsentExtended,
    ConsentGranted,
    ConsentInvalidated,
    ConsentLapsed,
    ConsentNarrowed,
    ConsentPaused,
    ConsentRefused,
    ConsentRequested,
    ConsentResumed,
    ConsentWithdrawn,
    CorrectionMade,
    CorrectionRequested,
    DisclosureAcknowledged,
    DisclosureDecided,
    DisclosureReleased,
    EmergencyUseFrequent,
    IdentityVerified,
    PersonalDataRead,
    PersonTellingDelayed,
    PersonTold,
    ProxyEnded,
    ProxyVerified,
    RecallRequested,
    ReviewClosed,
    ReviewOpened,
    RightsDecided,
    RightsDelivered,
    StopNoticeAnswered,
    StopNoticeIssued,
    UseExpired,
    UseStopRequested,
)
from contracts.consultation import DeathRetracted, SubjectDied
from contracts.coordination import InformationRequestedInConference, SegmentNoted
from contracts.envelope import DeadlineMet, DeadlineMissed, DeadlineSet, DisclosureRequested, MessageRefused, PartNoted, PersonsNoted
from contracts.outreach import ContactStateChanged
from contracts.shared import Basis, CasePart, Deadline
from kernel.deadlines import DEADLINES
from kernel.parties import joined
from services.consent.domain import afterwards, arrival, confirmation, halting, rights, stopping, versions
from services.consent.domain.answers import Answer
from services.consent.domain.capture import Capacity, Saying
from services.consent.domain.casefile import CaseFile

Deadlines = DeadlineSet | DeadlineMet | DeadlineMissed
Event = (
    Saying | Capacity | Answer | Deadlines | DisclosureRequested | DisclosureDecided | DisclosureReleased | ReviewOpened | StopNoticeIssued
    | BreachDutiesOpened | ConsentExpired | ConfirmationAwaited | ConfirmationNoted | ConsentLapsed | UseExpired | EmergencyUseFrequent
    | SegmentNoted | InformationRequestedInConference | MessageRefused | PersonsNoted | PartNoted | ContactStateChanged | SubjectDied | DeathRetracted
    | PersonalDataRead
)


def evolve(case: CaseFile, event: Event) -> CaseFile:
    """The case as the gate knows it after ``event``."""
    match event:
        case DisclosureRequested():
            return case.asked(event)
        case DisclosureDecided():
            return afterwards.decided(case, event) if event.basis is Basis.V else case.decided(event)
        case DisclosureReleased():
            return arrival.delivered(case, event)
        case ConsentGranted():
            return versions.granted(case, event)
        case ConsentRefused():
            return case.refused(event)
        case ConsentWithdrawn():
            return versions.withdrawn(case, event.person, event.consents)
        case ConsentNarrowed():
            return versions.narrowed(case, event)
        case ConsentExtended():
            return versions.extended(case, event)
        case ConsentPaused() | ConsentResumed() | ConsentInvalidated():
            return halting.halted(case, event)
        case ConfirmationAwaited():
            return confirmation.waits(case, event)
        case ConsentConfirmed():
            return confirmation.counts(case, event)
        case ConsentLapsed():
            return confirmation.lapsed(case, event)
        case ConsentExpired():
            return case.with_consent(event.consent, expired=True)
        case ConsentRequested() | CapacityDoubted() | CapacityConfirmed() | ProxyVerified() | ProxyEnded() | ContactStateChanged():
            return case.changed(standing=case.standing.after(event))
        case SegmentNoted():
            return case.segment_noted(event)
        case InformationRequestedInConference():
            return case.items_asked_for(event)
        case PersonsNoted():
            return case.named_persons(event)
        case PartNoted(part=CasePart.OPENED | CasePart.LISTED):
            return case.changed(agencies=joined(case.agencies, event.agency))
        case PartNoted():
            return case  # whoever was linked knows of the case once something of it has arrived there
        case SubjectDied():
            return case.changed(dead=case.dead | {event.person})
        case DeathRetracted():
            return case.changed(dead=case.dead - {event.person})
        case DeadlineSet(deadline=Deadline.RIGHTS_ANSWER):
            return case.changed(watched=DEADLINES.evolve(case.watched, event), rights=rights.answered_by(case.rights, event))
        case DeadlineSet() | DeadlineMet() | DeadlineMissed():
            return case.changed(watched=DEADLINES.evolve(case.watched, event))
        case StopNoticeIssued():
            return case.changed(aftercare=case.aftercare.told_to_stop(event.recipient, event.consent))
        case DisclosureAcknowledged():
            return case.changed(aftercare=case.aftercare.noted(event.request_id, acknowledged=True))
        case RecallRequested():
            return case.changed(aftercare=case.aftercare.noted(event.request_id, recalled=True))
        case RightsDecided():
            return stopping.stopped(case, event).changed(rights=rights.evolve(case.rights, event))
        case (
            AccessRequested() | CorrectionRequested() | UseStopRequested() | IdentityVerified() | RightsDelivered() | AppealFiled() | CorrectionMade()
        ):
            return case.changed(rights=rights.evolve(case.rights, event))
        case PersonTold() | ReviewOpened() | ReviewClosed() | UseExpired():
            return afterwards.folded(case, event)
        case MessageRefused() | StopNoticeAnswered() | BreachReported() | BreachDutiesOpened() | PersonTellingDelayed() | EmergencyUseFrequent():
            return case
        case ConfirmationNoted() | PersonalDataRead():
            return case
        case _:
            assert_never(event)
