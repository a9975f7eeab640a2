"""The visitors' book (閲覧の受付): only readings reach the gate by the hand of the reporting service, under its name, as if said once."""

from __future__ import annotations

import asyncio
from typing import Any

from contracts.consent import PersonalDataRead
from contracts.shared import RefusalCode
from kernel import envelope, serde
from kernel.envelope import Envelope, header
from kernel.memory import MemoryLog, MemoryRecord
from kernel.partitioner import partition_of
from kernel.place import Place
from kernel.records import Outgoing
from kernel.routes import Routes
from kernel.telemetry import Telemetry
from kernel.topics import Topics
from services.consent.domain.viewing import SOURCE
from services.consent.visitors import Visitors
from tests.services.consent.test_viewing import BASIC, read
from tests.services.consent.town import consent, part

CASE, TOPICS, PARTITIONS = "1" * 32, Topics("990019"), 3
READ = read(part(BASIC))


def sent(event: Any, value: bytes | None = None, **changes: str) -> MemoryRecord:
    """What somebody with the reporting service's account has written."""
    log = MemoryLog()
    attributes: dict[str, Any] = {"id": "id-1", "source": SOURCE, "type": serde.type_of(event).full_name, "subject": CASE, **changes}
    log.append(TOPICS.reads, 0, CASE.encode(), value if value is not None else serde.encode(event), Envelope(**attributes).headers())
    return log.records(TOPICS.reads)[0]


def passed_on(*records: MemoryRecord) -> list[Outgoing]:
    """What the visitors' book gives for these."""
    book = Visitors(Place("consent", Routes(TOPICS, PARTITIONS), MemoryLog(), Telemetry("consent").meter("visitors")))
    assert [] == book.at_once(records)
    return asyncio.run(book.handle(records))


def test_a_reading_goes_to_the_gate_under_its_case():
    """The same bytes, the same id: seen again it is said once."""
    first, again = passed_on(sent(READ), sent(READ))
    attributes = envelope.read(first.key, first.headers)

    assert (TOPICS.inbox("consent"), partition_of(CASE.encode(), PARTITIONS), serde.encode(READ)) == (first.topic, first.partition, first.value)
    assert ("id-1", SOURCE, CASE, "") == (attributes.id, attributes.source, attributes.subject, attributes.agency)
    assert (first.key, first.value, first.headers) == (again.key, again.value, again.headers)


def test_whatever_else_is_claimed_is_left_behind():
    """Another source, an agency, a basis, a place in a log: whoever has the account can note readings and nothing more."""
    (out,) = passed_on(sent(
        READ, source="municipality", agency="municipality", agency_kind="MUNICIPALITY", basis="V", position="990019.consent.log/0/0", input_digest="0" * 32,
    ))

    attributes = envelope.read(out.key, out.headers)
    assert (SOURCE, "", "", "", "", "") == (
        attributes.source, attributes.agency, attributes.agency_kind, attributes.basis, attributes.position, attributes.input_digest,
    )


def test_anything_but_a_reading_is_buried():
    """A consent that nobody has given, a type that is only claimed, noise; what comes after goes on."""
    *buried, kept = passed_on(sent(consent(BASIC)), sent(consent(BASIC), type="tsunagu.consent.PersonalDataRead"), sent(READ, value=b"\x00noise"), sent(READ))

    assert {TOPICS.dead_letters("consent")} == {out.topic for out in buried}
    assert [RefusalCode.UNKNOWN_TYPE.encode()] * 2 == [header(out.headers, "dlq.error.message") for out in buried[:2]]
    assert isinstance(serde.decode(kept.value), PersonalDataRead)
