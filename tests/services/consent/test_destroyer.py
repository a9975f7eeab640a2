"""The destroyer: a key that is said to be destroyed is, once for each fact (R17). What becomes of it end to end: tests/scenarios/test_erasure.py."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from contracts.consent import ConsentExpired, KeyDestroyed
from contracts.shared import DestructionReason
from kernel import serde
from kernel.envelope import Envelope
from kernel.failures import Unavailable
from kernel.memory import MemoryLog, MemoryRecord
from services.consent.destroyer import Destroyer
from tests.services.consent.town import CONSENT, MOTHER

LOG = "consent.log"
DESTROYED = KeyDestroyed(person=MOTHER, retention_class="case-5y", reason=DestructionReason.STOP_OF_USE)


class Store:
    """Remembers what it was told to destroy; does not answer while it is away."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, str]] = []
        self.away = False

    async def destroy(self, fact: str, person: str, retention: str) -> list[str]:
        """See kernel.keyring."""
        if self.away:
            raise Unavailable("key store")
        self.asked.append((fact, person, retention))
        return []


def logged(*events: object, partitions: int = 1) -> list[MemoryRecord]:
    """These events in the gate's log, each in every partition, as facts of the whole town are."""
    log = MemoryLog()
    for number, event in enumerate(events):
        for partition in range(partitions):
            attributes = Envelope(
                id=f"event-{number}-{partition}", source="tsunagu.consent", type=serde.type_of(event).full_name, subject=MOTHER,
                causation_id=f"message-{number}", causation_source="municipality", seq=number + 1,
            )
            log.append(LOG, partition, MOTHER.encode(), serde.encode(event), attributes.headers())
    return log.records(LOG)


def handle(store: Store, records: Sequence[MemoryRecord]) -> None:
    """Let the destroyer read these; nothing ever goes out."""
    destroyer = Destroyer(store)
    assert [] == destroyer.at_once(records)
    assert [] == asyncio.run(destroyer.handle(records))


def test_r17_a_durable_fact_is_carried_out():
    """Of that person, of that class; nothing else in the log says so."""
    store = Store()
    handle(store, logged(ConsentExpired(consent=CONSENT, person=MOTHER), DESTROYED))

    assert [("municipality message-1", MOTHER, "case-5y")] == store.asked


def test_the_same_fact_in_every_partition_has_one_name():
    """The store does it once."""
    store = Store()
    handle(store, logged(DESTROYED, partitions=3))

    assert {("municipality message-0", MOTHER, "case-5y")} == set(store.asked)


def test_while_the_store_is_away_it_is_not_done_and_then_it_is():
    """The runner handles the same records again."""
    store, records = Store(), logged(DESTROYED)
    store.away = True
    with pytest.raises(Unavailable):
        handle(store, records)
    store.away = False
    handle(store, records)

    assert 1 == len(store.asked)
