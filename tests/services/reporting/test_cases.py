"""Case state: who leads, how far each function has come, what is due; nothing that a log did not say."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime
from typing import Any

import pytest

from contracts.consent import ConsentGranted, ConsentWithdrawn
from contracts.consultation import (
    CaseClosed,
    CaseReopened,
    ClosingAwaited,
    ConsultationReceived,
    ConsultationScreened,
    ContactRecorded,
    LinkAccepted,
    LinkDeclined,
    LinkedToAgency,
    SignalReceived,
)
from contracts.coordination import (
    CoordinationAccepted,
    CoordinationEnded,
    HandedBackToConsultation,
    LeadAgencyNamed,
)
from contracts.envelope import (
    CaseFrozen,
    DeadlineMet,
    DeadlineMissed,
    DeadlineSet,
    MessageNoted,
    MessageRefused,
    PartNoted,
    RegionChanged,
    VerdictNoted,
)
from contracts.outreach import ContactAttempted, FirstContactMade, RelationStepRecorded, SignalVerified
from contracts.participation import MatchConfirmed, TrialStarted
from contracts.shared import (
    AttendancePattern,
    CasePart,
    Channel,
    ClosingReason,
    ConsentMedium,
    ContactMethod,
    ContactResult,
    DataCategory,
    Deadline,
    DeclineReason,
    Field,
    FunctionName,
    HandBackReason,
    LinkReason,
    Outcome,
    Purpose,
    RefusalCode,
    RelationStage,
    ReopeningReason,
    ScreeningOutcome,
    Urgency,
    VisitorRelation,
)
from kernel.testing import AT
from services.reporting.projections.cases import CASES, DEADLINES, PROGRESS, Cases
from services.reporting.projections.projection import Fact
from services.reporting.store import Connect
from tests.services.reporting.facts import fact
from tests.services.reporting.facts import rows as rows_of
from tests.services.reporting.shown import shown

live = pytest.mark.live
HOUR = 3_600_000
DAY = 24 * HOUR
SIGNAL = SignalReceived(person="1", channel=Channel.RESIDENT, area_code="", reporter_person="")
RECEIVED = ConsultationReceived(person="1", field=Field.ELDER, visitor_relation=VisitorRelation.FAMILY)
SCREENED = ConsultationScreened(outcome=ScreeningOutcome.COMPLEX, urgency=Urgency.HIGH)
OPENED = PartNoted(agency="elder", part=CasePart.OPENED, case=True)
LINKED = LinkedToAgency(person="1", to_agency="poverty", purpose=Purpose.CONSULTATION, reason=LinkReason.FOLLOW_UP)
ACCEPTED = LinkAccepted(method=ContactMethod.PHONE, next_contact=date(2026, 6, 1))
DECLINED = LinkDeclined(reason=DeclineReason.NOT_OUR_FIELD)
LEAD = LeadAgencyNamed(agency="coordinator", from_date=date(2026, 6, 1))
HANDED_BACK = HandedBackToConsultation(lead="elder", reason=HandBackReason.SIMPLIFIED)
MET = FirstContactMade(person="1", stage=RelationStage.CONTACTED)
TRUSTING = RelationStepRecorded(person="1", stage=RelationStage.TRUSTING)
VISIT = ContactAttempted(method=ContactMethod.VISIT, result=ContactResult.NO_ANSWER)
CALL = ContactRecorded(person="1", method=ContactMethod.PHONE, minutes=10)
CLOSED = CaseClosed(reason=ClosingReason.SETTLED)
SET = DeadlineSet(deadline=Deadline.NEXT_CONTACT, of="elder", agency="elder", due=AT + DAY)


def moment(at: int) -> datetime:
    """As a column has it."""
    return datetime.fromtimestamp(at / 1000, UTC)


def told(*events: Any, log: str = "", at: int = AT) -> list[Fact]:
    """One fact after the other, an hour apart, each log counted by itself; in the owner's log unless named."""
    numbers: dict[str, itertools.count[int]] = {}
    found = []
    for hour, event in enumerate(events):
        one = fact(event, log, at=at + hour * HOUR)
        number = next(numbers.setdefault(one.log, itertools.count(1)))
        found.append(fact(event, log, at=at + hour * HOUR, seq=number))
    return found


def keyed(key: str, *facts: Fact) -> list[Fact]:
    """The same facts of another case."""
    return [fact(each.event, each.log, key=key, at=each.envelope.recorded_time, seq=each.envelope.seq) for each in facts]


def case(*facts: Fact) -> dict[str, Any]:
    """The row of the case in either table, as one."""
    found = [row for table in (CASES, PROGRESS) for row in rows_of(Cases(), table, facts)]
    assert len(found) == len({frozenset(row) for row in found})
    return {**dict.fromkeys((*CASES.names, *PROGRESS.names)), **{name: value for row in found for name, value in row.items()}}


def deadlines(*facts: Fact) -> list[tuple[Any, ...]]:
    """Function, kind, object, state, agency and day of each deadline."""
    return [tuple(row[name] for name in ("function", "deadline", "about", "state", "agency", "due_at")) for row in rows_of(Cases(), DEADLINES, facts)]


def test_a_case_is_opened_by_what_was_said_first():
    """A signal before the consultation, whichever log is read first; and by whom."""
    later, earlier = told(RECEIVED, at=AT + DAY), told(SIGNAL)

    row = case(*later, *earlier, *told(OPENED, log="consultation"))
    assert (moment(AT), "elder") == (row["opened_at"], row["opened_by"])


@pytest.mark.parametrize("other", [
    PartNoted(agency="coordinator", part=CasePart.OPENED),
    MessageNoted(message_type="t"),
    MessageRefused(agency="tax", message_id="m", message_type="t", code=RefusalCode.CASE_NOT_FOUND, sentence="", coordinates=""),
])
def test_a_sitting_a_resource_and_an_unknown_key_are_no_case(other: Any):
    """What they say leaves no row."""
    assert [] == [row for table in (CASES, PROGRESS) for row in rows_of(Cases(), table, told(other, log="consultation"))]


@pytest.mark.parametrize("events, step", [
    ((SIGNAL,), "SignalReceived"),
    ((SIGNAL, RECEIVED, SCREENED), "ConsultationScreened"),
    ((RECEIVED, SCREENED, LINKED, DECLINED), "LinkDeclined"),
    ((RECEIVED, CLOSED, CaseReopened(reason=ReopeningReason.NEW_SIGNAL)), "CaseReopened"),
])
def test_consultation_stands_where_its_last_step_was(events: tuple[Any, ...], step: str):
    """The fact's own name, and its title in Japanese."""
    row = case(*told(*events))

    assert step == row["consultation"] and row["consultation_ja"]


def test_what_the_screening_found_outlasts_the_next_step():
    """The outcome, and how urgent it is; a link has its last word beside it."""
    row = case(*told(RECEIVED, SCREENED, LINKED, ACCEPTED))

    assert ("COMPLEX", "HIGH", "LinkAccepted") == (row["screening"], row["urgency"], row["link"])


def test_each_function_says_itself_whether_it_is_at_work():
    """Its last word counts; one that has said nothing has no word."""
    outreach, coordination = FunctionName.OUTREACH, FunctionName.COORDINATION
    row = case(*told(RegionChanged(function=outreach, active=True), RegionChanged(function=outreach, active=False), log="outreach"),
               *told(RegionChanged(function=coordination, active=True), log="coordination"))

    assert (True, False, None) == (row["coordinating"], row["reaching_out"], row["taking_part"])


def test_outreach_and_participation_stand_where_their_last_steps_were():
    """The relation has its stage beside the step."""
    trial = TrialStarted(person="1", resource="r", host="workshop")
    match = MatchConfirmed(person="1", resource="r", host="workshop", attendance=AttendancePattern.FLEXIBLE)
    row = case(*told(SignalVerified(source_count=1), MET, TRUSTING, VISIT), *told(trial, match))

    assert ("ContactAttempted", "TRUSTING", "MatchConfirmed") == (row["outreach"], row["relation"], row["participation"])


def test_the_verdict_on_the_referral_stands_beside_the_coordination():
    """As coordination has noted it last; one on anything else changes nothing."""
    def verdict(outcome: Outcome, of: str = "CoordinationReferred") -> VerdictNoted:
        return VerdictNoted(request_id="r", event_id="e", event_type=of, recipient="coordinator", outcome=outcome, rule="R2")

    row = case(*told(verdict(Outcome.HOLD), verdict(Outcome.REDACT), verdict(Outcome.DENY, "TaskAssigned"), log="coordination"))
    assert "REDACT" == row["referral"]


@pytest.mark.parametrize("events, lead", [
    ((LEAD,), "coordinator"),
    ((LEAD, LeadAgencyNamed(agency="child", from_date=date(2026, 6, 2))), "child"),
    ((LEAD, HANDED_BACK), "elder"),
    ((LEAD, CoordinationEnded(issues_sorted=True, outlook_clear=True, lead="poverty")), "poverty"),
    ((HandedBackToConsultation(lead="", reason=HandBackReason.SIMPLIFIED),), None),
])
def test_the_lead_is_who_coordination_has_named_last(events: tuple[Any, ...], lead: str | None):
    """Named, handed back to, or accompanying after the end."""
    row = case(*told(*events))

    assert (lead, moment(AT + (len(events) - 1) * HOUR)) == (row["lead"], row["lead_since"])


def test_the_last_event_is_that_of_any_function_and_of_the_gate():
    """In whatever order the logs are read; a note of one function about another is none."""
    withdrawn = told(ConsentWithdrawn(person="1", consents=("c",)), at=AT + 5 * DAY)
    row = case(*withdrawn, *told(RECEIVED), *told(MessageNoted(message_type="t"), log="outreach", at=AT + 9 * DAY))

    assert moment(AT + 5 * DAY) == row["last_event_at"]


def test_a_visit_in_vain_is_an_attempt_and_no_contact():
    """Somebody was in touch by phone on the second day; nobody opened on the third."""
    row = case(*told(CALL, at=AT + DAY), *told(VISIT, at=AT + 2 * DAY), *told(RECEIVED))

    assert (moment(AT + DAY), moment(AT + 2 * DAY)) == (row["last_contact_at"], row["last_attempt_at"])


def test_a_deadline_is_a_row_of_its_own_that_says_what_its_function_said_last():
    """Set, set anew, met, missed; per function, kind and object."""
    anew = DeadlineSet(deadline=Deadline.NEXT_CONTACT, of="elder", agency="elder", due=AT + 2 * DAY)
    met = DeadlineMet(deadline=Deadline.NEXT_CONTACT, of="elder")
    missed = DeadlineMissed(deadline=Deadline.PLAN_REVIEW, of="p", agency="child", due=AT)

    assert [("outreach", "NEXT_CONTACT", "elder", "SET", "elder", moment(AT + 2 * DAY))] == deadlines(*told(SET, anew, log="outreach"))
    assert [("consultation", "NEXT_CONTACT", "elder", "MET", "elder", moment(AT + DAY))] == deadlines(*told(SET, met, log="consultation"))
    assert [("coordination", "PLAN_REVIEW", "p", "MISSED", "child", moment(AT))] == deadlines(*told(missed, log="coordination"))
    assert 2 == len(deadlines(*told(SET, log="consultation"), *told(SET, log="outreach")))


def test_no_row_holds_a_text_of_the_event():
    """Not even a person's pseudonym."""
    consent = ConsentGranted(
        consent="秘密", person="仮名", purpose=Purpose.COORDINATION, categories=(DataCategory.BASIC,), recipients=("coordinator",),
        valid_from=date(2026, 5, 1), valid_to=date(2027, 4, 30), medium=ConsentMedium.PAPER,
    )
    found = repr(case(*told(consent, RECEIVED.changed(person="仮名"))))

    assert "秘密" not in found and "仮名" not in found


@live
async def test_the_state_of_a_case_is_open_closing_closed_or_continued(database: Connect):
    """As consultation has said last; a case that was opened again has no day of closing."""
    waits = ClosingAwaited(reason=ClosingReason.SETTLED, agency="elder")
    facts = [
        replaced for key, events in {
            "open": (RECEIVED,), "closing": (RECEIVED, waits), "closed": (RECEIVED, waits, CLOSED),
            "again": (RECEIVED, CLOSED, CaseReopened(reason=ReopeningReason.NEW_SIGNAL)), "old": (RECEIVED, CaseFrozen(into_case="open")),
        }.items() for replaced in keyed(key, *told(*events, log="consultation"))
    ]
    ((*rows,),) = await shown(database, Cases(), [*facts, *keyed("nobody", *told(DECLINED))], "case_states")

    assert {"open": "OPEN", "closing": "CLOSING", "closed": "CLOSED", "again": "OPEN", "old": "CONTINUED"} == {row["case_id"]: row["state"] for row in rows}
    assert {"closed"} == {row["case_id"] for row in rows if row["closed_at"]}
    assert {False} == {row["coordinating"] for row in rows}


@live
async def test_open_cases_without_lead_contact_or_on_time_are_found(database: Connect):
    """With their age as of now; a closed case is missed nowhere."""
    now = int(datetime.now(UTC).timestamp() * 1000)
    led = [*told(LEAD), *told(CoordinationAccepted(first_meeting_on=date(2026, 6, 1)))]
    to_come = DeadlineSet(deadline=Deadline.NEXT_CONTACT, of="elder", agency="elder", due=now + DAY)
    over = DeadlineMissed(deadline=Deadline.PLAN_REVIEW, of="", agency="child", due=now - 3 * DAY - HOUR)
    facts = [
        *keyed("old", *told(RECEIVED, at=now - 40 * DAY), *told(over, log="coordination")),
        *keyed("fresh", *told(SIGNAL, at=now - 40 * DAY), *told(CALL, to_come, log="consultation", at=now - DAY - HOUR), *led),
        *keyed("closed", *told(RECEIVED, CLOSED, log="consultation", at=now - 99 * DAY), *told(over, log="outreach")),
    ]
    lead, contact, dates, overdue = await shown(
        database, Cases(), facts, "cases_without_lead", "cases_without_contact", "case_next_dates", "cases_overdue")

    assert [("old", 40)] == [(row["case_id"], row["days"]) for row in lead]
    assert {("old", 40, 30), ("fresh", 1, 0)} == {(row["case_id"], row["days"], row["days_at_least"]) for row in contact}
    assert [("fresh", "consultation", "elder")] == [(row["case_id"], row["function"], row["agency"]) for row in dates]
    assert [("old", "PLAN_REVIEW", "child", 3, True)] == [
        tuple(row[name] for name in ("case_id", "deadline", "agency", "days", "alerted")) for row in overdue]
