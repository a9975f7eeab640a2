"""Hops: where the time goes between outbox and inbox, from the broker's own append times (milliseconds)."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from confluent_kafka import Consumer, Message, TopicPartition

from bench.load.subjects import LISTENERS, SPEAKERS
from kernel.envelope import header
from kernel.settings import Settings
from kernel.topics import Topics

HOPS = ("outbox", "function inbox", "function log", "gate inbox", "gate log", "agency inbox")
_TYPES = {"function inbox": ("LinkedToAgency", "SessionHeld"), "function log": ("LinkedToAgency", "SessionHeld"),
          "gate inbox": ("DisclosureRequested",), "gate log": ("DisclosureDecided",), "agency inbox": ("LinkedToAgency", "SessionHeld")}
_FUNCTIONS = ("consultation", "community")
Moments = dict[str, dict[str, int]]
"""Append times by event id and hop."""


class Trace:
    """Remembers where every topic ends now; later tells what was appended since, by the administrator's account."""

    def __init__(self, settings: Settings) -> None:
        self._consumer = Consumer({**settings.account("admin"), "group.id": "bench-hops", "enable.auto.commit": False})
        topics = Topics(settings.municipality)
        self._hops = {
            **{topics.outbox(agency): "outbox" for agency in set(SPEAKERS)},
            **{topics.inbox(name): "function inbox" for name in _FUNCTIONS},
            **{topics.log(name): "function log" for name in _FUNCTIONS},
            topics.inbox("consent"): "gate inbox", topics.log("consent"): "gate log",
            **{topics.agency_inbox(agency): "agency inbox" for agency in LISTENERS},
        }
        self._starts = self._ends()

    def read(self, wanted: Collection[str]) -> Moments:
        """When each wanted event was at each hop, as far as it came."""
        found: Moments = {}
        for message in self._messages():
            hop = self._hops[message.topic()]
            headers = message.headers() or ()
            identity = (header(headers, "ce_correlationid") or header(headers, "ce_id") or b"").decode()
            kind = (header(headers, "ce_type") or b"").decode().rpartition(".")[2]
            if identity in wanted and (hop not in _TYPES or kind in _TYPES[hop]):
                found.setdefault(identity, {}).setdefault(hop, message.timestamp()[1])
        self._consumer.close()
        return found

    def _messages(self) -> Iterable[Message]:
        left = {part: end for part, end in self._ends().items() if end > self._starts[part]}
        self._consumer.assign([TopicPartition(*part, self._starts[part]) for part in left])
        while left:
            for message in self._consumer.consume(2_000, 1.0):
                if message.error():
                    continue
                part = (message.topic(), message.partition())
                if part in left:
                    yield message
                    if message.offset() + 1 >= left[part]:
                        del left[part]

    def _ends(self) -> dict[tuple[str, int], int]:
        found = self._consumer.list_topics(timeout=20).topics
        parts = [(name, number) for name in self._hops for number in found[name].partitions]
        return {part: self._consumer.get_watermark_offsets(TopicPartition(*part), timeout=20)[1] for part in parts}
