"""What waits at the gate: until when, for what, and how it goes on."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from contracts.consent import DisclosureDecided
from contracts.envelope import Tick
from contracts.shared import Outcome, Purpose
from kernel.days import DAY_MS
from kernel.testing import AT
from tests.services.consent.gate_cases import BASIC, ECONOMIC, HEALTH, ask, case, verdict
from tests.services.consent.town import CONSENT, GATE, MOTHER, SON, consent, part, request


def test_rule_25_a_referral_without_consent_is_held_and_says_what_would_release_it():
    """R10: nobody has asked yet; the referral waits."""
    found = ask(case(), part(BASIC))

    assert (Outcome.HOLD, ("NO_CONSENT",)) == (found.outcome, found.reasons)
    assert ("CONSENT_OF_PERSON", "SUPPORT_CONFERENCE") == found.releases_when
    assert AT + 14 * DAY_MS == found.deadline
    assert "同意" in found.sentence


def test_rule_26_the_consent_that_arrives_releases_the_held_referral():
    """Rule 26: a new decision at the new time, minimised anew, at the old log position."""
    held = case().when(request(part(BASIC), part(HEALTH), part(HEALTH, SON)), source="coordination", position="log/3/14", message_id="req").after()

    _, released = held.when(consent(BASIC), at=AT + 5).events

    assert ("req", Outcome.REDACT, AT + 5, "log/3/14") == (released.request_id, released.outcome, released.at, released.position)
    assert [(MOTHER, BASIC)] == [(entry.person, entry.category) for entry in released.released]


def test_a_hold_is_released_once():
    """A second consent finds nothing waiting."""
    held = case().when(request(part(BASIC)), source="coordination").after()
    again = held.when(consent(BASIC)).after().when(consent(BASIC, consent="d" * 32))

    assert ["ConsentGranted"] == [type(event).__name__ for event in again.events]


def test_rule_26_a_hold_ends_at_its_deadline():
    """Rule 26: deadline means DENY, told to the sender; the same tick again gives nothing."""
    held = case().when(request(part(BASIC)), source="coordination").after()

    held.when(Tick(), at=AT + 14 * DAY_MS - 1).then_nothing()
    late = held.when(Tick(), at=AT + 14 * DAY_MS)
    assert (Outcome.DENY, ("HOLD_EXPIRED",)) == (verdict(late).outcome, verdict(late).reasons)
    late.after().when(Tick(), at=AT + 15 * DAY_MS).then_nothing()


def test_rule_14_an_essential_part_withheld_holds_instead_of_sending_a_husk():
    """Rule 14: something left, but an essential field gone."""
    found = ask(case(consent(ECONOMIC)), part(ECONOMIC), part(BASIC, essential=True), event_type="TrialStarted")

    assert (Outcome.HOLD, (), "ESSENTIAL_WITHHELD") == (found.outcome, found.released, found.reasons[0])


@pytest.mark.parametrize(
    "other",
    [
        {"purpose": Purpose.PARTICIPATION, "recipients": ("workshop",)}, {"recipients": ("poverty",)}, {"valid_from": date(2026, 12, 1)},
        {"categories": (ECONOMIC,)},
    ],
    ids=["another purpose", "another recipient", "not yet", "another category"],
)
def test_a_consent_to_something_else_leaves_what_waits_waiting(other: dict[str, Any]):
    """The mother has said yes to something else: she has not said no to this, and may be asked (rule 8, R10)."""
    given_to = consent(**{"categories": (BASIC,), **other}) if "categories" in other else consent(BASIC, **other)
    held = case().when(request(part(BASIC)), source="coordination").after()

    assert [] == [event for event in held.when(given_to).events if isinstance(event, DisclosureDecided)]
    assert Outcome.HOLD is ask(case(given_to), part(BASIC)).outcome


def test_what_waits_for_a_consent_to_begin_is_decided_about_on_that_day():
    """No fact arrives then: the day itself is what it waited for, to the millisecond in Japan."""
    begins = 1_796_050_800_000  # 2026-12-01T00:00+09:00
    before = case(consent(BASIC, valid_from=date(2026, 12, 1)))
    held = before.when(request(part(BASIC)), source="coordination", at=begins - 10 * DAY_MS).after()

    assert begins == GATE.due(held.state)
    held.when(Tick(), at=begins - 1).then_nothing()
    assert Outcome.PERMIT is verdict(held.when(Tick(), at=begins)).outcome


def test_a_consent_that_replaces_another_does_not_end_what_waits():
    """The person has brought the day forward, and has taken nothing back."""
    later = consent(BASIC, valid_from=date(2026, 12, 1))
    sooner = consent(BASIC, consent="d" * 32, valid_from=date(2026, 11, 1), supersedes=(CONSENT,))
    held = case(later).when(request(part(BASIC)), source="coordination").after()

    assert [] == [event for event in held.when(sooner).events if isinstance(event, DisclosureDecided)]


def test_rule_26_deciding_again_moves_no_deadline():
    """A consent that begins and covers too little: the sender is told, and the days go on being counted from the first."""
    soon = consent(ECONOMIC, valid_from=date(2026, 6, 1))
    held = case(soon).when(request(part(BASIC)), source="coordination").after()
    (first,) = held.state.holds.values()

    again = held.when(Tick(), at=GATE.due(held.state))

    assert (Outcome.HOLD, first.deadline) == (verdict(again).outcome, verdict(again).deadline)
    assert first.deadline == GATE.due(again.state)


def test_after_an_outage_a_consent_that_had_begun_comes_before_a_deadline_that_has_passed():
    """The way was open in time; that nobody looked is not the sender's fault."""
    held = case(consent(BASIC, valid_from=date(2026, 6, 10))).when(request(part(BASIC)), source="coordination").after()

    assert Outcome.PERMIT is verdict(held.when(Tick(), at=AT + 30 * DAY_MS)).outcome
