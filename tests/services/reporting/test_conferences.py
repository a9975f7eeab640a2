"""Conferences: sittings from their own key, cases from theirs, and the share that left with a changed plan."""

from __future__ import annotations

from datetime import date

from contracts.coordination import (
    CaseSegmentOpened,
    ConferenceCancelled,
    ConferenceConvened,
    ConferenceScheduled,
    DecisionRecorded,
    RecordSealed,
    SittingClosed,
)
from contracts.shared import CancelReason, ConferenceBasis
from services.reporting.projections.conferences import SEGMENT_CASES, SITTINGS, Conferences
from tests.services.reporting.facts import fact, rows

SITTING, SEGMENT = "5" * 32, "6" * 32
SCHEDULED = ConferenceScheduled(planned_on=date(2026, 5, 10), place="市役所", segments=())
CONVENED = ConferenceConvened(held_on=date(2026, 5, 12), invited=("elder", "tax"))
OPENED = CaseSegmentOpened(case="a", sitting=SITTING, segment=SEGMENT, basis=ConferenceBasis.SWA106_6, members=("elder",), present=("elder", "tax"))
DECIDED = DecisionRecorded(person="82", segment=SEGMENT, decisions=(), plan_changed=True)


def test_a_sitting_is_one_row_that_tells_how_it_went():
    """Scheduled, convened, closed, sealed: the last word counts, what was said before stays."""
    said = (SCHEDULED, CONVENED, SittingClosed(), RecordSealed(record_hash="0" * 64))

    (row,) = rows(Conferences(), SITTINGS, [fact(event, key=SITTING, seq=seq) for seq, event in enumerate(said, 1)])

    assert ("CLOSED", date(2026, 5, 10), date(2026, 5, 12), ["elder", "tax"], True) == tuple(
        row[name] for name in ("state", "planned_on", "held_on", "invited", "sealed"))


def test_a_cancelled_sitting_says_why():
    """It was never held."""
    (row,) = rows(Conferences(), SITTINGS, [fact(SCHEDULED, key=SITTING), fact(ConferenceCancelled(reason=CancelReason.DISASTER), key=SITTING, seq=2)])

    assert ("CANCELLED", "DISASTER", None) == (row["state"], row["cancelled_for"], row["held_on"])


def test_what_a_sitting_says_of_a_case_and_what_the_case_says_meet_in_one_row_whichever_comes_first():
    """They lie in different partitions, so neither order is the right one."""
    said = [fact(OPENED, key=SITTING), fact(DECIDED, key="a")]

    (row,), (other,) = (rows(Conferences(), SEGMENT_CASES, order) for order in (said, said[::-1]))

    assert row == other
    assert ("a", "SWA106_6", 2, 1, True) == tuple(row[name] for name in ("case_id", "basis", "present", "decided", "plan_changed"))


def test_a_later_decision_does_not_undo_that_the_plan_was_changed():
    """It is a share of cases, not of decisions."""
    (row,) = rows(Conferences(), SEGMENT_CASES, [fact(DECIDED, key="a"), fact(DECIDED.changed(plan_changed=False), key="a", seq=2)])

    assert (2, True) == (row["decided"], row["plan_changed"])


def test_a_copy_in_another_log_is_not_counted_again():
    """Only the log of the function that owns the fact counts."""
    assert [] == rows(Conferences(), SITTINGS, [fact(SCHEDULED, "consent", key=SITTING)])
