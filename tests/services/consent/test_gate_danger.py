"""The gate where nobody is asked: danger to life, a policy that it does not know, a basis without an entry."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.consent import DisclosureDecided, ReviewOpened
from contracts.envelope import Tick
from contracts.registry import PolicyActivated
from contracts.shared import Basis, Outcome, Purpose
from kernel.days import DAY_MS
from kernel.testing import AT, Given, Then
from tests.services.consent.gate_cases import ADDRESS, BASIC, DANGER, ECONOMIC, HEALTH, ask, case, verdict
from tests.services.consent.town import TOWN, consent, part, request


def emergency(*parts: Any, agency: str = "outreach", recipient: str = "police", shared: Any = TOWN) -> Then:
    """A notice of danger to life."""
    asked = request(*parts, event_type="EmergencyRaised", agency=agency, recipient=recipient, basis=Basis.V, purpose=Purpose.EMERGENCY)
    return case(shared=shared).when(asked, agency=agency, source="consultation")


def test_rule_19_danger_to_life_is_told_at_once_and_reviewed_afterwards():
    """Case 22: name, place, risk; a review is opened with the municipality."""
    told = emergency(part(BASIC, essential=True), part(ADDRESS, essential=True), part(DANGER, essential=True))

    assert (Outcome.PERMIT, Basis.V) == (verdict(told).outcome, verdict(told).basis)
    (review,) = (event for event in told.events if isinstance(event, ReviewOpened))
    assert ("municipality", AT + 72 * 3_600_000) == (review.recipient, review.due)


def test_danger_to_life_opens_no_more_than_the_least_that_helps():
    """Case 22: the rest is redacted."""
    found = verdict(emergency(part(DANGER), part(ECONOMIC)))

    assert [(ECONOMIC, "OVER_CEILING")] == [(entry.category, entry.reason) for entry in found.withheld]


@pytest.mark.parametrize(
    ("agency", "recipient", "reason"), [("workshop", "police", "NO_EMERGENCY_RIGHT"), ("outreach", "tax", "RECIPIENT_KIND")],
)
def test_rule_19_break_glass_is_a_right_and_not_a_claim(agency: str, recipient: str, reason: str):
    """Rule 19: the right is checked here; claiming the basis is not enough."""
    found = verdict(emergency(part(DANGER), agency=agency, recipient=recipient))

    assert (Outcome.DENY, reason) == (found.outcome, found.reasons[0])


@pytest.mark.parametrize("basis", [Basis.K, Basis.G, Basis.L, Basis.W, Basis.P])
def test_rule_17_a_basis_without_preconditions_in_the_pack_supports_nothing(basis: Basis):
    """Rule 17: the sender claims, the gate tests; what cannot be tested is no basis."""
    found = ask(case(), part(BASIC), basis=basis, event_type="PlanShared")

    assert (Outcome.DENY, Basis.NONE) == (found.outcome, found.basis)


UNKNOWN_POLICY = TOWN.changed(policy="another")


def test_r16_an_unknown_policy_holds():
    """R16: no pack, no decision."""
    found = ask(case(consent(BASIC), shared=UNKNOWN_POLICY), part(BASIC))
    assert (Outcome.HOLD, ("POLICY_UNKNOWN",)) == (found.outcome, found.reasons)


def test_r16_danger_to_life_does_not_wait_for_a_policy():
    """Rule 16: V passes by the newest known pack, and is reviewed; without the right it is a no at once, and never a wait."""
    told = emergency(part(BASIC), part(DANGER), shared=UNKNOWN_POLICY)

    assert (Outcome.PERMIT, Basis.V, "hash") == (verdict(told).outcome, verdict(told).basis, verdict(told).policy)
    assert ["municipality"] == [event.recipient for event in told.events if isinstance(event, ReviewOpened)]
    for told in (emergency(part(BASIC), agency="workshop", shared=UNKNOWN_POLICY), emergency(part(HEALTH, essential=True), shared=UNKNOWN_POLICY)):
        assert (Outcome.DENY, "hash", None) == (verdict(told).outcome, verdict(told).policy, verdict(told).deadline)


def test_danger_to_life_that_waited_is_reviewed_too():
    """A release on V out of a hold has asked the person as little as any other."""
    waiting = request(part(DANGER), event_type="EmergencyRaised", agency="outreach", recipient="police", basis=Basis.V, purpose=Purpose.EMERGENCY)
    held = DisclosureDecided(
        request_id="r", event_id="event-1", event_type="EmergencyRaised", position="log/3/14", recipient="police", agency="outreach",
        function=waiting.function, purpose=Purpose.EMERGENCY, outcome=Outcome.HOLD, rule="R16", sentence="", policy="", at=AT, deadline=AT + DAY_MS,
    )
    again = case(waiting, held).when(PolicyActivated(pack="national", hash="hash"), source="registry")

    assert ["DisclosureDecided", "ReviewOpened"] == [type(event).__name__ for event in again.events]


def test_danger_to_life_rests_on_no_consent():
    """Its lane runs out of turn with what the person says: a claim that fails is not saved by a consent that may have ended."""
    claimed = request(part(BASIC), event_type="EmergencyRaised", agency="workshop", recipient="police", basis=Basis.V, purpose=Purpose.EMERGENCY)
    granted = case(consent(BASIC, recipients=("police",), purpose=Purpose.EMERGENCY))

    assert (Outcome.DENY, ("NO_EMERGENCY_RIGHT",)) == ((found := verdict(granted.when(claimed, source="consultation"))).outcome, found.reasons)


def test_what_waits_for_an_unknown_policy_is_decided_about_by_a_build_that_knows_it():
    """Nothing else need happen: the next tick does it; until then none does anything but count the days."""
    unknown = case(consent(BASIC), shared=UNKNOWN_POLICY).when(request(part(BASIC)), source="coordination").after()
    known = Given(unknown.decider, unknown.past, unknown.at, unknown.key, TOWN)

    unknown.when(Tick(), at=AT + 1).then_nothing()
    assert Outcome.PERMIT is verdict(known.when(Tick(), at=AT + 1)).outcome
    assert ("HOLD_EXPIRED",) == verdict(unknown.when(Tick(), at=AT + 14 * DAY_MS)).reasons


def test_a_consent_is_recorded_whatever_policy_is_in_force():
    """What the person has said is not lost because a build is behind."""
    case(shared=UNKNOWN_POLICY).when(consent(BASIC)).then(consent(BASIC))
