"""Listeners: agencies that read their inboxes with their own accounts and note when the copy of each event is in their hands."""

from __future__ import annotations

import threading
import time
from typing import Self

from confluent_kafka import OFFSET_END, Consumer, TopicPartition

from kernel.envelope import header
from kernel.settings import Settings
from kernel.topics import Topics

_READY_S = 20.0


class Listener:
    """One agency that listens in a thread of its own. ``heard``: when (seconds since the epoch), by the id of the original event."""

    def __init__(self, settings: Settings, agency: str) -> None:
        self.heard: dict[str, float] = {}
        self._topic = Topics(settings.municipality).agency_inbox(agency)
        self._consumer = Consumer({
            **settings.account(f"agency-{agency}"), "group.id": f"{settings.municipality}.agency-{agency}.bench",
            "enable.auto.commit": False, "fetch.wait.max.ms": 100, "socket.nagle.disable": True,
        })
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._listen, daemon=True)

    def __enter__(self) -> Self:
        self._consumer.assign([TopicPartition(self._topic, 0, OFFSET_END)])
        self._consumer.poll(1.0)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(_READY_S)
        self._consumer.close()

    def _listen(self) -> None:
        while not self._stop.is_set():
            message = self._consumer.poll(0.2)
            if message is None or message.error():
                continue
            headers = message.headers() or ()
            if header(headers, "ce_purpose"):  # only a copy has one; notices have none
                self.heard.setdefault((header(headers, "ce_correlationid") or b"").decode(), time.time())


def wait_for(listeners: list[Listener], wanted: set[str], seconds: float) -> set[str]:
    """Wait until all of ``wanted`` was heard, at most so long; what was not."""
    deadline = time.monotonic() + seconds
    while (missing := wanted - set().union(*(listener.heard.copy() for listener in listeners))) and time.monotonic() < deadline:
        time.sleep(0.05)
    return missing
