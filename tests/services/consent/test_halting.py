"""Consents that stop for a while, or never were any (rule 5): paused and resumed by the person, found void by the municipality."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from contracts.consent import (
    CapacityDoubted,
    ConfirmationAwaited,
    ConsentExpired,
    ConsentExtended,
    ConsentGranted,
    ConsentInvalidated,
    ConsentNarrowed,
    ConsentPaused,
    ConsentRefused,
    ConsentRequested,
    ConsentResumed,
    ConsentWithdrawn,
    DisclosureDecided,
    DisclosureReleased,
    StopNoticeIssued,
)
from contracts.shared import Basis, DataCategory, DoubtKind, InvalidReason, Outcome, Purpose, RefusalCode
from kernel.testing import AT, Given, Then, given
from services.consent.domain.model import ConsentState
from services.consent.domain.states import state_of, states
from tests.services.consent.town import ASKED, CONSENT, GATE, MOTHER, SON, TOWN, consent, part, request

BASIC, ECONOMIC = DataCategory.BASIC, DataCategory.ECONOMIC
DENY, HOLD, PERMIT = Outcome.DENY, Outcome.HOLD, Outcome.PERMIT
OTHER, REFUSAL = "e" * 32, "9" * 32
GRANTED = consent(BASIC)
PAUSED, RESUMED = ConsentPaused(person=MOTHER, consents=(CONSENT,)), ConsentResumed(person=MOTHER, consents=(CONSENT,))
VOID = ConsentInvalidated(person=MOTHER, consents=(CONSENT,), reason=InvalidReason.FORGED)
WITHDRAWN = ConsentWithdrawn(person=MOTHER, consents=(CONSENT,))
EXPIRED = ConsentExpired(person=MOTHER, consent=CONSENT)
RECEIVED = DisclosureReleased(verdict_id="v", decided_at=AT, request_id="r", event_id="e", event_type="PlanShared", recipient="coordinator",
                              basis=Basis.C, consents=(CONSENT,), released=(part(BASIC),))
NO = ConsentRefused(consent=REFUSAL, person=MOTHER, purpose=Purpose.COORDINATION)
TODAY = date(2026, 5, 29).toordinal()


def case(*events: Any) -> Given:
    """A case in which these facts are recorded."""
    return given(GATE, *events, shared=TOWN)


def verdicts(then: Then) -> list[DisclosureDecided]:
    """Every verdict that a decision gave."""
    return [event for event in then.events if isinstance(event, DisclosureDecided)]


def ask(before: Given, **changes: Any) -> DisclosureDecided:
    """The verdict on a request to the coordinator."""
    (found,) = verdicts(before.when(request(part(BASIC), **changes), agency="elder", source="coordination", message_id="req"))
    return found


def test_rule_5_nothing_new_is_given_while_a_consent_is_paused():
    """What may wait waits for the person; nobody who has received something is told to stop."""
    paused = case(GRANTED, RECEIVED).when(PAUSED, agency="elder").then(PAUSED)

    assert (HOLD, ("CONSENT_PAUSED",), ("CONSENT_RESUMED",)) == ((held := ask(paused)).outcome, held.reasons, held.releases_when)
    assert DENY is ask(paused, event_type="PlanShared").outcome
    assert PERMIT is ask(paused.when(RESUMED, agency="elder").then(RESUMED)).outcome


def test_rule_24_what_is_under_way_is_decided_anew_when_the_person_pauses():
    """Not carried out any more; a second consent may support it all the same."""
    under_way = case(GRANTED).when(request(part(BASIC), event_type="PlanShared"), source="coordination", message_id="req").after()

    assert [DENY] == [each.outcome for each in verdicts(under_way.when(PAUSED, agency="elder"))]
    second = case(GRANTED, consent(BASIC, consent="0" * 32)).when(request(part(BASIC)), source="coordination", message_id="req").after()
    assert [(PERMIT, ("0" * 32,))] == [(each.outcome, each.consents) for each in verdicts(second.when(PAUSED, agency="elder"))]


def test_rule_25_what_waits_is_decided_anew_when_the_person_resumes():
    """Without anybody asking again."""
    held = case(GRANTED, PAUSED).when(request(part(BASIC)), source="coordination", message_id="req").after()

    assert [PERMIT] == [each.outcome for each in verdicts(held.when(RESUMED, agency="elder"))]


@pytest.mark.parametrize(
    ("past", "halt", "agency", "code"),
    [
        ((), PAUSED, "elder", RefusalCode.CONSENT_NOT_FOUND), ((GRANTED,), PAUSED.changed(person=SON), "elder", RefusalCode.CONSENT_NOT_FOUND),
        ((GRANTED,), PAUSED.changed(consents=()), "elder", RefusalCode.CONSENT_NOT_FOUND),
        ((GRANTED,), PAUSED.changed(consents=(CONSENT, OTHER)), "elder", RefusalCode.CONSENT_NOT_FOUND),
        ((GRANTED, PAUSED), PAUSED, "elder", RefusalCode.ALREADY_DONE), ((GRANTED, WITHDRAWN), PAUSED, "elder", RefusalCode.WRONG_STATE),
        ((GRANTED, EXPIRED), PAUSED, "elder", RefusalCode.WRONG_STATE), ((GRANTED,), RESUMED, "elder", RefusalCode.ALREADY_DONE),
        ((GRANTED, ConfirmationAwaited(recipient="coordinator", consent=CONSENT, due=AT)), PAUSED, "elder", RefusalCode.WRONG_STATE),
        ((GRANTED, PAUSED, WITHDRAWN), RESUMED, "elder", RefusalCode.WRONG_STATE), ((GRANTED, PAUSED, EXPIRED), RESUMED, "elder", RefusalCode.WRONG_STATE),
        ((GRANTED, PAUSED), RESUMED, "coordinator", RefusalCode.RECORDER_BENEFITS),
        ((GRANTED, PAUSED, CapacityDoubted(person=MOTHER, doubt=DoubtKind.ADULT_CAPACITY)), RESUMED, "elder", RefusalCode.CAPACITY_IN_DOUBT),
        ((GRANTED, VOID), VOID, "municipality", RefusalCode.ALREADY_DONE), ((GRANTED, WITHDRAWN), VOID, "municipality", RefusalCode.ALREADY_DONE),
        ((), VOID, "municipality", RefusalCode.CONSENT_NOT_FOUND),
    ],
)
def test_rule_5_what_changes_nothing_is_refused(past: tuple[Any, ...], halt: Any, agency: str, code: RefusalCode):
    """Of whose consent, in which state, through whom; to resume is a yes, which takes somebody who can say it."""
    case(*past).when(halt, agency=agency).then_refused(code)


def test_rule_5_a_paused_consent_can_be_withdrawn_and_ends_on_its_last_day():
    """Then it is that, and past recipients are told to stop."""
    paused = case(GRANTED, RECEIVED, PAUSED)

    withdrawn = paused.when(WITHDRAWN, agency="elder").then(WITHDRAWN, StopNoticeIssued)
    assert ("CONSENT_WITHDRAWN",) == ask(withdrawn).reasons
    assert ("CONSENT_EXPIRED",) == ask(case(GRANTED.changed(valid_to=date(2026, 5, 1)), PAUSED)).reasons


def test_rule_27_what_never_was_a_consent_stops_like_a_withdrawal():
    """Past recipients are told; the person may be asked anew, since it was never the person's no."""
    then = case(GRANTED, RECEIVED).when(VOID, agency="municipality")
    void = then.then(VOID, StopNoticeIssued(recipient="coordinator", consent=CONSENT, purpose=Purpose.COORDINATION, categories=(BASIC,)))

    assert (HOLD, ("CONSENT_INVALIDATED",), ("CONSENT_OF_PERSON",)) == ((found := ask(void)).outcome, found.reasons, found.releases_when)
    assert PERMIT is ask(void.when(consent(BASIC, consent=OTHER), agency="elder").after()).outcome


def test_rule_24_what_is_under_way_on_no_consent_is_decided_anew():
    """As with a withdrawal."""
    under_way = case(GRANTED).when(request(part(BASIC), event_type="PlanShared"), source="coordination", message_id="req").after()

    assert [DENY] == [each.outcome for each in verdicts(under_way.when(VOID, agency="municipality"))]


def test_rule_11_a_no_that_a_forged_yes_had_lifted_stands_again():
    """What is void has lifted nothing; a withdrawn yes had."""
    lifted = case(NO, GRANTED.changed(supersedes=(REFUSAL,)))

    assert PERMIT is ask(lifted).outcome
    assert ("PERSON_REFUSED",) == ask(lifted.when(VOID, agency="municipality").after()).reasons
    assert ("CONSENT_WITHDRAWN",) == ask(lifted.when(WITHDRAWN, agency="elder").after()).reasons


@pytest.mark.parametrize(
    ("events", "state"),
    [
        ((), None), ((ASKED.changed(consent=CONSENT),), ConsentState.REQUESTED), ((ConsentRefused(consent=CONSENT, person=MOTHER, purpose=Purpose.COORDINATION),), ConsentState.REFUSED),
        ((ASKED.changed(consent=CONSENT), GRANTED), ConsentState.GIVEN),
        ((consent(BASIC, ECONOMIC), ConsentNarrowed(consent=CONSENT, person=MOTHER, categories=(BASIC,), recipients=("coordinator",))), ConsentState.NARROWED),
        ((GRANTED, ConsentExtended(consent=CONSENT, person=MOTHER, valid_to=date(2027, 5, 1))), ConsentState.EXTENDED),
        ((GRANTED, PAUSED), ConsentState.PAUSED), ((GRANTED, PAUSED, RESUMED), ConsentState.GIVEN), ((GRANTED, WITHDRAWN), ConsentState.WITHDRAWN),
        ((GRANTED, EXPIRED), ConsentState.EXPIRED), ((GRANTED.changed(valid_to=date(2026, 5, 1)),), ConsentState.EXPIRED),
        ((GRANTED, VOID), ConsentState.INVALIDATED), ((GRANTED, consent(BASIC, consent=OTHER, supersedes=(CONSENT,))), ConsentState.REPLACED),
    ],
)
def test_rule_5_the_state_is_derived_from_the_events(events: tuple[Any, ...], state: ConsentState | None):
    """Refused is not never asked; what is over is over by its day, noted or not."""
    assert state is state_of(case(*events).state, CONSENT, TODAY)


def test_rule_5_every_consent_of_a_case_has_its_state():
    """What was asked, refused and given."""
    found = states(case(ASKED, NO, GRANTED, PAUSED).state, TODAY)

    assert {ASKED.consent: ConsentState.REQUESTED, REFUSAL: ConsentState.REFUSED, CONSENT: ConsentState.PAUSED} == found
    assert {ConsentGranted, ConsentRequested} <= set(GATE.messages)


def test_rule_5_after_a_withdrawal_the_person_may_consent_again():
    """Under a new number; and may be asked again."""
    again = case(GRANTED, WITHDRAWN).when(consent(BASIC, consent=OTHER), agency="elder").after()

    assert PERMIT is ask(again).outcome
    case(GRANTED, WITHDRAWN).when(ASKED, agency="elder").then(ASKED)
