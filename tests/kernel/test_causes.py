"""Causes: what one key has answered."""

from __future__ import annotations

import sys

import pytest

from kernel.causes import Handled, cause_of, number_of, parted

DIGEST = "00ff" * 8


@pytest.mark.parametrize("source", ["elder", "tsunagu.consultation", ""])
def test_a_cause_comes_apart_into_what_it_was_made_of(source: str):
    """Ids hold anything but the character between."""
    assert (source, "m-1#swept/3") == parted(cause_of(source, "m-1#swept/3"))


def test_another_digest_is_another_message():
    """Leading zeros count for nothing: every digest has 32 digits."""
    handled = Handled(number_of(DIGEST), -1, 2)

    assert handled.same(DIGEST)
    assert not handled.same("1" + DIGEST[1:])


def test_what_is_remembered_of_a_message_stays_small():
    """It is kept for ever, for every message of every case: 222 bytes with its cause, a hundred less than as a pair and a text."""
    cause = cause_of("tsunagu.consultation", "7a9224d3-9c3f-4f1e-925a-dd233eb70f21")
    handled = Handled(number_of("f" * 32), 1 << 40, 1)

    assert sum(map(sys.getsizeof, (cause, handled, handled.number, handled.first))) <= 230
