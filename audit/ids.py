"""Ids (番号): the id that an event must have by its cause, as ``kernel.decider.derive_id`` gives it, from bytes to bytes: nothing of a header becomes a text."""

from __future__ import annotations

from binascii import hexlify
from hashlib import sha256
from struct import Struct

_PARTS = Struct("8s4sx3ss3s12s32x")
"""Of the 64 hex digits of a digest: the five groups of a UUID, without the digit of its version, and that of its variant apart."""
_VARIANT = {b"%x" % digit: b"%x" % (8 | digit & 3) for digit in range(16)}


def origin(function: bytes, source: bytes, identity: bytes, key: bytes) -> bytes:
    """What all ids have in common that ``function`` derives under ``key`` from one message. Bytes that are no text give ids that nothing has."""
    found = b"\x1f".join((b"tsunagu", function, source, identity, key, b""))
    return found if found.isascii() else found.decode(errors="replace").encode()


def derived(origin: bytes, ordinal: int) -> bytes:
    """The id of the ``ordinal``-th event (from 0) of an origin."""
    first, second, third, variant, fourth, fifth = _PARTS.unpack(hexlify(sha256(origin + b"%d" % ordinal).digest()))
    return b"%b-%b-8%b-%b%b-%b" % (first, second, third, _VARIANT[variant], fourth, fifth)
