"""What an explanation tells of the consents of a case: what ended, halted or replaced those that a decision rested on, and which will begin."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from cli.consent import running
from cli.consent.consents import Consents
from contracts.consent import (
    ConfirmationAwaited,
    ConsentConfirmed,
    ConsentInvalidated,
    ConsentLapsed,
    ConsentPaused,
    ConsentResumed,
    ConsentWithdrawn,
    RightsDecided,
    StopNoticeIssued,
    UseExpired,
    UseStopRequested,
)
from contracts.shared import Basis, DataCategory, InvalidReason, Purpose, RightsOutcome
from services.reporting.projections.projection import Fact
from tests.services.consent.town import CONSENT, MOTHER, SON, consent, part, request
from tests.services.reporting.facts import fact

BASIC = DataCategory.BASIC
GIVEN, ASKED, NAMED = consent(BASIC), request(part(BASIC)), (CONSENT,)
STOP = UseStopRequested(request="9" * 32, person=MOTHER, by_proxy=False)
STOPPED = RightsDecided(request="9" * 32, outcome=RightsOutcome.GRANTED, reasons=(), withheld=())
WAITS = ConfirmationAwaited(recipient="coordinator", consent=CONSENT, due=1)
PAUSED = ConsentPaused(person=MOTHER, consents=NAMED)
LAPSED = ConsentLapsed(recipient="coordinator", consent=CONSENT)
INVALID = ConsentInvalidated(person=MOTHER, consents=NAMED, reason=InvalidReason.FORGED)


def after(*events: Any) -> Consents:
    """The consents after these facts."""
    found = Consents()
    for event in events:
        found.read(event)
    return found


@pytest.mark.parametrize(
    ("before", "event", "words"),
    [
        ((), PAUSED, "一時停止"), ((PAUSED,), ConsentResumed(person=MOTHER, consents=NAMED), "再開"), ((), INVALID, "無効"),
        ((), consent(BASIC, consent="e" * 32, supersedes=NAMED), "置き換わり"), ((WAITS,), LAPSED, "失効"), ((STOP,), STOPPED, "利用停止"),
        ((), ConsentWithdrawn(person=MOTHER, consents=NAMED), "撤回"),
    ],
)
def test_what_becomes_of_a_consent_is_told_of_what_rested_on_it(before: tuple[Any, ...], event: Any, words: str):
    """And not of a decision about somebody else."""
    consents = after(GIVEN, *before)

    assert words in consents.line(event, ASKED, NAMED)
    assert not consents.line(event, request(part(BASIC, SON)), ())


@pytest.mark.parametrize(
    ("later", "begins"),
    [
        ((), True), ((PAUSED, ConsentResumed(person=MOTHER, consents=NAMED)), True), ((WAITS, ConsentConfirmed(consent=CONSENT, person=MOTHER)), True),
        ((PAUSED,), False), ((WAITS,), False), ((LAPSED,), False), ((INVALID,), False), ((STOP, STOPPED), False),
        ((ConsentWithdrawn(person=MOTHER, consents=NAMED),), False),
    ],
)
def test_only_a_consent_that_stands_will_begin(later: tuple[Any, ...], begins: bool):
    """What was withdrawn, halted or never confirmed is no reason to wait."""
    assert ({date(2026, 4, 1)} if begins else set()) == after(GIVEN, *later).begins(ASKED)


def test_a_consent_of_another_person_or_purpose_is_no_reason_to_wait():
    """Nor one that does not name the recipient."""
    consents = after(GIVEN)

    assert set() == consents.begins(request(part(BASIC, SON))) == consents.begins(ASKED.changed(purpose=Purpose.OUTREACH))
    assert set() == consents.begins(ASKED.changed(recipient="poverty"))


def test_the_end_of_an_urgent_use_and_its_notices_are_told_by_the_number_of_the_request():
    """What was given without asking rests on no consent."""
    decision = running.Decision(id="7-7", request=ASKED.changed(basis=Basis.V), names=set())

    def line(event: Any) -> str:
        read: Fact = fact(event)
        return running._line(decision, read)

    expired = UseExpired(recipient="coordinator", holder="coordinator", request_id="7-7", notice="77", basis=Basis.V)
    assert "時間が終わり" in line(expired)
    assert not line(expired.changed(recipient="elder"))
    assert "使用停止" in line(StopNoticeIssued(recipient="coordinator", consent="77", purpose=Purpose.EMERGENCY, categories=(BASIC,)))
