"""Coordination, plans and conferences as one function over a memory log: they share it, and hold together."""

from __future__ import annotations

from typing import Any

from contracts.consent import DisclosureDecided
from contracts.coordination import CoordinationEnded, DevelopmentTaskOpened, PlanEnded, SegmentNoted
from contracts.envelope import (
    CaseAnnounced,
    DeadlineMet,
    DeadlineMissed,
    DisclosureRequested,
    MessageNoted,
    MessageRefused,
    PartGiven,
    PartNoted,
    PersonsNoted,
    RegionChanged,
    Tick,
)
from contracts.registry import DeadlinesSet
from contracts.shared import Basis, CasePart, Deadline, DeadlineTerm, FunctionName, Outcome, Purpose, RefusalCode, ScreeningOutcome
from kernel import serde
from kernel.days import DAY_MS
from kernel.decider import derive_id
from kernel.memory import START, MemoryRecord
from kernel.properties import Said, check
from services.coordination.app import COORDINATION
from tests.services.coordination import test_conference as conference
from tests.services.coordination import test_coordination as coordination
from tests.services.coordination import test_coordination_rest as rest
from tests.services.coordination import test_plan as plan
from tests.services.coordination import test_plan_execution as execution
from tests.services.coordination import test_resources as resources
from tests.services.coordination import test_sitting as sitting

CASE = "c" * 32
REFERRAL_MESSAGE = "message-2"
BEFORE = (
    Said(CaseAnnounced(agency="elder"), CASE, "elder", source="intake"),
    Said(coordination.screened(ScreeningOutcome.COMPLEX), CASE, "elder"),
    Said(coordination.REFERRED, CASE, "elder"),
)


def verdict(outcome: Outcome) -> DisclosureDecided:
    """The gate's verdict on the referral."""
    return DisclosureDecided(
        request_id=derive_id("coordination", "elder", REFERRAL_MESSAGE, CASE, 1),
        event_id=derive_id("coordination", "elder", REFERRAL_MESSAGE, CASE, 0), event_type="CoordinationReferred", position="",
        recipient="coordinator", agency="elder", function=FunctionName.COORDINATION, purpose=Purpose.COORDINATION, outcome=outcome,
        rule="R2", basis=Basis.C, policy="hash", at=1,
    )


def decided(outcome: Outcome) -> Said:
    """That verdict as the courier brings it."""
    return Said(verdict(outcome), CASE, "elder", source="consent")


def events(log: list[MemoryRecord], key: str = CASE) -> list[object]:
    """The events of one key, in order."""
    return [serde.unwrapped(serde.decode(record.value)) for record in log if record.key == key.encode()]


def refusals(log: list[MemoryRecord], key: str = CASE) -> list[RefusalCode]:
    """The codes of what was refused."""
    return [event.code for event in events(log, key) if isinstance(event, MessageRefused)]


def test_a_referral_waits_and_goes_on_by_the_verdicts_of_the_gate() -> None:
    """Held: the coordinator's acceptance is too early; released: it counts, and lead, roles and plan follow."""
    accepted = Said(coordination.ACCEPTED, CASE, "coordinator")
    log = check(COORDINATION, [
        *BEFORE, decided(Outcome.HOLD), accepted, decided(Outcome.REDACT), Said(coordination.ACCEPTED, CASE, "coordinator"),
        Said(coordination.LEAD, CASE, "coordinator"), Said(coordination.ROLES, CASE, "coordinator"),
        Said(plan.PROPOSED, CASE, "coordinator"), Said(plan.FIT, CASE, "coordinator"), Said(plan.SHARED, CASE, "coordinator"),
    ])
    requests = [event for event in events(log) if isinstance(event, DisclosureRequested)]
    asked = [(event.event_type, event.recipient) for event in requests if event.basis is Basis.C]
    told = [(event.event_type, event.recipient) for event in requests if event.basis is Basis.K]
    named = {event.persons for event in requests if event.basis is Basis.C}

    assert [RefusalCode.AWAITING_CONSENT] == refusals(log)
    assert [
        ("CoordinationReferred", "coordinator"), ("TaskAssigned", "elder"), ("TaskAssigned", "poverty"),
        ("PlanShared", "elder"), ("PlanShared", "poverty"),
    ] == asked
    assert [
        ("CoordinationAccepted", "elder"), ("LeadAgencyNamed", "elder"), ("PlanApproved", "elder"), ("PlanApproved", "poverty"),
    ] == told
    assert {(coordination.MOTHER,)} == named
    assert [(coordination.MOTHER,)] == [event.persons for event in events(log) if isinstance(event, PersonsNoted)]


TAKEN_OVER = (*BEFORE, decided(Outcome.PERMIT), Said(coordination.ACCEPTED, CASE, "coordinator"))
RUNNING = (
    *TAKEN_OVER, Said(coordination.LEAD, CASE, "coordinator"), Said(coordination.ROLES, CASE, "coordinator"),
    Said(plan.PROPOSED, CASE, "coordinator"), Said(plan.FIT, CASE, "coordinator"), Said(execution.STARTED, CASE, "elder"),
)
"""A case that is coordinated, and whose plan is carried out."""


def test_a_coordinated_case_goes_its_whole_way_to_the_end() -> None:
    """Carried out, monitored, revised, evaluated, ended; what is told to whom is asked of the gate, and coordination rests."""
    second = Said(execution.STARTED.changed(version=2), CASE, "elder")
    log = check(COORDINATION, [
        *RUNNING, Said(execution.MONITORED, CASE, "elder"), Said(rest.MONITORED, CASE, "coordinator"), Said(execution.REVISED, CASE, "elder"),
        Said(plan.FIT.changed(version=2), CASE, "coordinator"), second, Said(rest.ENDED, CASE, "coordinator"),
        Said(execution.EVALUATED.changed(version=2), CASE, "coordinator"), Said(execution.ENDED, CASE, "elder"),
        Said(rest.ENDED, CASE, "coordinator"),
    ])
    said = events(log)

    assert [RefusalCode.WRONG_STATE] == refusals(log)
    assert [True, False] == [event.active for event in said if isinstance(event, RegionChanged)]
    assert [("elder", "CoordinationEnded"), ("poverty", "CoordinationEnded")] == [
        (event.recipient, event.event_type) for event in said if isinstance(event, DisclosureRequested)
    ][-2:]
    assert any(isinstance(event, CoordinationEnded) for event in said)


def test_outreach_carries_its_own_plan_out_before_coordination_has_to_do_with_it() -> None:
    """Who proposed it is known from the log alone; another agency with a part in the case does not start it."""
    given_parts = [Said(PartGiven(agency=agency, part=CasePart.LINKED), CASE, "elder", source="outreach") for agency in ("outreach", "coordinator")]
    review = Said(plan.FIT.changed(plan=plan.OF_OUTREACH.plan), CASE, "coordinator")
    log = check(COORDINATION, [
        BEFORE[0], *given_parts, Said(plan.OF_OUTREACH, CASE, "outreach"), review, Said(execution.OUTREACH_STARTED, CASE, "elder"),
        Said(execution.OUTREACH_STARTED, CASE, "outreach"),
    ])

    assert [RefusalCode.NOT_THE_LEAD] == refusals(log)
    assert execution.OUTREACH_STARTED in events(log)


def test_what_was_not_done_in_time_is_missed_once() -> None:
    """No lead, and an urgent start that was not reported: the coordinator is told of both, and doing it later meets nothing."""
    days = {Deadline.NO_LEAD_AGENCY: 7, Deadline.URGENT_START_UNREPORTED: 14}
    terms = DeadlinesSet(pack="hash", terms=tuple(DeadlineTerm(deadline=deadline, days=given) for deadline, given in days.items()))
    log = check(COORDINATION, [
        *BEFORE, Said(terms, "town", "municipality", source="consent"), *TAKEN_OVER[len(BEFORE):], Said(Tick(), "tick", at=START + 8 * DAY_MS),
        Said(coordination.LEAD, CASE, "coordinator"), Said(plan.PROPOSED, CASE, "coordinator"), Said(execution.URGENT, CASE, "elder"),
        Said(Tick(), "tick", at=START + 30 * DAY_MS), Said(Tick(), "tick", at=START + 31 * DAY_MS), Said(plan.FIT, CASE, "coordinator"),
    ])
    missed = [event for event in events(log) if isinstance(event, DeadlineMissed)]

    assert [(Deadline.NO_LEAD_AGENCY, "coordinator"), (Deadline.URGENT_START_UNREPORTED, "coordinator")] == [
        (event.deadline, event.agency) for event in missed
    ]
    assert not [event for event in events(log) if isinstance(event, DeadlineMet)]


def test_a_death_reaches_coordination_from_consultation() -> None:
    """Plans end, coordination rests, and nobody goes on as if nothing had been."""
    log = check(COORDINATION, [
        *RUNNING, Said(execution.DIED, CASE, "elder", source="consultation"), Said(execution.MONITORED, CASE, "elder"),
        Said(rest.ENDED, CASE, "coordinator"),
    ])

    assert [RefusalCode.WRONG_STATE, RefusalCode.WRONG_STATE] == refusals(log)
    assert [True, False] == [event.active for event in events(log) if isinstance(event, RegionChanged)]
    assert any(isinstance(event, PlanEnded) for event in events(log))


def test_what_the_gate_denies_is_not_referred() -> None:
    """A no of the gate leaves the case where it was."""
    log = check(COORDINATION, [*BEFORE, decided(Outcome.DENY), Said(coordination.ACCEPTED, CASE, "coordinator")])
    assert [RefusalCode.WRONG_STATE] == refusals(log)


def sat(opening: Any) -> tuple[Said, ...]:
    """A sitting that the municipality convenes, with its list, those in the room bound to secrecy, and one segment."""
    return (
        Said(sitting.CONVENED, sitting.SITTING, "municipality"),
        *(Said(sitting.appointed(agency), sitting.SITTING, "municipality") for agency in opening.members),
        *(Said(sitting.acknowledged(agency), sitting.SITTING, agency) for agency in ("municipality", "child")),
        Said(opening, sitting.SITTING, "municipality"),
    )


def test_a_sitting_reaches_the_cases_on_its_agenda_and_no_other() -> None:
    """Each case in which the convener has a part notes opening and closing in its own order; who was not listed finds no case."""
    case, stranger = sitting.CASES[0], "9" * 32
    log = check(COORDINATION, [
        *(Said(CaseAnnounced(agency="municipality"), each, "municipality", source="intake") for each in sitting.CASES),
        *sat(sitting.OPENED),
        Said(conference.ASKED, case, "municipality"), Said(sitting.TOLD_OPEN[0], case, "municipality", source="coordination"),
        Said(conference.ASKED, case, "municipality"), Said(conference.GIVEN, case, "child"), Said(conference.GIVEN, stranger, "child"),
        Said(conference.DECIDED, case, "municipality"), Said(conference.DECIDED, case, "child"),
        Said(sitting.CLOSED, sitting.SITTING, "municipality"),
        Said(sitting.ENDED, sitting.SITTING, "municipality"), Said(sitting.SEALED, sitting.SITTING, "municipality"),
    ])

    assert [] == refusals(log, sitting.SITTING)
    assert [RefusalCode.CASE_NOT_FOUND] == refusals(log, case)[-1:]
    assert RefusalCode.CASE_NOT_FOUND in refusals(log, stranger)
    for each in sitting.CASES:
        assert [True, False] == [event.open for event in events(log, each) if isinstance(event, SegmentNoted)]


def test_a_sitting_does_not_reach_a_case_in_which_its_convener_has_no_part() -> None:
    """Whether that case exists or not, the convener hears of its own message that there is none, and nothing is noted."""
    known, unknown = sitting.CASES
    said = [
        Said(CaseAnnounced(agency="elder"), known, "elder", source="intake"), *sat(sitting.OPENED),
        Said(sitting.CLOSED, sitting.SITTING, "municipality"),
    ]
    log = check(COORDINATION, said)
    told = [[event for event in events(log, each) if not isinstance(event, PartNoted)] for each in (known, unknown)]

    assert told[0] == told[1]
    refusal, noted = told[0]
    assert ("municipality", f"message-{len(said) - 2}", RefusalCode.CASE_NOT_FOUND) == (refusal.agency, refusal.message_id, refusal.code)
    assert MessageNoted(message_type="CaseSegmentClosed") == noted


def test_who_is_called_to_a_sitting_may_speak_in_it_and_nobody_else_may() -> None:
    """The coordinator convenes and invites the municipality, which therefore keeps the list; an agency outside finds no sitting."""
    call = sitting.CONVENED.changed(invited=("municipality", "elder"))
    listed = Said(sitting.appointed("child"), sitting.SITTING, "municipality")
    log = check(COORDINATION, [
        Said(sitting.PLANNED, sitting.SITTING, "coordinator"), Said(call, sitting.SITTING, "coordinator"), listed,
        Said(sitting.acknowledged("child"), sitting.SITTING, "child"), Said(sitting.acknowledged("elder"), sitting.SITTING, "tax"),
    ])

    assert [RefusalCode.CASE_NOT_FOUND] == refusals(log, sitting.SITTING)
    assert [
        ("ConferenceConvened", "municipality"), ("ConferenceConvened", "elder"), ("MemberAppointed", "child"), ("SecrecyAcknowledged", "coordinator"),
    ] == [(event.event_type, event.recipient) for event in events(log, sitting.SITTING) if isinstance(event, DisclosureRequested)]


def test_no_sitting_under_the_id_of_a_case_gives_anybody_a_part_in_it() -> None:
    """A party of the case calls others together under its id: nobody comes into the case that way."""
    log = check(COORDINATION, [
        Said(CaseAnnounced(agency="coordinator"), CASE, "coordinator", source="intake"),
        Said(sitting.PLANNED, CASE, "coordinator"), Said(sitting.CONVENED, CASE, "coordinator"),
    ])

    assert [RefusalCode.WRONG_STATE] * 2 == refusals(log)
    assert [] == [event for event in events(log) if isinstance(event, PartGiven)]


def test_gaps_that_participation_finds_become_tasks_of_the_area() -> None:
    """They come under the area's key, from participation; whoever discussed the area before is told."""
    gap = Said(resources.GAP, resources.AREA, "participation", source="tsunagu.participation")
    log = check(COORDINATION, [gap, Said(resources.DISCUSSED, resources.AREA, "municipality"), gap])

    assert [] == refusals(log, resources.AREA)
    assert [1, 2] == [event.count for event in events(log, resources.AREA) if isinstance(event, DevelopmentTaskOpened)]
    assert ["municipality"] == [event.recipient for event in events(log, resources.AREA) if isinstance(event, DisclosureRequested)]
