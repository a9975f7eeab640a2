"""Claims (根拠の主張): what an agency claims is only ever tested; out of turn, it does no harm."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from contracts.consent import DisclosureDecided, ProtectionFlagCleared, ProtectionFlagSet
from contracts.shared import Basis, DataCategory, Outcome, PartCode, Purpose
from kernel.days import DAY_MS, day_in_japan
from kernel.decider import fold
from kernel.testing import AT, Then, given
from services.consent.domain import registry
from tests.services.consent.town import CONSENT, GATE, MOTHER, TOWN, consent, part, request

BASIC, ADDRESS, HEALTH, DANGER = DataCategory.BASIC, DataCategory.ADDRESS, DataCategory.HEALTH, DataCategory.DANGER
WRITTEN = day_in_japan(AT)
SIGNED = WRITTEN + timedelta(days=5)
DANGEROUS = {"event_type": "EmergencyRaised", "agency": "outreach", "recipient": "police", "purpose": Purpose.EMERGENCY}


def raised(basis: Basis, *parts: PartCode, before: tuple[object, ...] = (), **changes: object) -> Then:
    """An emergency on a claimed basis."""
    return given(GATE, *before, shared=TOWN).when(request(*parts, **{**DANGEROUS, **changes}, basis=basis), agency="outreach", source="tsunagu.consultation")


def verdict(then: Then) -> DisclosureDecided:
    """The one verdict of a decision."""
    (found,) = (event for event in then.events if isinstance(event, DisclosureDecided))
    return found


@pytest.mark.parametrize("basis", [Basis.V, Basis.L])
def test_rule_17_what_is_claimed_out_of_turn_never_waits(basis: Basis):
    """An essential part above the ceiling: its sender learns it at once, and nothing goes out weeks later on danger that has passed."""
    then = raised(basis, part(DANGER), part(HEALTH if basis is Basis.V else DataCategory.ECONOMIC, essential=True),
                  recipient="police" if basis is Basis.V else "municipality")

    assert (Outcome.DENY, ()) == (verdict(then).outcome, verdict(then).released)
    assert {} == then.state.holds == then.state.deliveries


@pytest.mark.parametrize("basis", [Basis.V, Basis.L])
@pytest.mark.parametrize("event_type", ["CoordinationReferred", "LinkedToAgency", "CaseStoryDrafted"])
def test_rule_17_a_claim_of_danger_for_what_else_would_wait_is_refused(basis: Basis, event_type: str):
    """It has left the order of the case and gives nothing, leaves nothing, and opens no review."""
    then = raised(basis, part(BASIC), event_type=event_type, recipient="municipality", before=(consent(BASIC, recipients=("municipality",)),))

    assert [Outcome.DENY] == [event.outcome for event in then.events if isinstance(event, DisclosureDecided)]
    assert ["DisclosureRequested", "DisclosureDecided"] == [type(event).__name__ for event in then.events]
    assert (then.given.state.holds, then.given.state.deliveries) == (then.state.holds, then.state.deliveries)


def test_rule_17_an_emergency_that_claims_consent_is_decided_by_consent_alone():
    """What the person agreed to goes, more than danger would open; without a yes nothing goes, and nothing waits."""
    agreed = consent(BASIC, HEALTH, purpose=Purpose.EMERGENCY, recipients=("police",))

    yes = verdict(raised(Basis.C, part(BASIC), part(HEALTH), before=(agreed,)))
    no = verdict(raised(Basis.C, part(BASIC), part(DANGER)))

    assert (Outcome.PERMIT, Basis.C, (CONSENT,)) == (yes.outcome, yes.basis, yes.consents)
    assert (Outcome.DENY, ("NO_CONSENT",)) == (no.outcome, no.reasons)


def test_r8_an_emergency_kept_from_a_blocked_agency_is_not_given_when_the_flag_ends():
    """The flag keeps the address back, which is essential: refused at once, and for good."""
    flag = ProtectionFlagSet(flag="f" * 32, person=MOTHER, blocked_agencies=("elder",), until=consent().valid_to)
    flagged = fold(registry.DECIDER, (flag,), TOWN)
    asked = request(part(DANGER), part(ADDRESS, essential=True), **{**DANGEROUS, "recipient": "elder"}, basis=Basis.V)

    then = given(GATE, shared=flagged).when(asked, agency="outreach", source="tsunagu.consultation")

    assert (Outcome.DENY, ()) == (verdict(then).outcome, verdict(then).released)
    assert not [event for event in then.after().when(ProtectionFlagCleared(flag="f" * 32, person=MOTHER)).events if isinstance(event, DisclosureDecided)]


@pytest.mark.parametrize(("form", "outcome", "reasons"), [({}, Outcome.HOLD, ("OTHER_DATES",)), ({"authored_from": WRITTEN}, Outcome.PERMIT, ())])
def test_rule_2_a_consent_signed_later_opens_what_was_written_before_only_where_it_says_so(
    form: dict[str, date], outcome: Outcome, reasons: tuple[str, ...],
):
    """A referral waits; she signs five days later. Where her form is silent about earlier records the desk is told, once, what to ask her."""
    held = given(GATE, shared=TOWN).when(request(part(BASIC), authored=WRITTEN), source="coordination", message_id="req")
    signed = consent(BASIC, valid_from=SIGNED, signed_on=None, **form)

    told = held.after().when(signed, at=AT + 5 * DAY_MS)

    assert ("req", outcome, reasons) == (verdict(told).request_id, verdict(told).outcome, verdict(told).reasons)
    assert (verdict(held).deadline if outcome is Outcome.HOLD else None) == verdict(told).deadline
    another = consent(BASIC, consent="d" * 32, valid_from=SIGNED, signed_on=None)
    assert not [event for event in told.after().when(another, at=AT + 6 * DAY_MS).events if isinstance(event, DisclosureDecided)]
