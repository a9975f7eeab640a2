"""A small town for the tests of the API: two agencies' cases in a real database, their texts in a log in memory, a reader of each role."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

from contracts.consent import DisclosureReleased
from contracts.consultation import ConsultationReceived
from contracts.envelope import PartNoted
from contracts.outreach import ContactAttempted
from contracts.shared import Basis, CasePart, ContactMethod, ContactResult, DataCategory, Field, PartCode, PersonalItem, VisitorRelation
from kernel import sealing, serde
from kernel.envelope import Envelope
from kernel.failures import Unavailable
from kernel.memory import MemoryLog
from kernel.records import TP
from kernel.sealing import Erased, Key
from kernel.testing import AT
from services.reporting.api.app import application
from services.reporting.api.database import database
from services.reporting.api.desk import Desk, PersonLedger
from services.reporting.api.tokens import Tokens
from services.reporting.projections import PROJECTIONS
from services.reporting.reads import Read
from services.reporting.resource import Role
from services.reporting.store import Connect, Store
from tests.installation import Broker

ELDERS, CHILDS = "e" * 32, "c" * 32
"""Cases: opened by the elder centre and given in part to the job centre; opened by the child centre, of nobody else."""
MOTHER, CHILD = "a" * 32, "b" * 32
NAMES = {ELDERS: "青木ハナ", CHILDS: "白川ユイ"}
READERS = {
    "elder": (Role.CASEWORKER, "elder"), "child": (Role.CASEWORKER, "child"), "jobs": (Role.CASEWORKER, "jobs"), "stranger": (Role.CASEWORKER, "tax"),
    **{role.value.lower(): (role, "") for role in Role if role is not Role.CASEWORKER},
}
"""Who asks in the tests: caseworkers of four agencies, and everybody else."""
FUNCTIONS = ("consultation", "outreach", "consent")


@dataclass
class Book:
    """Reads, as they are recorded; or a broker that does not answer."""

    found: list[Read] = field(default_factory=list)
    away: bool = False

    async def record(self, reads: Sequence[Read]) -> None:
        """See Reads."""
        if self.away:
            raise Unavailable("broker")
        self.found += reads


@dataclass
class KeyStore:
    """Keys by id; those in ``gone`` were destroyed; or a store that does not answer."""

    keys: dict[str, Key]
    gone: set[str] = field(default_factory=set)
    away: bool = False
    asked: list[str] = field(default_factory=list)

    async def for_opening(self, key_ids: Iterable[str]) -> dict[str, Key | Erased]:
        """See Keys."""
        wanted = list(key_ids)
        self.asked += wanted
        if self.away and wanted:
            raise Unavailable("key store")
        return {number: Erased(number) if number in self.gone else self.keys[number] for number in wanted}


@dataclass
class Ledgers:
    """A ledger with one entry for the mother, and nothing for anybody else."""

    asked: list[tuple[str, bool]] = field(default_factory=list)

    async def __call__(self, person: str, proxy: bool) -> PersonLedger:
        """See LedgerReader."""
        self.asked.append((person, proxy))
        return PersonLedger((ELDERS,), [{"case": 1, "giver": "elder"}]) if person == MOTHER else PersonLedger((), [])


@dataclass
class Town:
    """Everything that a test looks at."""

    connect: Connect
    store: Store
    log: MemoryLog
    book: Book
    keys: KeyStore
    ledgers: Ledgers
    tokens: Tokens
    secrets: dict[str, str]
    app: FastAPI
    desk: Desk
    _seqs: dict[tuple[str, str], itertools.count] = field(default_factory=dict)

    async def say(self, event: Any, log: str, case: str, agency: str, at: int = AT) -> str:
        """Log an event and let it be seen; its id."""
        seq = next(self._seqs.setdefault((log, case), itertools.count(1)))
        kind, place = serde.type_of(event), TP(f"990019.{log}.log", 0)
        number = f"{log}-{case[0]}-{seq}"
        value = serde.encode(event)
        if kind.personal:
            empty, parts = sealing.take_apart(event)
            value = serde.encode(sealing.seal(empty, parts, agency, number, {each.person: self.keys.keys[each.person] for each in parts}))
        headers = Envelope(id=number, source=log, type=kind.full_name, subject=case, seq=seq, recorded_time=at, agency=agency).headers()
        offset = self.log.append(*place, case.encode(), value, headers)
        await self.store.apply(self.log.records(*place, offset), [(place, offset, offset + 1)], {place.topic: log})
        return number

    async def get(self, path: str, reader: str = "", **options: Any) -> httpx.Response:
        """What a reader is answered; nobody in particular where none is named."""
        headers = {**({"Authorization": f"Bearer {self.secrets[reader]}"} if reader else {}), **options.pop("headers", {})}
        async with httpx.AsyncClient(transport=httpx.ASGITransport(self.app, raise_app_exceptions=False), base_url="http://api") as client:
            return await client.get(path, headers=headers, **options)

    async def rows(self, path: str, reader: str, **options: Any) -> list[dict[str, Any]]:
        """The rows that a reader is answered; there must be an answer."""
        answer = await self.get(path, reader, **options)
        assert 200 == answer.status_code, answer.text
        return answer.json()["rows"]


def received(case: str) -> ConsultationReceived:
    """A consultation with a name and a health matter, both personal."""
    return ConsultationReceived(
        person={ELDERS: MOTHER, CHILDS: CHILD}[case], field=Field.ELDER, visitor_relation=VisitorRelation.FAMILY, name=NAMES[case],
        items=(PersonalItem(person={ELDERS: MOTHER, CHILDS: CHILD}[case], category=DataCategory.HEALTH, code="BACK", text="腰痛"),),
    )


def released(event: str, *categories: DataCategory, recipient: str = "jobs", request: str = "re-1", consents: tuple[str, ...] = ("consent",)) -> DisclosureReleased:
    """Some parts of the elder centre's event have reached the job centre."""
    return DisclosureReleased(
        verdict_id=f"verdict-{request}", decided_at=AT, request_id=request, event_id=event, event_type="ConsultationReceived", recipient=recipient,
        basis=Basis.C, consents=consents, released=tuple(PartCode(person=MOTHER, category=category) for category in categories),
    )


async def _happens(town: Town) -> None:
    """Two cases; of the first the name was given to the job centre."""
    for case, agency in ((ELDERS, "elder"), (CHILDS, "child")):
        await town.say(PartNoted(agency=agency, part=CasePart.OPENED, case=True), "consultation", case, agency)
        event = await town.say(received(case), "consultation", case, agency)
        await town.say(ContactAttempted(method=ContactMethod.VISIT, result=ContactResult.NO_ANSWER), "outreach", case, agency)
        if case == ELDERS:
            await town.say(released(event, DataCategory.BASIC), "consent", case, agency)


@asynccontextmanager
async def town(broker: Broker, connect: Connect, folder: Path) -> AsyncIterator[Town]:
    """The town in a database of its own, asked by the account of the API."""
    store = Store(PROJECTIONS, connect, lambda code: None)
    await store.open()
    await store.positions([TP(f"990019.{log}.log", 0) for log in FUNCTIONS])
    name = await _name(connect)
    keys = KeyStore({person: Key(f"{person[0]}" * 32, person[0].encode() * 32) for person in (MOTHER, CHILD)})
    keys.keys |= {key.id: key for key in list(keys.keys.values())}
    tokens, secrets = Tokens(folder), {}
    for reader, (role, agency) in READERS.items():
        _, secrets[reader] = tokens.add(role, agency, 1)
    async with database(broker.settings, name) as found:
        desk = Desk(database=found, checks=(tokens.check,), reads=(book := Book()), log=(log := MemoryLog()), keys=keys, ledger=(ledgers := Ledgers()))
        made = Town(connect, store, log, book, keys, ledgers, tokens, secrets, application(lambda: desk), desk)
        await _happens(made)
        yield made
    await store.close()


async def _name(connect: Connect) -> str:
    connection = await connect()
    try:
        return await connection.fetchval("SELECT current_database()")
    finally:
        await connection.close()
