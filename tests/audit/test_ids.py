"""The ids that ``audit verify`` derives from bytes are those that the functions give their events."""

from __future__ import annotations

from hypothesis import given as for_all
from hypothesis import strategies as some

from audit import ids
from kernel.decider import derive_id

TEXT = some.text(some.characters(exclude_characters="\x1f"), max_size=40)


@for_all(TEXT, TEXT, TEXT, TEXT, some.integers(0, 10_000))
def test_whatever_the_cause_it_is_the_id_that_a_function_gives(function: str, source: str, identity: str, key: str, ordinal: int):
    """Texts of any language."""
    origin = ids.origin(*(each.encode(errors="replace") for each in (function, source, identity, key)))
    texts = [each.encode(errors="replace").decode() for each in (function, source, identity, key)]

    assert derive_id(*texts, ordinal).encode() == ids.derived(origin, ordinal)


@for_all(some.binary(max_size=40))
def test_bytes_that_are_no_text_give_what_their_replacement_gives(identity: bytes):
    """So nobody can have written an id that is cut from the bytes themselves."""
    text = identity.decode(errors="replace")

    assert derive_id("f", "s", text, "k", 0).encode() == ids.derived(ids.origin(b"f", b"s", identity, b"k"), 0)
