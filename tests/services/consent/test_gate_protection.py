"""The gate and protection flags (支援措置): what a flag takes away, whoever has consented."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from contracts.consent import ConsentRefused, ProtectionFlagSet
from contracts.envelope import PersonsNoted, Tick
from contracts.shared import Basis, Outcome, Purpose
from kernel.days import DAY_MS, day_in_japan
from kernel.decider import fold
from kernel.testing import AT
from services.consent.domain import registry
from tests.services.consent.gate_cases import ADDRESS, BASIC, ask, case, noted, verdict
from tests.services.consent.town import GATE, MOTHER, SON, TOWN, consent, part, request


def protected(*, until: date = date(2027, 3, 31)) -> Any:
    """The town in which poverty must not learn where the mother is."""
    flag = ProtectionFlagSet(flag="f", person=MOTHER, blocked_agencies=("poverty",), until=until)
    return fold(registry.DECIDER, (flag,), TOWN)


def test_r8_a_protection_flag_beats_consent():
    """R8, case 27: the address is withheld although the consent names it."""
    before = case(consent(BASIC, ADDRESS, recipients=("poverty",)), shared=protected())
    found = ask(before, part(BASIC), part(ADDRESS), recipient="poverty", event_type="LinkedToAgency")

    assert (Outcome.REDACT, "R8") == (found.outcome, found.rule)
    assert [(ADDRESS, "PROTECTED")] == [(entry.category, entry.reason) for entry in found.withheld]


def test_r8_a_flag_covers_the_whole_household():
    """The son's address would tell where the mother is."""
    sons = consent(ADDRESS, person=SON, recipients=("poverty",))
    found = ask(case(consent(BASIC), sons, shared=protected()), part(ADDRESS, SON), recipient="poverty", event_type="LinkedToAgency")

    assert (Outcome.DENY, ("PROTECTED",)) == (found.outcome, found.reasons)


@pytest.mark.parametrize("event_type", ["PlanShared", "RolesAssigned", "TrialStarted", "MatchConfirmed", "SupportAccepted"])
def test_r8_a_body_that_names_the_place_or_who_is_in_charge_does_not_go_to_a_blocked_agency(event_type: str):
    """The name alone would be harmless: it is the body that tells where to look, so nothing of it goes; to others it does."""
    yes = consent(BASIC, recipients=("poverty", "coordinator"))
    found = ask(case(yes, shared=protected()), part(BASIC), recipient="poverty", event_type=event_type)

    assert (Outcome.DENY, "R8", ("PROTECTED",), ()) == (found.outcome, found.rule, found.reasons, found.released)
    assert Outcome.PERMIT is ask(case(yes, shared=protected()), part(BASIC), event_type=event_type).outcome


def test_r8_whoever_is_itself_the_addressee_learns_what_is_not_protected():
    """The body of a referral names the recipient alone."""
    found = ask(case(consent(BASIC, recipients=("poverty",)), shared=protected()), part(BASIC), recipient="poverty", event_type="CoordinationReferred")

    assert (Outcome.PERMIT, [BASIC]) == (found.outcome, [each.category for each in found.released])


def test_a_flag_covers_whoever_was_named_in_the_case():
    """No consent and no request need have spoken of the mother: that she belongs to the case is enough."""
    sons = consent(ADDRESS, person=SON, recipients=("poverty",))
    asked = {"recipient": "poverty", "event_type": "LinkedToAgency"}
    named, others = PersonsNoted(persons=(MOTHER,)), PersonsNoted(persons=("9" * 32,))

    assert ("PROTECTED",) == ask(case(named, sons, shared=protected()), part(ADDRESS, SON), **asked).reasons
    assert Outcome.PERMIT is ask(case(others, sons, shared=protected()), part(ADDRESS, SON), **asked).outcome


def test_r8_a_flag_covers_whoever_has_only_reported():
    """Who keeps away from the mother must not learn where she has seen something either."""
    sons = consent(ADDRESS, person=SON, recipients=("poverty",))
    reported = PersonsNoted(persons=(SON, MOTHER), reporters=(MOTHER,))

    found = ask(case(reported, sons, shared=protected()), part(ADDRESS, SON), recipient="poverty", event_type="LinkedToAgency")

    assert ("PROTECTED",) == found.reasons


def test_whoever_has_only_reported_is_not_asked_to_consent():
    """What names nobody needs a consent of the household; that a neighbour has given none is no reason. Whoever has answered is asked like anybody."""
    reported, over = PersonsNoted(persons=(MOTHER, SON), reporters=(SON,)), consent(BASIC, recipients=("poverty",))
    no = ConsentRefused(consent="f" * 32, person=SON, purpose=Purpose.COORDINATION, categories=(), recipients=("coordinator",))

    assert ("RECIPIENT_NOT_NAMED", "NO_CONSENT") == ask(case(reported.changed(reporters=()), over)).reasons
    assert ("RECIPIENT_NOT_NAMED",) == ask(case(reported, over)).reasons
    assert ("RECIPIENT_NOT_NAMED", "NO_CONSENT") == ask(case(reported, over, PersonsNoted(persons=(SON,)))).reasons
    assert Outcome.PERMIT is ask(case(reported, consent(BASIC, person=SON))).outcome
    assert ("PERSON_REFUSED",) == ask(case(reported, consent(BASIC), no)).reasons


def test_while_nobody_of_a_case_is_known_a_blocked_agency_gets_no_protected_category():
    """The flag is older than anything the gate has heard of the case: it might concern it."""
    asked = request(event_type="InformationRequestedInConference", recipient="poverty", basis=Basis.M, segment="seg")
    before = case(noted("elder", "poverty"), shared=protected())

    assert ("PROTECTED",) == verdict(before.when(asked, source="coordination")).reasons


def test_r8_what_a_flag_keeps_back_is_looked_at_again_after_its_last_day():
    """Nobody says anything then; the day itself frees what waits."""
    last = day_in_japan(AT + 3 * DAY_MS)
    flag = ProtectionFlagSet(flag="f", person=MOTHER, blocked_agencies=("coordinator",), until=last)
    asked = case(consent(BASIC, ADDRESS), shared=fold(registry.DECIDER, (flag,), TOWN)).when(
        request(part(BASIC), part(ADDRESS, essential=True)), agency="elder", source="coordination", position="log/3/14",
    )
    now, found = asked.after(), [(verdict(asked).outcome, day_in_japan(AT))]
    while found[-1][0] is Outcome.HOLD:
        at = GATE.due(now.state) or 0
        tick = now.when(Tick(), agency="", at=at)
        found.append((verdict(tick).outcome, day_in_japan(at)))
        now = tick.after()

    assert [Outcome.HOLD] * 4 == [outcome for outcome, _ in found[:-1]]
    assert (Outcome.PERMIT, last + timedelta(days=1)) == found[-1]


def test_a_flag_only_removes_and_ends_with_its_last_day():
    """Rule 15: other recipients and later days are as they were."""
    granted = consent(ADDRESS, recipients=("poverty", "coordinator"))

    assert Outcome.PERMIT is ask(case(granted, shared=protected()), part(ADDRESS)).outcome
    over = case(granted, shared=protected(until=date(2026, 4, 1)))
    assert Outcome.PERMIT is ask(over, part(ADDRESS), recipient="poverty", event_type="LinkedToAgency").outcome
