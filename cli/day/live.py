"""The real stage: each agency through its own account, the logs through the auditor's, the broker's clock."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, Protocol

from confluent_kafka import Consumer, IsolationLevel, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec

from cli.agency.body import from_json, to_json
from cli.agency.client import AgencyClient
from cli.agency.message import JAPAN, Draft, Heard
from cli.day.figures import figures
from cli.day.stage import Words
from cli.day.view import View
from contracts.catalogue import BY_FULL_NAME
from deploy.local import control
from deploy.local.layout import Layout
from deploy.local.town import agencies
from kernel.settings import Settings
from kernel.topics import Topics

PATIENCE_S = 60.0
"""How long a day waits for what must follow before it calls it missing; a service may be starting again meanwhile."""
REACHABLE_S = 10.0
STOCK = "environment"
"""The agency that uses nothing of ours."""
AUDITOR = "auditor"
ROOT = Path(__file__).resolve().parents[2]
SIGKILL = 9


class Account(Protocol):
    """An agency as the stage uses it."""

    def say(self, words: Words) -> int:
        """Send; the append time."""

    def poll(self) -> list[Heard]:
        """What is new in the inbox."""

    def close(self) -> None:
        """Let go."""


class LiveStage:
    """See Stage. ``patience`` in seconds. Opening raises KafkaException when the broker does not answer."""

    def __init__(self, settings: Settings, patience: float = PATIENCE_S) -> None:
        self.settings, self.patience = settings, patience
        AdminClient(settings.account(AUDITOR)).list_topics(timeout=REACHABLE_S)
        topics = Topics(settings.municipality)
        self.view = View(topics, settings.partitions)
        names = [agency.id for agency in agencies()]
        with ThreadPoolExecutor(len(names)) as together:
            accounts = together.map(lambda name: (_Stock if name == STOCK else _Ours)(settings, name), names)
            self._auditor = _auditor(settings, topics)
            self._accounts: dict[str, Account] = dict(zip(names, accounts, strict=True))

    @property
    def today(self) -> date:
        """The day in Japan."""
        return datetime.now(JAPAN).date()

    def say(self, words: Words) -> int:
        """See Stage."""
        return self._accounts[words.agency].say(words)

    def post(self, agency: str, *drafts: Draft) -> int:
        """See Stage."""
        account = self._accounts[agency]
        assert isinstance(account, _Ours)
        return account.client.send(*drafts).timestamp

    def until(self, done: Callable[[], bool]) -> bool:
        """See Stage."""
        deadline = time.monotonic() + self.patience
        while not done():
            if time.monotonic() > deadline:
                return False
            self.look()
        return True

    def restart(self, service: str) -> bool:
        """See Stage."""
        try:
            return bool(control.ask(Layout(self.settings.home), "signal", name=service, signal=SIGKILL).get("sent"))
        except control.NotRunning:
            return False

    def figures(self) -> dict[tuple[str, str], int] | None:
        """See Stage."""
        return figures(self.settings)

    def close(self) -> None:
        """Let go of every account."""
        self._auditor.close()
        for account in self._accounts.values():
            account.close()

    def look(self) -> None:
        """Read on: the logs first, then every inbox."""
        for message in self._auditor.consume(500, 0.01):
            if (error := message.error()) is not None:
                raise KafkaException(error)
            self.view.see_log(message.topic(), message.key(), message.value(), message.headers() or (), message.timestamp()[1])
        for agency, account in self._accounts.items():
            for heard in account.poll():
                self.view.see_inbox(agency, heard)


@contextmanager
def open_stage(settings: Settings, patience: float = PATIENCE_S) -> Iterator[LiveStage]:
    """The real stage, closed at the end."""
    stage = LiveStage(settings, patience)
    try:
        yield stage
    finally:
        stage.close()


class _Ours:
    """An agency that uses our client."""

    def __init__(self, settings: Settings, agency: str) -> None:
        self.client = AgencyClient(settings, agency)
        self.client.skip_inbox()
        self.client.connect()

    def say(self, words: Words) -> int:
        return self.client.say(
            words.event, words.subject, id=words.id, time=words.time, basis=words.basis, purpose=words.purpose,
        ).timestamp

    def poll(self) -> list[Heard]:
        return self.client.poll()

    def close(self) -> None:
        self.client.close()


class _Stock:
    """An agency that is a program of its own: examples/stock_agency, spoken to over its standard streams."""

    def __init__(self, settings: Settings, agency: str) -> None:
        self._agency = agency
        words = {
            "bootstrap": settings.bootstrap, "security-protocol": settings.security_protocol, "municipality": settings.municipality,
            "agency": agency, "user": f"agency-{agency}", "password-file": settings.home / "secrets" / f"agency-{agency}.password",
            "schemas": f"http://{settings.schema_window}", "avsc": ROOT / "schemas" / "avro",
            **({"ca": ca} if (ca := settings.authorities()) else {}),
        }
        arguments = [text for name, value in words.items() for text in (f"--{name}", str(value))]
        self._process = subprocess.Popen(
            [sys.executable, "-P", str(ROOT / "examples" / "stock_agency" / "stock_agency.py"), *arguments],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8",
        )
        self._answers: SimpleQueue[dict[str, Any]] = SimpleQueue()
        self._heard: list[Heard] = []
        threading.Thread(target=self._listen, daemon=True).start()
        self._wait_for("ready")

    def say(self, words: Words) -> int:
        assert not (words.basis or words.purpose), "the stock agency claims nothing"
        body = to_json(words.event.to_avro())
        line = {"type": type(words.event).__name__, "subject": words.subject, "id": words.id, "time": words.time, "body": body}
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(line, ensure_ascii=False) + "\n")
        self._process.stdin.flush()
        return self._wait_for("sent")["timestamp"]

    def poll(self) -> list[Heard]:
        while not self._answers.empty():
            self._take(self._answers.get())
        heard, self._heard = self._heard, []
        return heard

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(10)

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._answers.put(json.loads(line))
        self._answers.put({"error": "the program ended"})

    def _wait_for(self, name: str) -> dict[str, Any]:
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            try:
                answer = self._answers.get(timeout=1)
            except Empty:
                continue
            if name in answer:
                return answer
            self._take(answer)
        raise TimeoutError(f"{self._agency}: no {name}")

    def _take(self, answer: dict[str, Any]) -> None:
        if "error" in answer:
            raise RuntimeError(f"{self._agency}: {answer['error']}")
        received = answer["received"]
        kind = BY_FULL_NAME[received["type"]]
        self._heard.append(Heard(
            id=received["id"], type=kind.name, subject=received["subject"], causation_id=received["causation_id"],
            correlation_id=received["correlation_id"], event=from_json(kind, received["body"], unmapped=True),
            timestamp=received["timestamp"], coordinates=("", received["partition"], received["offset"]),
            request_id=received.get("request_id", ""),
        ))


def _auditor(settings: Settings, topics: Topics) -> Consumer:
    """A consumer of every log, from its present end on."""
    names = [topics.log(name) for name in ("consultation", "outreach", "coordination", "participation", "community", "consent")]
    places = [TopicPartition(name, number) for name in names for number in range(settings.partitions)]
    account = settings.account(AUDITOR)
    admin = AdminClient(account)
    ends = admin.list_offsets({place: OffsetSpec.latest() for place in places}, isolation_level=IsolationLevel.READ_UNCOMMITTED)
    consumer = Consumer({
        **account, "group.id": topics.group(AUDITOR), "enable.auto.commit": False, "fetch.wait.max.ms": 100, "fetch.min.bytes": 1,
    })
    consumer.assign([TopicPartition(place.topic, place.partition, found.result(PATIENCE_S).offset) for place, found in ends.items()])
    return consumer
