"""The practice-area register, liaison desks, trainings, exchanges and advice."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.envelope import PartGiven, PartNoted, Tick
from contracts.shared import CancellationReason, CasePart, RefusalCode
from kernel.testing import given
from services.participation.domain import network, practice_areas
from services.participation.domain.network import DECIDER
from tests.services.participation.community import (
    ADVICE,
    CANCELLED,
    EXCHANGE,
    LIAISON,
    REGISTERED,
    TODAY,
    TOMORROW,
    TRAINING,
    told,
)

REGISTER = practice_areas.DECIDER
BY_ENVIRONMENT = PartNoted(agency="environment", part=CasePart.OPENED)


@pytest.mark.parametrize("reason", [each for each in CancellationReason if each is not CancellationReason.UNMAPPED])
def test_a_practice_area_is_registered_cancelled_and_registered_again(reason: CancellationReason):
    """Each reason ends a registration; whoever has a part may register anew."""
    cancelled = CANCELLED.changed(reason=reason)

    given(REGISTER).when(REGISTERED).then(REGISTERED).when(cancelled).then(cancelled).when(REGISTERED).then(REGISTERED)


def test_an_entry_goes_to_whoever_else_takes_part():
    """The group that registered hears that the municipality has cancelled, and the other way round."""
    past = (REGISTERED, BY_ENVIRONMENT, PartGiven(agency="municipality", part=CasePart.LISTED))
    then = given(REGISTER, *past).when(CANCELLED, agency="municipality")

    again = then.then(*told(then, "environment")).when(REGISTERED, agency="environment")
    again.then(*told(again, "municipality"))


@pytest.mark.parametrize(("past", "message", "code"), [
    ((REGISTERED,), REGISTERED, RefusalCode.ALREADY_DONE),
    ((), CANCELLED, RefusalCode.WRONG_STATE),
    ((REGISTERED, CANCELLED), CANCELLED, RefusalCode.ALREADY_DONE),
    ((), Tick(), RefusalCode.UNKNOWN_TYPE),
])
def test_the_register_holds_an_organisation_once(past: tuple[Any, ...], message: Any, code: RefusalCode):
    """Registered once, cancelled once."""
    given(REGISTER, *past).when(message).then_refused(code)


def test_parts_in_what_is_no_practice_area_are_not_kept():
    """A case of the same function's log costs nothing here."""
    assert practice_areas.State() == given(REGISTER, BY_ENVIRONMENT).state


@pytest.mark.parametrize(("message", "recipients"), [
    (LIAISON, ("environment", "prefecture")),
    (TRAINING, ("environment", "elder")),
    (EXCHANGE, ("environment", "elder")),
    (ADVICE, ("municipality",)),
])
def test_whoever_is_named_learns_of_it(message: Any, recipients: tuple[str, ...]):
    """Desks and occasions are told to those whom they name."""
    then = given(DECIDER).when(message, agency="community")

    then.then(*told(then, *recipients))


def test_the_next_desk_takes_the_place_of_the_last():
    """A change of staff is told as the first naming was."""
    then = given(DECIDER, LIAISON).when(LIAISON.changed(desk="福祉課 共生係"), agency="environment")

    then.then(*told(then, "prefecture"))


def test_a_desk_that_nobody_hears_of_liaises_with_nobody():
    """It is named to at least one other agency; so is advice."""
    given(DECIDER).when(LIAISON.changed(partners=("environment",)), agency="environment").then_refused(RefusalCode.RECIPIENTS_MISSING)
    given(DECIDER).when(ADVICE, agency="municipality").then_refused(RefusalCode.RECIPIENTS_MISSING)


@pytest.mark.parametrize("message", [TRAINING, EXCHANGE])
def test_an_occasion_may_be_held_alone(message: Any):
    """Then it is recorded and nobody is asked for."""
    alone = message.changed(partners=())

    given(DECIDER).when(alone).then(alone)


@pytest.mark.parametrize("message", [TRAINING, EXCHANGE, ADVICE])
def test_an_occasion_is_reported_once(message: Any):
    """Each has a key of its own."""
    given(DECIDER, message).when(message, agency="community").then_refused(RefusalCode.ALREADY_DONE)


@pytest.mark.parametrize(("message", "day"), [(TRAINING, "held_on"), (EXCHANGE, "held_on"), (ADVICE, "given_on")])
def test_what_lies_ahead_has_not_been(message: Any, day: str):
    """Today counts, tomorrow does not; the day is Japan's."""
    given(DECIDER).when(message.changed(**{day: TOMORROW}), agency="community").then_refused(RefusalCode.PERIOD_INVALID)
    assert getattr(given(DECIDER).when(message, agency="community").events[0], day) == TODAY


def test_the_day_begins_at_midnight_in_japan():
    """One millisecond before, the day has not come."""
    midnight = 1_780_066_800_000  # 2026-05-30T00:00:00+09:00
    tomorrow = TRAINING.changed(held_on=TOMORROW, partners=())

    given(DECIDER).when(tomorrow, at=midnight - 1).then_refused(RefusalCode.PERIOD_INVALID)
    given(DECIDER).when(tomorrow, at=midnight).then(tomorrow)


def test_an_unknown_message_is_refused():
    """Nothing is ignored."""
    given(network.DECIDER).when(Tick()).then_refused(RefusalCode.UNKNOWN_TYPE)
