"""What waits at the gate, counted along with its log: holds by recipient, stop notices, erasures."""

from __future__ import annotations

from contracts.consent import DisclosureDecided, KeyDestroyed, RightsDecided, StopNoticeAnswered, UseStopRequested
from contracts.envelope import DeadlineMet, DeadlineMissed, DeadlineSet
from contracts.shared import Deadline, DestructionReason, FunctionName, Outcome, Purpose, RightsOutcome, StopAnswer
from services.consent.pending import GRANTED, REQUESTED, Pending

NOTICE = DeadlineSet(deadline=Deadline.STOP_NOTICE_ANSWER, of="c1/home", agency="home", due=9)
MET, MISSED = (kind(deadline=NOTICE.deadline, of=NOTICE.of, **more) for kind, more in ((DeadlineMet, {}), (DeadlineMissed, {"agency": "home", "due": 9})))
ANSWER = StopNoticeAnswered(consent="c1", answer=next(each for each in StopAnswer if each != "UNMAPPED"))
ASKED = UseStopRequested(request="r1", person="p1", by_proxy=False)
DUE = DeadlineSet(deadline=Deadline.RIGHTS_ANSWER, of="r1", agency="desk", due=7)


def verdict(request: str, outcome: Outcome, at: int, recipient: str = "home") -> DisclosureDecided:
    """What the gate says of a request."""
    return DisclosureDecided(
        request_id=request, event_id="e", event_type="t", recipient=recipient, agency="elder", function=FunctionName.CONSULTATION,
        purpose=Purpose.CONSULTATION, outcome=outcome, rule="R1", policy="", at=at,
    )


def after(*events: object) -> Pending:
    """A partition whose log has these."""
    found = Pending()
    for event in events:
        found.take(event)
    return found


def test_a_hold_waits_until_another_verdict():
    """Judged again and held again it is as old as at first; whatever else is decided ends it."""
    waiting = after(verdict("r1", Outcome.HOLD, 5), verdict("r2", Outcome.HOLD, 8), verdict("r1", Outcome.HOLD, 20)).held["home"]
    freed = after(*(verdict("r1", outcome, at) for outcome, at in ((Outcome.HOLD, 5), (Outcome.PERMIT, 9)))).held["home"]
    anew = after(*(verdict("r1", outcome, at) for outcome, at in ((Outcome.HOLD, 5), (Outcome.DENY, 9), (Outcome.HOLD, 30)))).held["home"]

    assert ({"r1": 5, "r2": 8}, 5) == (waiting.since, waiting.oldest())
    assert ({}, None) == (freed.since, freed.oldest())
    assert 30 == anew.oldest()


def test_the_oldest_is_found_however_they_are_freed():
    """First, last, or in the middle."""
    found = after(*(verdict(f"r{number}", Outcome.HOLD, number) for number in range(1, 6)), verdict("r1", Outcome.DENY, 9), verdict("r3", Outcome.DENY, 9))

    assert 2 == found.held["home"].oldest()
    found.take(verdict("r2", Outcome.PERMIT, 9))
    assert 4 == found.held["home"].oldest()


def test_a_verdict_without_a_hold_changes_nothing():
    """Nothing waits that never waited."""
    assert {} == after(verdict("r1", Outcome.PERMIT, 1), verdict("r1", Outcome.DENY, 2)).held


def test_a_stop_notice_is_unanswered_until_its_answer_also_when_it_is_late():
    """In its time, over time, answered in time, answered late; a second notice is another."""
    assert [1, 1, 0, 0] == [after(*events).unanswered for events in (
        (NOTICE,), (NOTICE, MISSED), (NOTICE, ANSWER, MET), (NOTICE, MISSED, ANSWER))]
    assert 1 == after(NOTICE, NOTICE.changed(of="c1/elder"), ANSWER, MET).unanswered
    assert 0 == after(MET, MISSED).unanswered


def test_a_request_to_stop_use_is_pending_until_it_is_decided_and_carried_out():
    """Refused it is over; granted it waits for the key's end."""
    granted, refused = (RightsDecided(request="r1", outcome=outcome, reasons=(), withheld=()) for outcome in (RightsOutcome.GRANTED, RightsOutcome.REFUSED))
    gone = KeyDestroyed(person="p1", retention_class="x", reason=DestructionReason.STOP_OF_USE)
    stages = [
        (found.erasures(REQUESTED), found.erasures(GRANTED), [*found.due()])
        for found in (after(ASKED), after(ASKED, DUE), after(ASKED, DUE, granted), after(ASKED, DUE, refused), after(ASKED, granted, gone))
    ]

    assert [(1, 0, []), (1, 0, [7]), (0, 1, []), (0, 0, []), (0, 0, [])] == stages


def test_what_was_not_decided_in_time_stays_due():
    """The deadline's end is no answer."""
    missed = DeadlineMissed(deadline=Deadline.RIGHTS_ANSWER, of="r1", agency="desk", due=7)

    assert [7] == [*after(ASKED, DUE, missed).due()]
