"""What an explanation tells of the consents of a case: what ended, halted or replaced those that a decision rested on, and which will begin."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from cli.consent import explanation, running
from cli.consent.consents import Consents
from contracts.consent import (
    ConfirmationAwaited,
    ConsentConfirmed,
    ConsentExpired,
    ConsentInvalidated,
    ConsentLapsed,
    ConsentNarrowed,
    ConsentPaused,
    ConsentResumed,
    ConsentWithdrawn,
    DisclosureDecided,
    DisclosureReleased,
    RecallRequested,
    RightsDecided,
    StopNoticeIssued,
    UseExpired,
    UseStopRequested,
)
from contracts.shared import Basis, DataCategory, FunctionName, InvalidReason, Outcome, Purpose, RecallReason, RightsOutcome
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


OWN = ASKED.changed(function=FunctionName.CONSENT)
"""Known by its own id."""
ID = fact(OWN).envelope.id
VERDICT = DisclosureDecided(
    request_id=ID, event_id="e", event_type="CoordinationReferred", recipient="coordinator", agency="elder", function=FunctionName.CONSENT,
    purpose=Purpose.COORDINATION, outcome=Outcome.PERMIT, rule="R2", basis=Basis.C,
    consents=NAMED, released=(part(BASIC),), withheld=(), reasons=(), releases_when=(), obligations=(), policy="", at=1, deadline=None,
)
DELIVERED = DisclosureReleased(
    verdict_id="v", decided_at=1, request_id=ID, event_id="e", event_type="CoordinationReferred", recipient="coordinator", basis=Basis.C, consents=NAMED,
    released=(part(BASIC),),
)
WITHDRAWN = ConsentWithdrawn(person=MOTHER, consents=NAMED)
DENIED = VERDICT.changed(outcome=Outcome.DENY, consents=(), released=(), reasons=("CONSENT_WITHDRAWN",), at=2)


def explained(*events: Any) -> dict[str, Any]:
    """The explanation of a request, after these facts of its case."""
    (decision,) = running._decisions(map(fact, (GIVEN, OWN, *events)))
    return explanation.explained(running._answer(decision, {}))


@pytest.mark.parametrize(
    ("events", "words"),
    [
        ((WITHDRAWN,), "撤回されています"), ((PAUSED,), "一時停止されています"), ((INVALID,), "無効とされています"),
        ((ConsentExpired(consent=CONSENT, person=MOTHER),), "期間が終わっています"),
        ((consent(BASIC, consent="e" * 32, supersedes=NAMED),), "新しい同意に置き換わっています"),
        ((ConsentNarrowed(person=MOTHER, consent=CONSENT, categories=(), recipients=()),), "範囲が狭められています"),
        ((STOP, STOPPED), "利用停止が決定されています"), ((RecallRequested(request_id=ID, reason=RecallReason.TOO_MUCH),), "回収を求めています"),
        ((PAUSED, ConsentResumed(person=MOTHER, consents=NAMED), WITHDRAWN), "撤回されています"),
    ],
)
def test_the_first_line_tells_how_it_stands_today(events: tuple[Any, ...], words: str):
    """It was given, and what it rested on is no more: nobody may read 渡せます there."""
    told = explained(VERDICT, DELIVERED, *events)
    head, _, decided, *_ = explanation.text(told).splitlines()

    assert "渡しました（可）" in head
    assert words in head
    assert "渡しました（可）" in decided
    assert "渡せます" not in head + decided
    assert words in told["now"]


@pytest.mark.parametrize("events", [(), (PAUSED, ConsentResumed(person=MOTHER, consents=NAMED))])
def test_where_nothing_has_become_of_it_the_first_line_says_no_more(events: tuple[Any, ...]):
    """It stands as it stood."""
    told = explained(VERDICT, DELIVERED, *events)

    assert ("", f"■ {ID}: 渡しました（可）") == (told["now"], explanation.text(told).splitlines()[0])


def test_what_has_not_arrived_was_not_given():
    """The verdict alone gives nothing yet."""
    assert f"■ {ID}: 渡せます（可）" == explanation.text(explained(VERDICT)).splitlines()[0]


def test_what_arrived_before_it_was_refused_is_told_beside_the_refusal():
    """The courier was quicker than the withdrawal."""
    head = explanation.text(explained(VERDICT, WITHDRAWN, DENIED, DELIVERED)).splitlines()[0]

    assert "渡せません（不可）" in head
    assert "先に届いています" in head
