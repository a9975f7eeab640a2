"""The end of an agency's contract: watched as the registry names it, met when it is lifted, missed when it has passed."""

from __future__ import annotations

from datetime import date

from contracts.envelope import DeadlineMissed, DeadlineSet, Tick
from contracts.registry import AgencyEnded
from contracts.shared import AgencyEndReason, Deadline, RefusalCode
from kernel.deadlines import by_day, met
from kernel.testing import Then, given
from services.participation.domain.contract_end import DECIDER, State
from tests.services.participation.community import CONTRACT

END = DeadlineSet(deadline=Deadline.CONTRACT_END, of="", agency="workshop", due=1_806_505_200_000)
"""2027-04-01T00:00:00+09:00: the last day is over."""
OVER = DeadlineMissed(deadline=END.deadline, of=END.of, agency=END.agency, due=END.due)
LIFTED = met(Deadline.CONTRACT_END)
FOR_EVER = CONTRACT.changed(contract_until=None)


def registered(*past: object, fact: object = CONTRACT) -> Then:
    """The registry says something of the agency."""
    return given(DECIDER, *past).when(fact, agency="", source="registry")


def test_the_end_of_a_contract_is_watched():
    """Until the end of its last day in Japan."""
    registered().then(END)


def test_a_contract_without_end_is_not_watched():
    """Neither is an agency without a contract."""
    registered(fact=FOR_EVER).then_nothing()
    registered(fact=CONTRACT.changed(contract_from=None, contract_until=None)).then_nothing()


def test_what_is_known_gives_nothing():
    """The registry may repeat itself, also when the end has passed."""
    registered(END).then_nothing()
    registered(END, OVER).then_nothing()
    registered(END, LIFTED, fact=FOR_EVER).then_nothing()


def test_a_renewed_contract_is_watched_anew():
    """Before its end or after it."""
    renewed = CONTRACT.changed(contract_until=date(2028, 3, 31))
    later = by_day(Deadline.CONTRACT_END, "", "workshop", date(2028, 3, 31))

    registered(END, fact=renewed).then(later)
    registered(END, OVER, fact=renewed).then(later)


def test_an_end_that_is_lifted_is_watched_no_more():
    """And may be set again."""
    registered(END, fact=FOR_EVER).then(LIFTED)
    registered(END, LIFTED).then(END)


def test_what_was_missed_is_not_met_afterwards():
    """The alert stands as it was."""
    registered(END, OVER, fact=FOR_EVER).then_nothing()


def test_deadlines_of_another_kind_are_not_its_own():
    """They stand in the same log."""
    other = by_day(Deadline.NEXT_CONTACT, "", "workshop", date(2026, 6, 1))

    assert State() == given(DECIDER, other, met(Deadline.NEXT_CONTACT)).state
    missed = DeadlineMissed(deadline=other.deadline, of="", agency="workshop", due=other.due)
    assert State(due=END.due) == given(DECIDER, END, other, missed).state


def test_only_the_registry_registers():
    """Neither an agency nor another function; nothing is ignored."""
    given(DECIDER).when(CONTRACT, agency="workshop").then_refused(RefusalCode.NOT_PUBLISHABLE)
    given(DECIDER).when(CONTRACT, agency="workshop", source="tsunagu.another").then_refused(RefusalCode.NOT_PUBLISHABLE)
    given(DECIDER).when(Tick()).then_refused(RefusalCode.UNKNOWN_TYPE)


def test_the_end_of_an_agency_ends_the_watch():
    """Nobody is there to be reminded; what was missed stays missed; registered again, it is watched anew."""
    gone = AgencyEnded(agency="workshop", from_day=date(2026, 5, 28), reason=AgencyEndReason.CLOSED)

    registered(END, fact=gone).then(LIFTED)
    registered(fact=gone).then_nothing()
    registered(END, OVER, fact=gone).then_nothing()
    registered(END, LIFTED).then(END)


def test_the_registry_alone_ends_an_agency():
    """Whoever else says so is refused."""
    gone = AgencyEnded(agency="workshop", from_day=date(2026, 5, 28), reason=AgencyEndReason.CLOSED)
    given(DECIDER, END).when(gone, agency="tax").then_refused(RefusalCode.NOT_PUBLISHABLE)
