"""An agency that is registered no more at the front door: it sends nothing, and what was recorded may still name it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from contracts.catalogue import EventType
from contracts.consultation import LinkedToAgency
from contracts.registry import AgencyEnded, AgencyRegistered
from contracts.shared import AgencyEndReason, AgencyKind, LinkReason, Purpose, RefusalCode
from kernel import serde
from kernel.envelope import Envelope
from kernel.memory import MemoryLog
from services.intake.directory import Directory
from services.intake.domain.front_door import Admitted, Listed, Rejected, examine
from tests import publishable
from tests.services.intake.outbox import ID, LISTED, MOTHER, TOPICS, Town, record

ENDED = AgencyEnded(agency="elder", from_day=date(2026, 5, 28), reason=AgencyEndReason.CONTRACT_OVER)
GONE = {**LISTED, "elder": Listed(kind=AgencyKind.ELDER, ended=True)}


@pytest.mark.parametrize("kind", publishable.KINDS, ids=lambda kind: kind.name)
def test_who_has_ended_sends_nothing_at_all(kind: EventType) -> None:
    """Not even what outlasts a contract: its account is closed with it."""
    event = kind.cls.from_avro(publishable.record_of(kind))
    for publisher in kind.publishers:
        found = examine(record(event), "elder", {**LISTED, "elder": Listed(kind=publisher, ended=True)})
        assert isinstance(found, Rejected)
        assert RefusalCode.SENDER_ENDED is found.error.code


def test_who_has_ended_may_still_be_named() -> None:
    """What is recorded names it; whether anything goes there is the gate's to say, which also says what opens the way."""
    linked = LinkedToAgency(person=MOTHER, to_agency="coordinator", purpose=Purpose.COORDINATION, reason=LinkReason.FOLLOW_UP)
    listed = {**LISTED, "coordinator": Listed(kind=AgencyKind.COORDINATOR, ended=True)}

    assert isinstance(examine(record(linked), "elder", listed), Admitted)


async def test_the_directory_keeps_who_has_ended_marked() -> None:
    """Its outbox is still read; registered again, it is as it was registered last; the end of a stranger is nothing."""
    log, registered = MemoryLog(), AgencyRegistered(agency="elder", kind=AgencyKind.ELDER, name="高齢", contract_until=date(2027, 3, 31))
    directory = Directory(log, TOPICS.registry)
    seen = []
    for fact in (registered, ENDED, ENDED.changed(agency="nobody"), registered):
        log.append(TOPICS.registry, 0, b"key", serde.encode(fact), ())
        await directory.read_on()
        seen.append(dict(directory))

    there = Listed(kind=AgencyKind.ELDER, contract_until=date(2027, 3, 31))
    gone = Listed(kind=AgencyKind.ELDER, contract_until=date(2027, 3, 31), ended=True)
    assert [{"elder": there}, {"elder": gone}, {"elder": gone}, {"elder": there}] == seen


@pytest.fixture
def town() -> Iterator[Town]:
    """A town in which the elder centre has ended."""
    found = Town()
    headers = Envelope(id="end", source="registry", type=serde.type_of(ENDED).full_name, subject="elder").headers()
    found.log.append(TOPICS.registry, 0, b"elder", serde.encode(ENDED), headers)
    found.memory.restart("front-door", 0)  # its directory counts as current for a second by this machine's clock
    yield found
    found.close()


def test_what_still_lies_in_its_outbox_is_buried_with_the_code(town: Town) -> None:
    """And told to the gate, which tells nobody who is gone; registered again, it is heard at once, within the same second."""
    town.put(record())
    assert 1 == len(town.seen(TOPICS.dead_letters("intake")))
    (notice,) = town.seen(TOPICS.inbox("consent"))
    assert RefusalCode.SENDER_ENDED is serde.decode(notice.value).code

    town.register("elder", AgencyKind.ELDER)
    town.put(record(id=ID.replace("1b", "2c")))
    assert 1 == len(town.seen(TOPICS.inbox("consultation")))
