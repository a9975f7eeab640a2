"""The registry at the gate: who ends receives nothing and claims nothing from that place on; whose municipality an agency belongs to."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from contracts.consent import DisclosureDecided, ProtectionFlagCleared, ProtectionFlagSet, ReviewOpened
from contracts.coordination import InformationRequestedInConference, SegmentNoted
from contracts.registry import AgencyEnded, AgencyRegistered
from contracts.shared import AgencyEndReason, AgencyKind, Basis, ConferenceBasis, DataCategory, Outcome, Purpose, RefusalCode
from kernel.decider import fold
from kernel.testing import AT, Given, given
from services.consent.domain import registry
from services.consent.domain.reasons import SENTENCES, Reason
from services.consent.domain.registry import Registry
from tests.services.consent.town import GATE, MOTHER, SON, TOWN, consent, part, request

BASIC, HEALTH, DANGER = DataCategory.BASIC, DataCategory.HEALTH, DataCategory.DANGER
SEGMENT = SegmentNoted(
    sitting="5" * 32, segment="6" * 32, basis=ConferenceBasis.SWA106_6, members=("child", "elder", "municipality"),
    present=("child", "elder", "municipality"), open=True, convener="municipality",
)
ASKED = InformationRequestedInConference(segment=SEGMENT.segment, to_agency="child", wanted=(HEALTH,))


def ended(agency: str) -> AgencyEnded:
    """The fact that an agency is registered no more."""
    return AgencyEnded(agency=agency, from_day=date(2026, 5, 28), reason=AgencyEndReason.CLOSED)


def town(*facts: Any) -> Registry:
    """The town after these facts."""
    return fold(registry.DECIDER, facts, TOWN)


def back(agency: str, kind: AgencyKind, **more: Any) -> AgencyRegistered:
    """It is registered again."""
    return AgencyRegistered(agency=agency, kind=kind, name=agency, **more)


def verdict(past: Given, *parts: Any, **changes: Any) -> DisclosureDecided:
    """What is decided about one request."""
    asked = request(*parts, **changes)
    return next(event for event in past.when(asked, agency=asked.agency, source="consultation").events if isinstance(event, DisclosureDecided))


def told(past: Given, fact: AgencyEnded, facts: Registry) -> tuple[Any, ...]:
    """What the case makes of an end."""
    return Given(past.decider, past.past, past.at, past.key, facts).when(fact, agency="", source="registry", at=AT + 5).events


@pytest.mark.parametrize(
    ("agency", "reason"), [("coordinator", Reason.RECIPIENT_ENDED), ("elder", Reason.SENDER_ENDED)], ids=["recipient", "sender"],
)
def test_who_has_ended_receives_nothing_and_claims_nothing(agency: str, reason: Reason):
    """A consent that would cover it does not help; the sentence says why, the code what would open it."""
    found = verdict(given(GATE, consent(BASIC), shared=town(ended(agency))), part(BASIC))

    assert (Outcome.DENY, (reason,), Basis.NONE) == (found.outcome, found.reasons, found.basis)
    assert (SENTENCES[reason], ("AGENCY_REGISTERED",)) == (found.sentence, found.releases_when)
    assert [(MOTHER, BASIC, reason)] == [(each.person, each.category, each.reason) for each in found.withheld]


@pytest.mark.parametrize("basis", list(Basis))
@pytest.mark.parametrize("agency", ["police", "outreach"])
def test_no_basis_leads_to_or_from_who_has_ended(basis: Basis, agency: str):
    """Not even danger to life: nobody is there to help, and nobody answers for the claim."""
    asked = {"agency": "outreach", "recipient": "police", "basis": basis, "purpose": Purpose.EMERGENCY, "event_type": "EmergencyRaised"}
    found = verdict(given(GATE, shared=town(ended(agency))), part(DANGER), **asked)

    assert (Outcome.DENY, 1) == (found.outcome, len(found.reasons))
    assert found.reasons[0] in (Reason.RECIPIENT_ENDED, Reason.SENDER_ENDED)


def test_danger_is_told_while_both_are_there():
    """The same request, before the end: the end alone makes the difference."""
    asked = {"agency": "outreach", "recipient": "police", "basis": Basis.V, "purpose": Purpose.EMERGENCY, "event_type": "EmergencyRaised"}
    assert Outcome.PERMIT is verdict(given(GATE, shared=TOWN), part(DANGER), **asked).outcome


def test_what_waits_for_who_has_ended_is_refused_at_once():
    """Its sender is told, and what was held is forgotten by the holds."""
    held = given(GATE, shared=TOWN).when(request(part(BASIC)), source="coordination", position="log/3/14", message_id="req").after()

    (found,) = told(held, ended("coordinator"), town(ended("coordinator")))

    assert ("req", Outcome.DENY, (Reason.RECIPIENT_ENDED,), "log/3/14", "elder", AT + 5) == (
        found.request_id, found.outcome, found.reasons, found.position, found.agency, found.at,
    )
    assert not fold(GATE, (*held.past, found)).holds


@pytest.mark.parametrize(
    ("agency", "reason"), [("coordinator", Reason.RECIPIENT_ENDED), ("elder", Reason.SENDER_ENDED)], ids=["recipient", "sender"],
)
def test_what_is_under_way_to_or_from_who_has_ended_is_decided_anew(agency: str, reason: Reason):
    """The last verdict counts, so the courier does not carry it out any more."""
    released = given(GATE, consent(BASIC), shared=TOWN).when(request(part(BASIC)), source="coordination", message_id="req").after()

    (found,) = told(released, ended(agency), town(ended(agency)))

    assert ("req", Outcome.DENY, (reason,)) == (found.request_id, found.outcome, found.reasons)


def test_the_end_of_another_agency_gives_nothing():
    """Neither where nothing is under way."""
    released = given(GATE, consent(BASIC), shared=TOWN).when(request(part(BASIC)), source="coordination", message_id="req").after()

    assert () == told(released, ended("workshop"), town(ended("workshop")))
    assert () == told(given(GATE), ended("coordinator"), town(ended("coordinator")))


def test_a_consent_that_names_who_has_ended_stays_and_serves_when_it_is_back():
    """The person has not taken it back; and for others whom it names it goes on."""
    past = given(GATE, consent(BASIC, recipients=("coordinator", "poverty")), shared=town(ended("coordinator")))
    assert Outcome.PERMIT is verdict(past, part(BASIC), recipient="poverty").outcome
    assert past.state.standing_consents()

    again = town(ended("coordinator"), back("coordinator", AgencyKind.COORDINATOR))
    assert Outcome.PERMIT is verdict(Given(GATE, past.past, shared=again), part(BASIC)).outcome


def test_a_new_consent_cannot_name_who_has_ended():
    """Whoever signs it would sign for nobody."""
    given(GATE, shared=town(ended("coordinator"))).when(consent(BASIC), agency="elder").then_refused(RefusalCode.RECIPIENT_UNKNOWN)


def test_who_was_never_there_is_unknown_and_not_ended():
    """Two answers, since the ways that open them are two."""
    assert (Reason.RECIPIENT_UNKNOWN,) == verdict(given(GATE, shared=TOWN), part(BASIC), recipient="nobody").reasons


def test_an_end_may_be_told_twice():
    """What was broken off is told again."""
    assert town(ended("coordinator")) == town(ended("coordinator"), ended("coordinator"))


def test_who_comes_back_has_no_right_of_old():
    """What it may is what it is registered with."""
    again = town(ended("outreach"), back("outreach", AgencyKind.OUTREACH))
    asked = {"agency": "outreach", "recipient": "police", "basis": Basis.V, "purpose": Purpose.EMERGENCY, "event_type": "EmergencyRaised"}

    assert (Reason.NO_EMERGENCY_RIGHT,) == verdict(given(GATE, shared=again), part(DANGER), **asked).reasons


# --- closed meetings


def in_the_meeting(past: Given, recipient: str) -> DisclosureDecided:
    """What the child centre gives is to go to one of the members."""
    return verdict(
        past, part(HEALTH), agency="child", recipient=recipient, basis=Basis.M, purpose=Purpose.SUPPORT_CONFERENCE,
        event_type="InformationGivenInConference", segment=SEGMENT.segment,
    )


def test_r9_a_member_that_has_ended_gets_nothing_by_m_from_its_place_on():
    """Before it does, the others go on to."""
    before = given(GATE, SEGMENT, ASKED, shared=TOWN)
    assert [Outcome.PERMIT] * 2 == [in_the_meeting(before, member).outcome for member in ("elder", "municipality")]

    left = told(before, ended("elder"), town(ended("elder")))
    after = Given(GATE, (*before.past, *left), shared=town(ended("elder")))

    assert (SEGMENT.changed(members=("child", "municipality"), present=()),) == left
    assert (Outcome.DENY, (Reason.RECIPIENT_ENDED,)) == ((found := in_the_meeting(after, "elder")).outcome, found.reasons)
    assert Outcome.PERMIT is in_the_meeting(after, "municipality").outcome


def test_r9_a_member_that_has_ended_is_none_though_it_comes_back():
    """Membership ended with it; the next segment may list it."""
    before = given(GATE, SEGMENT, ASKED, shared=TOWN)
    left = told(before, ended("elder"), town(ended("elder")))
    again = Given(GATE, (*before.past, *left), shared=town(ended("elder"), back("elder", AgencyKind.ELDER)))

    assert (Outcome.DENY, (Reason.NOT_LISTED,)) == ((found := in_the_meeting(again, "elder")).outcome, found.reasons)


def test_r9_a_sitting_that_does_not_know_of_the_end_lists_nobody_who_is_gone():
    """A segment that is opened after the end is noted without it; one in which all are there as it is told."""
    (noted, *_) = given(GATE, shared=town(ended("elder"))).when(SEGMENT, agency="municipality", source="coordination").events
    assert ("child", "municipality") == noted.members
    (noted, *_) = given(GATE, shared=TOWN).when(SEGMENT, agency="municipality", source="coordination").events
    assert SEGMENT == noted


def test_r9_a_released_member_gets_nothing_by_m_from_its_place_on():
    """Its sitting closes the segment in which it sat; the next one does not list it."""
    before = given(GATE, SEGMENT, ASKED, shared=TOWN)
    closed = given(GATE, SEGMENT, ASKED, SEGMENT.changed(open=False), shared=TOWN)
    following = SEGMENT.changed(segment="7" * 32, members=("child", "municipality"))
    later = given(GATE, SEGMENT, ASKED, SEGMENT.changed(open=False), following, ASKED.changed(segment=following.segment), shared=TOWN)

    assert Outcome.PERMIT is in_the_meeting(before, "elder").outcome
    assert (Reason.SEGMENT_CLOSED,) == in_the_meeting(closed, "elder").reasons
    asked = {"agency": "child", "basis": Basis.M, "purpose": Purpose.SUPPORT_CONFERENCE, "event_type": "InformationGivenInConference"}
    assert (Reason.NOT_LISTED,) == verdict(later, part(HEALTH), recipient="elder", segment=following.segment, **asked).reasons
    assert Outcome.PERMIT is verdict(later, part(HEALTH), recipient="municipality", segment=following.segment, **asked).outcome


def test_r9_a_meeting_whose_convener_has_ended_leads_nowhere():
    """Whoever convenes must be there."""
    found = in_the_meeting(given(GATE, SEGMENT, ASKED, shared=town(ended("municipality"))), "elder")
    assert (Outcome.DENY, (Reason.CONVENER_KIND,)) == (found.outcome, found.reasons)


# --- whose municipality


NEIGHBOUR = back("neighbour", AgencyKind.MUNICIPALITY, municipality="990027", prefecture="990001", ours=False)


def test_reviews_go_to_our_municipality_and_not_to_its_neighbour():
    """What was given without asking the person is looked at here (rule 19)."""
    asked = request(part(DANGER), agency="outreach", recipient="police", basis=Basis.V, purpose=Purpose.EMERGENCY, event_type="EmergencyRaised")
    events = given(GATE, shared=town(NEIGHBOUR)).when(asked, agency="outreach", source="consultation").events

    assert ["municipality"] == [event.recipient for event in events if isinstance(event, ReviewOpened)]


def test_another_municipality_is_no_party_to_our_contracts():
    """K goes between ours and its contractor."""
    contractor = back("contractor", AgencyKind.OUTREACH, contract_from=date(2026, 4, 1), contract_until=date(2027, 3, 31))
    there = given(GATE, shared=town(NEIGHBOUR, contractor))
    asked = {"basis": Basis.K, "recipient": "contractor", "event_type": "OutreachRequested", "purpose": Purpose.OUTREACH}
    claimed = {agency: verdict(there, part(BASIC), agency=agency, **asked) for agency in ("neighbour", "municipality")}

    assert (Outcome.DENY, (Reason.NO_CONTRACT,)) == (claimed["neighbour"].outcome, claimed["neighbour"].reasons)
    assert (Outcome.PERMIT, Basis.K) == (claimed["municipality"].outcome, claimed["municipality"].basis)


def test_r9_another_municipality_convenes_no_meeting_here():
    """A closed meeting of ours is convened by ours."""
    past = given(GATE, SEGMENT.changed(convener="neighbour"), ASKED, shared=town(NEIGHBOUR))
    assert (Reason.CONVENER_KIND,) == in_the_meeting(past, "elder").reasons


# --- whose flag


def test_r8_a_flag_of_the_same_number_about_somebody_else_stands_beside_the_first():
    """Whoever uses a number again takes nobody's protection away; the same flag set again replaces its first form."""
    first = ProtectionFlagSet(flag="f" * 32, person=MOTHER, blocked_agencies=("poverty",), until=date(2027, 3, 31))
    other, again = first.changed(person=SON), first.changed(blocked_agencies=("tax",))

    assert [(MOTHER, {"poverty"}), (SON, {"poverty"})] == [(flag.person, flag.blocked) for flag in town(first, other).flags]
    assert [(SON, {"poverty"}), (MOTHER, {"tax"})] == [(flag.person, flag.blocked) for flag in town(first, other, again).flags]
    cleared = ProtectionFlagCleared(flag=first.flag, person=SON)
    assert [MOTHER] == [flag.person for flag in town(first, other, cleared).flags]
