"""Resources and matching as one function over a memory log: from the request of coordination to the end of the match."""

from __future__ import annotations

from contracts.consent import DisclosureDecided
from contracts.envelope import (
    CaseAnnounced,
    DeadlineMissed,
    DeadlineSet,
    DisclosureRequested,
    MessageRefused,
    RegionChanged,
    Tick,
    VerdictNoted,
)
from contracts.participation import MatchConfirmed, MatchEnded, SettlementSupported, TrialStarted
from contracts.registry import DeadlinesSet
from contracts.shared import Basis, Deadline, DeadlineTerm, FunctionName, Outcome, Purpose, RefusalCode
from kernel import serde
from kernel.days import DAY_MS
from kernel.decider import derive_id
from kernel.memory import START, MemoryRecord
from kernel.properties import Said, check
from services.participation.app import SERVICE
from tests.services.participation import firewood as wood

PARTICIPATION = SERVICE.functions[0]
CASE, TOWN, GATE, COORDINATION = "a" * 32, "990019", "tsunagu.consent", "tsunagu.coordination"
OPENED = Said(CaseAnnounced(agency="participation", persons=(wood.SON,)), CASE, "participation", "tsunagu.intake")
TERMS = Said(
    DeadlinesSet(pack="national", terms=(DeadlineTerm(deadline=Deadline.RESOURCE_RECONFIRMATION, days=180),)), TOWN, "municipality", "tsunagu.registry",
)
REQUESTED = Said(wood.ASKED, CASE, "coordinator", COORDINATION)
BEFORE = (
    TERMS, OPENED, Said(wood.OFFERED, wood.RESOURCE, "workshop"), Said(wood.VERIFIED, wood.RESOURCE, "municipality"), REQUESTED,
    Said(wood.NEED, CASE, "participation"), Said(wood.CANDIDATE, CASE, "participation"),
    Said(wood.COUNTED, wood.RESOURCE, "participation", "tsunagu.participation"), Said(wood.TRIAL, CASE, "participation"),
)
TRIAL_ID = derive_id("participation", "participation", f"message-{len(BEFORE) - 1}", CASE, 0)
"""Event id of the trial, the last of what was said before."""


def verdict(outcome: Outcome) -> DisclosureDecided:
    """The gate's verdict on the trial."""
    return DisclosureDecided(
        request_id="r", event_id=TRIAL_ID, event_type="TrialStarted", recipient="workshop", agency="participation",
        function=FunctionName.PARTICIPATION, purpose=Purpose.PARTICIPATION, outcome=outcome, rule="R2", basis=Basis.C, policy="hash", at=1,
    )


def decided(outcome: Outcome) -> Said:
    """That verdict as the courier brings it."""
    return Said(verdict(outcome), CASE, "participation", GATE)


USUAL = (
    *BEFORE, decided(Outcome.HOLD), decided(Outcome.REDACT), Said(wood.CONFIRMED, CASE, "participation"),
    Said(wood.TAKEN, wood.RESOURCE, "participation", "tsunagu.participation"), Said(wood.FOR_THE_HOST, CASE, "participation"),
    Said(wood.ENDED, CASE, "workshop"), Said(wood.FREED, wood.RESOURCE, "workshop", "tsunagu.participation"),
)
"""A resource is verified, a person asked for, tried, matched and settled; the host ends it when the aim is reached."""


def events(log: list[MemoryRecord], key: str = CASE) -> list[object]:
    """The events of one key, in order."""
    return [serde.unwrapped(serde.decode(record.value)) for record in log if record.key == key.encode()]


def refusals(log: list[MemoryRecord], key: str = CASE) -> list[RefusalCode]:
    """The codes of what was refused."""
    return [event.code for event in events(log, key) if isinstance(event, MessageRefused)]


def test_the_usual_course_is_recorded_and_begins_and_ends_the_region() -> None:
    """Every step counts, and the host is asked for by name only from the trial on."""
    log = check(PARTICIPATION, USUAL)

    found = events(log)
    asked = [(event.event_type, event.recipient) for event in found if isinstance(event, DisclosureRequested)]
    assert [] == refusals(log) + refusals(log, wood.RESOURCE)
    assert [TrialStarted.__name__, MatchConfirmed.__name__, SettlementSupported.__name__] == [kind for kind, whom in asked if whom == "workshop"]
    assert (MatchEnded.__name__, "participation") == asked[-1]
    assert [True, False] == [event.active for event in found if isinstance(event, RegionChanged)]


def test_a_match_waits_and_goes_on_by_the_verdicts_of_the_gate() -> None:
    """Held: the confirmation is too early; released, it counts."""
    early = Said(wood.CONFIRMED, CASE, "participation")
    log = check(PARTICIPATION, [*BEFORE, decided(Outcome.HOLD), early, decided(Outcome.PERMIT), Said(wood.CONFIRMED, CASE, "participation")])

    assert [RefusalCode.AWAITING_CONSENT] == refusals(log)
    assert [Outcome.HOLD, Outcome.PERMIT] == [event.outcome for event in events(log) if isinstance(event, VerdictNoted)]
    assert 1 == sum(isinstance(event, MatchConfirmed) for event in events(log))


def test_a_resource_goes_stale_by_the_clock_and_comes_back_by_a_reconfirmation() -> None:
    """The host that registered itself is told that its confirmation is due; the next candidate is refused until it has answered."""
    counted = Said(wood.COUNTED, wood.RESOURCE, "participation", "tsunagu.participation")
    log = check(PARTICIPATION, [
        TERMS, *BEFORE[2:4], Said(Tick(), TOWN, at=START + 181 * DAY_MS), counted, Said(wood.RECONFIRMED, wood.RESOURCE, "workshop"),
        Said(wood.COUNTED, wood.RESOURCE, "participation", "tsunagu.participation"),
    ])

    found = events(log, wood.RESOURCE)
    (missed,) = (event for event in found if isinstance(event, DeadlineMissed))
    assert "workshop" == missed.agency
    assert [RefusalCode.RESOURCE_STALE] == refusals(log, wood.RESOURCE)
    assert ["workshop", "workshop"] == [event.agency for event in found if isinstance(event, DeadlineSet)]


def test_a_municipality_that_verified_may_confirm_and_retire_and_a_stranger_may_not() -> None:
    """Verifying gives a part in the resource; another workshop has none."""
    log = check(PARTICIPATION, [
        *BEFORE[2:4], Said(wood.RETIRED, wood.RESOURCE, "another"), Said(wood.RECONFIRMED, wood.RESOURCE, "municipality"),
        Said(wood.RETIRED, wood.RESOURCE, "municipality"),
    ])

    assert [RefusalCode.CASE_NOT_FOUND] == refusals(log, wood.RESOURCE)
