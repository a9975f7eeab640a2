"""Another certificate, another authority and another password, while an agency's programs send, read and connect anew: nothing is lost, nobody refused."""

from __future__ import annotations

import shutil
import socket
import ssl
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient
from typer.testing import CliRunner

from cli import agency, certificates, reading, run
from cli.agency.client import AgencyClient, NotAccepted
from cli.day.player import pseudonym
from cli.run import bring_up
from contracts.consent import DisclosureDecided
from contracts.consultation import InformationRequested
from contracts.shared import DataCategory, Purpose
from deploy.local import authority
from deploy.local.broker_admin import BrokerAdmin
from deploy.local.layout import Layout
from deploy.local.lifecycle import Installation
from deploy.local.progress import Silent
from kernel.envelope import header
from kernel.settings import MECHANISMS, Settings
from kernel.topics import Topics
from tests.installation import Broker, with_certificates
from tests.live import certified

AGENCY, SERVICE, ENDED = "school", "coordination", "poverty"
BACK = "community"
"""Of the accounts that show SCRAM-SHA-256 in the end, a broker that reads its log comes to this one first (docs/decisions/0030, "Never taken away")."""
WITHIN_S, ANSWERS_WITHIN_S = 30.0, 10.0
STARTS_WITHIN_S = 300.0
"""A broker with all its logs, beside whatever else a machine does: three minutes with a load of 60 on two cores."""
QUESTION = InformationRequested(purpose=Purpose.CONSULTATION, wanted=(DataCategory.BASIC,))


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """A system of its own: its broker is killed at the end."""
    own = Installation(Layout(tmp_path_factory.mktemp("rotation")), tied=True)
    with_certificates(own)
    bring_up(own, Silent())
    yield Broker(own, own.settings)
    own.down()


class Program(threading.Thread):
    """A program of the agency: asks, reads the answers, and, unless it is steady, connects anew for every question."""

    def __init__(self, settings: Settings, *, steady: bool = False) -> None:
        super().__init__(daemon=True)
        self.sent: list[str] = []
        self.answered: set[str] = set()
        self.refused: list[Exception] = []
        self._settings, self._steady, self._over = settings, steady, threading.Event()

    def run(self) -> None:
        """Until told that it is over."""
        while not self._over.is_set():
            client = AgencyClient(self._settings, AGENCY)
            try:
                self._ask(client)
                while self._steady and not self._over.is_set():
                    self._ask(client)
                    time.sleep(0.05)
            except (NotAccepted, KafkaException) as problem:
                self.refused.append(problem)
            finally:
                client.close()

    def more(self, count: int = 3) -> None:
        """Return when it has asked so many questions more."""
        wanted, deadline = len(self.sent) + count, time.monotonic() + WITHIN_S
        while len(self.sent) < wanted:
            assert time.monotonic() < deadline, self.refused
            time.sleep(0.02)

    def end(self) -> None:
        """Let it come to its end."""
        self._over.set()
        self.join(WITHIN_S)

    def _ask(self, client: AgencyClient) -> None:
        self.sent.append(client.say(QUESTION, pseudonym()).id)
        self.hear(client, 0.05)

    def hear(self, client: AgencyClient, seconds: float) -> None:
        """Note which questions are answered."""
        self.answered |= {each.correlation_id for each in client.poll(seconds) if isinstance(each.event, DisclosureDecided)}


@contextmanager
def running(*programs: Program) -> Iterator[None]:
    """Whatever happens, they end."""
    for program in programs:
        program.start()
    try:
        yield
    finally:
        for program in programs:
            program.end()


def handed_over(stack: Broker, folder: Path) -> Settings:
    """What the agency has in its hands from now on: the password and the authority as they are in this moment."""
    (folder / "secrets").mkdir(parents=True)
    for name in (f"agency-{AGENCY}.password", "ca.pem"):
        shutil.copy(stack.settings.home / "secrets" / name, folder / "secrets")
    return replace(stack.settings, home=folder)


def opens(account: dict[str, Any]) -> bool:
    """Whether the broker lets these options in: its answer, or silence for as long as a busy machine may take."""
    told: list[KafkaError] = []
    client, deadline = AdminClient({**account, "error_cb": told.append}), time.monotonic() + ANSWERS_WITHIN_S
    while time.monotonic() < deadline and KafkaError._AUTHENTICATION not in [each.code() for each in told]:
        try:
            client.list_topics(timeout=1)
        except KafkaException:
            client.poll(0)  # lets it tell why
        else:
            return True
    return False


def is_believed(settings: Settings, ca: bytes) -> bool:
    """Whether who trusts this authority trusts the broker, its address included."""
    host, _, port = settings.bootstrap.rpartition(":")
    context = ssl.create_default_context(cadata=ca.decode())
    try:
        with socket.create_connection((host, int(port))) as plain, context.wrap_socket(plain, server_hostname=host):
            return True
    except ssl.SSLCertVerificationError:
        return False


@pytest.fixture
def tsunagu(stack: Broker, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The command, in this installation."""
    monkeypatch.setenv("TSUNAGU_HOME", str(stack.settings.home))

    def command(app: Any, *words: str) -> None:
        done = CliRunner().invoke(app, words)
        assert 0 == done.exit_code, (done.output, done.exception)

    return command


def test_password_certificate_and_authority_change_under_load(stack: Broker, tsunagu: Any, tmp_path: Path):
    """0 lost, 0 twice, 0 refused that should pass; the old password opens nothing after its end. Who shows a certificate comes in by the old and a new one."""
    old = handed_over(stack, tmp_path / "old")
    tsunagu(agency.app, "certificate", AGENCY)
    certificate = Path(shutil.copy(stack.settings.home / "secrets" / f"agency-{AGENCY}.pem", old.home))
    restless, steady = Program(old), Program(old, steady=True)
    with running(restless, steady):
        restless.more()
        for words in (("renew",), ("renew", "--ca")):
            tsunagu(certificates.app, *words)
            restless.more()
            steady.more()
        assert old.authorities() != stack.settings.authorities()
        assert Path(str(old.authorities())).read_bytes() != (ca := Path(str(stack.settings.authorities())).read_bytes())
        tsunagu(agency.app, "certificate", AGENCY)  # by the new authority; the broker takes both, and is believed by the old ca.pem and the new
        for settings in (old, stack.settings):
            shown = (certificate, stack.settings.home / "secrets" / certificate.name)
            assert [True, True] == [certified.is_let_in(certified.account(settings, each)) for each in shown]
        stack.kill("intake")  # comes back by the new authority, while the agency connects by the old
        stack.wait_ready("intake")

        tsunagu(agency.app, "rotate", AGENCY)
        tsunagu(agency.app, "rotate", AGENCY)  # the same words again change nothing
        new = handed_over(stack, tmp_path / "new")
        assert set(MECHANISMS) == {each.credential(f"agency-{AGENCY}")[1] for each in (old, new)}
        changed = Program(new)
        with running(changed):
            changed.more()
            restless.more()
            restless.end()
            tsunagu(agency.app, "rotate", AGENCY, "--end")
            changed.more()
            steady.more()

    programs = (restless, steady, changed)
    assert [] == [problem for program in programs for problem in program.refused]
    sent = [each for program in programs for each in program.sent]
    assert dict.fromkeys(sent, 1) == Counter(each for each in lying_in_outbox(stack) if each in set(sent))
    assert set() == unanswered(new, programs, set(sent))

    account = f"agency-{AGENCY}"
    assert opens(new.account(account)) and opens({**new.account(account), "ssl.ca.location": old.authorities()})
    assert not opens(old.account(account))
    assert not opens({**new.account(account), "security.protocol": "SASL_PLAINTEXT"})
    assert is_believed(new, ca)
    assert not is_believed(new, authority.certificates(authority.new("990019").trusted))


def test_a_services_password_changes_with_its_process(stack: Broker, tsunagu: Any):
    """The process starts again with the new one; the old one opens nothing any more."""
    old, before = stack.settings.account(SERVICE), pid(stack, SERVICE)

    tsunagu(run.app, "rotate", SERVICE)

    assert opens(stack.settings.account(SERVICE)) and not opens(old)
    assert before != pid(stack, SERVICE)
    assert {"ready"} == {row["state"] for row in stack.installation.status() if row["name"] == SERVICE}


def test_the_administrators_password_changes_with_the_broker(stack: Broker, tsunagu: Any):
    """The broker comes to itself by the new one; the old one opens nothing any more; services go on, and a second time it is the first mechanism again."""
    old, before = stack.settings.account("admin"), pid(stack, "kafka")

    tsunagu(run.app, "rotate", "admin")

    assert comes_in(stack, "admin") and not opens(old) and before != pid(stack, "kafka")
    client = AgencyClient(stack.settings, AGENCY)
    try:
        asked = Counter({client.say(QUESTION, pseudonym()).id: 1})
    finally:
        client.close()
    assert set() == unanswered(stack.settings, (Program(stack.settings),), set(asked))
    tsunagu(run.app, "rotate", "admin")
    assert comes_in(stack, "admin") and old["sasl.mechanism"] == stack.settings.credential("admin")[1]


def test_a_broker_that_is_killed_afterwards_lets_in_who_should_be_and_nobody_else(stack: Broker, tsunagu: Any):
    """Who has changed its password, and who has not; one agency is ended, and one between its two passwords, and that one comes back."""
    old = [stack.settings.account(f"agency-{each}") for each in (ENDED, BACK)]
    tsunagu(agency.app, "rotate", BACK)
    old.append(stack.settings.account(f"agency-{BACK}"))
    assert all(map(opens, old))
    for each in (ENDED, BACK):
        tsunagu(agency.app, "end", each, "--reason", "CONTRACT_OVER")
    tsunagu(agency.app, "add", BACK, "--kind", "COMMUNITY")

    before = pid(stack, "kafka")
    stack.kill("kafka")
    while pid(stack, "kafka") == before:
        time.sleep(0.05)

    deadline, accounts = time.monotonic() + STARTS_WITHIN_S, ("admin", SERVICE, f"agency-{AGENCY}", f"agency-{BACK}", "agency-elder")
    while refused := [each for each in accounts if not opens(stack.settings.account(each))]:
        assert time.monotonic() < deadline, refused
    assert not any(map(opens, old))
    assert [] == BrokerAdmin(stack.settings).differences()


def comes_in(stack: Broker, account: str) -> bool:
    """Whether an account is let in by its file, at the latest when the broker has started again."""
    deadline = time.monotonic() + WITHIN_S
    while not (found := opens(stack.settings.account(account))) and time.monotonic() < deadline:
        pass
    return found


def pid(stack: Broker, name: str) -> int:
    """The process of this name."""
    return next(row["pid"] for row in stack.installation.status() if row["name"] == name)


def lying_in_outbox(stack: Broker) -> list[str]:
    """The id of every record in the agency's outbox."""
    outbox = Topics(stack.settings.municipality).outbox(AGENCY)
    return [(header(record.headers() or (), "ce_id") or b"").decode() for record in reading.whole(stack.settings, "admin", outbox)]


def unanswered(settings: Settings, programs: tuple[Program, ...], sent: set[str]) -> set[str]:
    """Questions to which no verdict comes."""
    client, deadline = AgencyClient(settings, AGENCY), time.monotonic() + WITHIN_S
    try:
        while (left := sent - set().union(*(program.answered for program in programs))) and time.monotonic() < deadline:
            programs[0].hear(client, 0.2)
    finally:
        client.close()
    return left
