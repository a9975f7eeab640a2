"""SIGTERM under load: every service ends by itself in time, with what it had taken up done and committed."""

from __future__ import annotations

import time
import urllib.request
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from confluent_kafka import Consumer, TopicPartition
from prometheus_client.parser import text_string_to_metric_families

from bench.load import subjects
from bench.load.speakers import Speakers
from cli.day.live import open_stage
from deploy.local import processes
from deploy.local.first_start import DECIDING
from deploy.local.process import Process
from deploy.local.progress import Silent
from kernel.settings import Settings
from kernel.topics import Topics
from tests.installation import Broker

PER_SECOND, SECONDS, BEFORE_S = 60, 7.0, 2.5
GRACE_S = Process.__dataclass_fields__["stop_within_s"].default
"""What the supervisor gives a process before it kills it."""


def written(stack: Broker, names: tuple[str, ...]) -> dict[str, int]:
    """How long each log is, in bytes."""
    return {name: stack.installation.layout.log(name).stat().st_size for name in names}


def complaints(log: Path, since: int) -> list[str]:
    """Lines of errors, and tracebacks, that a process has written since."""
    lines = log.read_bytes()[since:].decode("utf-8", "replace").splitlines()
    return [line for line in lines if '"level":"error"' in line or '"level":"critical"' in line or '"error":' in line or "Traceback" in line]


def handled(settings: Settings, outcome: str) -> float:
    """Messages that were answered so since the services have been started, in all of them."""
    found = 0.0
    for name in DECIDING:
        with urllib.request.urlopen(f"http://127.0.0.1:{settings.http_ports[name]}/metrics", timeout=5) as answer:
            text = answer.read().decode()
        found += sum(each.value for family in text_string_to_metric_families(text) if family.name == "tsunagu_messages" for each in family.samples
                     if each.name == "tsunagu_messages_total" and each.labels["outcome"] == outcome)
    return found


def delivered(settings: Settings, agency: str) -> Counter[str]:
    """How often each id lies in an agency's inbox."""
    topic = Topics(settings.municipality).agency_inbox(agency)
    consumer = Consumer({**settings.account(f"agency-{agency}"), "group.id": Topics(settings.municipality).group(f"agency-{agency}") + "drained",
                         "enable.auto.commit": False})
    found: Counter[str] = Counter()
    for number in range(settings.agency_partitions):
        low, high = consumer.get_watermark_offsets(TopicPartition(topic, number), timeout=10)
        consumer.assign([TopicPartition(topic, number, low)])
        while low < high:
            for message in consumer.consume(500, 1.0):
                found[dict(message.headers())["ce_id"].decode()] += 1
                low = message.offset() + 1
    consumer.close()
    return found


def test_told_to_end_under_load_every_service_ends_well_and_nothing_is_lost_or_done_twice(stack: Broker):
    """Code 0 within its grace, no error in its log; all that was said is answered to its last copy; after the start there is nothing to be repeated."""
    settings, installation, names = stack.settings, stack.installation, processes.applications(stack.settings)
    before = {name: delivered(settings, name) for name in subjects.LISTENERS}
    with open_stage(settings) as stage, Speakers(settings, subjects.prepare(settings)) as speakers, ThreadPoolExecutor(1) as beside:
        load = beside.submit(speakers.speak, PER_SECOND, SECONDS)
        time.sleep(BEFORE_S)
        sizes, began = written(stack, names), time.monotonic()

        installation.stop(*names)

        took = time.monotonic() - began
        codes = {row["name"]: row["exit_code"] for row in installation.status() if row["name"] in names}
        told = [line for name in names for line in complaints(installation.layout.log(name), sizes[name])]
        installation.start(*names, progress=Silent())
        said = load.result()
        done = stage.until(lambda: not any(stage.view.missing("elder", each) for each in said))

        assert dict.fromkeys(names, 0) == codes
        assert took < GRACE_S
        assert [] == told
        assert done, [gap for each in said for gap in stage.view.missing("elder", each)][:10]
        assert [] == stage.view.twice
    assert len(said) > PER_SECOND * SECONDS / 2
    assert 0 == handled(settings, "repeated")
    for name in subjects.LISTENERS:
        assert [] == [each for each, times in (delivered(settings, name) - before[name]).items() if times > 1]
