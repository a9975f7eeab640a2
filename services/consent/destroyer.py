"""The destroyer (鍵の廃棄): reads ``consent.log`` and destroys in the key store what a durable ``KeyDestroyed`` says is destroyed (R17).

It opens nothing and writes to no topic. The fact lies in every partition of the log; the key store does it once for each fact, so that
whoever comes back later, and gets a new key, loses nothing when the log is read again.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol

from contracts.catalogue import BY_CLASS
from contracts.consent import KeyDestroyed
from kernel import envelope, serde
from kernel.records import TP, Outgoing, Record

NAME = "destroyer"
_ORDER = ("ce_type", BY_CLASS[KeyDestroyed].full_name.encode())
"""The header by which such a fact is known: nothing else in the log is looked into."""


class Store(Protocol):
    """What the destroyer needs of ``kernel.keyring``: nothing that makes or shows a key."""

    async def destroy(self, fact: str, person: str, retention: str) -> list[str]:
        """Destroy a person's living key of one class, once for each fact. Raises Unavailable when the store does not answer."""


class Destroyer:
    """The handler of the destroyer. See ``kernel.records.Handler`` for the contract of its methods."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def assigned(self, partitions: Collection[TP]) -> None:
        """There is nothing to learn."""

    async def revoked(self, partitions: Collection[TP]) -> None:
        """There is nothing to forget."""

    def settled(self) -> None:
        """Nothing to note."""

    def at_once(self, records: Sequence[Record]) -> list[Outgoing]:
        """Nothing goes out."""
        return []

    async def handle(self, records: Sequence[Record]) -> list[Outgoing]:
        """Carry out what the log says. Raises Unavailable: the same records are then handled again."""
        for record in records:
            if _ORDER in record.headers:
                attributes, order = envelope.read(record.key, record.headers), serde.decode(record.value)
                fact = f"{attributes.causation_source} {attributes.causation_id}"  # the same in every partition
                await self._store.destroy(fact, order.person, order.retention_class)
        return []
