"""Redaction (墨消し): whatever parts of an event are withheld, what is left is an event of the same type."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from contracts.catalogue import CATALOGUE, EventType
from contracts.envelope import SealedEvent
from contracts.shared import DataCategory
from kernel import sealing, serde
from kernel.sealing import Key
from tests.publishable import record_of

PERSONAL = [kind for kind in CATALOGUE.values() if kind.personal]
PEOPLE = ("a" * 32, "b" * 32)
CATEGORIES = (DataCategory.BASIC, DataCategory.HEALTH, DataCategory.ECONOMIC)


def filled(kind: EventType) -> Any:
    """An event with something in every personal field; in lists something of two persons and of three categories each."""
    event = kind.cls.from_avro(record_of(kind))
    for mark in kind.personal:
        if mark.array:
            (member,) = getattr(event, mark.field)
            members = [
                member.changed(**{mark.person_field: person, mark.category_field: category}) for person in PEOPLE for category in CATEGORIES
            ]
            event = event.changed(**{mark.field: tuple(members)})
        else:
            event = event.changed(**{mark.person_field: PEOPLE[0]})
    return event


def sealed(event: Any) -> tuple[SealedEvent, dict[str, Key]]:
    """The event as the front door passes it on, and the keys by person."""
    empty, parts = sealing.take_apart(event)
    keys = {part.person: Key(part.person, part.person.encode()) for part in parts}
    return serde.decode(serde.encode(sealing.seal(empty, parts, "elder", "message", keys))), keys


def test_there_are_types_with_personal_fields():
    """What follows is about something."""
    assert len(PERSONAL) > 20


@pytest.mark.parametrize("kind", PERSONAL, ids=lambda kind: kind.name)
def test_any_part_may_be_missing(kind: EventType):
    """With any subset of its parts an event decodes, holds what was opened and nothing else, and survives the way through bytes."""
    event = filled(kind)
    found, keys = sealed(event)
    whole = sealing.put_together(found, [sealing.open_part(found, part, keys[part.person]) for part in found.parts])
    assert event == whole

    @settings(max_examples=25, deadline=None)
    @given(some.sets(some.sampled_from(range(len(found.parts)))))
    def check(kept: set[int]) -> None:
        opened = [sealing.open_part(found, found.parts[number], keys[found.parts[number].person]) for number in sorted(kept)]
        left = serde.decode(serde.encode(sealing.put_together(found, opened)))
        shown = {(part.person, part.category) for part in sealing.take_apart(left)[1]}

        assert type(left) is kind.cls
        assert {(found.parts[number].person, found.parts[number].category) for number in kept} == shown
        assert sealing.take_apart(left)[0] == sealing.take_apart(event)[0]

    check()
