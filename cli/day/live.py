"""The real stage: each agency through its own account, the logs through the auditor's, the broker's clock."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, datetime

from confluent_kafka import Consumer, IsolationLevel, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec

from cli.agency.message import JAPAN, Draft
from cli.day.accounts import Account, Ours, opened
from cli.day.figures import figures
from cli.day.stage import Words
from cli.day.view import View
from deploy.local import control
from deploy.local.layout import Layout
from deploy.local.town import agencies
from kernel.settings import Settings
from kernel.topics import Topics

PATIENCE_S = 60.0
"""How long a day waits for what must follow before it calls it missing; a service may be starting again meanwhile."""
REACHABLE_S = 10.0
AUDITOR = "auditor"
SIGKILL = 9


class LiveStage:
    """See Stage. ``patience`` in seconds. Opening raises KafkaException when the broker does not answer."""

    def __init__(self, settings: Settings, patience: float = PATIENCE_S) -> None:
        self.settings, self.patience = settings, patience
        AdminClient(settings.account(AUDITOR)).list_topics(timeout=REACHABLE_S)
        topics = Topics(settings.municipality)
        self.view = View(topics, settings.partitions)
        names = [agency.id for agency in agencies()]
        with ThreadPoolExecutor(len(names)) as together:
            accounts = together.map(lambda name: opened(settings, name), names)
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
        found = self._accounts[agency]
        assert isinstance(found, Ours)
        return found.client.send(*drafts).timestamp

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
