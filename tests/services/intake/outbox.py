"""The small town of the front door's tests: registered agencies, well-formed outbox records, and what is read behind the door."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from contracts.consultation import ConsultationReceived
from contracts.registry import AgencyRegistered
from contracts.shared import AgencyKind, DataCategory, Field, PersonalItem, VisitorRelation
from kernel import serde
from kernel.envelope import Envelope
from kernel.failures import Unavailable
from kernel.memory import MemoryLog, MemoryRecord, MemoryTown
from kernel.place import Place
from kernel.routes import Routes
from kernel.sealing import Key
from kernel.telemetry import Telemetry
from kernel.topics import Topics
from services.intake.directory import Directory
from services.intake.domain.front_door import Listed
from services.intake.front_door import FrontDoor

TOPICS, PARTITIONS = Topics("990019"), 3
SECRET = b"a secret of the municipality"
AREA = "990019-01"
CASE, MOTHER, SON = "c" * 32, "a" * 32, "b" * 32
ID = "1b4e28ba-2fa1-4333-8444-3fbb0a4c55d0"
TIME = "2026-05-01T09:30:00+09:00"
KINDS = {
    "elder": AgencyKind.ELDER, "coordinator": AgencyKind.COORDINATOR, "municipality": AgencyKind.MUNICIPALITY,
    "community": AgencyKind.COMMUNITY, "tax": AgencyKind.TAX,
}
LISTED = {agency: Listed(kind=kind) for agency, kind in KINDS.items()}
"""The same town as the front door knows it."""
NAME, WISH, ILLNESS = "髙橋 𠮷江", "息子のことが心配", "眠れない日が続く"
RECEIVED = ConsultationReceived(
    person=MOTHER, field=Field.ELDER, visitor_relation=VisitorRelation.SELF, name=NAME, wish=WISH,
    items=(PersonalItem(person=SON, category=DataCategory.HEALTH, code="sleep", text=ILLNESS),),
)


def record(
    event: Any = RECEIVED, *, owner: str = "elder", key: str | bytes | None = "", id: str = ID, value: bytes | None = None,
    offset: int = 0, without: str = "", extra: Sequence[tuple[str, bytes]] = (), **claims: str,
) -> MemoryRecord:
    """A well-formed record of the outbox of ``owner``; ``claims`` change attributes, ``without`` drops a header, ``value`` replaces bytes."""
    kind = serde.type_of(event)
    key = (AREA if kind.key == "area" else CASE) if key == "" else key
    attributes = Envelope(**{
        "id": id, "source": owner, "type": kind.full_name, "subject": key if isinstance(key, str) else CASE, "time": TIME, **claims,
    })
    headers = [(name, text) for name, text in attributes.headers() if name != without]
    raw = key.encode() if isinstance(key, str) else key
    return MemoryRecord(TOPICS.outbox(owner), 0, offset, 1_780_000_000_000, raw, serde.encode(event) if value is None else value,
                        (*headers, *extra))


class Keys:
    """A key store in memory; ``lost`` makes it unreachable, another word in ``renewed`` gives everybody another key."""

    def __init__(self) -> None:
        self.lost, self.renewed = False, ""
        self.asked: list[tuple[tuple[str, ...], str]] = []

    async def for_sealing(self, people: Iterable[str], retention: str) -> dict[str, Key]:
        """See kernel.keyring."""
        if self.lost:
            raise Unavailable("key store")
        self.asked.append((tuple(sorted(people)), retention))
        return {person: self.key(person) for person in people}

    def key(self, person: str) -> Key:
        """The living key of a person."""
        return Key(f"key-of-{person}{self.renewed}", (self.renewed + person * 2)[:32].encode())


class Town:
    """A memory log, the front door over every outbox, and agencies that write."""

    def __init__(self, batch: int = 10, **contract_until: date) -> None:
        self.log, self.keys, self.telemetry = MemoryLog(), Keys(), Telemetry("intake")
        self.memory = MemoryTown(self.log, batch=batch)
        for agency, kind in KINDS.items():
            self.register(agency, kind, contract_until.get(agency))
        place = Place("intake", Routes(TOPICS, PARTITIONS), self.log, self.telemetry.meter("front-door"))
        outboxes = {TOPICS.outbox(agency): 1 for agency in (*KINDS, "newcomer")}
        self.memory.add("front-door", outboxes, lambda: FrontDoor(place, self.keys, Directory(self.log, TOPICS.registry), SECRET))

    def register(self, agency: str, kind: AgencyKind, contract_until: date | None = None) -> None:
        """Add a fact to the registry's log."""
        fact = AgencyRegistered(agency=agency, kind=kind, name=agency, contract_until=contract_until)
        headers = Envelope(id=agency, source="registry", type=serde.type_of(fact).full_name, subject=agency).headers()
        self.log.append(TOPICS.registry, 0, agency.encode(), serde.encode(fact), headers)

    def put(self, *records: MemoryRecord) -> None:
        """Append records to their outboxes and let the front door work."""
        for each in records:
            self.log.append(each.topic, 0, each.key, each.value, each.headers)
        self.memory.pump()

    def seen(self, *topics: str) -> list[MemoryRecord]:
        """The records of some topics, of all but outboxes and registry without a name."""
        names = topics or [name for name in self.log.topics() if name != TOPICS.registry and TOPICS.agency_of(name) is None]
        return [each for name in names for each in self.log.records(name)]

    def close(self) -> None:
        """Free the event loop."""
        self.memory.close()
