"""Looking at a broker: one that refuses a part, one that is slow, one that is not there. A look ends in time and tells what it found out."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from pathlib import Path

import pytest
from aiokafka.errors import GroupAuthorizationFailedError, KafkaConnectionError

from kernel.settings import Settings
from services.observing import broker
from services.observing.broker import Broker
from services.observing.domain.lag import Place, Seen
from services.observing.questions import EARLIEST, LATEST, NOBODY, TP, Partition

NOW = 1_800_000_000.0
INBOX = "990019.coordination.inbox"
PLACE = Place("coordination", "coordination", INBOX, 0)
LIVE = Place("reporting", "live", "990019.consent.log", 0)


class Cluster:
    """A broker with two topics, asked as Questions ask. ``written``: how many seconds ago each record of the inbox was; ``refuses``: a group that it does
    not tell about; ``slow``: it never says where groups are."""

    def __init__(self, written: Mapping[int, float] = {}, committed: int = -1, refuses: str = "", in_sync: bool = True, slow: bool = False,
                 empty: bool = False, leader: int = 1) -> None:
        self._written, self._committed, self._refuses, self._slow, self._empty = written, committed, refuses, slow, empty
        self._partition, self.questions, self.clients, self.closed = Partition(leader, in_sync), 0, 0, 0

    async def connect(self) -> None:
        """One more client."""
        self.clients += 1

    async def close(self) -> None:
        """One less."""
        self.closed += 1

    async def topics(self) -> dict[str, dict[int, Partition]]:
        """Every topic, with one partition."""
        return {name: {0: self._partition} for name in (INBOX, LIVE.topic) if not self._empty}

    async def coordinator(self, group: str) -> int:
        """The only broker."""
        if group == self._refuses:
            raise GroupAuthorizationFailedError
        return 1

    async def committed(self, coordinator: int, group: str) -> dict[TP, int]:
        """What the group has committed."""
        if self._slow:
            await asyncio.Event().wait()
        return {(INBOX, 0): self._committed} if self._committed >= 0 and "coordination" in group else {}

    async def members(self, coordinator: int, group: str) -> int:
        """Two each."""
        return 2

    async def offsets(self, leader: int, wanted: Mapping[TP, int]) -> dict[TP, tuple[int, int]]:
        """Beginnings, ends, and the first record from a moment on."""
        self.questions += 1
        return {tp: self._offset(tp[0], moment) for tp, moment in wanted.items()}

    def _offset(self, topic: str, moment: int) -> tuple[int, int]:
        found = {offset: NOW * 1000 - ago * 1000 for offset, ago in self._written.items()} if topic == INBOX else {}
        if moment == LATEST:
            return max(found, default=-1) + 1, -1
        nothing = (0 if moment == EARLIEST else -1, -1)
        return next(((offset, int(at)) for offset, at in sorted(found.items()) if moment == EARLIEST or at >= moment), nothing)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A broker's address at which nobody is, and the account's password."""
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "observer.password").write_text("secret")
    return Settings(
        home=tmp_path, municipality="990019", partitions=1, agency_partitions=1, bootstrap="127.0.0.1:1", security_protocol="SASL_PLAINTEXT",
        database_host="", database_port=0, policy="", schema_window="",
    )


def looking(settings: Settings, cluster: Cluster) -> Broker:
    """The observer before this cluster."""
    return Broker(settings, lambda: cluster)  # type: ignore[arg-type,return-value]


async def test_a_record_that_waits_is_seen_with_the_moment_it_was_written(settings: Settings):
    """From what was committed on; the writer of the projections by what the database says of it."""
    look = await looking(settings, Cluster({4: 700.0, 5: 90.0, 6: 1.0}, committed=5)).look({}, {LIVE: 0}, lambda: NOW)

    assert (Seen(4, 7, 5), Seen(0, 0, 0)) == (look.seen[PLACE], look.seen[LIVE])
    assert {PLACE: round((NOW - 90) * 1000)} == look.since
    assert (True, 0, 2) == (look.up, look.under_replicated, look.members["consent", "courier"])


async def test_a_group_that_never_committed_waits_from_the_beginning(settings: Settings):
    """It may never have been there."""
    look = await looking(settings, Cluster({4: 700.0, 5: 90.0})).look({}, {}, lambda: NOW)

    assert (Seen(4, 6, -1), {PLACE: round((NOW - 700) * 1000)}) == (look.seen[PLACE], look.since)


async def test_nothing_is_asked_of_records_where_none_waits(settings: Settings):
    """Beginnings and ends: two questions for all partitions together."""
    cluster = Cluster({5: 90.0}, committed=6)
    await looking(settings, cluster).look({}, {}, lambda: NOW)

    assert 2 == cluster.questions


async def test_a_partition_without_a_leader_is_not_asked_about(settings: Settings):
    """Nobody could answer; what else is to be seen is seen."""
    cluster = Cluster({5: 90.0}, committed=5, leader=NOBODY)
    look = await looking(settings, cluster).look({}, {}, lambda: NOW)

    assert (True, {}, False, 0) == (look.up, look.seen, look.whole, cluster.questions)


async def test_a_group_that_may_not_be_seen_hides_no_other(settings: Settings):
    """A right is missing, or its coordinator moves."""
    look = await looking(settings, Cluster({5: 90.0}, committed=5, refuses="990019.consent.courier")).look({}, {}, lambda: NOW)

    assert PLACE in look.seen and ("consent", "courier") not in look.members and 2 == look.members["coordination", "coordination"]


@pytest.mark.parametrize(("cluster", "whole"), [
    (Cluster({5: 90.0}), True), (Cluster({5: 90.0}, refuses="990019.coordination.coordination"), False), (Cluster(slow=True), False), (Cluster(empty=True), False),
])
async def test_a_look_is_whole_where_every_partition_of_every_worker_was_seen(settings: Settings, monkeypatch: pytest.MonkeyPatch, cluster: Cluster, whole: bool):
    """One refused group is enough: of its worker nothing is known. A broker that shows none of our topics shows nothing."""
    monkeypatch.setattr(broker, "ANSWER_S", 0.1)

    assert whole is (await looking(settings, cluster).look({}, {}, lambda: NOW)).whole


async def test_replicas_that_are_not_in_sync_are_counted(settings: Settings):
    """In both partitions."""
    assert 2 == (await looking(settings, Cluster(in_sync=False)).look({}, {}, lambda: NOW)).under_replicated


async def test_a_broker_that_answers_half_ends_the_look_in_time(settings: Settings, monkeypatch: pytest.MonkeyPatch):
    """It is up, and of what it did not tell nothing is told; what it did is."""
    monkeypatch.setattr(broker, "ANSWER_S", 0.3)
    began = time.monotonic()
    look = await looking(settings, Cluster({5: 90.0}, committed=5, slow=True)).look({}, {LIVE: 0}, lambda: NOW)

    assert (True, [LIVE], 2) == (look.up, [*look.seen], look.members["consent", "courier"]) and time.monotonic() - began < broker.LOOK_S


@pytest.mark.parametrize(("cluster", "times"), [
    (Cluster({5: 90.0}, slow=True), 3), (Cluster({5: 90.0}), 1), (Cluster({5: 90.0}, refuses="990019.consent.courier"), 1),
])
async def test_a_client_that_was_not_answered_is_replaced(settings: Settings, monkeypatch: pytest.MonkeyPatch, cluster: Cluster, times: int):
    """After a restart of the broker it may wait for ever for what is gone. One that was refused something was answered."""
    monkeypatch.setattr(broker, "ANSWER_S", 0.05)
    observer = looking(settings, cluster)
    for _ in range(3):
        await observer.look({}, {}, lambda: NOW)
    await observer.close()

    assert (times, times) == (cluster.clients, cluster.closed)


async def test_a_client_that_loses_the_broker_is_replaced(settings: Settings, monkeypatch: pytest.MonkeyPatch):
    """In the middle of a look."""
    cluster = Cluster({5: 90.0})

    async def away() -> dict[str, dict[int, Partition]]:
        raise KafkaConnectionError

    observer = looking(settings, cluster)
    with monkeypatch.context() as broken:
        broken.setattr(cluster, "topics", away)
        assert not (await observer.look({}, {}, lambda: NOW)).up
    assert (await observer.look({}, {}, lambda: NOW)).whole and 2 == cluster.clients


async def test_a_broker_that_is_not_there_is_told_as_away(settings: Settings):
    """By a real client, in time."""
    began = time.monotonic()
    look = await Broker(settings).look({}, {}, lambda: NOW)

    assert (False, {}, {}, False) == (look.up, look.seen, look.members, look.whole) and time.monotonic() - began < 2 * broker.LOOK_S
