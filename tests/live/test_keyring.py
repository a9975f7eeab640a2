"""The key store's client on the real database."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from kernel.failures import IntegrityError, Unavailable
from kernel.keyring import Keyring, keyring
from kernel.sealing import Erased, Key
from tests.installation import Broker

CLASS = "care-record-5y"


@pytest.fixture
async def ring(broker: Broker) -> AsyncIterator[Keyring]:
    """One client."""
    async with keyring(broker.settings) as found:
        yield found


def people(count: int) -> list[str]:
    """Fresh pseudonyms."""
    return [secrets.token_hex(16) for _ in range(count)]


async def test_a_key_is_made_once_whoever_asks(broker: Broker, ring: Keyring):
    """Many front doors at the same moment agree on one key for each person."""
    wanted = people(5)
    async with keyring(broker.settings) as other:
        answers = await asyncio.gather(*((ring, other)[number % 2].for_sealing(wanted, CLASS) for number in range(20)))

    assert [answers[0]] * 20 == answers
    assert 5 == len({key.id for key in answers[0].values()})


async def test_each_retention_class_has_its_own_key(ring: Keyring):
    """So that short-lived data can be erased before the rest."""
    (person,) = people(1)

    assert (await ring.for_sealing([person], CLASS))[person] != (await ring.for_sealing([person], "emergency-1y"))[person]


async def test_what_was_sealed_can_be_opened_by_another_process(broker: Broker, ring: Keyring):
    """The courier asks by key id."""
    made = await ring.for_sealing(people(3), CLASS)
    async with keyring(broker.settings) as courier:
        found = await courier.for_opening(key.id for key in made.values())

    assert set(made.values()) == set(found.values())


async def test_a_destroyed_key_is_erased_and_a_lost_one_is_not(broker: Broker, ring: Keyring):
    """The two must never look alike: else an outage would silently blank what is shown."""
    (person,) = people(1)
    key = (await ring.for_sealing([person], CLASS))[person]

    other = (await ring.for_sealing([person], "emergency-1y"))[person]

    assert [key.id] == await ring.destroy(f"municipality {person}", person, CLASS)
    assert [] == await ring.destroy(f"municipality {person}", person, CLASS)
    assert {other.id: other} == await ring.for_opening([other.id])

    assert {key.id: Erased(key.id)} == await ring.for_opening([key.id])
    fresh = (await ring.for_sealing([person], CLASS))[person]
    assert key != fresh
    assert [] == await ring.destroy(f"municipality {person}", person, CLASS)
    assert {fresh.id: fresh} == await ring.for_opening([fresh.id])
    with pytest.raises(Unavailable):
        await ring.for_opening(["0" * 32])


async def test_what_was_destroyed_elsewhere_seals_nothing_any_more(broker: Broker, ring: Keyring):
    """The front door has used a key a moment ago, the gate's process destroys it: the next is sealed with a new one, which lives."""
    (person,) = people(1)
    old = (await ring.for_sealing([person], CLASS))[person]
    async with keyring(broker.settings) as other:
        await other.destroy(f"municipality {person}", person, CLASS)

    fresh = (await ring.for_sealing([person], CLASS))[person]

    assert old != fresh
    assert {fresh.id: fresh} == await ring.for_opening([fresh.id])


async def test_no_key_is_stored_in_the_clear(ring: Keyring):
    """What lies in the database opens only under the municipality's key."""
    (person,) = people(1)
    key = (await ring.for_sealing([person], CLASS))[person]
    (row,) = await ring._query("SELECT wrapped FROM person_key WHERE key_id = $1", key.id)

    assert isinstance(key, Key)
    assert key.secret not in row["wrapped"]
    with pytest.raises(IntegrityError):
        await Keyring(ring._pool, bytes(32)).for_opening([key.id])


async def test_a_store_that_does_not_answer_is_unavailable(broker: Broker):
    """To be tried again in place."""
    with pytest.raises(Unavailable):
        async with keyring(replace(broker.settings, database_port=1)):
            pass
