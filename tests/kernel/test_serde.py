"""Bytes to events and back; broken bytes to a code, at no cost."""

from __future__ import annotations

import resource

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.catalogue import CATALOGUE
from contracts.envelope import PartGiven, SealedEvent, Tick
from contracts.shared import CasePart, RefusalCode
from kernel import serde
from kernel.failures import PoisonError

EVENT = PartGiven(agency="elder", part=CasePart.ROLE)
BYTES = serde.encode(EVENT)
MEBIBYTE = 1024 * 1024


def code_of(value: bytes | None, limit: int = serde.MAX_VALUE) -> RefusalCode:
    """Why this value is refused."""
    with pytest.raises(PoisonError) as caught:
        serde.decode(value, limit)
    return caught.value.code


def test_an_event_comes_back_as_itself():
    """And the same event gives the same bytes."""
    assert EVENT == serde.decode(BYTES)
    assert BYTES == serde.encode(PartGiven(part=CasePart.ROLE, agency="elder"))


def test_the_type_is_known_from_the_first_five_bytes():
    """So that a reader can pass over what it does not need."""
    assert CATALOGUE["PartGiven"] == serde.event_type(BYTES[:5]) == serde.type_of(EVENT)


@pytest.mark.parametrize(("value", "expected"), [
    (None, "EMPTY"), (b"", "EMPTY"), (b"\x01" + BYTES[1:], "BAD_MAGIC"), (b"\x00\x00\x00", "BAD_MAGIC"), (b"{}", "BAD_MAGIC"),
    (b"\x00\xff\xff\xff\xff", "UNKNOWN_SCHEMA"), (BYTES[:-1], "UNDECODABLE"), (BYTES[:5], "UNDECODABLE"), (BYTES + b"\x00", "TRAILING_BYTES"),
    (BYTES[:5] + b"\x04\xff\xfe\x00", "UNDECODABLE"), (BYTES[:-1] + b"\x7e", "UNDECODABLE"),
])
def test_broken_bytes_are_told_apart_by_code(value: bytes | None, expected: str):
    """The sender is told which of his mistakes it was."""
    assert expected == code_of(value)


def test_what_is_too_large_is_not_looked_at():
    """The limit holds before anything is read."""
    assert RefusalCode.TOO_LARGE == code_of(BYTES, limit=len(BYTES) - 1)


@pytest.mark.parametrize("claim", [b"\xfe\xff\xff\xff\xff\xff\x7f", b"\xfe\xff\xff\xff\x0f", b"\xff\xff\xff\xff\x0f"])
def test_a_huge_claimed_length_costs_nothing(claim: bytes):
    """A length of terabytes in a few bytes must not be believed, for texts and lists alike."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    sealed = serde.encode(SealedEvent(body=b"", origin_source="", origin_id="", origin_type=""))

    assert RefusalCode.UNDECODABLE == code_of(BYTES[:5] + claim)
    assert RefusalCode.UNDECODABLE == code_of(sealed[:-1] + claim + b"\x00")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50 * 1024


@given(st.sampled_from(sorted(kind.schema_id for kind in CATALOGUE.values())), st.binary(max_size=300))
def test_no_bytes_raise_anything_but_poison(identity: int, body: bytes):
    """Whatever arrives, it is an event or it is coded poison."""
    value = b"\x00" + identity.to_bytes(4, "big") + body
    try:
        event = serde.decode(value)
    except PoisonError as poison:
        assert poison.code in ("UNDECODABLE", "TRAILING_BYTES")
    else:
        assert CATALOGUE[type(event).__name__].cls is type(event)


def test_a_sealed_event_shows_its_body():
    """Readers of logs see the inner event, personal fields empty."""
    sealed = SealedEvent(body=BYTES, origin_source="elder", origin_id="m", origin_type="x")

    assert (EVENT, Tick()) == (serde.unwrapped(sealed), serde.unwrapped(Tick()))
