"""The broker, looked at through the observer's account: it may ask where groups are and where partitions end, and cannot open a record.

One look is a handful of questions, each for everything at once, however many agencies and partitions there are; it ends within ``LOOK_S``, whatever
the broker does, and tells what it had found out by then.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from confluent_kafka import ConsumerGroupTopicPartitions, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec

from kernel.settings import Settings
from kernel.topics import Topics
from services.observing.domain.lag import PartitionLag, Place, Seen, to_ask
from services.observing.domain.search import Search, search
from services.observing.reads import GROUPS, Reads, group, places

ACCOUNT = "observer"
LOOK_S = 4.0
_STEPS = 16
"""So many questions at most enclose the time of a record: the first eight reach back beyond the oldest that there is."""
_LEAST_S = 0.2
_CLOSING_S = 3 * LOOK_S
_CALM = {"reconnect.backoff.ms": 250, "reconnect.backoff.max.ms": 2_000}
TP = tuple[str, int]


@dataclass(slots=True)
class Look:
    """What one look at the broker has found."""

    up: bool = False
    under_replicated: int = 0
    seen: dict[Place, Seen] = field(default_factory=dict)
    since: dict[Place, int] = field(default_factory=dict)
    """When the records were written that wait, as far as it was asked; ms UTC."""
    members: dict[tuple[str, str], int] = field(default_factory=dict)
    whole: bool = False
    """Whether every partition was seen that a worker reads: what is told of it is of this moment."""


class Broker:
    """The observer's account at the broker. A client that was not answered once is not asked again: with a new one there is no guessing what it waits for,
    and the password is read anew."""

    def __init__(self, settings: Settings) -> None:
        """Raises SettingsMissing."""
        self._topics, self._settings = Topics(settings.municipality), settings
        self._client, self._lost = self._connected(), False
        self._left_alone: list[tuple[float, AdminClient]] = []
        self._until = 0.0

    def look(self, before: Mapping[Place, PartitionLag], elsewhere: Mapping[Place, int], clock: Any = time.time) -> Look:
        """Look at every worker. ``elsewhere``: where those stand that have no group; ``before``: what was known. Blocks for ``LOOK_S`` at most."""
        if self._lost:
            self._replace()
        self._until, look = time.monotonic() + LOOK_S, Look()
        try:
            there = self._there(look)
            committed = self._committed(there) | {place: at for place, at in elsewhere.items() if place.partition in there.get(place.topic, ())}
            look.members = self._members()
            ends, starts = (self._offsets(committed, spec()) for spec in (OffsetSpec.latest, OffsetSpec.earliest))
            for place, at in committed.items():
                tp = (place.topic, place.partition)
                if tp in ends and tp in starts:
                    look.seen[place] = Seen(starts[tp], ends[tp], at)
            wanted = {place for reads in GROUPS for place in places(self._topics, reads, there)}
            look.whole = bool(wanted) and wanted <= look.seen.keys()
            self._search(look, to_ask(before, look.seen), int(clock() * 1000))
        except KafkaException:
            self._lost = True  # what is not seen is not told
        return look

    def _replace(self) -> None:
        """Another client. The one before is kept until its last question has timed out: closed with a question open, its library ends the process."""
        now = time.monotonic()
        self._left_alone = [(since, client) for since, client in self._left_alone if now - since < _CLOSING_S]
        self._left_alone.append((now, self._client))
        self._client, self._lost = self._connected(), False

    def _connected(self) -> AdminClient:
        return AdminClient({**self._settings.account(ACCOUNT), **_CALM})

    def _there(self, look: Look) -> dict[str, list[int]]:
        """Every topic of ours with its partitions. Raises KafkaException."""
        found = self._client.list_topics(timeout=self._left()).topics
        look.up = True
        look.under_replicated = sum(len(each.isrs) < len(each.replicas) for topic in found.values() for each in topic.partitions.values())
        return {name: list(topic.partitions) for name, topic in found.items()}

    def _committed(self, there: Mapping[str, list[int]]) -> dict[Place, int]:
        """Where each worker will read on in each partition that it reads; -1 where it has never said."""
        asked = [
            (reads, self._client.list_consumer_group_offsets([ConsumerGroupTopicPartitions(group(self._topics, reads))], request_timeout=self._left()))
            for reads in GROUPS
        ]
        found: dict[Place, int] = {}
        for reads, futures in asked:
            for answer in self._answers(futures.values()):
                said = {(each.topic, each.partition): each.offset for each in answer.topic_partitions or () if each.error is None}
                found |= {place: max(said.get((place.topic, place.partition), -1), -1) for place in places(self._topics, reads, there)}
        return found

    def _members(self) -> dict[tuple[str, str], int]:
        """How many members each group has; 0 where there is no such group."""
        names = {group(self._topics, reads): reads for reads in GROUPS}
        futures = self._client.describe_consumer_groups(list(names), request_timeout=self._left())
        return {_named(names[each.group_id]): len(each.members) for each in self._answers(futures.values())}

    def _offsets(self, wanted: Iterable[Place], spec: OffsetSpec) -> dict[TP, int]:
        asked = {(place.topic, place.partition) for place in wanted}
        return {tp: offset for tp, (offset, _) in self._listed(dict.fromkeys(asked, spec)).items()}

    def _search(self, look: Look, wanted: Mapping[Place, int], now: int) -> None:
        """Since when the records wait. The searches of all go on side by side, one question of each at a time."""
        open_ = {((place.topic, place.partition), offset): search(offset, now) for place, offset in wanted.items()}
        done: dict[tuple[TP, int], Search] = {}
        for _ in range(_STEPS):
            for asked in _by_turns(open_):
                answers = self._listed({tp: OffsetSpec.for_timestamp(each.question()) for (tp, _), each in asked.items()})
                for (tp, offset), each in asked.items():
                    if tp in answers:
                        at, when = answers[tp]
                        open_[tp, offset] = each.answered(each.question(), at if at >= 0 else None, when)
            done |= {name: each for name, each in open_.items() if each.done}
            open_ = {name: each for name, each in open_.items() if not each.done}
            if not open_ or time.monotonic() > self._until:
                break
        found = {name: each.low for name, each in (done | open_).items() if each.low is not None}
        look.since |= {place: found[name] for place, offset in wanted.items() if (name := ((place.topic, place.partition), offset)) in found}

    def _listed(self, wanted: Mapping[TP, OffsetSpec]) -> dict[TP, tuple[int, int]]:
        """Offset and time that the broker gives for each; partitions that have no leader now are left out."""
        if not wanted:
            return {}
        futures = self._client.list_offsets({TopicPartition(*tp): spec for tp, spec in wanted.items()}, request_timeout=self._left())
        found = {}
        for place, future in futures.items():
            for answer in self._answers([future]):
                found[place.topic, place.partition] = answer.offset, answer.timestamp
        return found

    def _answers(self, futures: Iterable[Future[Any]]) -> Iterator[Any]:
        """What was answered; what was refused or comes too late is left out."""
        for future in futures:
            try:
                yield future.result(max(0.0, self._until - time.monotonic()))
            except TimeoutError:
                self._lost = True
            except KafkaException as error:
                self._lost = self._lost or error.args[0].code() < 0  # librdkafka's own: not the broker has said so

    def _left(self) -> float:
        return max(_LEAST_S, self._until - time.monotonic())


def _named(reads: Reads) -> tuple[str, str]:
    return reads.service, reads.worker


def _by_turns(searches: Mapping[tuple[TP, int], Search]) -> Iterator[dict[tuple[TP, int], Search]]:
    """Groups in which each partition comes once: the broker takes one question for each at a time."""
    left = dict(searches)
    while left:
        turn: dict[TP, tuple[TP, int]] = {}
        for name in left:
            turn.setdefault(name[0], name)
        yield {name: left.pop(name) for name in list(turn.values())}
