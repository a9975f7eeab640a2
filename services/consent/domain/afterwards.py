"""Afterwards (事後): the case file after what is said of releases that did not ask the person. See ``unasked.py``."""

from __future__ import annotations

from typing import assert_never

from contracts.consent import DisclosureDecided, PersonTold, ReviewClosed, ReviewOpened, UseExpired
from contracts.envelope import DeadlineSet
from contracts.shared import Deadline
from kernel.deadlines import DEADLINES
from services.consent.domain.casefile import CaseFile
from services.consent.domain.model import GIVEN
from services.consent.domain.unasked import Unasked, review_of


def decided(case: CaseFile, verdict: DisclosureDecided) -> CaseFile:
    """After a verdict on basis V: it is counted, where it releases something."""
    after = case.decided(verdict)
    return _with(after, after.aftercare.unasked.decided(verdict)) if verdict.outcome in GIVEN else after


def folded(case: CaseFile, event: PersonTold | ReviewOpened | ReviewClosed | UseExpired) -> CaseFile:
    """After one of these; a review that was opened is itself a deadline of its reviewer."""
    unasked = case.aftercare.unasked
    match event:
        case PersonTold():
            return _with(case, unasked.told(event.request_id))
        case ReviewOpened():
            watched = DeadlineSet(
                deadline=Deadline.EMERGENCY_REVIEW, of=review_of(event.request_id, event.recipient), agency=event.recipient, due=event.due,
            )
            return _with(case, unasked.review_opened(event)).changed(watched=DEADLINES.evolve(case.watched, watched))
        case ReviewClosed():
            return _with(case, unasked.review_closed(event.request_id))
        case UseExpired():
            after = _with(case, unasked.expired(event.request_id))
            return after.changed(aftercare=after.aftercare.told_to_stop(event.holder, event.notice))
        case _:
            assert_never(event)


def _with(case: CaseFile, unasked: Unasked) -> CaseFile:
    return case.changed(aftercare=case.aftercare.changed(unasked=unasked))
