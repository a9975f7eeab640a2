"""Continuation: two cases of one person go on as one; each side's rules in a sentence, then both over one log."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.consultation import CaseContinued, CaseOffered, PredecessorNoted
from contracts.envelope import CaseFrozen, DeadlineMet, DisclosureRequested, MessageRefused, PartGiven, PartNoted, Tick
from contracts.shared import Basis, CasePart, ContinuationReason, Deadline, FunctionName, Purpose, RefusalCode
from kernel.properties import Said, check
from kernel.testing import Then, given
from services.intake.app import CONSULTATION
from services.intake.domain.continuation import DECIDER
from tests.services.intake.test_consultation import RECEIVED, SCREENED, SIGNAL
from tests.services.intake.test_contact import CALLED, SET
from tests.services.intake.test_functions import events
from tests.services.intake.test_links import WATCHED

OLD, NEW = "d" * 32, "c" * 32
OURS = "tsunagu.consultation"
CONTINUED = CaseContinued(into_case=NEW, reason=ContinuationReason.SAME_PERSON)
OFFERED = CaseOffered(case=OLD, into_case=NEW, agencies=("elder", "outreach"))
NOTED = PredecessorNoted(case=OLD, into_case=NEW)
OPENED = PartNoted(agency="elder", part=CasePart.OPENED)
PARTS = (OPENED, PartGiven(agency="outreach", part=CasePart.LINKED))
FROZEN = CaseFrozen(into_case=NEW)


def offered(*past: Any, key: str = NEW, by: str = "elder", offer: CaseOffered = OFFERED) -> Then:
    """The old case offers itself to the new one."""
    return given(DECIDER, *past, key=key).when(offer, agency=by, source=OURS)


def told(then: Then, agency: str) -> DisclosureRequested:
    """The request to tell an agency under which id the case goes on."""
    return DisclosureRequested(
        event_id=then.context.event_id(0), event_type="CaseFrozen", recipient=agency, agency="elder", function=FunctionName.CONSULTATION,
        purpose=Purpose.NOTICE, basis=Basis.K,
    )


@pytest.mark.parametrize("past", [PARTS, (*PARTS, CONTINUED, OFFERED), (*PARTS, CONTINUED.changed(into_case="b" * 32))])
def test_the_old_case_offers_itself(past: tuple[Any, ...]) -> None:
    """引継ぎの申出: with those who take part in it; again, or to another case, as long as none has taken it over."""
    given(DECIDER, *past, key=OLD).when(CONTINUED, agency="elder").then(CONTINUED, OFFERED)


def test_a_case_is_not_continued_as_itself() -> None:
    """It would be frozen for ever."""
    given(DECIDER, *PARTS, key=NEW).when(CONTINUED, agency="elder").then_refused(RefusalCode.WRONG_STATE)


def test_the_new_case_notes_the_old_one_and_gives_its_agencies_a_part() -> None:
    """Those who have one already need none."""
    offered(OPENED).then(NOTED, PartGiven(agency="outreach", part=CasePart.LINKED))


def test_whoever_continues_a_case_has_a_part_in_both() -> None:
    """To anybody else the new case looks as if it did not exist."""
    offered().then_refused(RefusalCode.CASE_NOT_FOUND)
    offered(OPENED, by="outreach").then_refused(RefusalCode.CASE_NOT_FOUND)


def test_a_frozen_case_takes_over_none() -> None:
    """It has itself been continued elsewhere."""
    offered(OPENED, CaseFrozen(into_case="b" * 32)).then_refused(RefusalCode.CASE_FROZEN)


def test_a_case_is_taken_over_once() -> None:
    """The same offer again changes nothing."""
    offered(*PARTS, NOTED).then_nothing()


def test_of_two_cases_continued_into_each_other_one_is_left() -> None:
    """The one whose id comes first: nobody is locked out of both."""
    back = CaseOffered(case=NEW, into_case=OLD, agencies=("elder",))
    offered(*PARTS, CaseContinued(into_case=OLD, reason=ContinuationReason.SAME_PERSON)).then(NOTED)
    offered(*PARTS, CONTINUED, key=OLD, offer=back).then_refused(RefusalCode.WRONG_STATE)


def test_an_offer_to_a_third_case_hinders_nothing() -> None:
    """It may have been refused there without a word: a case that waits for no answer any more takes over another, whatever the ids."""
    elsewhere = CONTINUED.changed(into_case="b" * 32)
    offered(*PARTS, elsewhere).then(NOTED)
    back = CaseOffered(case=NEW, into_case=OLD, agencies=("elder",))
    taken = PredecessorNoted(case=NEW, into_case=OLD)
    offered(*PARTS, elsewhere, key=OLD, offer=back).then(taken)
    offered(*PARTS, CONTINUED, elsewhere, key=OLD, offer=back).then(taken)
    offered(*PARTS, elsewhere, CONTINUED, key=OLD, offer=back).then_refused(RefusalCode.WRONG_STATE)


def test_the_old_case_is_frozen_once_it_was_taken_over() -> None:
    """Everybody who takes part is told the new id, and reminded of no contact here; a link that nobody answered stays a matter."""
    then = given(DECIDER, *PARTS, CONTINUED, OFFERED, SET, WATCHED, key=OLD).when(NOTED, agency="elder", source=OURS)
    met = DeadlineMet(deadline=Deadline.NEXT_CONTACT, of="elder")
    then.then(FROZEN, told(then, "elder"), told(then, "outreach"), met).when(NOTED, agency="elder", source=OURS).then_nothing()


def test_an_unknown_message_is_refused() -> None:
    """What has nothing to do with continuing a case is said to be so."""
    given(DECIDER).when(Tick()).then_refused(RefusalCode.UNKNOWN_TYPE)


BOTH = (
    Said(SIGNAL, OLD, "outreach"), Said(RECEIVED, NEW, "elder"), Said(PartGiven(agency="elder", part=CasePart.LINKED), OLD, source=OURS),
    Said(CONTINUED, OLD, "elder"),
)
"""The outreach team's case and the elder centre's are about one person; the centre takes part in both, and says so."""


def test_a_case_goes_on_under_another_id_by_itself() -> None:
    """The offer travels to the new case, and its answer back to the old one, whatever partitions they lie in."""
    log = check(CONSULTATION, BOTH)
    assert [CONTINUED, OFFERED, FROZEN] == [event for event in events(log, OLD) if isinstance(event, CaseContinued | CaseOffered | CaseFrozen)]
    assert [OPENED.changed(case=True), NOTED, PartGiven(agency="outreach", part=CasePart.LINKED)] == [
        event for event in events(log, NEW) if isinstance(event, PartNoted | PredecessorNoted | PartGiven)
    ]


def test_after_that_everybody_writes_under_the_new_id() -> None:
    """The old id takes nothing in any more; whoever had a part in it has one in the new case."""
    answers = (Said(OFFERED, NEW, "elder", source=OURS), Said(NOTED, OLD, "elder", source=OURS))
    log = check(CONSULTATION, [*BOTH, *answers, Said(CALLED, OLD, "outreach"), Said(CALLED, NEW, "outreach"), Said(SCREENED, NEW, "elder")])
    assert [RefusalCode.CASE_FROZEN] == [event.code for event in events(log, OLD) if isinstance(event, MessageRefused)]
    assert [CALLED, SCREENED] == [event for event in events(log, NEW) if event in (CALLED, SCREENED) or isinstance(event, MessageRefused)]


def test_a_case_in_which_one_has_no_part_takes_over_nothing() -> None:
    """The old case stays as it was, and goes on."""
    strange = (BOTH[0], Said(RECEIVED, NEW, "elder"), Said(CONTINUED, OLD, "outreach"))
    log = check(CONSULTATION, [*strange, Said(CALLED, OLD, "outreach")])
    assert [RefusalCode.CASE_NOT_FOUND] == [event.code for event in events(log, NEW) if isinstance(event, MessageRefused)]
    assert FROZEN not in events(log, OLD)
    assert CALLED in events(log, OLD)
