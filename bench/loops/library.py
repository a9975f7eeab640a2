"""The ``eventsourcing`` library: the same records as its own domain events in its own memory, folded by its projection runner."""

from __future__ import annotations

import base64
import sys
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

from confluent_kafka import Consumer, TopicPartition
from eventsourcing.application import Application
from eventsourcing.domain import DomainEvent
from eventsourcing.persistence import Tracking
from eventsourcing.popo import POPOTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner

from bench.loops.counting import cell
from bench.loops.work import Clock, task
from kernel import settings

AT_ONCE = 500
TIMEOUT_S = 10.0


@dataclass(frozen=True)
class Logged(DomainEvent):
    """One log record; its transcoder knows texts only."""

    recorded: str
    agency: str
    value: str


class Log(Application[UUID]):
    """The library's event store, in memory."""

    env = {"PERSISTENCE_MODULE": "eventsourcing.popo"}


class Counts(POPOTrackingRecorder):
    """The view: counts, and how far they follow."""

    def __init__(self) -> None:
        super().__init__()
        self.counts: Counter[str] = Counter()

    def add(self, where: str, tracking: Tracking) -> None:
        """One more in its cell, with the position."""
        with self._database_lock:
            self._assert_tracking_uniqueness(tracking)
            self._insert_tracking(tracking)
            self.counts[where] += 1


class Counting(Projection[Counts]):
    """The fold."""

    def process_event(self, domain_event: Any, tracking: Tracking) -> None:
        """One record."""
        clock.begin()
        headers = {"ce_recordedtime": domain_event.recorded.encode(), "ce_agency": domain_event.agency.encode()}
        self.view.add(cell(headers, base64.b64decode(domain_event.value)), tracking)
        clock.done += 1
        if clock.done == clock.count:
            clock.end()


def _records(topic: str, count: int) -> Any:
    consumer = Consumer({**settings.load().account("admin"), "group.id": "bench-library", "enable.auto.commit": False})
    consumer.assign([TopicPartition(topic, number, 0) for number in range(4)])
    done = 0
    while done < count:
        for message in consumer.consume(AT_ONCE, TIMEOUT_S):
            done += 1
            yield dict(message.headers()), message.value()
    consumer.close()


def main() -> None:
    """Fill the store, then let the runner fold it; only the fold is timed."""
    with ProjectionRunner(application_class=Log, projection_class=Counting, view_class=Counts) as runner:
        stored = []
        for number, (headers, value) in enumerate(_records(todo.source, todo.count)):
            made = Logged(uuid5(NAMESPACE_OID, str(number)), 1, datetime.now(UTC), headers["ce_recordedtime"].decode(),
                          headers.get("ce_agency", b"").decode(), base64.b64encode(value).decode())
            stored.append(runner.app.mapper.to_stored_event(made))
        runner.app.recorder.insert_events(stored)
        runner.app.recorder.insert_events([])
        runner.run_forever(timeout=120)
    sys.exit("the projection runner did not come to the end")


todo = task()
clock = Clock(todo.count)

if __name__ == "__main__":
    main()
