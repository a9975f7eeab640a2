"""The end of a consent by time (期限): when it is due, and who is told."""

from __future__ import annotations

from contracts.consent import (
    ConsentExpired,
    ConsentWithdrawn,
    StopNoticeIssued,
)
from contracts.envelope import DeadlineSet, Tick
from contracts.shared import Deadline, Outcome
from kernel.days import DAY_MS
from kernel.testing import AT, given
from tests.services.consent.lifecycle_cases import (
    BASIC,
    ECONOMIC,
    MIDNIGHT,
    case,
)
from tests.services.consent.test_stops import delivered, permitted, receipt, stops, verdicts
from tests.services.consent.town import CONSENT, DAYS, GATE, MOTHER, TIMED, TOWN, consent, part


def test_r5_a_consent_expires_when_its_last_day_is_over_in_japan():
    """Active → Expired by the clock, once; not a moment before."""
    active = case(consent(BASIC))

    active.when(Tick(), at=MIDNIGHT - 1).then_nothing()
    active.when(Tick(), at=MIDNIGHT).then(ConsentExpired(consent=CONSENT, person=MOTHER)).when(Tick(), at=MIDNIGHT + DAY_MS).then_nothing()


def test_the_end_of_a_consent_is_due_at_its_midnight():
    """The timer need not look before."""
    active = case(consent(BASIC))

    assert MIDNIGHT == GATE.due(active.state)
    assert GATE.due(active.when(Tick(), at=MIDNIGHT).state) is None
    assert GATE.due(case(consent(BASIC), ConsentWithdrawn(person=MOTHER, consents=(CONSENT,))).state) is None


def test_r5_expiry_tells_past_recipients_to_stop_and_decides_anew_what_is_under_way():
    """R5: recipients must stop unless another basis holds."""
    both = permitted(part(ECONOMIC), before=delivered(permitted(part(BASIC))), asked="second")
    over = both.when(Tick(), at=MIDNIGHT)

    assert [("coordinator", CONSENT, (BASIC,))] == stops(over)
    assert [(Outcome.DENY, ("CONSENT_EXPIRED",))] == verdicts(over)


def test_what_arrives_after_the_expiry_is_followed_by_a_stop_notice():
    """It was in flight at midnight."""
    under_way = permitted(part(BASIC))
    (verdict,) = (each.verdict for each in under_way.state.deliveries.values())
    over = under_way.when(Tick(), at=MIDNIGHT).after()

    assert [("coordinator", CONSENT, (BASIC,))] == stops(over.when(receipt(verdict), source="tsunagu.courier", at=MIDNIGHT + 1))


def test_an_expired_consent_may_still_be_withdrawn_and_nobody_is_told_twice():
    """A no is a no: what comes then waits for nobody."""
    over = delivered(permitted(part(BASIC))).when(Tick(), at=MIDNIGHT).after()
    withdrawn = ConsentWithdrawn(person=MOTHER, consents=(CONSENT,))

    over.when(withdrawn, at=MIDNIGHT).then(withdrawn)


def test_each_stop_notice_sets_the_day_by_which_it_is_to_be_answered():
    """Rule 27: recipients answer within a set time."""
    granted = given(TIMED, consent(BASIC), shared=TOWN)
    told = delivered(permitted(part(BASIC), before=granted)).when(ConsentWithdrawn(person=MOTHER, consents=(CONSENT,)))

    due = DeadlineSet(deadline=Deadline.STOP_NOTICE_ANSWER, of=f"{CONSENT}/coordinator", agency="coordinator", due=AT + DAYS * DAY_MS)
    told.then(ConsentWithdrawn, StopNoticeIssued, due)
