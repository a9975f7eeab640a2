"""Resources and matches: each as its last fact says, gaps added up."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from contracts.coordination import DevelopmentTaskOpened
from contracts.envelope import DeadlineMissed
from contracts.participation import (
    CandidateProposed,
    MatchDeclined,
    MatchEnded,
    OccupancyNoted,
    ResourceCapacityChanged,
    ResourceGapFound,
    ResourceProposed,
    ResourceReconfirmed,
    ResourceRetired,
    ResourceVerified,
)
from contracts.shared import Deadline, MatchEndReason, MatchSide, NeedKind, RetirementReason, SupportLevel, TaskClass, TaskSlice
from kernel.testing import AT
from services.reporting.projections.resources import GAPS, MATCHES, OFFERED, Resources
from services.reporting.store import Connect
from tests.services.reporting.facts import fact, rows
from tests.services.reporting.shown import shown

PROPOSED = ResourceProposed(host="workshop", name="薪割り", tasks=(), confirmed_at=date(2026, 4, 1), capacity=3, reserved=1)
VERIFIED = ResourceVerified(confirmed_on=date(2026, 4, 10))
SLICE = TaskSlice(task=list(TaskClass)[1], support_level=SupportLevel.SOME)
MISSED = DeadlineMissed(deadline=Deadline.RESOURCE_RECONFIRMATION, of="", agency="workshop", due=1)


def resource(*said: object) -> dict[str, object]:
    """The row of one resource after these facts."""
    (row,) = rows(Resources(), OFFERED, [fact(event, "participation", key="r", seq=seq) for seq, event in enumerate(said, 1)])
    return row


def test_a_verified_resource_has_its_places_and_its_last_day_of_confirmation():
    """What it was proposed with stays."""
    row = resource(PROPOSED, VERIFIED, ResourceCapacityChanged(capacity=5), OccupancyNoted(taken=2))

    assert ("workshop", 5, 1, 2, True, False, date(2026, 4, 10)) == tuple(
        row[name] for name in ("agency", "capacity", "reserved", "taken", "verified", "stale", "confirmed_on"))


def test_a_missed_reconfirmation_makes_it_stale_and_a_confirmation_fresh_again():
    """The deadline is a fact of the function's own."""
    assert resource(PROPOSED, VERIFIED, MISSED)["stale"]
    assert not resource(PROPOSED, VERIFIED, MISSED, ResourceReconfirmed(confirmed_on=date(2026, 9, 1)))["stale"]


def test_another_deadline_says_nothing_of_a_resource():
    """Not every missed deadline of participation is one of a resource."""
    other = MISSED.changed(deadline=Deadline.NEXT_CONTACT)

    assert [] == rows(Resources(), OFFERED, [fact(other, "participation", key="a")])


def test_a_retired_resource_says_why():
    """It is offered no more."""
    assert RetirementReason.HOST_CLOSED.value == resource(PROPOSED, ResourceRetired(reason=RetirementReason.HOST_CLOSED))["retired_for"]


@pytest.mark.parametrize(("said", "state", "why"), [
    (CandidateProposed(resource="r", task=SLICE), "PROPOSED", None),
    (MatchDeclined(resource="r", side=MatchSide.PERSON), "DECLINED", None),
    (MatchEnded(resource="r", reason=MatchEndReason.GOAL_MET), "ENDED", "GOAL_MET"),
])
def test_a_match_stands_where_its_last_fact_says(said: object, state: str, why: str | None):
    """With the moment since when."""
    before = CandidateProposed(resource="r", task=SLICE)

    (row,) = rows(Resources(), MATCHES, [fact(before, key="a"), fact(said, key="a", seq=2, at=AT + 5)])

    assert (state, why, datetime.fromtimestamp((AT + 5) / 1000, UTC)) == (row["state"], row["ended_for"], row["since"])


@pytest.mark.live
async def test_a_new_match_is_not_said_to_have_ended(database: Connect):
    """Why the one before ended is told only until the same person and resource try again."""
    said = (CandidateProposed(resource="r", task=SLICE), MatchEnded(resource="r", reason=MatchEndReason.GOAL_MET), CandidateProposed(resource="r", task=SLICE))
    facts = [fact(event, key="a", seq=seq) for seq, event in enumerate(said, 1)]
    facts += [fact(event, key="b", seq=seq) for seq, event in enumerate(said[:2], 1)]
    (found,) = await shown(database, Resources(), facts, "matches_shown")

    assert {"a": ("PROPOSED", None), "b": ("ENDED", "GOAL_MET")} == {row["case_id"]: (row["state"], row["ended_for"]) for row in found}


def test_gaps_and_the_tasks_to_close_them_are_added_up_by_area_and_need():
    """From two functions, in any order."""
    need = NeedKind.WORK
    said = [fact(ResourceGapFound(need_kind=need, area="北部"), key=key) for key in "ab"]

    assert [{"area": "北部", "need_kind": "WORK", "found": 2, "tasks_opened": 1}] == rows(
        Resources(), GAPS, [*said, fact(DevelopmentTaskOpened(need_kind=need, count=2), key="北部")])
