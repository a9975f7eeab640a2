"""Speakers: events at an even pace from several outboxes, each by its agency's own account, whether or not the town keeps up."""

from __future__ import annotations

import itertools
import time
from typing import Self

from confluent_kafka import Producer

from bench.load.subjects import SPEAKERS, Subject
from cli.agency.message import draft
from kernel.settings import Settings
from kernel.topics import Topics

FLUSH_S = 20.0


class Speakers:
    """Every agency's producer; nothing lingers."""

    def __init__(self, settings: Settings, subjects: dict[str, list[Subject]]) -> None:
        self._topics = Topics(settings.municipality)
        self._turns = itertools.cycle(SPEAKERS)
        self._subjects = {agency: itertools.cycle(found) for agency, found in subjects.items()}
        self._producers = {
            agency: Producer({
                **settings.account(f"agency-{agency}"), "acks": "all", "enable.idempotence": True, "linger.ms": 0,
                "socket.nagle.disable": True,
            })
            for agency in subjects
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for producer in self._producers.values():
            producer.flush(FLUSH_S)

    def speak(self, per_second: float, seconds: float) -> dict[str, float]:
        """Speak for so long; when each event was given to its producer (seconds since the epoch), by event id."""
        said: dict[str, float] = {}
        began = time.monotonic()
        for number in range(int(per_second * seconds)):
            self._wait_until(began + number / per_second)
            self._say(said)
        return said

    def _wait_until(self, moment: float) -> None:
        while (left := moment - time.monotonic()) > 0:
            time.sleep(left)

    def _say(self, said: dict[str, float]) -> None:
        agency = next(self._turns)
        subject = next(self._subjects[agency])
        each = draft(agency, subject.say(), subject.key)
        producer = self._producers[agency]
        said[each.id] = time.time()
        producer.produce(self._topics.outbox(agency), key=each.key, value=each.value, headers=list(each.headers), partition=0)
        producer.poll(0)
