"""One incident for each alert that wakes somebody: it fires in a real Prometheus, a real Alertmanager lets it through, and no other page with it.

A minute is a second (see ``alarm_site``). Incidents come after each other on the whole system; each begins when nobody is called, and is
mended at its end.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from confluent_kafka import Producer

from cli.agency.client import AgencyClient
from cli.agency.message import Draft, draft
from cli.day import household
from cli.day.live import open_stage
from cli.day.player import Day, pseudonym
from contracts.consent import ConsentRefused
from contracts.consultation import SignalReceived
from contracts.shared import Channel, Purpose
from deploy.observability.contract import OF_MIRROR
from kernel.control import Command, Order
from kernel.topics import Topics
from tests.deploy.alerts.rules import named
from tests.installation import Broker
from tests.live.alarm_site import ABSENT_S, Site, watching
from tests.live.second_member import second_member

PROCESSES = ("intake", "coordination", "participation", "consent", "reporting", "api", "observer", "verifier")


@pytest.fixture(scope="module")
def site(stack: Broker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Prometheus and Alertmanager, until every process was asked once."""
    stack.wait_ready(*PROCESSES)
    with watching(tmp_path_factory.mktemp("alarms"), stack.settings) as found:
        found.until(f"count(up == 1) == {len(PROCESSES)}")
        yield found


@pytest.fixture
def quiet(site: Site) -> Site:
    """Nobody is called."""
    site.quiet()
    return site


@pytest.fixture(scope="module")
def elder(stack: Broker) -> Iterator[AgencyClient]:
    """An agency that reports what it hears."""
    client = AgencyClient(stack.settings, "elder")
    client.connect()
    yield client
    client.close()


def signals(many: int) -> list[Draft]:
    """Signals of so many persons nobody knew: they lie in every partition of the desk that takes them in."""
    return [
        draft("elder", SignalReceived(person=pseudonym(), channel=Channel.MEETING, area_code="990019-01", summary="気になる様子"), pseudonym())
        for _ in range(many)
    ]


def order(stack: Broker, service: str, command: Command) -> None:
    """An operator's order."""
    producer = Producer(stack.confluent("operator"))
    producer.produce(Topics(stack.settings.municipality).control, value=Order(service, command).encode())
    assert 0 == producer.flush(20)


@contextmanager
def refusing(client: AgencyClient) -> Iterator[None]:
    """Meanwhile persons refuse, five a second: the gate takes note of each, and there is nothing to decide."""
    enough = threading.Event()

    def go_on() -> None:
        while not enough.wait(0.2):
            client.say(ConsentRefused(consent=pseudonym(), person=pseudonym(), purpose=Purpose.CONSULTATION), pseudonym())

    talking = threading.Thread(target=go_on)
    talking.start()
    try:
        yield
    finally:
        enough.set()
        talking.join()


def test_nobody_is_called_while_all_is_well(quiet: Site, elder: AgencyClient):
    """Work is done, and every page is silent; the watchdog says that the way is open."""
    elder.send(*signals(40))
    time.sleep(ABSENT_S + 3)

    quiet.look()
    assert set() == quiet.pages
    assert ("watchdog", "Watchdog") in quiet.switchboard.calls


def test_every_metric_that_a_rule_names_is_exported(site: Site):
    """A name that nobody exports would keep an alert silent for ever."""
    missing = {name for name in named() - {each.name for each in OF_MIRROR} if not site.ask(f"count({name})")}

    assert set() == missing


def test_budgets_are_watched(site: Site):
    """What they burn at is reckoned beside all incidents, so that "no other page" speaks of them too."""
    site.until("slo:tsunagu_decisions:increase1h")
    site.until("slo:tsunagu_stop_notices:increase1h")


def test_a_worker_is_killed_and_stays_away(stack: Broker, quiet: Site):
    """WorkerAbsent, by name."""
    stack.kill("coordination")
    stack.installation.stop("coordination")
    try:
        quiet.called("WorkerAbsent coordination")
    finally:
        stack.wait_ready("coordination")

    assert {"WorkerAbsent coordination"} == quiet.pages


def test_a_partition_stands_still(stack: Broker, quiet: Site, elder: AgencyClient, tmp_path: Path):
    """A replica is stopped in its tracks (SIGSTOP) with its partitions; the other one works and says that all is well. ConsumerStuck."""
    with second_member(stack.settings.home, tmp_path, "coordination") as member:
        quiet.quiet()
        member.send_signal(signal.SIGSTOP)
        elder.send(*signals(60))
        quiet.called("ConsumerStuck coordination")

    assert {"ConsumerStuck coordination"} == quiet.pages


def test_the_projection_is_stopped(stack: Broker, quiet: Site, elder: AgencyClient):
    """Events go on, what is read does not. ProjectionStale."""
    order(stack, "reporting", Command.PAUSE)
    try:
        elder.send(*signals(5))
        quiet.called("ProjectionStale reporting")
    finally:
        order(stack, "reporting", Command.RESUME)

    assert {"ProjectionStale reporting"} == quiet.pages


def test_the_gate_decides_nothing(quiet: Site, elder: AgencyClient):
    """It takes in much, and not one verdict comes. DenialFlat."""
    with refusing(elder):
        quiet.called("DenialFlat consent")

    assert {"DenialFlat consent"} == quiet.pages


def test_records_cannot_be_read(quiet: Site, elder: AgencyClient):
    """Eleven within a quarter of an hour. DeadLetters."""
    good = signals(11)
    elder.send(*[Draft(id=each.id, key=each.key, value=each.value + b"\0", headers=each.headers) for each in good])

    quiet.called("DeadLetters intake")
    assert {"DeadLetters intake"} == quiet.pages


def test_something_has_been_held_for_long(stack: Broker, quiet: Site):
    """A referral waits for a consent; a working day is a second here. HeldAgeing, for the privacy desk."""
    with open_stage(stack.settings) as stage:
        day, home = Day(stage), household.household()
        household.noticed(day, home)
        household.referred_before_asking(day, home)
    quiet.move(HeldAgeing="> 1")
    try:
        quiet.called("HeldAgeing")
        quiet.rung("privacy-desk", "HeldAgeing")
    finally:
        quiet.move()

    assert {"HeldAgeing"} == quiet.pages


def test_a_certificate_is_near_its_end(quiet: Site):
    """Three days are forty years here, so that the broker's own is near its end. CertExpiry."""
    quiet.move(CertExpiry="< 40 * 366 * 86400")
    try:
        quiet.called("CertExpiry observer")
    finally:
        quiet.move()

    assert {"CertExpiry observer"} == quiet.pages


def test_nobody_checks_the_logs(quiet: Site):
    """The verifier rests for half an hour between two checks; two hours are three seconds here. ChainVerifierIdle."""
    quiet.until("tsunagu_verifier_last_run_timestamp_seconds > 0")
    quiet.move(ChainVerifierIdle="> 3")
    try:
        quiet.called("ChainVerifierIdle verifier")
    finally:
        quiet.move()

    assert {"ChainVerifierIdle verifier"} == quiet.pages
