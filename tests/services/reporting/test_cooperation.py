"""Cooperation: projects by their own facts, their results one by one, the register."""

from __future__ import annotations

from datetime import date

from contracts.community import CooperationResultRecorded, CooperationStarted, IssuesPaired, PracticeAreaCancelled, PracticeAreaRegistered
from contracts.shared import CancellationReason, OutputUnit, PracticeKind, ShareCause
from services.reporting.projections.cooperation import PRACTICES, PROJECTS, RESULTS, Cooperation
from tests.services.reporting.facts import fact, rows

PAIRED = IssuesPaired(env_issue="里山の荒廃", welfare_issue="働く場の不足", partners=("env",))
STARTED = CooperationStarted(steps=(), product="薪", share_to="子ども食堂")
RESULT = CooperationResultRecorded(
    period_from=date(2026, 4, 1), period_to=date(2026, 9, 30), quantity=12, unit=OutputUnit.PIECES, sales_yen=300_000, shared_yen=30_000,
    share_to=ShareCause.CHILDREN_IN_DIFFICULTY,
)
REGISTERED = PracticeAreaRegistered(name="里山の会", kind=PracticeKind.REGION_GROUP, corporate_number="", selection_year=2025)


def test_a_project_pairs_two_issues_and_then_runs():
    """What was paired stays when it starts."""
    (row,) = rows(Cooperation(), PROJECTS, [fact(PAIRED, key="p"), fact(STARTED, key="p", seq=2)])

    assert ("里山の荒廃", "働く場の不足", "薪", "RUNNING") == tuple(row[name] for name in ("env_issue", "welfare_issue", "product", "state"))


def test_every_result_is_a_row_of_its_own():
    """The cash loop adds them up; the same result reported for two times is two."""
    found = rows(Cooperation(), RESULTS, [fact(RESULT, key="p"), fact(RESULT, key="p", seq=2)])

    assert [(300_000, 30_000)] * 2 == [(row["sales_yen"], row["shared_yen"]) for row in found]


def test_a_cancelled_registration_says_why_and_a_new_one_takes_that_back():
    """The register shows how it stands."""
    cancelled = PracticeAreaCancelled(reason=list(CancellationReason)[1])
    said = [fact(REGISTERED, key="o"), fact(cancelled, key="o", seq=2)]

    assert [cancelled.reason.value] == [row["cancelled_for"] for row in rows(Cooperation(), PRACTICES, said)]
    assert [""] == [row["cancelled_for"] for row in rows(Cooperation(), PRACTICES, [*said, fact(REGISTERED, key="o", seq=3)])]
