"""Rights of the person: from the request over the proof of identity to the decision, its delivery and the appeal."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.consent import (
    AccessRequested,
    AppealFiled,
    CorrectionMade,
    CorrectionRequested,
    IdentityVerified,
    RightsDecided,
    RightsDelivered,
    UseStopRequested,
)
from contracts.envelope import DeadlineMet, DeadlineMissed, DeadlineSet, Tick
from contracts.shared import DataCategory, Deadline, Outcome, RefusalCode, RightsOutcome, RightsReason
from kernel.days import DAY_MS
from kernel.testing import AT, Given, given
from tests.services.consent.test_aftercare import handed_over, told
from tests.services.consent.test_stops import delivered, permitted
from tests.services.consent.town import GATE, MOTHER, SON, TIMED, TOWN, part

BASIC, HEALTH = DataCategory.BASIC, DataCategory.HEALTH
REQUEST = "4" * 32
ASKED = AccessRequested(request=REQUEST, person=MOTHER, by_proxy=False)
CORRECTION = CorrectionRequested(request=REQUEST, person=MOTHER, by_proxy=False)
VERIFIED, DELIVERED, APPEALED = IdentityVerified(request=REQUEST), RightsDelivered(request=REQUEST), AppealFiled(request=REQUEST)
GRANTED = RightsDecided(request=REQUEST, outcome=RightsOutcome.GRANTED, reasons=(), withheld=())
PARTIAL = RightsDecided(request=REQUEST, outcome=RightsOutcome.PARTIAL, reasons=(RightsReason.REPORTER,), withheld=(BASIC,))
REFUSED = RightsDecided(request=REQUEST, outcome=RightsOutcome.REFUSED, reasons=(RightsReason.THIRD_PARTY,), withheld=())
CORRECTED = CorrectionMade(request=REQUEST, person=MOTHER, categories=(BASIC,))


def desk(*events: Any, gate: Any = GATE) -> Given:
    """What the privacy desk has recorded."""
    return given(gate, *events, shared=TOWN)


@pytest.mark.parametrize("asked", [ASKED, CORRECTION, UseStopRequested(request=REQUEST, person=MOTHER, by_proxy=True)])
def test_a_request_is_received_once(asked: Any):
    """R12: access, correction, stop of use."""
    desk().when(asked).then(asked).when(asked).then_refused(RefusalCode.ALREADY_DONE)


def test_a_request_is_answered_within_the_days_of_the_pack():
    """The desk has a deadline, and the decision meets it."""
    watched = DeadlineSet(deadline=Deadline.RIGHTS_ANSWER, of=REQUEST, agency="municipality", due=AT + 30 * DAY_MS)
    received = desk(gate=TIMED).when(ASKED, agency="municipality").then(ASKED, watched)

    decided = received.when(VERIFIED).then(VERIFIED).when(GRANTED)
    decided.then(GRANTED, DeadlineMet(deadline=Deadline.RIGHTS_ANSWER, of=REQUEST)).when(Tick(), at=AT + 31 * DAY_MS).then_nothing()


def test_a_request_that_nobody_answers_is_told_to_the_desk():
    """The desk needs no part in the case: it is told of what it has asked itself."""
    missed = desk(gate=TIMED).when(ASKED, agency="municipality").after().when(Tick(), agency="", at=AT + 30 * DAY_MS)

    assert DeadlineMissed(deadline=Deadline.RIGHTS_ANSWER, of=REQUEST, agency="municipality", due=AT + 30 * DAY_MS) == missed.events[0]
    assert [("DeadlineMissed", "municipality", Outcome.PERMIT)] == told(missed)


@pytest.mark.parametrize("step", [VERIFIED, GRANTED, DELIVERED, APPEALED, CORRECTED])
def test_nothing_follows_where_nothing_was_requested(step: Any):
    """Each step belongs to a request."""
    desk().when(step).then_refused(RefusalCode.WRONG_STATE)


def test_the_whole_course_of_a_granted_request():
    """Received → IdentityVerified → Decided → Delivered; each once, no appeal."""
    decided = desk(ASKED).when(VERIFIED).then(VERIFIED).when(GRANTED).then(GRANTED)

    decided.when(VERIFIED).then_refused(RefusalCode.ALREADY_DONE)
    decided.when(REFUSED).then_refused(RefusalCode.ALREADY_DONE)
    decided.when(APPEALED).then_refused(RefusalCode.WRONG_STATE)
    decided.when(DELIVERED).then(DELIVERED).when(DELIVERED).then_refused(RefusalCode.ALREADY_DONE)


def test_nothing_is_decided_before_it_is_clear_who_asks():
    """The identity comes first."""
    desk(ASKED).when(GRANTED).then_refused(RefusalCode.IDENTITY_NOT_VERIFIED)


@pytest.mark.parametrize("step", [DELIVERED, APPEALED])
@pytest.mark.parametrize("before", [(ASKED,), (ASKED, VERIFIED)])
def test_nothing_is_delivered_or_appealed_before_the_decision(step: Any, before: tuple[Any, ...]):
    """The decision comes first."""
    desk(*before).when(step).then_refused(RefusalCode.WRONG_STATE)


@pytest.mark.parametrize("decision", [PARTIAL, REFUSED])
def test_r12_what_is_not_granted_in_full_has_its_reasons(decision: RightsDecided):
    """R12: refusal is written."""
    desk(ASKED, VERIFIED).when(decision.changed(reasons=())).then_refused(RefusalCode.REASON_MISSING)
    desk(ASKED, VERIFIED).when(decision).then(decision)


@pytest.mark.parametrize("changes", [{"reasons": (RightsReason.REPORTER,)}, {"withheld": (BASIC,)}])
def test_what_is_granted_in_full_has_none(changes: dict[str, Any]):
    """A grant that withholds is a partial one."""
    desk(ASKED, VERIFIED).when(GRANTED.changed(**changes)).then_refused(RefusalCode.VALUE_INVALID)


def test_a_refusal_is_appealed_and_not_delivered():
    """Refused → Appealed, once."""
    refused = desk(ASKED, VERIFIED, REFUSED)

    refused.when(DELIVERED).then_refused(RefusalCode.WRONG_STATE)
    refused.when(APPEALED).then(APPEALED).when(APPEALED).then_refused(RefusalCode.ALREADY_DONE)


def test_a_partial_grant_is_delivered_and_may_be_appealed():
    """In either order."""
    desk(ASKED, VERIFIED, PARTIAL).when(DELIVERED).then(DELIVERED).when(APPEALED).then(APPEALED)
    desk(ASKED, VERIFIED, PARTIAL).when(APPEALED).then(APPEALED).when(DELIVERED).then(DELIVERED)


@pytest.mark.parametrize(
    ("before", "code"),
    [
        ((CORRECTION, VERIFIED), RefusalCode.WRONG_STATE),
        ((CORRECTION, VERIFIED, REFUSED), RefusalCode.WRONG_STATE),
        ((ASKED, VERIFIED, GRANTED), RefusalCode.WRONG_STATE),
        ((CORRECTION, VERIFIED, GRANTED, CORRECTED), RefusalCode.ALREADY_DONE),
    ],
)
def test_a_correction_follows_a_granted_request_for_one(before: tuple[Any, ...], code: RefusalCode):
    """Once."""
    desk(*before).when(CORRECTED).then_refused(code)


def test_a_correction_is_of_the_person_who_asked():
    """Not of the son."""
    desk(CORRECTION, VERIFIED, GRANTED).when(CORRECTED.changed(person=SON)).then_refused(RefusalCode.VALUE_INVALID)


def test_r12_a_correction_is_told_to_those_who_have_received_what_was_wrong():
    """Case 36: recipients of those categories of that person, and nobody else."""
    basic = handed_over()
    both = delivered(permitted(part(BASIC), recipient="poverty", before=basic, asked="2"))
    decided = given(GATE, *both.past, CORRECTION, VERIFIED, GRANTED, shared=TOWN)

    corrected = decided.when(CORRECTED, agency="municipality", persons=(MOTHER,))
    assert CORRECTED == corrected.events[0]
    assert [("CorrectionMade", "coordinator", Outcome.PERMIT), ("CorrectionMade", "poverty", Outcome.PERMIT)] == told(corrected)
    decided.when(CORRECTED.changed(categories=(HEALTH,)), agency="municipality", persons=(MOTHER,)).then(CorrectionMade)
