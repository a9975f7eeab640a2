"""Causes: what one key has answered, as small as it can be kept, since it is kept for ever: more than half of what a function remembers."""

from __future__ import annotations

from msgspec import Struct

Cause = str
"""Source and id of a message in one text: a pair of texts would take half as much again."""
_BETWEEN = "\x1f"
"""Stands in no source and no id; see ``decider.derive_id``."""


def cause_of(source: str, identity: str) -> Cause:
    """The identity of a message."""
    return f"{source}{_BETWEEN}{identity}"


def parted(cause: Cause) -> tuple[str, str]:
    """Source and id."""
    source, _, identity = cause.partition(_BETWEEN)
    return source, identity


def number_of(digest: str) -> int:
    """A digest (hex digits) as a number, which takes half the memory of its text."""
    return int(digest, 16)


class Handled(Struct, gc=False):
    """A message that this key has answered: the digest of its value as a number, and where in the log its events lie, side by side."""

    number: int
    first: int
    count: int

    def same(self, digest: str) -> bool:
        """Whether it had this digest."""
        return self.number == number_of(digest)
