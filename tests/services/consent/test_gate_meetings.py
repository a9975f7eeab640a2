"""The gate in meetings: what may be said in a closed one, to whom, for how long."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.consent import ConsentRefused, DisclosureDecided
from contracts.coordination import InformationRequestedInConference
from contracts.shared import Basis, ConferenceBasis, DataCategory, Outcome, Purpose
from kernel.testing import AT, Given
from tests.services.consent.gate_cases import ECONOMIC, HEALTH, ask, case, noted, verdict
from tests.services.consent.town import SON, consent, part, request


def conference(*members: str, **changes: Any) -> Given:
    """A case on the agenda of an open segment in which HEALTH was asked for."""
    asked = InformationRequestedInConference(segment="seg", to_agency="child", wanted=(HEALTH,))
    return case(noted(*members, **changes), asked)


def give(before: Given, recipient: str, category: DataCategory = HEALTH) -> DisclosureDecided:
    """The verdict on giving information in the conference."""
    return ask(before, part(category, SON), event_type="InformationGivenInConference", recipient=recipient, agency="child",
               basis=Basis.M, segment="seg", purpose=Purpose.SUPPORT_CONFERENCE)


def test_r9_a_listed_member_may_hear_what_was_asked_for_while_the_segment_is_open():
    """Case 12: 106-6 segment open, agency listed, item asked."""
    found = give(conference("child", "poverty"), "poverty")

    assert (Outcome.PERMIT, Basis.M, "R9") == (found.outcome, found.basis, found.rule)


@pytest.mark.parametrize(
    ("before", "recipient", "category", "reason"),
    [
        (conference("child", "poverty"), "workshop", HEALTH, "NOT_LISTED"),
        (conference("child", "poverty"), "poverty", ECONOMIC, "NOT_ASKED"),
        (conference("child", "poverty", basis=ConferenceBasis.NON_STATUTORY), "workshop", HEALTH, "NOT_LISTED"),
        (conference("child", "poverty", convener="coordinator"), "poverty", HEALTH, "CONVENER_KIND"),
        (conference("child", "poverty", convener=""), "poverty", HEALTH, "CONVENER_KIND"),
        (case(), "poverty", HEALTH, "SEGMENT_UNKNOWN"),
    ],
    ids=["guest", "item not asked", "guest, and no statute", "no convener by law", "unknown convener", "unknown segment"],
)
def test_r9_outside_the_conference_nothing_is_heard(before: Given, recipient: str, category: DataCategory, reason: str):
    """Cases 13, 14: guests, other items, other meetings, meetings that only call themselves so."""
    found = give(before, recipient, category)

    assert (Outcome.DENY, reason) == (found.outcome, found.reasons[0])


def test_r10_without_consent_what_is_said_in_a_meeting_without_statute_waits():
    """Case 18: held; a 支援会議 is the other way. The person's consent lets it through, a no ends it, and a no before it lets nothing wait."""
    before = conference("child", "poverty", basis=ConferenceBasis.NON_STATUTORY)
    found = give(before, "poverty")
    yes = consent(HEALTH, person=SON, purpose=Purpose.SUPPORT_CONFERENCE, recipients=("poverty",))
    no = ConsentRefused(consent="e" * 32, person=SON, purpose=Purpose.SUPPORT_CONFERENCE)

    assert (Outcome.HOLD, "R10", ("SEGMENT_NOT_STATUTORY",)) == (found.outcome, found.rule, found.reasons)
    assert ("CONSENT_OF_PERSON", "SUPPORT_CONFERENCE") == found.releases_when
    held = before.when(request(
        part(HEALTH, SON), event_type="InformationGivenInConference", recipient="poverty", agency="child", basis=Basis.M, segment="seg",
        purpose=Purpose.SUPPORT_CONFERENCE,
    ), source="coordination").after()
    assert (Outcome.PERMIT, Basis.C) == ((answer := verdict(held.when(yes))).outcome, answer.basis)
    assert (Outcome.DENY, ("PERSON_REFUSED",)) == ((answer := verdict(held.when(no))).outcome, answer.reasons)
    assert Outcome.DENY is give(before.when(no).after(), "poverty").outcome


def test_rule_18_after_closing_nobody_hears_any_more():
    """Case 17."""
    closed = conference("child", "poverty").when(noted("child", "poverty", open=False), source="coordination").after()

    assert ("SEGMENT_CLOSED",) == give(closed, "poverty").reasons


def test_rule_24_what_is_under_way_when_the_segment_closes_is_decided_anew():
    """What the courier has not delivered by then stays in the conference."""
    before = conference("child", "poverty")
    asked = request(part(HEALTH, SON), event_type="InformationGivenInConference", recipient="poverty", agency="child", basis=Basis.M,
                    segment="seg", purpose=Purpose.SUPPORT_CONFERENCE)
    given_to = before.when(asked, source="coordination").after()

    closed = given_to.when(noted("child", "poverty", open=False), source="coordination", at=AT + 1)

    assert (Outcome.DENY, ("SEGMENT_CLOSED",)) == (verdict(closed).outcome, verdict(closed).reasons)


def test_an_item_that_is_asked_for_releases_what_waited_for_the_question():
    """In an open segment the question is what was missing."""
    asked = InformationRequestedInConference(segment="seg", to_agency="child", wanted=(HEALTH,))
    wider = InformationRequestedInConference(segment="seg", to_agency="child", wanted=(ECONOMIC,))
    given_first = request(part(HEALTH, SON), part(ECONOMIC, SON, essential=True), event_type="InformationGivenInConference", recipient="poverty",
                          agency="child", basis=Basis.M, segment="seg", purpose=Purpose.SUPPORT_CONFERENCE)
    held = case(noted("child", "poverty"), asked).when(given_first, source="coordination").after()

    assert Outcome.PERMIT is verdict(held.when(wider, source="coordination")).outcome
