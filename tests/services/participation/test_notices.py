"""Notices: relayed to agencies, acknowledged by each once, told to whoever relayed them."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.envelope import Tick
from contracts.shared import Purpose, RefusalCode
from kernel.testing import Given, given
from services.participation.domain.notices import DECIDER
from tests.services.participation.community import ACKNOWLEDGED, RELAYED, listed, told


def relayed() -> Given:
    """The prefecture has relayed a notice to the municipality and to an environmental group."""
    return given(DECIDER).when(RELAYED, agency="prefecture").after()


def test_a_notice_goes_to_each_recipient_once_and_lets_it_answer():
    """Recipients take part, last in the decision."""
    then = given(DECIDER).when(RELAYED, agency="prefecture")

    then.then(*told(then, "municipality", "environment", purpose=Purpose.NOTICE), *listed("municipality", "environment"))


def test_each_recipient_acknowledges_and_the_relaying_agency_hears_it():
    """Each for itself."""
    first = relayed().when(ACKNOWLEDGED, agency="environment")
    second = first.then(*told(first, "prefecture", purpose=Purpose.NOTICE)).when(ACKNOWLEDGED, agency="municipality")

    second.then(*told(second, "prefecture", purpose=Purpose.NOTICE))


def test_a_recipient_acknowledges_once():
    """The second time it is told that it has."""
    relayed().when(ACKNOWLEDGED, agency="environment").after().when(ACKNOWLEDGED, agency="environment").then_refused(RefusalCode.ALREADY_DONE)


@pytest.mark.parametrize("agency", ["elder", "prefecture"])
def test_nobody_else_acknowledges(agency: str):
    """Neither a stranger nor whoever relayed it."""
    relayed().when(ACKNOWLEDGED, agency=agency).then_refused(RefusalCode.NOT_THE_ADDRESSEE)


def test_a_notice_is_relayed_once():
    """Relaying it further needs an id of its own."""
    relayed().when(RELAYED, agency="prefecture").then_refused(RefusalCode.ALREADY_DONE)


@pytest.mark.parametrize(("message", "code"), [
    (ACKNOWLEDGED, RefusalCode.WRONG_STATE),
    (RELAYED.changed(recipients=("prefecture",)), RefusalCode.RECIPIENTS_MISSING),
    (Tick(), RefusalCode.UNKNOWN_TYPE),
])
def test_what_concerns_no_notice_is_refused(message: Any, code: RefusalCode):
    """Nothing to acknowledge, nobody to relay to, nothing known."""
    given(DECIDER).when(message, agency="prefecture").then_refused(code)
