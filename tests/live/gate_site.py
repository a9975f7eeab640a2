"""The gate under faults: cases with sealed parts, requests put into its lanes as a function puts them, its processes, its topics read whole.

A case is opened by an agency through the front door. Its request is then asked again under new ids, as often as a test needs, so that
backlog and order are exactly what the test says.
"""

from __future__ import annotations

import asyncio
import itertools
import secrets
import subprocess
import sys
import urllib.request
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import asyncpg

from cli.agency.client import AgencyClient
from cli.agency.message import JAPAN
from cli.day.player import pseudonym
from contracts.consent import ConsentGranted, ConsentWithdrawn, DisclosureReleased
from contracts.consultation import ConsultationReceived, ConsultationScreened, EmergencyRaised, LinkedToAgency, SignalReceived
from contracts.coordination import CoordinationReferred
from contracts.envelope import DisclosureRequested, Tick
from contracts.shared import (
    Channel,
    ConsentMedium,
    Danger,
    DataCategory,
    EmergencyNeed,
    Field,
    LinkReason,
    PersonalItem,
    Purpose,
    ReferralReason,
    ScreeningOutcome,
    Urgency,
    VisitorRelation,
)
from deploy.local import ports
from deploy.local.town import agencies
from kernel import keyring, serde
from kernel.clients import Clients, clients
from kernel.failures import PoisonError
from kernel.logreader import KafkaLogReader
from kernel.records import TP, Outgoing, Record
from kernel.sender import Sender
from kernel.topics import Topics
from tests.gate_checker import GIVEN, Fact, Seen, read, standing, stop_notices, violations
from tests.installation import Broker

GATE = "consent"
SIGKILL, SIGSTOP, SIGCONT = 9, 19, 18
WITHIN_S = 90.0
_LOOK_EVERY_S = 0.1
_replicas = itertools.count(1)
NAME, ADDRESS = "髙橋 花子", "つなぐ町桜𠮷台三丁目七番地"


def today() -> date:
    """The day in Japan."""
    return datetime.now(JAPAN).date()


@dataclass(frozen=True, slots=True)
class Case:
    """A case whose agency has linked it to another before anybody consented: denied, and ready to be asked again."""

    key: str
    person: str
    consent: str
    """The consent that ``GateSite.grant`` writes."""
    request: Fact
    saying: Fact
    """A consent of the same person, for something else, as the front door has passed it on."""


class GateSite:
    """The stack of this run, seen from the gate."""

    def __init__(self, stack: Broker, reader: KafkaLogReader, sender: Sender) -> None:
        self.stack, self.settings = stack, stack.settings
        self.topics = Topics(self.settings.municipality)
        self.inbox, self.urgent, self.log = self.topics.inbox(GATE), self.topics.urgent, self.topics.log(GATE)
        self.seen = Seen(received={agency.id: [] for agency in agencies()})
        self._reader, self._sender = reader, sender
        self._desk = AgencyClient(self.settings, "elder")
        self._next: dict[TP, int] = {}
        self._standing: tuple[int, dict[str, Fact]] = (0, {})
        for topic in (self.inbox, self.urgent, self.log):
            self._next.update({TP(topic, number): 0 for number in range(self.settings.partitions)})
        for agency in self.seen.received:
            topic = self.topics.agency_inbox(agency)
            self._next.update({TP(topic, number): 0 for number in range(self.settings.agency_partitions)})

    # --- seeing

    async def look(self) -> Seen:
        """Read on to the present end of every topic."""
        async for records in self._reader.rest(self._next):
            for record in records:
                self._next[TP(record.topic, record.partition)] = record.offset + 1
                self._note(record)
        for facts in (self.seen.asked, self.seen.log):
            facts.sort(key=lambda fact: (fact.record.topic, fact.record.partition, fact.record.offset))
        return self.seen

    def _note(self, record: Record) -> None:
        try:
            fact = read(record)
        except PoisonError:
            return  # other tests of this run send such things
        if record.topic == self.log:
            self.seen.log.append(fact)
        elif record.topic in (self.inbox, self.urgent):
            self.seen.asked.append(fact)
        else:
            self.seen.received[record.topic.removeprefix(self.topics.named("agency.")).removesuffix(".inbox")].append(fact)

    async def until(self, done: Callable[[], Any]) -> Any:
        """Read on until the condition holds; give up after WITHIN_S seconds."""
        async with asyncio.timeout(WITHIN_S):
            while True:
                await self.look()
                if found := done():
                    return found
                await asyncio.sleep(_LOOK_EVERY_S)

    async def settled(self) -> None:
        """Wait until every message is taken in, every verdict that stands was carried out and every stop notice delivered; then nothing may be wrong."""
        try:
            await self.until(self._quiet)
        except TimeoutError:
            pass  # what is missing is a violation
        await self.look()  # an inbox may have been read before the log that says what has reached it
        wrong = violations(self.seen)
        assert not wrong, wrong[:20]

    def _quiet(self) -> bool:
        verdicts = self.standing()
        taken_in = {(fact.record.partition, *fact.cause) for fact in self.seen.log}
        asked = {(fact.record.partition, fact.envelope.source, fact.id) for fact in self.seen.asked if not isinstance(fact.event, Tick)}
        done = {fact.event.verdict_id for fact in self.seen.log if isinstance(fact.event, DisclosureReleased)}
        told = {fact.id for heard in self.seen.received.values() for fact in heard}
        stops = {identity for identity, recipient in stop_notices(self.seen.log).items() if recipient in self.seen.received}
        return asked <= taken_in and done >= {fact.id for fact in verdicts.values() if fact.event.outcome in GIVEN} and told >= stops

    def verdict(self, request: str) -> Any:
        """The verdict that stands on a request; None where there is none."""
        found = self.standing().get(request)
        return found and found.event

    def standing(self) -> dict[str, Fact]:
        """The verdict that stands on each request, as far as was read."""
        if self._standing[0] != len(self.seen.log):
            self._standing = len(self.seen.log), standing(self.seen.log)
        return self._standing[1]

    def copies(self, agency: str, requests: Iterable[str]) -> list[Fact]:
        """What an agency has received on these requests, in the order of its inbox, repeats too."""
        wanted = set(requests)
        return [fact for fact in self.seen.received[agency] if fact.request in wanted]

    # --- asking

    async def case(self) -> Case:
        """The elder centre opens a case, records a consent for something else, and links to the poverty desk: denied for want of a consent."""
        key, person = pseudonym(), pseudonym()
        self._desk.say(SignalReceived(person=person, channel=Channel.RESIDENT, area_code="990019-03"), key)
        self._desk.say(consent_of(person, pseudonym(), ("child",)), key)
        self._desk.say(LinkedToAgency(
            person=person, to_agency="poverty", purpose=Purpose.CONSULTATION, reason=LinkReason.JOINT_SUPPORT, name=NAME, address=ADDRESS,
        ), key)
        return await self._asked(key, person)

    async def referral(self) -> Case:
        """The elder centre refers a complex case to the coordinator before anybody was asked: held."""
        key, person = pseudonym(), pseudonym()
        for event in (
            ConsultationReceived(person=person, field=Field.ELDER, visitor_relation=VisitorRelation.SELF),
            ConsultationScreened(outcome=ScreeningOutcome.COMPLEX, urgency=Urgency.MIDDLE),
            consent_of(person, pseudonym(), ("child",)),
            CoordinationReferred(
                person=person, to_agency="coordinator", reason=ReferralReason.ROLE_DIVISION_NEEDED, name=NAME,
                items=(PersonalItem(person=person, category=DataCategory.HOUSEHOLD, code="members", text=NAME),),
            ),
        ):
            self._desk.say(event, key)
        return await self._asked(key, person)

    async def _asked(self, key: str, person: str) -> Case:
        await self.until(lambda: any(self._of(key, DisclosureRequested)) and any(self._of(key, ConsentGranted)))
        request = next(self._of(key, DisclosureRequested))
        await self.until(lambda: self.verdict(request.id))
        return Case(key, person, pseudonym(), request, next(self._of(key, ConsentGranted)))

    async def emergency(self) -> Fact:
        """The outreach team calls the police for somebody: the request in the urgent lane, decided and delivered."""
        key, client = pseudonym(), AgencyClient(self.settings, "outreach")
        client.say(EmergencyRaised(
            person=pseudonym(), to_agency="police", danger=Danger.SUICIDE_RISK, need=EmergencyNeed.RESCUE, name=NAME, place=ADDRESS, risk=NAME,
        ), key)
        client.close()
        await self.until(lambda: any(self._of(key, DisclosureRequested)))
        request = next(self._of(key, DisclosureRequested))
        await self.until(lambda: self.copies("police", [request.id]))
        return request

    def _of(self, key: str, kind: type) -> Iterator[Fact]:
        return (fact for fact in self.seen.asked if fact.key == key and isinstance(fact.event, kind))

    async def put(self, *records: Outgoing) -> list[str]:
        """Append records, those of one partition side by side in one record batch; the ids of the messages."""
        await self._sender.send(records)
        return [dict(record.headers)["ce_id"].decode() for record in records]

    def ask(self, case: Case, times: int = 1) -> list[Outgoing]:
        """The same request again, under new ids."""
        return [self.again(case.request) for _ in range(times)]

    def grant(self, case: Case) -> Outgoing:
        """The person consents to what was asked."""
        request = case.request.event
        return _again(case.saying, consent_of(case.person, case.consent, (request.recipient,), request.purpose))

    def withdraw(self, case: Case) -> Outgoing:
        """The person takes it back."""
        return _again(case.saying, ConsentWithdrawn(person=case.person, consents=(case.consent,)))

    def again(self, request: Fact) -> Outgoing:
        """A request of any lane once more, under a new id."""
        return _again(request, request.event)

    # --- the gate's process

    def stop(self) -> None:
        """The gate is not running; nothing starts it."""
        self.stack.installation.stop(GATE)

    def start(self) -> None:
        """It runs again, and has read its log."""
        self.stack.wait_ready(GATE)

    def kill(self) -> None:
        """kill -9, and nothing starts it."""
        self.stack.kill(GATE)
        self.stop()

    @asynccontextmanager
    async def keys_locked(self) -> AsyncIterator[None]:
        """The key store answers nobody: what is decided cannot be opened."""
        settings = self.settings
        connection = await asyncpg.connect(
            host=settings.database_host, port=settings.database_port, user=keyring.ROLE, password=settings.password(keyring.ROLE),
            database=keyring.DATABASE,
        )
        try:
            async with connection.transaction():
                await connection.execute("LOCK TABLE person_key IN ACCESS EXCLUSIVE MODE")
                yield
        finally:
            await connection.close()

    def close(self) -> None:
        """Let go of the agency's account."""
        self._desk.close()


@asynccontextmanager
async def open_site(stack: Broker) -> AsyncIterator[GateSite]:
    """The stack with the administrator's eyes; the gate runs again at the end."""
    account: Clients = clients(stack.settings, "admin")
    reader, sender = KafkaLogReader(account.reader("faults-reader")), Sender(lambda: account.producer("faults"))
    await reader.start()
    await sender.start()
    site = GateSite(stack, reader, sender)
    try:
        yield site
    finally:
        site.start()
        site.close()
        await sender.stop()
        await reader.stop()


def consent_of(person: str, consent: str, recipients: tuple[str, ...], purpose: Purpose = Purpose.CONSULTATION) -> ConsentGranted:
    """For half a year: name, address, household."""
    return ConsentGranted(
        consent=consent, person=person, purpose=purpose, categories=(DataCategory.BASIC, DataCategory.ADDRESS, DataCategory.HOUSEHOLD),
        recipients=recipients, valid_from=today(), valid_to=today() + timedelta(days=180), medium=ConsentMedium.PAPER,
    )


def _again(like: Fact, event: Any) -> Outgoing:
    """A record as ``like``, with this event and a new id."""
    record, kind = like.record, serde.type_of(event)
    new = {"ce_id": secrets.token_hex(16), "ce_type": kind.full_name, "ce_inputdigest": secrets.token_hex(16)}
    headers = [(name, new[name].encode() if name in new else value) for name, value in record.headers]
    return Outgoing(record.topic, record.partition, record.key, serde.encode(event), headers)


@dataclass(frozen=True, slots=True)
class Replica:
    """A second instance of the gate's service, under no supervisor."""

    process: subprocess.Popen[bytes]
    port: int

    def signal(self, number: int) -> None:
        """Send it a signal."""
        self.process.send_signal(number)

    def ended(self) -> bool:
        """Whether it has found that another writes where it wrote, and has ended; a supervisor would start it anew."""
        return self.process.poll() is not None

    def ready(self) -> bool:
        """Whether it has taken over what is its own."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=3) as answer:
                return answer.status == 200
        except OSError:
            return False


@contextmanager
def replica(site: GateSite) -> Iterator[Replica]:
    """The gate's service as another host would run it; killed at the end."""
    number = next(_replicas)
    (port,) = ports.free_block(1)
    with site.stack.installation.layout.log(f"replica-{number}").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.live.replica", str(site.settings.home), f"replica-{number}", str(port)], stdout=log, stderr=log,
        )
    try:
        yield Replica(process, port)
    finally:
        process.kill()
        process.wait()
