"""Load of the agencies: what came to each by month, what it did with it, what was handed back, what it leads and owes an answer now."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime
from typing import Any

import pytest

from contracts.consent import StopNoticeAnswered, StopNoticeIssued, UseExpired
from contracts.consultation import CaseClosed, CaseReopened, LinkAccepted, LinkDeclined
from contracts.coordination import (
    CoordinationAccepted,
    CoordinationNotAccepted,
    CoordinationReferred,
    HandedBackToConsultation,
    InformationGivenInConference,
    InformationRequestedInConference,
    LeadAgencyNamed,
    RolesAssigned,
    TaskAssigned,
)
from contracts.envelope import CaseFrozen, PartNoted, VerdictNoted
from contracts.shared import (
    Basis,
    CasePart,
    ContactMethod,
    DataCategory,
    HandBackReason,
    NotAcceptedReason,
    Outcome,
    Purpose,
    ReferralReason,
    ReopeningReason,
    StopAnswer,
    SupportTask,
)
from contracts.shared import Role as Task
from kernel.testing import AT
from services.reporting.projections.agencies import CASES, COUNTS, LOAD, MEASURES, Agencies
from services.reporting.projections.projection import Fact
from services.reporting.store import Connect
from tests.services.reporting.facts import fact, rows
from tests.services.reporting.shown import shown
from tests.services.reporting.test_cases import CLOSED, DECLINED, HANDED_BACK, LEAD, LINKED, OPENED

live = pytest.mark.live
DAY = 86_400_000
ACCEPTED = LinkAccepted(method=ContactMethod.PHONE, next_contact=date(2026, 6, 1))
REFERRED = CoordinationReferred(person="1", to_agency="coordinator", reason=ReferralReason.AGENCY_UNCLEAR)
TAKEN = CoordinationAccepted(first_meeting_on=date(2026, 6, 1))
NOT_TAKEN = CoordinationNotAccepted(reason=NotAcceptedReason.UNMAPPED)
TASK = TaskAssigned(person="1", role=Task(agency="child", task=SupportTask.SCHOOL_LINK, due=date(2026, 6, 1)))
NOTICE = StopNoticeIssued(recipient="coordinator", consent="c", purpose=Purpose.COORDINATION, categories=(DataCategory.BASIC,))
STOPPED = StopNoticeAnswered(consent="c", answer=StopAnswer.STOPPED)
ASKED = InformationRequestedInConference(segment="s", to_agency="child", wanted=(DataCategory.BASIC,))
TOLD = InformationGivenInConference(person="1", segment="s", keep_until=date(2026, 12, 31))


def verdict(of: str, recipient: str, outcome: Outcome = Outcome.PERMIT) -> VerdictNoted:
    """As the function that asked notes it."""
    return VerdictNoted(request_id="r", event_id="e", event_type=of, recipient=recipient, outcome=outcome, rule="R2")


def told(*events: Any, key: str = "case", at: int = AT, log: str = "", **agencies: str) -> list[Fact]:
    """Facts of one case, an hour apart; ``agencies`` says who speaks, by type."""
    return [
        fact(event, log or ("consultation" if isinstance(event, VerdictNoted | PartNoted | CaseFrozen) else ""), key=key, seq=number + 1,
             at=at + number * DAY // 24, agency=agencies.get(type(event).__name__, "elder"))
        for number, event in enumerate(events)
    ]


def counted(*facts: Fact) -> Counter[tuple[str, str, str]]:
    """Value by agency, measure and division, over all months."""
    found: Counter[tuple[str, str, str]] = Counter()
    for row in rows(Agencies(), COUNTS, facts):
        found[row["agency"], row["measure"], row["division"]] += row["value"]
    return found


def cases(*facts: Fact) -> set[tuple[str, str, str, str]]:
    """Period, agency, measure and case."""
    return {tuple(row.values()) for row in rows(Agencies(), CASES, facts)}  # type: ignore[misc]


def test_a_link_counts_with_whom_it_comes_to_and_its_answer_with_whoever_answers():
    """Divided by the reason; again and again where it is said again."""
    found = counted(*told(LINKED, ACCEPTED, LINKED, DECLINED, LinkAccepted="poverty", LinkDeclined="poverty"))

    assert {("poverty", "linked_in", "FOLLOW_UP"): 2, ("poverty", "links_accepted", ""): 1, ("poverty", "links_declined", "NOT_OUR_FIELD"): 1} == found


def test_a_referral_counts_with_the_coordinator():
    """Received, accepted, not accepted."""
    found = counted(*told(REFERRED, NOT_TAKEN, REFERRED, TAKEN, CoordinationAccepted="coordinator", CoordinationNotAccepted="coordinator"))

    assert 2 == found["coordinator", "referred_in", "AGENCY_UNCLEAR"]
    assert (1, 1) == (found["coordinator", "referrals_accepted", ""], found["coordinator", "referrals_not_accepted", "UNMAPPED"])


def test_a_hand_back_counts_with_both_sides():
    """Given by the coordinator, received by whoever leads from now on; with its reason."""
    found = counted(*told(HANDED_BACK, HandedBackToConsultation="coordinator"))

    assert {("coordinator", "handed_back", "SIMPLIFIED"): 1, ("elder", "handed_back_to", "SIMPLIFIED"): 1} == found
    assert 1 == len(counted(*told(HandedBackToConsultation(lead="", reason=HandBackReason.SIMPLIFIED))))


def test_a_task_counts_once_though_it_is_said_twice():
    """To all, and to the agency alone; two tasks of a case are two tasks and one case."""
    found = told(RolesAssigned(person="1", roles=(TASK.role, TASK.role)), TASK, TASK)

    assert {("child", "tasks", "SCHOOL_LINK"): 2} == counted(*found)
    assert {("2026-05", "child", "cases_with_task", "case")} == {(each[0][:7], *each[1:]) for each in cases(*found)}


def test_a_case_counts_where_it_was_opened_and_who_was_to_lead_it():
    """Once a month each; what another function notes of the opening is no second one."""
    noted = fact(OPENED, "outreach", key="case")
    found = cases(*told(OPENED, LEAD, LEAD), noted, fact(PartNoted(agency="child", part=CasePart.LINKED), "consultation"))

    assert {("elder", "cases_opened", "case"), ("coordinator", "cases_led", "case")} == {each[1:] for each in found}


def test_a_month_is_that_of_the_fact_in_japan():
    """The last millisecond of May and the first of June."""
    facts = [fact(LINKED, at=1_780_239_599_999), fact(LINKED, at=1_780_239_600_000, seq=2)]

    assert ["2026-05", "2026-06"] == [row["period"] for row in rows(Agencies(), COUNTS, facts)]


@live
async def test_the_load_of_a_month_is_both_counts_with_their_names(database: Connect):
    """Every measure has one."""
    facts = [*told(OPENED, LINKED, key="a"), *told(OPENED, LINKED, key="b")]
    (found,) = await shown(database, Agencies(), facts, "agency_load")

    assert {("elder", "cases_opened", "開始した事例", 2), ("poverty", "linked_in", "つながれた", 2)} == {
        (row["agency"], row["measure"], row["title_ja"], row["value"]) for row in found}
    assert all(f"('{code}', '{title}')" in LOAD for code, title in MEASURES.items())


@live
async def test_who_is_asked_for_an_answer_and_has_not_given_it(database: Connect):
    """A link or a referral that the gate has let through, a request in a conference, a stop notice; no other."""
    through, refused = verdict("LinkedToAgency", "poverty"), verdict("LinkedToAgency", "poverty", Outcome.DENY)
    referred = verdict("CoordinationReferred", "coordinator", Outcome.REDACT)
    expired = UseExpired(recipient="elder", holder="police", request_id="r", notice="n", basis=Basis.V)
    answers = {"LinkAccepted": "poverty", "LinkDeclined": "poverty", "CoordinationAccepted": "coordinator", "InformationGivenInConference": "child",
               "StopNoticeAnswered": "coordinator"}
    reopened = CaseReopened(reason=ReopeningReason.NEW_SIGNAL)
    facts = [
        *told(LINKED, through, key="waits"), *told(LINKED, key="not yet judged"), *told(LINKED, refused, key="refused"),
        *told(LINKED, through, ACCEPTED, key="answered", **answers), *told(LINKED, through, DECLINED, LINKED, through, key="again", **answers),
        *told(LINKED, through, CLOSED, key="closed"), *told(LINKED, through, CLOSED, reopened, LINKED, through, key="reopened"),
        *told(LINKED, through, CaseFrozen(into_case="waits"), key="continued"),
        *told(REFERRED, referred, key="referred", log="coordination"), *told(REFERRED, referred, TAKEN, key="taken", log="coordination", **answers),
        *told(ASKED, key="conference"), *told(ASKED, TOLD, key="given", **answers),
        *told(NOTICE, expired, key="stop"), *told(NOTICE, STOPPED, key="stopped", **answers),
    ]
    (waiting,) = await shown(database, Agencies(), facts, "agency_waiting")

    assert {
        ("waits", "poverty", "LINK"), ("again", "poverty", "LINK"), ("reopened", "poverty", "LINK"), ("referred", "coordinator", "REFERRAL"),
        ("conference", "child", "CONFERENCE"), ("stop", "coordinator", "STOP_NOTICE"), ("stop", "police", "STOP_NOTICE"),
    } == {(row["case_id"], row["agency"], row["kind"]) for row in waiting}


@live
async def test_what_an_agency_leads_and_owes_now(database: Connect):
    """Open cases of which it was named last, and how long the oldest question has waited."""
    now = int(datetime.now(UTC).timestamp() * 1000)
    through = verdict("LinkedToAgency", "poverty")
    facts = [
        *told(LEAD, key="a"), *told(LEAD, LeadAgencyNamed(agency="poverty", from_date=date(2026, 6, 2)), key="b"), *told(LEAD, CLOSED, key="over"),
        *told(LEAD, CLOSED, CaseReopened(reason=ReopeningReason.NEW_SIGNAL), key="again"), *told(LEAD, CaseFrozen(into_case="a"), key="old"),
        *told(LINKED, through, key="a", at=now - 9 * DAY - DAY // 2), *told(LINKED, through, key="b", at=now - DAY),
        *told(CaseClosed(reason=CLOSED.reason), key="without a lead"),
    ]
    (found,) = await shown(database, Agencies(), facts, "agency_now")

    assert {("coordinator", 2, 0, None), ("poverty", 1, 2, 9)} == {(row["agency"], row["led"], row["asked"], row["longest"]) for row in found}


def test_declined_is_not_accepted():
    """Each answer is its own measure."""
    assert {"links_declined"} == {measure for _, measure, _ in counted(*told(LinkDeclined(reason=DECLINED.reason)))}
