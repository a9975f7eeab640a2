"""The words given, when, then: they must fail when a decider is wrong."""

from __future__ import annotations

import pytest

from contracts.consultation import SignalReceived
from contracts.envelope import DisclosureRequested, PartGiven
from contracts.shared import CasePart, RefusalCode
from kernel.decider import Decider, Function
from kernel.properties import Said, check
from kernel.testing import given
from tests.kernel import toys
from tests.kernel.toys import DECIDER

ONE, TWO = toys.signal("1", wrapped=False), toys.signal("2", wrapped=False)
PART = PartGiven(agency="b", part=CasePart.LINKED)


def test_a_sentence_goes_on():
    """Each assertion leaves a decider that has recorded what was asserted."""
    given(DECIDER).when(ONE).then(ONE).when(TWO).then(TWO, DisclosureRequested, PART).when(toys.signal("refuse", wrapped=False)) \
        .then_refused(RefusalCode.WRONG_STATE).when(toys.signal("nothing", wrapped=False)).then_nothing()


@pytest.mark.parametrize("wrong", [(), (TWO,), (ONE, TWO), (PartGiven,)])
def test_then_notices_every_difference(wrong: tuple[object, ...]):
    """Fewer, other, more, another type."""
    with pytest.raises(AssertionError):
        given(DECIDER).when(ONE).then(*wrong)


def test_then_refused_notices_code_and_addressee():
    """A refusal to somebody else is none."""
    refusing = given(DECIDER).when(toys.signal("refuse", wrapped=False), agency="elder")

    refusing.then_refused(RefusalCode.WRONG_STATE)
    with pytest.raises(AssertionError):
        refusing.then_refused(RefusalCode.ALREADY_DONE)
    with pytest.raises(AssertionError):
        given(DECIDER).when(ONE).then_refused(RefusalCode.WRONG_STATE)
    with pytest.raises(AssertionError):
        given(DECIDER).when(ONE).then_nothing()


def test_an_event_that_the_decider_does_not_list_is_noticed():
    """Its state could not be folded from the log."""
    careless = Decider("careless", None, lambda state, message, context: (PART,), lambda state, _: state, (SignalReceived,), (SignalReceived,))

    with pytest.raises(AssertionError, match="PartGiven"):
        given(careless).when(ONE)


def test_the_properties_hold_for_the_toy():
    """Same input, same bytes; asking twice changes nothing; state is the fold; the unknown is refused."""
    log = check(toys.FUNCTION, [Said(ONE, "a"), Said(TWO, "a"), Said(ONE, "b"), Said(toys.signal("refuse", wrapped=False), "b")])

    assert 6 == len(log)


def test_the_properties_notice_a_decider_that_remembers_on_its_own():
    """State outside the log shows as other bytes."""
    memory: list[object] = []

    def decide(state, message, context):
        memory.append(message)
        return (message.changed(area_code=str(len(memory))),)

    careless = Function(toys.NAME, (Decider("x", None, decide, lambda state, _: state, (SignalReceived,), (SignalReceived,)),))

    with pytest.raises(AssertionError, match="other bytes"):
        check(careless, [Said(ONE, "a")])
