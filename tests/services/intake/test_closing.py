"""Closing: when a case ends, when it waits, when it begins again; a death and a move; each rule in a sentence."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from contracts.consultation import (
    CaseClosed,
    CaseReopened,
    ClosingAwaited,
    DeathRetracted,
    HandBackNoted,
    LeadNoted,
    RegionNoted,
    SubjectDied,
    SubjectMovedAway,
)
from contracts.coordination import LeadAgencyNamed
from contracts.envelope import (
    CaseFrozen,
    DeadlineMet,
    DeadlineMissed,
    DisclosureRequested,
    PartGiven,
    PartNoted,
    PersonsNoted,
    RegionChanged,
    Tick,
    VerdictNoted,
)
from contracts.shared import Basis, CasePart, ClosingReason, Deadline, FunctionName, Outcome, Purpose, RefusalCode, ReopeningReason
from kernel.testing import Then, given
from services.intake.domain.closing import DECIDER
from tests.services.intake.test_consultation import CLOSED, MOTHER, RECEIVED, SIGNAL
from tests.services.intake.test_contact import SET, TODAY
from tests.services.intake.test_links import ACCEPTED, LINKED, WATCHED

SON = "b" * 32
PARTS = (
    SIGNAL, PartNoted(agency="elder", part=CasePart.OPENED), PartGiven(agency="outreach", part=CasePart.LINKED),
    PersonsNoted(persons=(MOTHER, SON)),
)
"""A case of the elder centre in which the outreach team takes part and two persons are named."""
LINK = DisclosureRequested(
    event_id="link", event_type="LinkedToAgency", recipient="outreach", agency="elder", function=FunctionName.CONSULTATION,
    purpose=Purpose.OUTREACH, basis=Basis.C,
)
ANSWER = LINK.changed(event_id="answer", event_type="LinkAccepted", recipient="elder", agency="outreach", purpose=Purpose.NOTICE, basis=Basis.K)
DENIED = VerdictNoted(request_id="r", event_id="link", event_type="LinkedToAgency", recipient="outreach", outcome=Outcome.DENY, rule="R1")
TAKEN_BACK = CaseReopened(reason=ReopeningReason.NEW_ISSUE)
RESUMED = CaseReopened(reason=ReopeningReason.REGION_RESUMED)
AWAITED = ClosingAwaited(reason=ClosingReason.SETTLED, agency="elder")
DIED = SubjectDied(person=MOTHER, died_on=TODAY, household_remains=False)
LEFT_BEHIND = DIED.changed(household_remains=True)
MOVED = SubjectMovedAway(person=MOTHER, moved_on=TODAY)
TOMORROW = TODAY + timedelta(days=1)
OTHERS = (FunctionName.OUTREACH, FunctionName.COORDINATION, FunctionName.PARTICIPATION)


def begun(function: FunctionName) -> RegionNoted:
    """Consultation knows that a function is at work."""
    return RegionNoted(function=function, active=True)


def rested(function: FunctionName) -> RegionNoted:
    """Consultation knows that it has come to rest."""
    return RegionNoted(function=function, active=False)


def told(then: Then, agency: str, ordinal: int = 0, event: type = CaseClosed) -> DisclosureRequested:
    """The request to tell an agency of an event of this decision."""
    return DisclosureRequested(
        event_id=then.context.event_id(ordinal), event_type=event.__name__, recipient=agency, agency=then.context.agency,
        function=FunctionName.CONSULTATION, purpose=Purpose.NOTICE, basis=Basis.K,
    )


def changes(*past: Any, function: FunctionName = FunctionName.OUTREACH, active: bool, by: str = "outreach") -> Then:
    """Another function tells that it has begun or ended."""
    message = RegionChanged(function=function, active=active)
    return given(DECIDER, *PARTS, *past).when(message, agency=by, source=f"tsunagu.{function.lower()}")


@pytest.mark.parametrize("reason", [
    ClosingReason.SETTLED, ClosingReason.INFORMATION_SUFFICED, ClosingReason.NO_CONTACT, ClosingReason.PERSON_DECLINED,
])
def test_a_case_is_closed_when_all_rest(reason: ClosingReason) -> None:
    """終結: the others who take part learn of it, by codes alone; who has closed it knows."""
    closed = CaseClosed(reason=reason)
    then = given(DECIDER, *PARTS, begun(FunctionName.OUTREACH), rested(FunctionName.OUTREACH)).when(closed, agency="elder")
    then.then(closed, told(then, "outreach"))


@pytest.mark.parametrize("report", [CLOSED, TAKEN_BACK, DIED, MOVED])
def test_only_a_case_ends(report: Any) -> None:
    """A sitting or a resource has parts and names too, and no signal and no consultation: nobody is told that it is closed."""
    given(DECIDER, *PARTS[1:]).when(report, agency="elder").then_refused(RefusalCode.WRONG_STATE)


@pytest.mark.parametrize("noticed", [SIGNAL, RECEIVED])
def test_a_case_is_what_was_noticed(noticed: Any) -> None:
    """One signal is enough, and one consultation."""
    given(DECIDER, noticed, *PARTS[1:]).when(CLOSED, agency="elder").then(CLOSED, DisclosureRequested)


def test_closing_ends_what_was_watched() -> None:
    """Nobody is reminded of a closed case; what was missed before stays missed."""
    missed = DeadlineMissed(deadline=Deadline.LINK_UNANSWERED, of="link", agency="elder", due=WATCHED.due)
    met = DeadlineMet(deadline=Deadline.NEXT_CONTACT, of="elder")
    given(DECIDER, *PARTS, SET, WATCHED, missed).when(CLOSED, agency="elder").then(CLOSED, DisclosureRequested, met)


@pytest.mark.parametrize("past", [(CLOSED,), (begun(FunctionName.OUTREACH), AWAITED)])
def test_a_case_is_closed_once(past: tuple[Any, ...]) -> None:
    """What is closed, or waits to be, need not be closed."""
    given(DECIDER, *PARTS, *past).when(CLOSED, agency="elder").then_refused(RefusalCode.ALREADY_DONE)


def test_a_case_with_an_unanswered_link_is_not_closed() -> None:
    """つなぎの返事待ち: who was linked must not find a closed case. An answer, or a no of the gate, ends the waiting."""
    open_link = given(DECIDER, *PARTS, LINKED, LINK)
    open_link.when(CLOSED, agency="elder").then_refused(RefusalCode.WRONG_STATE)
    given(DECIDER, *open_link.past, ACCEPTED, ANSWER).when(CLOSED, agency="elder").then(CLOSED, DisclosureRequested)
    given(DECIDER, *open_link.past, DENIED).when(CLOSED, agency="elder").then(CLOSED, DisclosureRequested)


@pytest.mark.parametrize(("reason", "fact"), [
    (ClosingReason.LINKED_OUT, ACCEPTED), (ClosingReason.MOVED_AWAY, MOVED), (ClosingReason.DIED, LEFT_BEHIND),
])
def test_a_reason_that_is_a_fact_is_on_record(reason: ClosingReason, fact: Any) -> None:
    """Linked out is who was taken over, moved away whose move was recorded, died whose death was."""
    closed = CaseClosed(reason=reason)
    given(DECIDER, *PARTS).when(closed, agency="elder").then_refused(RefusalCode.WRONG_STATE)
    given(DECIDER, *PARTS, fact).when(closed, agency="elder").then(closed, DisclosureRequested)


def test_a_reopened_case_is_linked_out_only_by_another_link() -> None:
    """A link that failed later is no reason to close again."""
    closed = CaseClosed(reason=ClosingReason.LINKED_OUT)
    given(DECIDER, *PARTS, ACCEPTED, closed, TAKEN_BACK).when(closed, agency="elder").then_refused(RefusalCode.WRONG_STATE)


LED = LeadAgencyNamed(agency="elder", from_date=TODAY)


def test_the_lead_that_coordination_names_is_noted() -> None:
    """主担当決定: the last one counts; what is known already gives nothing."""
    first = given(DECIDER, *PARTS).when(LED, agency="coordinator", source="tsunagu.coordination").then(LeadNoted(agency="elder"))
    first.when(LED, agency="coordinator", source="tsunagu.coordination").then_nothing()
    other = first.when(LED.changed(agency="poverty"), agency="coordinator", source="tsunagu.coordination").then(LeadNoted(agency="poverty"))
    other.when(CLOSED, agency="elder").then_refused(RefusalCode.NOT_THE_LEAD)


def test_while_a_lead_is_known_only_it_closes() -> None:
    """Before coordination ends and after: it goes on accompanying (伴走)."""
    led = given(DECIDER, *PARTS, begun(FunctionName.COORDINATION), LeadNoted(agency="elder"))
    led.when(CLOSED, agency="outreach").then_refused(RefusalCode.NOT_THE_LEAD)
    led.when(CLOSED, agency="elder").then(AWAITED, DisclosureRequested)
    ended = given(DECIDER, *led.past, rested(FunctionName.COORDINATION))
    ended.when(CLOSED, agency="outreach").then_refused(RefusalCode.NOT_THE_LEAD)
    ended.when(CLOSED, agency="elder").then(CLOSED, DisclosureRequested)


def test_the_municipality_closes_whoever_leads() -> None:
    """The lead's contract may be over; an agency of another kind may not, and the municipality closes no closed case either."""
    led = given(DECIDER, *PARTS, LeadNoted(agency="elder"))
    led.when(CLOSED, agency="town", agency_kind="POVERTY").then_refused(RefusalCode.NOT_THE_LEAD)
    closed = led.when(CLOSED, agency="town", agency_kind="MUNICIPALITY").then(CLOSED, DisclosureRequested, DisclosureRequested)
    closed.when(CLOSED, agency="town", agency_kind="MUNICIPALITY").then_refused(RefusalCode.ALREADY_DONE)


def test_a_death_ends_a_case_whoever_leads() -> None:
    """Whoever learns of it reports it."""
    given(DECIDER, *PARTS, LeadNoted(agency="elder")).when(DIED, agency="outreach").then(DIED, CaseClosed(reason=ClosingReason.DIED), DisclosureRequested)


def test_after_a_hand_back_the_lead_closes() -> None:
    """主担当 alone, also when coordination has been at work again; without one whoever takes part."""
    handed_back = given(DECIDER, *PARTS, HandBackNoted(agency="elder"))
    handed_back.when(CLOSED, agency="outreach").then_refused(RefusalCode.NOT_THE_LEAD)
    handed_back.when(CLOSED, agency="elder").then(CLOSED, DisclosureRequested)
    given(DECIDER, *PARTS).when(CLOSED, agency="outreach").then(CLOSED, DisclosureRequested)
    again = given(DECIDER, *handed_back.past, begun(FunctionName.COORDINATION), rested(FunctionName.COORDINATION))
    again.when(CLOSED, agency="outreach").then_refused(RefusalCode.NOT_THE_LEAD)
    again.when(CLOSED, agency="elder").then(CLOSED, DisclosureRequested)
    other = given(DECIDER, *handed_back.past, begun(FunctionName.OUTREACH), rested(FunctionName.OUTREACH))
    other.when(CLOSED, agency="outreach").then_refused(RefusalCode.NOT_THE_LEAD)


@pytest.mark.parametrize("function", OTHERS)
def test_the_closing_waits_for_every_other_function(function: FunctionName) -> None:
    """Those who take part learn that it waits for them."""
    then = given(DECIDER, *PARTS, begun(function)).when(CLOSED, agency="elder")
    then.then(AWAITED, told(then, "outreach", event=ClosingAwaited))


def test_the_last_function_that_rests_closes_the_case() -> None:
    """It is written by itself; everybody is told, since none of them has said so."""
    waiting = (*map(begun, OTHERS), AWAITED, SET)
    changes(*waiting, active=False).then(rested(FunctionName.OUTREACH))
    last = changes(*waiting, rested(FunctionName.COORDINATION), rested(FunctionName.PARTICIPATION), active=False)
    met = DeadlineMet(deadline=Deadline.NEXT_CONTACT, of="elder")
    last.then(rested(FunctionName.OUTREACH), CLOSED, told(last, "elder", 1), told(last, "outreach", 1), met)


def test_who_begins_again_meanwhile_is_waited_for() -> None:
    """The waiting goes on, and ends with the last."""
    again = changes(begun(FunctionName.COORDINATION), AWAITED, active=True).then(begun(FunctionName.OUTREACH))
    one = RegionChanged(function=FunctionName.COORDINATION, active=False)
    left = again.when(one, agency="coordinator", source="tsunagu.coordination").then(rested(FunctionName.COORDINATION))
    changes(*left.past[len(PARTS):], active=False).then(rested(FunctionName.OUTREACH), CLOSED, DisclosureRequested, DisclosureRequested)


@pytest.mark.parametrize("function", OTHERS)
@pytest.mark.parametrize("active", [True, False])
def test_without_a_closing_it_is_only_noted_who_is_at_work(function: FunctionName, active: bool) -> None:
    """What is known already gives nothing."""
    past = () if active else (begun(function),)
    changes(*past, function=function, active=active).then(RegionNoted(function=function, active=active))
    changes(*past, RegionNoted(function=function, active=active), function=function, active=active).then_nothing()


def test_a_function_that_resumes_reopens_a_closed_case() -> None:
    """The desks learn that they are needed again."""
    then = changes(CLOSED, active=True)
    noted = (begun(FunctionName.OUTREACH), RESUMED, told(then, "elder", 1, CaseReopened), told(then, "outreach", 1, CaseReopened))
    assert not then.then(*noted).state.closed


@pytest.mark.parametrize("past", [(CLOSED,), (begun(FunctionName.OUTREACH), AWAITED)])
def test_a_closing_is_taken_back(past: tuple[Any, ...]) -> None:
    """再開: of a closed case, and of one whose closing still waits; then it can be closed again."""
    then = given(DECIDER, *PARTS, *past).when(TAKEN_BACK, agency="elder")
    reopened = then.then(TAKEN_BACK, told(then, "outreach", event=CaseReopened))
    assert (False, None) == (reopened.state.closed, reopened.state.awaited)
    changes(*reopened.past[len(PARTS):], rested(FunctionName.OUTREACH), function=FunctionName.COORDINATION, active=True) \
        .then(begun(FunctionName.COORDINATION))


def test_an_open_case_is_not_reopened() -> None:
    """Nor one that was reopened."""
    given(DECIDER, *PARTS).when(TAKEN_BACK, agency="elder").then_refused(RefusalCode.WRONG_STATE)
    given(DECIDER, *PARTS, CLOSED, TAKEN_BACK).when(TAKEN_BACK, agency="elder").then_refused(RefusalCode.WRONG_STATE)


def test_a_frozen_case_closes_no_more() -> None:
    """What waited for its end goes on under the new id."""
    changes(begun(FunctionName.OUTREACH), AWAITED, CaseFrozen(into_case="d" * 32), active=False).then(rested(FunctionName.OUTREACH))


def test_a_death_closes_the_case() -> None:
    """死亡: an open link is no obstacle; what was watched ends, and the others learn it from the closing, which names nobody."""
    closed = CaseClosed(reason=ClosingReason.DIED)
    met = DeadlineMet(deadline=Deadline.LINK_UNANSWERED, of="link")
    then = given(DECIDER, *PARTS, LINKED, LINK, WATCHED).when(DIED, agency="elder")
    then.then(DIED, closed, told(then, "outreach", 1), met)


@pytest.mark.parametrize("past", [(), (AWAITED,)])
def test_a_death_waits_for_the_others(past: tuple[Any, ...]) -> None:
    """They learn of the death, and come to rest; the case is then closed for that reason, whatever it waited for before."""
    then = given(DECIDER, *PARTS, begun(FunctionName.OUTREACH), *past).when(DIED, agency="elder")
    waiting = AWAITED.changed(reason=ClosingReason.DIED)
    case = then.then(DIED, waiting, told(then, "outreach", 1, ClosingAwaited))
    changes(*case.past[len(PARTS):], active=False) \
        .then(rested(FunctionName.OUTREACH), CaseClosed(reason=ClosingReason.DIED), DisclosureRequested, DisclosureRequested)


def test_a_death_in_a_household_that_remains_closes_nothing() -> None:
    """The others still need support."""
    assert not given(DECIDER, *PARTS).when(LEFT_BEHIND, agency="elder").then(LEFT_BEHIND).state.closed


def test_a_death_after_the_end_is_recorded() -> None:
    """From here on the municipality decides what may be given."""
    given(DECIDER, *PARTS, CLOSED).when(DIED, agency="elder").then(DIED)


def test_nobody_dies_twice() -> None:
    """The same person is on record; another of the household is not."""
    case = given(DECIDER, *PARTS, LEFT_BEHIND)
    case.when(DIED, agency="outreach").then_refused(RefusalCode.ALREADY_DONE)
    case.when(LEFT_BEHIND.changed(person=SON), agency="elder").then(SubjectDied)


def test_a_move_changes_only_what_the_case_may_be_closed_for() -> None:
    """転出: the case is in transfer, can be linked to the new town, and closed for that reason."""
    moved = given(DECIDER, *PARTS).when(MOVED, agency="elder").then(MOVED)
    assert {MOTHER: MOVED} == moved.state.moves
    moved.when(MOVED, agency="elder").then_refused(RefusalCode.ALREADY_DONE)
    corrected = MOVED.changed(moved_on=date(2026, 5, 1), to_municipality="990027")
    moved.when(corrected, agency="elder").then(corrected)


@pytest.mark.parametrize("fact", [DIED.changed(died_on=TOMORROW), MOVED.changed(moved_on=TOMORROW)])
def test_what_is_recorded_has_happened(fact: Any) -> None:
    """A death or move of tomorrow is a slip of the pen."""
    given(DECIDER, *PARTS).when(fact, agency="elder").then_refused(RefusalCode.PERIOD_INVALID)


@pytest.mark.parametrize("fact", [DIED, MOVED])
def test_only_who_is_named_in_the_case_dies_or_moves_in_it(fact: Any) -> None:
    """Of other people's cases nothing is said here: a death reaches the consents of every case."""
    given(DECIDER, *PARTS).when(fact.changed(person="f" * 32), agency="elder").then_refused(RefusalCode.WRONG_STATE)


def test_an_unknown_message_is_refused() -> None:
    """What has nothing to do with the end of a case is said to be so."""
    given(DECIDER, *PARTS).when(Tick()).then_refused(RefusalCode.UNKNOWN_TYPE)


def test_a_death_that_was_a_mistake_is_taken_back_and_may_be_stated_again():
    """R14: only where it was stated, once; the case that it closed is opened again by whoever takes part."""
    back = DeathRetracted(person=MOTHER)
    case = given(DECIDER, *PARTS)

    case.when(back, agency="municipality").then_refused(RefusalCode.WRONG_STATE)
    dead = case.when(DIED, agency="elder").after()
    living = dead.when(back, agency="municipality").then(back)
    living.when(back, agency="municipality").then_refused(RefusalCode.WRONG_STATE)
    reopened = living.when(TAKEN_BACK, agency="elder").after()
    assert frozenset() == reopened.state.died
    assert DIED == reopened.when(DIED, agency="elder").events[0]
