"""The day's stage in memory: the same five functions, gate, courier and monthly projection in one process, without a broker."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from cli import registry
from cli.agency.message import JAPAN, Draft, draft, heard
from cli.day.stage import Words
from cli.day.view import View
from deploy.local.town import Agency, agencies
from kernel import serde
from kernel.envelope import Envelope
from kernel.memory import START, MemoryLog, MemoryRecord, MemoryTown
from kernel.routes import Routes
from kernel.topics import Topics
from services.reporting import facts
from services.reporting.folding import fold
from services.reporting.projections.monthly import MONTHLY, Monthly
from tests.scenarios.town import populate

PARTITIONS = 3
TOPICS = Topics("990019")
LOGS = {TOPICS.log(name): name for name in ("consultation", "outreach", "coordination", "participation", "community", "consent")}


@cache
def _facts(town: tuple[Agency, ...]) -> tuple[tuple[str, Any], ...]:
    """What the registry says of these agencies; said once, since it is the same for hundreds of stages."""
    return tuple(registry.facts("national-2", town))


class MemoryStage:
    """See cli.day.stage.Stage. ``batch``: the most records that a handler gets at once; ``start``: what the clock shows at first, ms UTC."""

    def __init__(self, batch: int = 1, start: int = START) -> None:
        self.log = MemoryLog(start)
        self.view = View(TOPICS, PARTITIONS)
        self._seen: dict[tuple[str, int], int] = {}
        self._heard: set[tuple[str, str]] = set()
        self._agencies = agencies()
        self._register()
        self.town = MemoryTown(self.log, batch)
        self.workers, self.telemetry = populate(self.town, Routes(TOPICS, PARTITIONS))

    @property
    def today(self) -> date:
        """The day in Japan by the memory log's clock."""
        return datetime.fromtimestamp(self.log.now / 1000, UTC).astimezone(JAPAN).date()

    def say(self, words: Words) -> int:
        """See Stage."""
        return self.post(words.agency, draft(
            words.agency, words.event, words.subject, id=words.id, time=words.time or self._time(), basis=words.basis, purpose=words.purpose,
        ))

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

    def restart(self, service: str, again: int = 2) -> bool:
        """See Stage. The last ``again`` records of each partition are seen once more, as after a kill before the commit."""
        for worker in self.workers[service]:
            self.town.restart(worker, again)
        return True

    def figures(self) -> dict[tuple[str, str], int]:
        """See Stage: what the monthly projection makes of the logs."""
        reading = facts.read((record for topic in LOGS for record in self.log.records(topic)), LOGS)
        rows, _ = fold(Monthly(), [fact for _, fact in reading.facts], ())
        found: Counter[tuple[str, str]] = Counter()
        for table, kept in rows.sorted():
            for _, metric, divided, dimension, amount in kept:
                found[metric, f"{divided}:{dimension}" if divided else ""] += amount if table is MONTHLY else 1
        return dict(found)

    def close(self) -> None:
        """Free the event loop."""
        self.town.close()

    def _time(self) -> str:
        """What the memory log's clock shows, as a sender claims it."""
        return datetime.fromtimestamp(self.log.now / 1000, JAPAN).isoformat(timespec="milliseconds")

    def _register(self) -> None:
        for number, (key, fact) in enumerate(_facts(self._agencies)):
            attributes = Envelope(id=f"registry-{number}", source="registry", type=serde.type_of(fact).full_name, subject=key)
            for topic, partition in ((TOPICS.registry, 0), *registry.places(TOPICS, PARTITIONS, key, fact)):
                self.log.append(topic, partition, key.encode(), serde.encode(fact), attributes.headers())

    def _look(self) -> None:
        for topic in LOGS:
            for partition in range(PARTITIONS):
                for record in self._new(topic, partition):
                    self.view.see_log(record.topic, record.key, record.value or b"", record.headers, record.timestamp)
        for agency in self._agencies:
            for record in self._new(TOPICS.agency_inbox(agency.id), 0):
                self._hear(agency.id, record)

    def _hear(self, agency: str, record: MemoryRecord) -> None:
        """As every reader must: drop what has come before."""
        each = heard(record.key, record.value, record.headers, record.timestamp, (record.topic, 0, record.offset))
        if (agency, each.id) not in self._heard:
            self._heard.add((agency, each.id))
            self.view.see_inbox(agency, each)

    def _new(self, topic: str, partition: int) -> Iterator[MemoryRecord]:
        start = self._seen.get((topic, partition), 0)
        found = self.log.records(topic, partition, start)
        self._seen[topic, partition] = start + len(found)
        return iter(found)
