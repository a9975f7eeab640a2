"""``tsunagu agency`` on the running system: an agency joins, works, ends and comes back; kill -9 anywhere, and the same words finish it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient

from cli.agency.client import AgencyClient, NotAccepted
from cli.agency.message import JAPAN, Heard, draft
from cli.day.player import pseudonym
from cli.run import bring_up
from contracts.consent import DisclosureDecided
from contracts.consultation import ConsultationScreened, SignalReceived
from contracts.coordination import ConferenceConvened
from contracts.shared import Channel, ScreeningOutcome, Urgency
from deploy.local import enrolled
from deploy.local.broker_admin import BrokerAdmin
from deploy.local.progress import Silent
from kernel.settings import MECHANISM
from kernel.topics import Topics
from tests.installation import Broker
from tests.live.certified import account, read, written

WITHIN_S = 60.0
AGENCY = "hinata"
ADD = ("add", AGENCY, "--kind", "ELDER", "--name", "つなぐ町地域包括支援センターひなた東", "--unit", "01=相談係")
END = ("end", AGENCY, "--reason", "CONTRACT_OVER")


def command(stack: Broker, *words: str) -> subprocess.Popen[str]:
    """Start the command as an operator would."""
    program = [sys.executable, "-m", "cli.main", "agency", *words]
    return subprocess.Popen(
        program, env={**os.environ, "TSUNAGU_HOME": str(stack.settings.home)}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )


def run(stack: Broker, *words: str) -> dict[str, int]:
    """Run it to its end, which must be good; how much was done in each step."""
    process = command(stack, *words, "--output", "json")
    out, err = process.communicate(timeout=120)
    assert 0 == process.returncode, err
    return {row["step"]: row["done"] for row in json.loads(out)}


def killed(stack: Broker, words: tuple[str, ...], when: Callable[[], bool], after_s: float = 0.0) -> None:
    """Start it, and kill -9 it in the moment when something has come about, or so long afterwards."""
    process = command(stack, *words)
    until(lambda: when() or process.poll() is not None, pause=0.005)
    time.sleep(after_s)
    process.send_signal(signal.SIGKILL)
    process.communicate()


def until(true: Callable[[], Any], pause: float = 0.1) -> Any:
    """What it says once it says something."""
    deadline = time.monotonic() + WITHIN_S
    while not (found := true()) and time.monotonic() < deadline:
        time.sleep(pause)
    assert found
    return found


def heard(client: AgencyClient, kind: type, subject: str) -> Heard:
    """The first event of this type about this subject that arrives."""
    deadline = time.monotonic() + WITHIN_S
    while time.monotonic() < deadline:
        for each in client.poll(0.5):
            if isinstance(each.event, kind) and each.subject == subject:
                return each
    raise TimeoutError(f"no {kind.__name__} arrived")


def listed(stack: Broker) -> dict[str, Any]:
    """What `agency list` says of it."""
    process = command(stack, "list", "--output", "json")
    rows = json.loads(process.communicate(timeout=60)[0])
    return next(row for row in rows if row["agency"] == AGENCY)


def lies_in(stack: Broker, topic: str) -> int:
    """The offset that the next record of a topic will get."""
    consumer = Consumer({**stack.confluent(), "group.id": "none"})
    try:
        return consumer.get_watermark_offsets(TopicPartition(topic, 0), timeout=30)[1]
    finally:
        consumer.close()


def opens(stack: Broker, password: str, within_s: float = 5.0) -> bool:
    """Whether the broker lets the agency's account in by this password; where it must, it has more time."""
    client = AdminClient({**stack.confluent(), "sasl.mechanism": MECHANISM, "sasl.username": f"agency-{AGENCY}", "sasl.password": password})
    try:
        client.list_topics(timeout=within_s)
    except KafkaException:
        return False
    return True


def pids(stack: Broker) -> dict[str, int]:
    """The processes that run, by name."""
    return {row["name"]: row["pid"] for row in stack.installation.status()}


def convened(municipality: AgencyClient) -> str:
    """Our municipality calls a meeting and invites the agency; the sitting."""
    sitting = pseudonym()
    municipality.say(ConferenceConvened(held_on=datetime.now(JAPAN).date(), invited=("municipality", AGENCY)), sitting)
    return sitting


@pytest.fixture
def municipality(stack: Broker) -> Iterator[AgencyClient]:
    """The desk that calls meetings."""
    client = AgencyClient(stack.settings, "municipality")
    client.skip_inbox()
    yield client
    client.close()


def test_an_agency_joins_works_ends_and_comes_back(stack: Broker, municipality: AgencyClient, tmp_path: Path):
    """One life, in the order in which it is lived; no process of the installation is another afterwards."""
    before, topics = pids(stack), Topics(stack.settings.municipality)
    file = stack.settings.home / "secrets" / f"agency-{AGENCY}.password"

    # joins, though the command is killed again and again
    killed(stack, ADD, file.exists)
    killed(stack, ADD, lambda: topics.outbox(AGENCY) in AdminClient(stack.confluent()).list_topics(timeout=10).topics)
    for after_s in (0.3, 0.6, 0.9):
        killed(stack, ADD, lambda: True, 1.0 + after_s)
    run(stack, *ADD)
    assert {0} == set(run(stack, *ADD).values())
    assert {"account": 0, "fact": 1, "password": 0, "rule": 0, "topic": 0} == run(stack, "add", AGENCY, "--name", "ひなた東")
    assert ("registered", "ひなた東", "ELDER", "01=相談係") == tuple(listed(stack)[name] for name in ("state", "name", "kind", "units"))

    # by a certificate too, which can be taken along
    (step,) = run(stack, "certificate", AGENCY, "--days", "90")
    assert step.startswith("certificate until ")
    certified = account(stack.settings, Path(shutil.copy(file.with_name(f"agency-{AGENCY}.pem"), tmp_path)))
    assert "" == written(certified, AGENCY, topics.outbox(AGENCY))

    # works: what it says is decided about, what is for it arrives
    client = AgencyClient(stack.settings, AGENCY)
    case = pseudonym()
    client.say(SignalReceived(person=pseudonym(), channel=Channel.MEETING, area_code="990019-01"), case)
    client.say(ConsultationScreened(outcome=ScreeningOutcome.COMPLEX, urgency=Urgency.LOW), pseudonym())
    assert "CASE_NOT_FOUND" == until(lambda: [each.event.code for each in client.poll(0.5) if each.type == "MessageRefused"])[0]
    assert heard(client, ConferenceConvened, convened(municipality))

    # ends, though the command is killed in the middle
    password = file.read_text()
    assert opens(stack, password, WITHIN_S)
    killed(stack, END, lambda: enrolled.known(stack.settings)[AGENCY].ended is not None)
    with pytest.raises(NotAccepted, match="TOPIC_AUTHORIZATION_FAILED"):
        until(lambda: run(stack, *END) and client.say(SignalReceived(person=pseudonym(), channel=Channel.MEETING, area_code="990019-01"), case))
    client.close()
    assert {0} == set(run(stack, *END).values())
    assert listed(stack)["state"].startswith("ended ")
    assert not file.exists() and not file.with_name(f"agency-{AGENCY}.pem").exists()
    assert not opens(stack, password)
    denied = "TOPIC_AUTHORIZATION_FAILED"
    assert (denied, denied) == (written(certified, AGENCY, topics.outbox(AGENCY)), read(certified, topics.agency_inbox(AGENCY), f"{topics.group(f'agency-{AGENCY}')}x"))

    # what still lies in its outbox is refused with a code; nothing arrives any more
    end, refused = lies_in(stack, topics.agency_inbox(AGENCY)), lies_in(stack, topics.dead_letters("intake"))
    late = draft(AGENCY, SignalReceived(person=pseudonym(), channel=Channel.MEETING, area_code="990019-01"), case)
    producer = Producer(stack.confluent())
    producer.produce(topics.outbox(AGENCY), key=late.key, value=late.value, headers=list(late.headers))
    producer.flush(30)
    sitting = convened(municipality)
    found = heard(municipality, DisclosureDecided, sitting).event
    assert ("DENY", ("RECIPIENT_ENDED",), ("AGENCY_REGISTERED",)) == (found.outcome, found.reasons, found.releases_when)
    until(lambda: lies_in(stack, topics.dead_letters("intake")) > refused)
    words = [sys.executable, "-m", "cli.main", "dead-letters", "--service", "intake", "--output", "json"]
    told = subprocess.run(words, env={**os.environ, "TSUNAGU_HOME": str(stack.settings.home)}, capture_output=True, text=True, check=False)
    assert "SENDER_ENDED" in {row["code"] for row in json.loads(told.stdout) if row["topic"] == topics.outbox(AGENCY)}
    assert end == lies_in(stack, topics.agency_inbox(AGENCY))

    # the next start leaves it ended
    bring_up(stack.installation, Silent())
    assert listed(stack)["state"].startswith("ended ")
    assert [] == BrokerAdmin(stack.settings).differences()
    assert not opens(stack, password)

    # comes back, with another password, and hears what comes then
    run(stack, *ADD)
    assert not opens(stack, password)
    client = AgencyClient(stack.settings, AGENCY)
    try:
        assert heard(client, ConferenceConvened, convened(municipality))
    finally:
        client.close()
    assert before == pids(stack)
    stack.wait_ready("intake", "consent")
    with urllib.request.urlopen(f"http://127.0.0.1:{stack.settings.http_ports['intake']}/readyz", timeout=10) as answer:
        assert 200 == answer.status


def test_each_wrong_word_is_one_coded_sentence(stack: Broker):
    """Exit code 2 for wrong words, 1 for an agency that is none."""
    for words, code, sentence in (
        (("add", "other", "--kind", "NONE"), 2, "tsunagu: KIND_UNKNOWN: "), (("add", "Other", "--kind", "ELDER"), 2, "tsunagu: AGENCY_ID_INVALID: "),
        (("end", "other", "--reason", "CLOSED"), 1, "tsunagu: AGENCY_UNKNOWN: "), (("end", "elder", "--reason", "X"), 2, "tsunagu: REASON_UNKNOWN: "),
    ):
        process = command(stack, *words)
        out, err = process.communicate(timeout=60)
        assert (code, "") == (process.returncode, out)
        assert err.splitlines()[-1].startswith(sentence)
