"""Deaths (R14): what is of a dead person waits for the municipality; a death that was stated by mistake is taken back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from contracts.consultation import DeathRetracted, SubjectDied
from contracts.shared import DataCategory, Outcome, RefusalCode
from kernel.decider import fold
from kernel.testing import given
from services.consent.domain import registry
from tests.services.consent.test_stops import verdicts
from tests.services.consent.town import GATE, MOTHER, SON, TOWN, consent, part, request

BASIC = DataCategory.BASIC
DIED = SubjectDied(person=MOTHER, died_on=date(2026, 5, 1), household_remains=True)
ALIVE = DeathRetracted(person=MOTHER)
MOURNING = fold(registry.DECIDER, (DIED,), TOWN)


def test_r14_a_death_is_taken_back_for_the_whole_town():
    """And nobody else's."""
    both = fold(registry.DECIDER, (DIED, DIED.changed(person=SON)), TOWN)

    back = given(registry.DECIDER, DIED, DIED.changed(person=SON)).when(ALIVE, agency="municipality").then(ALIVE)
    assert {MOTHER, SON} == both.dead
    assert {SON} == back.state.dead


def test_r14_what_waited_goes_out_once_the_person_is_known_to_live():
    """Every case decides anew."""
    held = given(GATE, consent(BASIC), shared=MOURNING).when(request(part(BASIC)), source="c", message_id="asked")
    assert [(Outcome.HOLD, ("SUBJECT_DIED",))] == verdicts(held)
    found = replace(held.after(), shared=fold(registry.DECIDER, (ALIVE,), MOURNING))

    assert [(Outcome.PERMIT, ())] == verdicts(found.when(ALIVE, agency="municipality"))


def test_the_living_say_yes_again():
    """While she counted as dead she could not."""
    given(GATE, shared=MOURNING).when(consent(BASIC)).then_refused(RefusalCode.WRONG_STATE)
    given(GATE, shared=fold(registry.DECIDER, (ALIVE,), MOURNING)).when(consent(BASIC)).then(consent(BASIC))


def test_the_case_in_which_it_was_said_forgets_it_too():
    """Nothing under way is looked at for it any more."""
    assert frozenset() == given(GATE, DIED, ALIVE, shared=TOWN).state.dead
