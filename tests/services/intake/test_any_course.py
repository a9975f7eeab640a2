"""The deciders of consultation under any course of a case: they answer, always, and alike."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as some

from contracts.consultation import CaseClosed, CaseOffered, ClosingAwaited, HandBackNoted, LeadNoted, PredecessorNoted, RegionNoted
from contracts.coordination import HandedBackToConsultation, LeadAgencyNamed
from contracts.envelope import (
    CaseAnnounced,
    CaseFrozen,
    DeadlineMissed,
    DisclosureRequested,
    MessageRefused,
    PartGiven,
    RegionChanged,
    Tick,
)
from contracts.registry import DeadlinesSet
from contracts.shared import CasePart, ClosingReason, Deadline, DeadlineTerm, FunctionName, ScreeningOutcome
from kernel.days import DAY_MS
from kernel.decider import Decider
from kernel.properties import Said, check
from kernel.testing import AT, Given, given
from services.intake.app import CONSULTATION
from services.intake.domain import closing, consultation, contact, continuation, links
from tests.kernel.courses import OURS, courses
from tests.services.intake import test_closing, test_consultation, test_contact, test_continuation, test_links
from tests.services.intake.test_functions import events

REGIONS = tuple(RegionChanged(function=function, active=active) for function in test_closing.OTHERS for active in (True, False))
WATCHED = (test_contact.SET, test_links.WATCHED, test_contact.MET)
COURSES: dict[str, tuple[Decider[Any], tuple[Any, ...], tuple[Any, ...]]] = {
    "consultation": (
        consultation.DECIDER,
        (
            test_consultation.SIGNAL, test_consultation.RECEIVED, test_consultation.EMERGENCY, test_consultation.QUESTION,
            *(test_consultation.SCREENED.changed(outcome=outcome) for outcome in ScreeningOutcome),
            test_consultation.ASSESSED, test_consultation.ADVISED, test_consultation.HANDED_BACK,
        ),
        (test_consultation.DECLINED, test_consultation.CLOSED, test_consultation.REOPENED),
    ),
    "links": (
        links.DECIDER,
        (test_consultation.LINKED, test_consultation.LINKED.changed(to_agency="elder"), test_links.ACCEPTED, test_links.DECLINED),
        (test_consultation.SIGNAL, test_consultation.CLOSED, test_consultation.REOPENED, test_closing.AWAITED, test_closing.DENIED, *WATCHED),
    ),
    "contact": (
        contact.DECIDER,
        (test_contact.CALLED, test_contact.AGAIN, test_contact.ADDED, test_contact.REMOVED),
        (test_consultation.CLOSED, test_consultation.REOPENED, *WATCHED),
    ),
    "closing": (
        closing.DECIDER,
        (
            *(CaseClosed(reason=reason) for reason in ClosingReason), test_closing.TAKEN_BACK, test_closing.DIED,
            test_closing.LEFT_BEHIND, test_closing.MOVED, test_closing.LED, *REGIONS,
        ),
        (
            *test_closing.PARTS, test_closing.LINK, test_closing.ANSWER, test_closing.DENIED, test_links.ACCEPTED, HandBackNoted(agency="elder"),
            CaseFrozen(into_case="c" * 32), *WATCHED,
        ),
    ),
    "continuation": (
        continuation.DECIDER,
        (test_continuation.CONTINUED, test_continuation.OFFERED, test_continuation.NOTED),
        (*test_continuation.PARTS, test_continuation.FROZEN, *WATCHED),
    ),
}
"""Each decider, what is reported to it, and events of the same log that another decider writes."""
INSTEAD = {
    "CaseClosed": {ClosingAwaited}, "HandedBackToConsultation": {HandBackNoted}, "RegionChanged": {RegionNoted},
    "LeadAgencyNamed": {LeadNoted},
    "CaseOffered": {PredecessorNoted}, "PredecessorNoted": {CaseFrozen},
}
"""What is recorded where it is not the report itself."""
AGENCIES = ("elder", "outreach", "tax")
CASES = (test_continuation.NEW, test_continuation.OLD)
TERMS = DeadlinesSet(pack="default", terms=(DeadlineTerm(deadline=Deadline.LINK_UNANSWERED, days=7),))
FROM_OTHERS = (*REGIONS, test_consultation.HANDED_BACK, test_closing.LED)
REPORTS = tuple(dict.fromkeys(
    report for _, reports, _ in COURSES.values() for report in reports
    if not isinstance(report, RegionChanged | HandedBackToConsultation | LeadAgencyNamed | CaseOffered | PredecessorNoted)
))
TOLD = (
    CaseAnnounced(agency="elder"), CaseAnnounced(agency="outreach", persons=(test_closing.SON,)), PartGiven(agency="tax", part=CasePart.LINKED),
    *FROM_OTHERS, test_continuation.OFFERED, test_continuation.NOTED,
)
CASE = CASES[0]
USUAL = (
    Said(TERMS, "990019", "municipality", OURS, AT),
    Said(test_consultation.SIGNAL, CASE, "elder"), Said(test_consultation.RECEIVED, CASE, "elder"),
    Said(test_consultation.SCREENED.changed(outcome=ScreeningOutcome.LINKED_OUT), CASE, "elder"), Said(test_contact.ADDED, CASE, "elder"),
    Said(REGIONS[0], CASE, "outreach", OURS), Said(test_consultation.LINKED, CASE, "elder"), Said(test_links.ACCEPTED, CASE, "outreach"),
    Said(test_contact.AGAIN, CASE, "outreach"), Said(test_consultation.CLOSED, CASE, "elder"), Said(REGIONS[1], CASE, "outreach", OURS),
    Said(test_closing.TAKEN_BACK, CASE, "outreach"), Said(test_closing.MOVED, CASE, "elder"),
)
"""A case that is linked out, closed when the outreach team has come to rest, reopened, and in transfer."""


@pytest.mark.parametrize("name", COURSES)
@settings(max_examples=200, deadline=None)
@for_all(data=some.data())
def test_any_course_of_a_case_is_answered_and_always_alike(name: str, data: some.DataObject) -> None:
    """Whatever is reported, by whom and in whatever order: it is recorded, known already, or refused, and the same twice over."""
    decider, reports, noted = COURSES[name]
    case = given(decider, shared={Deadline.LINK_UNANSWERED: 7})
    steps = some.tuples(some.sampled_from((*reports, *noted)), some.sampled_from(AGENCIES))
    for message, agency in data.draw(some.lists(steps, max_size=14)):
        told = message in noted and message not in reports
        case = given(decider, *case.past, message, shared=case.shared) if told else _put(case, message, agency)


def _put(case: Given, message: Any, agency: str) -> Given:
    then = case.when(message, agency=agency)
    assert then.events == case.when(message, agency=agency).events
    kinds = [type(event) for event in then.events]
    assert MessageRefused not in kinds[1:]
    if kinds:
        assert kinds[0] in {type(message), MessageRefused, *INSTEAD.get(type(message).__name__, set())}
    else:
        assert isinstance(message, RegionChanged | LeadAgencyNamed | CaseOffered | PredecessorNoted)
    if kinds == [MessageRefused]:
        assert case.state == then.state
    return then.after()


@settings(max_examples=100, deadline=None)
@for_all(said=courses(USUAL, REPORTS, TOLD, keys=CASES, agencies=AGENCIES))
def test_the_function_is_sound_under_any_course(said: list[Said]) -> None:
    """Two cases, two openers and a stranger, in whatever order: every property of a function holds."""
    check(CONSULTATION, said)


def test_a_link_that_nobody_answers_is_told_to_whoever_linked() -> None:
    """Once, however often the clock strikes; the answer may still come."""
    late = AT + 8 * DAY_MS
    log = check(CONSULTATION, [
        USUAL[0], Said(test_consultation.SIGNAL, CASE, "elder"), Said(test_consultation.LINKED, CASE, "elder"), Said(Tick(), "990019", at=late),
        Said(Tick(), "990019"), Said(test_links.DECLINED, CASE, "outreach"),
    ])
    (missed,) = (event for event in events(log, CASE) if isinstance(event, DeadlineMissed))
    (link,) = (event.event_id for event in events(log, CASE) if isinstance(event, DisclosureRequested) and event.event_type == "LinkedToAgency")
    told = [(event.event_type, event.recipient) for event in events(log, CASE) if isinstance(event, DisclosureRequested)]

    assert (Deadline.LINK_UNANSWERED, link, "elder") == (missed.deadline, missed.of, missed.agency)
    assert [("LinkedToAgency", "outreach"), ("DeadlineMissed", "elder"), ("LinkDeclined", "elder")] == told


def test_the_usual_course_is_taken_in() -> None:
    """Nothing of it is refused: so the courses that begin like it reach every state."""
    log = check(CONSULTATION, USUAL)
    assert [] == [event for event in events(log, CASE) if isinstance(event, MessageRefused)]
    assert {FunctionName.OUTREACH} == {event.function for event in events(log, CASE) if isinstance(event, RegionNoted)}
