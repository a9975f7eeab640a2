"""The day's stage in memory: the same five functions, gate and courier in one process, without a broker."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

from cli import registry
from cli.agency.message import JAPAN, Draft, Heard, draft, heard
from cli.day.stage import Words
from cli.day.view import View
from contracts.registry import PolicyActivated
from deploy.local.town import agencies
from kernel import serde
from kernel.envelope import Envelope
from kernel.memory import MemoryLog, MemoryTown
from kernel.partitioner import partition_of
from kernel.routes import Routes
from kernel.topics import Topics
from tests.scenarios.town import build

PARTITIONS = 3
TOPICS = Topics("990019")
LOGS = tuple(TOPICS.log(name) for name in ("consultation", "outreach", "coordination", "participation", "community", "consent"))


class MemoryStage:
    """See cli.day.stage.Stage. ``batch``: the most records that a handler gets at once."""

    def __init__(self, batch: int = 1) -> None:
        self.log = MemoryLog()
        self.view = View(TOPICS, PARTITIONS)
        self._seen: dict[tuple[str, int], int] = {}
        self._known: set[tuple[str, str]] = set()
        self._register()
        self.town = MemoryTown(self.log, batch)
        build(self.town, Routes(TOPICS, PARTITIONS))

    @property
    def today(self) -> date:
        """The day in Japan by the memory log's clock."""
        return datetime.fromtimestamp(self.log.now / 1000, UTC).astimezone(JAPAN).date()

    def say(self, words: Words) -> int:
        """See Stage."""
        return self.post(words.agency, draft(words.agency, words.event, words.subject, id=words.id))

    def post(self, agency: str, *drafts: Draft) -> int:
        """See Stage."""
        for each in drafts:
            self.log.append(TOPICS.outbox(agency), 0, each.key, each.value, each.headers)
        return self.log.now

    def until(self, done: Callable[[], bool]) -> bool:
        """See Stage. In memory everything that must follow has followed when all are quiet."""
        self.town.pump()
        self._look()
        return done()

    def restart(self, service: str) -> bool:
        """See Stage."""
        for name in self.town.names() if hasattr(self.town, "names") else (service,):
            if name == service or name.startswith(f"{service}-"):
                self.town.restart(name)
        return True

    def figures(self) -> None:
        """No reporting here."""

    def close(self) -> None:
        """Free the event loop."""
        self.town.close()

    def _register(self) -> None:
        facts = [(agency.id, registry.registered(agency)) for agency in agencies()]
        facts.append(("national", PolicyActivated(pack="national", hash=registry.policy_hash("national"))))
        for number, (key, fact) in enumerate(facts):
            attributes = Envelope(id=f"registry-{number}", source="registry", type=serde.type_of(fact).full_name, subject=key)
            for topic, partitions in ((TOPICS.registry, 1), (TOPICS.inbox("consent"), PARTITIONS)):
                for partition in range(partitions):
                    self.log.append(topic, partition, key.encode(), serde.encode(fact), attributes.headers())

    def _look(self) -> None:
        for topic in LOGS:
            for partition in range(PARTITIONS):
                for record in self._new(topic, partition):
                    self.view.see_log(record.topic, record.key, record.value or b"", record.headers, record.timestamp)
        for agency in agencies():
            for record in self._new(TOPICS.agency_inbox(agency.id), 0):
                each = heard(record.key, record.value, record.headers, record.timestamp, (record.topic, 0, record.offset))
                self._hear(agency.id, each)

    def _hear(self, agency: str, each: Heard) -> None:
        """As every reader must: drop what has come before."""
        if (agency, each.id) not in self._known:
            self._known.add((agency, each.id))
            self.view.see_inbox(agency, each)

    def _new(self, topic: str, partition: int) -> list:
        start = self._seen.get((topic, partition), 0)
        found = self.log.records(topic, partition, start)
        self._seen[topic, partition] = start + len(found)
        return found


__all__ = ["LOGS", "PARTITIONS", "TOPICS", "MemoryStage", "partition_of"]
