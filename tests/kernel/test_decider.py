"""Deciders, functions and derived ids."""

from __future__ import annotations

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.consultation import SignalReceived
from contracts.envelope import PartGiven
from kernel.decider import Context, Decider, Function, derive_id, fold
from tests.kernel.toys import DECIDER, State

TEXTS = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=40)


def test_a_derived_id_never_changes():
    """The id of an event is part of history: this value may not change, whatever the machine or the version."""
    assert "044b9bb5-35b9-871f-b34f-fd0923b20fbf" == derive_id("coordination", "elder", "m1", "case", 0)


@given(TEXTS, TEXTS, TEXTS, TEXTS, st.integers(0, 1000))
def test_a_derived_id_is_a_uuid_of_version_8(processor: str, source: str, message: str, key: str, ordinal: int):
    """So that any client may parse it."""
    found = uuid.UUID(derive_id(processor, source, message, key, ordinal))

    assert (8, uuid.RFC_4122) == (found.version, found.variant)


def test_each_part_of_the_cause_counts():
    """Processor, source, message, key and ordinal each make another id; moving a letter from one to the next does too."""
    causes = [("a", "b", "c", "d", 0), ("x", "b", "c", "d", 0), ("a", "x", "c", "d", 0), ("a", "b", "x", "d", 0), ("a", "b", "c", "x", 0),
              ("a", "b", "c", "d", 1), ("ab", "", "c", "d", 0), ("a", "bc", "", "d", 0)]

    assert len(causes) == len({derive_id(*cause) for cause in causes})


def test_a_context_knows_the_ids_of_the_events_to_come():
    """A decision can name its own events before they are written."""
    context = Context(at=0, key="k", function="f", source="s", message_id="m", message_type="t")

    assert derive_id("f", "s", "m", "k", 2) == context.event_id(2)


def test_two_deciders_may_not_claim_one_message_type():
    """Then the order of deciders would decide, not the reader."""
    other = Decider("other", 0, DECIDER.decide, DECIDER.evolve, messages=(SignalReceived,), events=())

    with pytest.raises(ValueError, match="SignalReceived"):
        Function("f", (DECIDER, other))


def test_a_decider_folds_only_events_that_it_lists():
    """Deciders share a log without knowing each other."""
    decider = Decider("parts only", 0, lambda *_: (), lambda count, _: count + 1, messages=(), events=(PartGiven,))

    assert State() == fold(DECIDER, ())
    assert 0 == fold(decider, (SignalReceived(person="", channel="RESIDENT", area_code=""),))
