"""Links: to whom a case was handed on, and what becomes of it; each rule in a sentence."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from contracts.consultation import ClosingAwaited, LinkAccepted
from contracts.envelope import DeadlineMet, DeadlineMissed, DeadlineSet, DisclosureRequested, PartGiven, Tick, VerdictNoted
from contracts.shared import Basis, CasePart, ClosingReason, ContactMethod, Deadline, FunctionName, Outcome, Purpose, RefusalCode
from kernel.days import DAY_MS
from kernel.deadlines import by_day
from kernel.testing import AT, Given, Then, given
from services.intake.domain.links import DECIDER
from tests.services.intake.test_consultation import CLOSED, CODES, DECLINED, LINKED, PARTS, RECEIVED, REOPENED, SCREENED, SIGNAL

NEXT = date(2026, 6, 10)
ACCEPTED = LinkAccepted(method=ContactMethod.VISIT, next_contact=NEXT)
CONTACT_SET = by_day(Deadline.NEXT_CONTACT, "outreach", "outreach", NEXT)
TERMS = {Deadline.LINK_UNANSWERED: 7}
WATCHED = DeadlineSet(deadline=Deadline.LINK_UNANSWERED, of="link", agency="elder", due=AT + 7 * DAY_MS)
"""Of a link whose event has the id ``link``."""


def linked(agency: str = "elder", *past: Any, shared: Any = None, message_id: str = "link") -> Given:
    """A case with a link of ``agency`` to the outreach team after ``past``."""
    return given(DECIDER, *(past or (SIGNAL,)), shared=shared).when(LINKED, agency=agency, message_id=message_id).after()


def watched(case: Given) -> str:
    """The id of the linking event whose answer is watched."""
    (deadline,) = (event for event in case.past if isinstance(event, DeadlineSet))
    return deadline.of


def told(then: Then, linker: str) -> DisclosureRequested:
    """The request to tell a linker the answer of the outreach team."""
    return DisclosureRequested(
        event_id=then.context.event_id(0), event_type=then.context.message_type, recipient=linker, agency="outreach",
        function=FunctionName.CONSULTATION, purpose=Purpose.NOTICE, basis=Basis.K,
    )


def verdict(case: Given, outcome: Outcome) -> VerdictNoted:
    """The gate's verdict on the last link of a case."""
    request = [event for event in case.past if isinstance(event, DisclosureRequested)][-1]
    return VerdictNoted(
        request_id="r", event_id=request.event_id, event_type=request.event_type, recipient=request.recipient, outcome=outcome, rule="R2",
    )


@pytest.mark.parametrize("past", [(SIGNAL,), (RECEIVED,), (SIGNAL, LINKED), (RECEIVED, CLOSED, REOPENED)])
def test_a_link_gives_a_part_and_asks_the_gate(past: tuple[Any, ...]) -> None:
    """The agency linked to takes part from now on; what it learns of the person is asked of the gate, on consent."""
    then = given(DECIDER, *past).when(LINKED, agency="elder", parts=PARTS)
    request = DisclosureRequested(
        event_id=then.context.event_id(0), event_type="LinkedToAgency", recipient="outreach", agency="elder",
        function=FunctionName.CONSULTATION, purpose=Purpose.OUTREACH, basis=Basis.C, parts=CODES,
    )
    then.then(LINKED, request, PartGiven(agency="outreach", part=CasePart.LINKED))


def test_a_link_is_watched_where_the_municipality_says_for_how_long() -> None:
    """つなぎの放置: whoever linked is told when there is no answer in time."""
    then = given(DECIDER, SIGNAL, shared=TERMS).when(LINKED, agency="elder")
    then.then(LINKED, DisclosureRequested, WATCHED.changed(of=then.context.event_id(0)), PartGiven)


def test_each_link_is_watched_by_itself() -> None:
    """Two desks link to the same agency: each has its own deadline, and one answer meets both; a link to another agency still waits."""
    case = linked("poverty", *linked(shared=TERMS).past, shared=TERMS, message_id="another link")
    other = case.when(LINKED.changed(to_agency="child"), agency="elder", message_id="elsewhere").after()
    first, second, third = (event for event in other.past if isinstance(event, DeadlineSet))
    assert 3 == len({first.of, second.of, third.of})
    assert ["elder", "poverty", "elder"] == [first.agency, second.agency, third.agency]

    then = other.when(DECLINED, agency="outreach")
    assert {first.of, second.of} == {event.of for event in then.events if isinstance(event, DeadlineMet)}
    assert {(Deadline.LINK_UNANSWERED, third.of)} == set(then.state.watched)


def test_a_link_of_nothing_is_refused() -> None:
    """Before anything has come to notice there is nobody to link."""
    given(DECIDER).when(LINKED).then_refused(RefusalCode.WRONG_STATE)


@pytest.mark.parametrize("end", [CLOSED, ClosingAwaited(reason=ClosingReason.SETTLED, agency="elder")])
def test_a_case_that_ends_is_linked_no_more(end: Any) -> None:
    """A link whose answer nobody waits for would be lost; the case is reopened first."""
    given(DECIDER, SIGNAL, end).when(LINKED).then_refused(RefusalCode.WRONG_STATE)
    given(DECIDER, SIGNAL, end, REOPENED).when(LINKED).then(LINKED, DisclosureRequested, PartGiven)


def test_a_link_names_its_purpose() -> None:
    """A purpose that nobody can read is none."""
    given(DECIDER, SIGNAL).when(LINKED.changed(purpose=Purpose.UNMAPPED)).then_refused(RefusalCode.PURPOSE_MISSING)


def test_nobody_links_to_itself() -> None:
    """A link names another agency."""
    given(DECIDER, SIGNAL).when(LINKED, agency="outreach").then_refused(RefusalCode.SAME_AGENCY)


def test_an_acceptance_tells_the_linker_and_sets_the_next_contact() -> None:
    """受諾: who linked learns that the person is in good hands, and from when."""
    then = linked().when(ACCEPTED, agency="outreach")
    then.then(ACCEPTED, told(then, "elder"), CONTACT_SET)


def test_an_answer_meets_the_deadline() -> None:
    """Nobody is reminded of what was answered."""
    case = linked(shared=TERMS)
    met = DeadlineMet(deadline=Deadline.LINK_UNANSWERED, of=watched(case))
    case.when(ACCEPTED, agency="outreach").then(ACCEPTED, DisclosureRequested, met, CONTACT_SET)
    case.when(DECLINED, agency="outreach").then(DECLINED, DisclosureRequested, met)


def test_an_answer_after_the_deadline_is_still_an_answer() -> None:
    """What was missed is met no more."""
    late = linked(shared=TERMS)
    missed = DeadlineMissed(deadline=Deadline.LINK_UNANSWERED, of=watched(late), agency="elder", due=WATCHED.due)
    given(DECIDER, *late.past, missed).when(DECLINED, agency="outreach").then(DECLINED, DisclosureRequested)


def test_a_refusal_returns_to_whoever_linked() -> None:
    """不可: never lost. The linker is told, and may link again, to the same agency too."""
    then = linked().when(DECLINED, agency="outreach")
    again = then.then(DECLINED, told(then, "elder")).when(LINKED, agency="elder").then(LINKED, DisclosureRequested, PartGiven)
    again.when(ACCEPTED, agency="outreach").then(ACCEPTED, DisclosureRequested, DeadlineSet)


def test_everybody_who_linked_to_an_agency_learns_its_answer() -> None:
    """One answer is enough, and nobody is left waiting."""
    case = linked("poverty", *linked().past, message_id="another link")
    then = case.when(DECLINED, agency="outreach")
    then.then(DECLINED, told(then, "elder"), told(then, "poverty"))


@pytest.mark.parametrize("answer", [ACCEPTED, DECLINED])
def test_only_who_was_linked_to_answers(answer: Any) -> None:
    """Others with a part in the case, the linker too, are not asked."""
    given(DECIDER, SIGNAL).when(answer, agency="outreach").then_refused(RefusalCode.NOT_THE_ADDRESSEE)
    linked().when(answer, agency="elder").then_refused(RefusalCode.NOT_THE_ADDRESSEE)


@pytest.mark.parametrize("first", [ACCEPTED, DECLINED])
@pytest.mark.parametrize("second", [ACCEPTED, DECLINED])
def test_a_link_is_answered_once(first: Any, second: Any) -> None:
    """A yes is not taken back by a no, nor a no by a yes: it is linked again."""
    linked().when(first, agency="outreach").after().when(second, agency="outreach").then_refused(RefusalCode.ALREADY_DONE)


def test_a_link_ends_with_its_case() -> None:
    """After a death there is nothing to take over."""
    case = given(DECIDER, *linked().past, CLOSED)
    case.when(ACCEPTED, agency="outreach").then_refused(RefusalCode.NOT_THE_ADDRESSEE)


def test_a_no_of_the_gate_ends_a_link_that_nobody_saw() -> None:
    """The receiver never learned of it; it may be asked again, once there is a consent."""
    case = linked()
    denied = given(DECIDER, *case.past, verdict(case, Outcome.DENY))
    denied.when(ACCEPTED, agency="outreach").then_refused(RefusalCode.NOT_THE_ADDRESSEE)
    linked("elder", *denied.past, message_id="again").when(ACCEPTED, agency="outreach").then(ACCEPTED, DisclosureRequested, DeadlineSet)


@pytest.mark.parametrize("outcome", [outcome for outcome in Outcome if outcome is not Outcome.DENY])
def test_any_other_verdict_leaves_the_link_open(outcome: Outcome) -> None:
    """What is held may yet be released, and is then answered."""
    case = linked()
    given(DECIDER, *case.past, verdict(case, outcome)).when(DECLINED, agency="outreach").then(DECLINED, DisclosureRequested)


def test_a_no_to_one_of_two_links_leaves_the_other() -> None:
    """Each link has its own verdict."""
    case = linked("poverty", *linked().past, message_id="another link")
    left = given(DECIDER, *case.past, verdict(case, Outcome.DENY))
    then = left.when(DECLINED, agency="outreach")
    then.then(DECLINED, told(then, "elder"))


def test_an_unknown_message_is_refused() -> None:
    """What is neither a link nor an answer is said to be so."""
    given(DECIDER, SIGNAL).when(Tick()).then_refused(RefusalCode.UNKNOWN_TYPE)
    given(DECIDER, SIGNAL).when(SCREENED).then_refused(RefusalCode.UNKNOWN_TYPE)
