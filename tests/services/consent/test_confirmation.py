"""Who may record a consent: a recorder who benefits shows the signed form, or the consent waits for somebody else's confirmation (rules 1, 5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from contracts.consent import (
    ConfirmationAwaited,
    ConfirmationNoted,
    ConsentConfirmed,
    ConsentGranted,
    ConsentLapsed,
    ConsentNarrowed,
    ConsentRefused,
    ConsentWithdrawn,
    DisclosureDecided,
    DisclosureReleased,
    IdentityVerified,
    RightsDecided,
    StopNoticeIssued,
    UseStopRequested,
)
from contracts.envelope import PartNoted, Tick
from contracts.registry import AgencyRegistered
from contracts.shared import AgencyKind, Basis, CasePart, DataCategory, Outcome, Purpose, RefusalCode, RightsOutcome
from kernel.days import DAY_MS, start_of
from kernel.testing import AT, Given, Then, given
from services.consent.domain import registry
from services.consent.domain.gate import due, gate
from services.consent.domain.model import ConsentState
from services.consent.domain.states import state_of
from tests.services.consent.town import CONSENT, MOTHER, PACK, SON, TOWN, consent, part, request

BASIC, ECONOMIC = DataCategory.BASIC, DataCategory.ECONOMIC
DENY, HOLD, PERMIT = Outcome.DENY, Outcome.HOLD, Outcome.PERMIT
GATE = gate({"hash": replace(PACK, deadlines={}, confirmation_ms=14 * DAY_MS)})
OLD = "e" * 32
OWN = consent(BASIC)
"""The mother's consent for the coordinator, as the coordinator itself records it, without the signed form."""
WAITS = ConfirmationAwaited(recipient="coordinator", consent=CONSENT, due=AT + 14 * DAY_MS)
CONFIRMED = ConsentConfirmed(consent=CONSENT, person=MOTHER)
PARTS = tuple(PartNoted(agency=agency, part=CasePart.OPENED) for agency in ("elder", "coordinator", "child"))
TODAY = date(2026, 5, 28).toordinal()


def case(*events: Any) -> Given:
    """A case of the elder centre, the coordinator and the child desk."""
    return given(GATE, *PARTS, *events, shared=TOWN)


def verdict(then: Then) -> DisclosureDecided:
    """The one verdict."""
    (found,) = (event for event in then.events if isinstance(event, DisclosureDecided))
    return found


def ask(before: Given, **changes: Any) -> DisclosureDecided:
    """The verdict on a request to the coordinator."""
    return verdict(before.when(request(part(BASIC), **changes), agency="elder", source="coordination", message_id="req"))


def test_rule_1_what_the_recorder_alone_has_heard_is_recorded_and_waits():
    """Not refused: the person may well have said so. The recorder is told until when."""
    case().when(OWN, agency="coordinator").then(OWN, WAITS)
    case().when(OWN, agency="elder").then(OWN)
    case().when(OWN.changed(signed_form_hash="f" * 64), agency="coordinator").then(OWN.changed(signed_form_hash="f" * 64))


def test_rule_1_a_consent_that_waits_supports_nothing_and_says_what_would_open_it():
    """Where the pack lets the event wait it waits; else it is refused."""
    waiting = case(OWN, WAITS)

    assert (HOLD, ("CONSENT_UNCONFIRMED",), ("CONSENT_CONFIRMED",)) == ((held := ask(waiting)).outcome, held.reasons, held.releases_when)
    assert DENY is ask(waiting, event_type="PlanShared").outcome
    assert ConsentState.AWAITED is state_of(waiting.state, CONSENT, TODAY)


def test_rule_1_after_the_confirmation_everything_that_waits_is_decided_anew():
    """By a second agency of the case, or by the municipality."""
    held = case(OWN, WAITS).when(request(part(BASIC)), source="coordination", message_id="req").after()

    for agency in ("elder", "child", "municipality"):
        then = held.when(CONFIRMED, agency=agency)
        assert (ConsentConfirmed, PERMIT) == (type(then.events[0]), verdict(then).outcome)
        assert ConsentState.GIVEN is state_of(then.state, CONSENT, TODAY)
        assert due(then.state) == start_of(date(2027, 4, 1).toordinal())


def test_rule_1_whoever_has_recorded_it_learns_that_it_was_confirmed():
    """A fact with codes alone, like the one that said that it waits: nobody is named in it. What needed no confirmation tells nobody."""
    then = case(OWN, WAITS).when(CONFIRMED, agency="elder")

    then.then(CONFIRMED, ConfirmationNoted(recipient="coordinator", consent=CONSENT))
    then.after().when(CONFIRMED, agency="child").then_refused(RefusalCode.ALREADY_DONE)


@pytest.mark.parametrize(
    ("agency", "changes", "code"),
    [
        ("coordinator", {}, RefusalCode.SAME_AGENCY), ("poverty", {}, RefusalCode.RECORDER_BENEFITS), ("tax", {}, RefusalCode.CONSENT_NOT_FOUND),
        ("elder", {"person": SON}, RefusalCode.CONSENT_NOT_FOUND), ("elder", {"consent": OLD}, RefusalCode.CONSENT_NOT_FOUND),
    ],
)
def test_rule_1_neither_the_recorder_nor_a_recipient_nor_a_stranger_confirms(agency: str, changes: dict[str, Any], code: RefusalCode):
    """A second pair of eyes has nothing to gain, and knows the case."""
    both = case(PartNoted(agency="poverty", part=CasePart.LISTED), OWN.changed(recipients=("coordinator", "poverty")), WAITS)

    both.when(CONFIRMED.changed(**changes), agency=agency).then_refused(code)


def test_rule_1_what_needs_no_confirmation_is_not_confirmed():
    """Nor what was withdrawn meanwhile, nor what lapsed."""
    case(OWN).when(CONFIRMED, agency="elder").then_refused(RefusalCode.ALREADY_DONE)
    case(OWN, WAITS, CONFIRMED).when(CONFIRMED, agency="elder").then_refused(RefusalCode.ALREADY_DONE)
    case(OWN, WAITS, ConsentWithdrawn(person=MOTHER, consents=(CONSENT,))).when(CONFIRMED, agency="elder").then_refused(RefusalCode.WRONG_STATE)
    case(OWN, WAITS, ConsentLapsed(recipient="coordinator", consent=CONSENT)).when(CONFIRMED, agency="elder").then_refused(RefusalCode.WRONG_STATE)


def test_rule_1_unconfirmed_in_time_it_never_becomes_active_and_its_recorder_is_told():
    """A fact with codes alone; it is due at that very moment, and asked for anew like one that never was."""
    waiting = case(OWN, WAITS)
    assert AT + 14 * DAY_MS == due(waiting.state)

    waiting.when(Tick(), agency="", at=WAITS.due - 1).then_nothing()
    lapsed = waiting.when(Tick(), agency="", at=WAITS.due).then(ConsentLapsed(recipient="coordinator", consent=CONSENT))
    found = ask(lapsed)
    assert (HOLD, ("CONSENT_LAPSED",), ("CONSENT_OF_PERSON",)) == (found.outcome, found.reasons, found.releases_when)
    assert ConsentState.LAPSED is state_of(lapsed.state, CONSENT, TODAY)
    assert due(lapsed.state) is None
    lapsed.when(Tick(), agency="", at=WAITS.due + DAY_MS).then_nothing()
    lapsed.when(OWN, agency="elder").then_refused(RefusalCode.ALREADY_DONE)


def test_rule_1_after_its_day_nobody_confirms_it_whether_it_has_lapsed_or_not():
    """The tick may come later."""
    case(OWN, WAITS).when(CONFIRMED, agency="elder", at=WAITS.due - 1).then(CONFIRMED, ConfirmationNoted)
    case(OWN, WAITS).when(CONFIRMED, agency="elder", at=WAITS.due).then_refused(RefusalCode.WRONG_STATE)


def test_rule_1_another_municipality_confirms_nothing_of_ours():
    """It is a stranger to the case."""
    foreign = registry.evolve(TOWN, AgencyRegistered(agency="next", kind=AgencyKind.MUNICIPALITY, name="next", emergency_right=False, ours=False))

    replace(case(OWN, WAITS), shared=foreign).when(CONFIRMED, agency="next").then_refused(RefusalCode.CONSENT_NOT_FOUND)


def test_r12_what_a_stop_of_use_has_ended_is_not_confirmed():
    """Else it would lift the refusal that it names."""
    no, asked = ConsentRefused(consent="9" * 32, person=MOTHER, purpose=Purpose.COORDINATION), "8" * 32
    stop = (UseStopRequested(request=asked, person=MOTHER, by_proxy=False), IdentityVerified(request=asked),
            RightsDecided(request=asked, outcome=RightsOutcome.GRANTED, reasons=(), withheld=()))
    stopped = case(no, OWN.changed(supersedes=(no.consent,)), WAITS, *stop)

    assert not stopped.state.awaited
    stopped.when(CONFIRMED, agency="elder").then_refused(RefusalCode.WRONG_STATE)


def test_rule_1_what_was_replaced_while_it_waited_is_not_confirmed():
    """The newer form counts."""
    newer = consent(BASIC, consent=OLD, supersedes=(CONSENT,))

    case(OWN, WAITS, newer).when(CONFIRMED, agency="elder").then_refused(RefusalCode.WRONG_STATE)


def test_rule_1_it_waits_no_longer_than_it_would_hold():
    """And, where the pack has no such term, as long."""
    short = OWN.changed(valid_to=date(2026, 5, 30))
    without = given(gate({"hash": replace(PACK, deadlines={}, confirmation_ms=None)}), shared=TOWN)

    case().when(short, agency="coordinator").then(short, WAITS.changed(due=start_of(date(2026, 5, 31).toordinal())))
    without.when(OWN, agency="coordinator").then(OWN, WAITS.changed(due=start_of(date(2027, 4, 1).toordinal())))


def test_rule_11_a_consent_that_waits_lifts_no_refusal_and_replaces_nothing():
    """Until it counts: else whoever benefits could undo a no by itself."""
    no = ConsentRefused(consent="9" * 32, person=MOTHER, purpose=Purpose.COORDINATION)
    before = case(consent(BASIC, ECONOMIC, consent=OLD), no)
    waiting = before.when(OWN.changed(supersedes=(OLD, "9" * 32)), agency="coordinator").then(ConsentGranted, ConfirmationAwaited)

    assert ("PERSON_REFUSED",) == ask(waiting).reasons
    assert before.state.refusals == waiting.state.refusals
    assert [ConsentState.GIVEN, ConsentState.REFUSED] == [state_of(waiting.state, each, TODAY) for each in (OLD, "9" * 32)]
    confirmed = waiting.when(CONFIRMED, agency="elder").after()
    assert PERMIT is ask(confirmed).outcome
    assert [ConsentState.REPLACED] * 2 == [state_of(confirmed.state, each, TODAY) for each in (OLD, "9" * 32)]


def test_rule_27_whom_the_new_consent_covers_less_is_told_when_it_counts():
    """Not before: until then the old one stands."""
    received = DisclosureReleased(verdict_id="v", decided_at=AT, request_id="r", event_id="e", event_type="PlanShared", recipient="coordinator",
                                  basis=Basis.C, consents=(OLD,), released=(part(BASIC), part(ECONOMIC)))
    waiting = case(consent(BASIC, ECONOMIC, consent=OLD), received).when(OWN.changed(supersedes=(OLD,)), agency="coordinator").after()
    then = waiting.when(CONFIRMED, agency="elder")

    assert [(OLD, (ECONOMIC,))] == [(each.consent, each.categories) for each in then.events if isinstance(each, StopNoticeIssued)]
    assert {("coordinator", OLD), ("coordinator", CONSENT)} == set(then.state.releases)


def test_rule_5_what_waits_can_be_narrowed_and_withdrawn():
    """The person's word counts whatever the recorder's worth."""
    two = OWN.changed(categories=(BASIC, ECONOMIC))
    narrowed = ConsentNarrowed(consent=CONSENT, person=MOTHER, categories=(BASIC,), recipients=("coordinator",))
    then = case(two, WAITS).when(narrowed, agency="elder").after().when(CONFIRMED, agency="elder").after()

    assert PERMIT is ask(then).outcome
    assert ("CATEGORY_NOT_CONSENTED",) == verdict(then.when(request(part(ECONOMIC)), source="coordination")).reasons
    withdrawn = case(OWN, WAITS).when(ConsentWithdrawn(person=MOTHER, consents=(CONSENT,)), agency="elder").after()
    assert ("CONSENT_WITHDRAWN",) == ask(withdrawn).reasons
    assert due(withdrawn.state) is None
