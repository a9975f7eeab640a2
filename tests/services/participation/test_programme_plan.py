"""The implementation plan: drafted, put to residents, published."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.envelope import DisclosureRequested, Tick
from contracts.shared import Purpose, RefusalCode
from kernel.testing import given
from services.participation.domain.programme_plan import DECIDER
from tests.services.participation.community import DRAFTED, HEARD, PUBLISHED, TOMORROW, told


def test_a_plan_is_drafted_heard_any_number_of_times_and_published():
    """Whom the publication names is told; a draft and a hearing stay with the municipality."""
    then = (
        given(DECIDER).when(DRAFTED, agency="municipality").then(DRAFTED).when(HEARD, agency="municipality").then(HEARD)
        .when(HEARD, agency="municipality").then(HEARD).when(PUBLISHED, agency="municipality")
    )

    then.then(*told(then, "elder", "prefecture", purpose=Purpose.NOTICE))


def test_a_draft_is_drafted_anew_before_it_is_published():
    """Also after residents were heard: that is what hearing them is for."""
    given(DECIDER, DRAFTED, HEARD).when(DRAFTED).then(DRAFTED)


def test_hearing_residents_is_an_effort_duty():
    """A plan is published without it (努力義務); the log shows that nobody was heard."""
    given(DECIDER, DRAFTED).when(PUBLISHED).then(PUBLISHED, *(DisclosureRequested,) * 2)


def test_a_plan_may_be_published_without_naming_anybody():
    """It is there for everybody to read."""
    given(DECIDER, DRAFTED).when(PUBLISHED.changed(recipients=())).then(PUBLISHED.changed(recipients=()))


@pytest.mark.parametrize(("past", "message", "code"), [
    ((), HEARD, RefusalCode.WRONG_STATE),
    ((), PUBLISHED, RefusalCode.WRONG_STATE),
    ((DRAFTED, PUBLISHED), DRAFTED, RefusalCode.ALREADY_DONE),
    ((DRAFTED, PUBLISHED), HEARD, RefusalCode.WRONG_STATE),
    ((DRAFTED, PUBLISHED), PUBLISHED, RefusalCode.ALREADY_DONE),
    ((DRAFTED,), HEARD.changed(held_on=TOMORROW), RefusalCode.PERIOD_INVALID),
    ((DRAFTED,), PUBLISHED.changed(published_on=TOMORROW), RefusalCode.PERIOD_INVALID),
    ((), Tick(), RefusalCode.UNKNOWN_TYPE),
])
def test_what_a_plan_cannot_do_now_is_refused(past: tuple[Any, ...], message: Any, code: RefusalCode):
    """Nothing without a draft, nothing after publication, nothing that lies ahead."""
    given(DECIDER, *past).when(message, agency="municipality").then_refused(code)
