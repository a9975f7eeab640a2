"""What is said of a read of personal data: who, what and why, the same for the same request, on its way before anything is shown."""

from __future__ import annotations

import pytest

from contracts.consent import PersonalDataRead
from contracts.shared import DataCategory, PartCode, ReaderRole, ReadReason
from kernel import envelope, serde
from kernel.partitioner import partition_of
from kernel.topics import Topics
from services.reporting.reads import Read, read_event

CASE, MOTHER, SON = "1" * 32, "a" * 32, "b" * 32
HEALTH, BASIC = DataCategory.HEALTH, DataCategory.BASIC


def read(case: str = CASE, request: str = "request-1", **changes: object) -> Read:
    """The elder centre reads the texts of a case, unless changed."""
    values = {
        "reader": "elder", "role": ReaderRole.CASEWORKER, "actor": "token-1", "resource": "cases.text", "reason": ReadReason.SUPPORT,
        "parts": (PartCode(person=SON, category=HEALTH, essential=True), PartCode(person=MOTHER, category=BASIC), PartCode(person=SON, category=HEALTH)),
        "events": ("event-2", "event-1", "event-2"),
    }
    return read_event(case, request, **{**values, **changes})  # type: ignore[arg-type]


def test_a_read_says_who_what_and_why_once_each():
    """In one order, whatever the order of reading."""
    fact = read().fact

    assert ("request-1", "elder", ReaderRole.CASEWORKER, "token-1", "cases.text", ReadReason.SUPPORT) == (
        fact.read, fact.reader, fact.role, fact.actor, fact.resource, fact.reason,
    )
    assert [(MOTHER, BASIC, False), (SON, HEALTH, False)] == [(part.person, part.category, part.essential) for part in fact.parts]
    assert ("event-1", "event-2") == fact.events
    assert ((), (MOTHER, SON)) == ((of_ledger := read(parts=(), persons=(SON, MOTHER, SON)).fact).parts, of_ledger.persons)


def test_sending_it_twice_is_sending_it_once():
    """The id follows from request, case and content; another request is another reading of the same."""
    assert read().id == read().id
    assert 4 == len({read().id, read(case="2" * 32).id, read(request="request-2").id, read(reader="workshop").id})


def test_what_says_nothing_of_anybody_is_no_read():
    """Then nothing is shown either."""
    with pytest.raises(ValueError, match="nobody"):
        read(parts=())


def test_it_goes_to_the_visitors_book_under_its_case():
    """Where the consent service finds it; nowhere else may this account write at the gate."""
    out = read().outgoing(Topics("990019"), 12, "2026-04-01T09:00:00+09:00")
    attributes = envelope.read(out.key, out.headers)

    assert ("990019.consent.reads", partition_of(CASE.encode(), 12), CASE.encode()) == (out.topic, out.partition, out.key)
    assert (read().id, "tsunagu.reporting", "tsunagu.consent.PersonalDataRead") == (attributes.id, attributes.source, attributes.type)
    assert isinstance(serde.decode(out.value), PersonalDataRead)
