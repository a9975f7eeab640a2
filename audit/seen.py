"""What is kept of a log that was read (点検の控え): of one partition, enough to hold it against all others. Ids, places and digests, never a text."""

from __future__ import annotations

from array import array

from msgspec import Struct, field

from audit.findings import Code, Finding, named
from audit.verdicts import Gate

APART = b"\x1f"
"""Between source and id."""


class Want(Struct, frozen=True, array_like=True, gc=False):
    """An answer to a message of ours: who wrote that, its id and digest; where the answer lies, its key, and the type that it begins with."""

    writer: bytes
    id: bytes
    digest: bytes
    """32 hex digits; empty where it is not that of the message itself."""
    offset: int
    key: bytes
    kind: bytes
    opened: bytes
    """Of what the front door has sent: which message of an agency's made it do so, as source and id."""


class Seen(Struct):
    """What is kept of one partition: enough to hold it against all others."""

    topic: str
    function: str
    partition: int
    records: int = 0
    met: bool = False
    """Whether it holds anything of the case that was asked for."""
    findings: list[Finding] = field(default_factory=list)
    ids: dict[bytes, int] = field(default_factory=dict)
    """Every event that counts by its id: its number."""
    digests: bytearray = field(default_factory=bytearray)
    """Of each its digest, 16 bytes."""
    offsets: array = field(default_factory=lambda: array("q"))
    wants: list[Want] = field(default_factory=list)
    outside: dict[bytes, int] = field(default_factory=dict)
    """Messages from outside that were answered, as source and id, and where."""
    asked: dict[bytes, tuple[int, int, bytes]] = field(default_factory=dict)
    """What the gate was asked here, by request: where, when it was written (ms UTC), and of which key."""
    agencies: list[str] = field(default_factory=list)
    """Agencies that were registered here."""
    facts: list[tuple[bytes, int, bool]] = field(default_factory=list)
    """What the registry has told: id, place, and whether it went to the support functions and not to the gate."""
    until: int = 0
    """When the last message that was answered here had come in (ms UTC)."""
    gate: Gate = field(default_factory=Gate)
    """What the gate has decided; empty in every other log."""

    def found(self, offset: int, code: Code, key: bytes | None, detail: str = "") -> None:
        """Note a finding."""
        self.findings.append(Finding(topic=self.topic, partition=self.partition, offset=offset, code=code, case=named(key), detail=detail))

    def keep(self, identity: bytes, offset: int, digest: bytes) -> None:
        """Note an event that counts."""
        self.ids[identity] = len(self.offsets)
        self.offsets.append(offset)
        self.digests += digest

    def digest(self, identity: bytes) -> bytes | None:
        """The digest of an event that counts, by its id."""
        number = self.ids.get(identity)
        return None if number is None else bytes(self.digests[16 * number:16 * number + 16])

    def offset(self, identity: bytes) -> int:
        """Where an event that counts lies. Raises KeyError."""
        return self.offsets[self.ids[identity]]
