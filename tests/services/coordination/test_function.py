"""Coordination, plans and conferences as one function over a memory log: they share it, and hold together."""

from __future__ import annotations

from contracts.consent import DisclosureDecided
from contracts.coordination import SegmentNoted
from contracts.envelope import CaseAnnounced, DisclosureRequested, MessageNoted, MessageRefused, PartNoted, PersonsNoted
from contracts.shared import Basis, FunctionName, Outcome, Purpose, RefusalCode, ScreeningOutcome
from kernel import serde
from kernel.decider import derive_id
from kernel.memory import MemoryRecord
from kernel.properties import Said, check
from services.coordination.app import COORDINATION
from tests.services.coordination import test_conference as conference
from tests.services.coordination import test_coordination as coordination
from tests.services.coordination import test_plan as plan

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
    asked = [(event.event_type, event.recipient) for event in events(log) if isinstance(event, DisclosureRequested)]
    named = {event.persons for event in events(log) if isinstance(event, DisclosureRequested)}

    assert [RefusalCode.AWAITING_CONSENT] == refusals(log)
    assert [
        ("CoordinationReferred", "coordinator"), ("TaskAssigned", "elder"), ("TaskAssigned", "poverty"),
        ("PlanShared", "elder"), ("PlanShared", "poverty"),
    ] == asked
    assert {(coordination.MOTHER,)} == named
    assert [(coordination.MOTHER,)] == [event.persons for event in events(log) if isinstance(event, PersonsNoted)]


def test_what_the_gate_denies_is_not_referred() -> None:
    """A no of the gate leaves the case where it was."""
    log = check(COORDINATION, [*BEFORE, decided(Outcome.DENY), Said(coordination.ACCEPTED, CASE, "coordinator")])
    assert [RefusalCode.WRONG_STATE] == refusals(log)


def test_a_sitting_reaches_the_cases_on_its_agenda_and_no_other() -> None:
    """Each case in which the convener has a part notes opening and closing in its own order; who was not listed finds no case."""
    case, stranger = conference.CASES[0], "9" * 32
    log = check(COORDINATION, [
        *(Said(CaseAnnounced(agency="municipality"), each, "municipality", source="intake") for each in conference.CASES),
        Said(conference.CONVENED, conference.SITTING, "municipality"), Said(conference.OPENED, conference.SITTING, "municipality"),
        Said(conference.ASKED, case, "municipality"), Said(conference.TOLD_OPEN[0], case, "municipality", source="coordination"),
        Said(conference.ASKED, case, "municipality"), Said(conference.GIVEN, case, "child"), Said(conference.GIVEN, stranger, "child"),
        Said(conference.CLOSED, conference.SITTING, "municipality"),
    ])

    assert RefusalCode.CASE_NOT_FOUND in refusals(log, stranger)
    for each in conference.CASES:
        assert [True, False] == [event.open for event in events(log, each) if isinstance(event, SegmentNoted)]


def test_a_sitting_does_not_reach_a_case_in_which_its_convener_has_no_part() -> None:
    """Whether that case exists or not, the convener hears of its own message that there is none, and nothing is noted."""
    known, unknown = conference.CASES
    log = check(COORDINATION, [
        Said(CaseAnnounced(agency="elder"), known, "elder", source="intake"),
        Said(conference.CONVENED, conference.SITTING, "municipality"), Said(conference.OPENED, conference.SITTING, "municipality"),
        Said(conference.CLOSED, conference.SITTING, "municipality"),
    ])
    told = [[event for event in events(log, each) if not isinstance(event, PartNoted)] for each in (known, unknown)]

    assert told[0] == told[1]
    refusal, noted = told[0]
    assert ("municipality", "message-2", RefusalCode.CASE_NOT_FOUND) == (refusal.agency, refusal.message_id, refusal.code)
    assert MessageNoted(message_type="CaseSegmentClosed") == noted

