"""Looking at a broker: one that refuses a part, one that is slow, one that is not there. A look ends in time and tells what it found out."""

from __future__ import annotations

import time
from collections.abc import Mapping
from concurrent.futures import Future
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from confluent_kafka import KafkaError, KafkaException, TopicPartition

from kernel.settings import Settings
from services.observing import broker
from services.observing.broker import Broker
from services.observing.domain.lag import Place, Seen

NOW = 1_800_000_000.0
INBOX = "990019.coordination.inbox"
PLACE = Place("coordination", "coordination", INBOX, 0)
LIVE = Place("reporting", "live", "990019.consent.log", 0)
REFUSED = KafkaException(KafkaError(KafkaError.GROUP_AUTHORIZATION_FAILED))


def done(result: Any) -> Future[Any]:
    """An answer, or a refusal, that is there."""
    future: Future[Any] = Future()
    if isinstance(result, Exception):
        future.set_exception(result)
    else:
        future.set_result(result)
    return future


class Cluster:
    """A broker with two topics. ``written``: how many seconds ago each record of the inbox was; ``refuses``: groups that it does not tell about."""

    def __init__(self, written: Mapping[int, float] = {}, committed: int = -1, refuses: str = "", isrs: int = 1, slow: bool = False,
                 empty: bool = False) -> None:
        self._written, self._committed, self._refuses, self._isrs, self._slow, self._empty = written, committed, refuses, isrs, slow, empty
        self.questions = 0

    def list_topics(self, timeout: float) -> Any:
        """Every topic, with one partition."""
        partition = SimpleNamespace(isrs=[*range(self._isrs)], replicas=[0])
        return SimpleNamespace(topics={name: SimpleNamespace(partitions={0: partition}) for name in (INBOX, LIVE.topic) if not self._empty})

    def list_consumer_group_offsets(self, asked: list[Any], request_timeout: float) -> dict[str, Future[Any]]:
        """What the group has committed."""
        (one,) = asked
        if self._slow:
            return {one.group_id: Future()}
        places = [TopicPartition(INBOX, 0, self._committed)] if self._committed >= 0 and "coordination" in one.group_id else []
        return {one.group_id: done(REFUSED if one.group_id == self._refuses else SimpleNamespace(topic_partitions=places))}

    def describe_consumer_groups(self, names: list[str], request_timeout: float) -> dict[str, Future[Any]]:
        """Two members each."""
        return {name: done(REFUSED if name == self._refuses else SimpleNamespace(group_id=name, members=[1, 2])) for name in names}

    def list_offsets(self, asked: Mapping[TopicPartition, Any], request_timeout: float) -> dict[TopicPartition, Future[Any]]:
        """Beginnings, ends, and the first record from a moment on."""
        self.questions += 1
        return {place: done(self._offset(place, spec._value)) for place, spec in asked.items()}

    def _offset(self, place: TopicPartition, value: int) -> Any:
        found = {offset: NOW * 1000 - ago * 1000 for offset, ago in self._written.items()} if place.topic == INBOX else {}
        if value == -1:
            return SimpleNamespace(offset=max(found, default=-1) + 1, timestamp=-1)
        first = next(((offset, int(at)) for offset, at in sorted(found.items()) if value == -2 or at >= value), (0 if value == -2 else -1, -1))
        return SimpleNamespace(offset=first[0], timestamp=first[1])


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A broker's address at which nobody is, and the account's password."""
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "observer.password").write_text("secret")
    return Settings(
        home=tmp_path, municipality="990019", partitions=1, agency_partitions=1, bootstrap="127.0.0.1:1", security_protocol="SASL_PLAINTEXT",
        database_host="", database_port=0, policy="", schema_window="",
    )


def looking(settings: Settings, monkeypatch: pytest.MonkeyPatch, cluster: Cluster) -> Broker:
    """The observer before this cluster."""
    monkeypatch.setattr(broker, "AdminClient", lambda options: cluster)
    return Broker(settings)


def test_a_record_that_waits_is_seen_with_the_moment_it_was_written(settings: Settings, monkeypatch: pytest.MonkeyPatch):
    """From what was committed on; the writer of the projections by what the database says of it."""
    look = looking(settings, monkeypatch, Cluster({4: 700.0, 5: 90.0, 6: 1.0}, committed=5)).look({}, {LIVE: 0}, lambda: NOW)

    assert (Seen(4, 7, 5), Seen(0, 0, 0)) == (look.seen[PLACE], look.seen[LIVE])
    assert {PLACE: round((NOW - 90) * 1000)} == look.since
    assert (True, 0, 2) == (look.up, look.under_replicated, look.members["consent", "courier"])


def test_a_group_that_never_committed_waits_from_the_beginning(settings: Settings, monkeypatch: pytest.MonkeyPatch):
    """It may never have been there."""
    look = looking(settings, monkeypatch, Cluster({4: 700.0, 5: 90.0})).look({}, {}, lambda: NOW)

    assert (Seen(4, 6, -1), {PLACE: round((NOW - 700) * 1000)}) == (look.seen[PLACE], look.since)


def test_nothing_is_asked_of_records_where_none_waits(settings: Settings, monkeypatch: pytest.MonkeyPatch):
    """Beginnings and ends: two questions for all partitions together."""
    cluster = Cluster({5: 90.0}, committed=6)
    looking(settings, monkeypatch, cluster).look({}, {}, lambda: NOW)

    assert 2 == cluster.questions


def test_a_group_that_may_not_be_seen_hides_no_other(settings: Settings, monkeypatch: pytest.MonkeyPatch):
    """A right is missing, or its coordinator moves."""
    look = looking(settings, monkeypatch, Cluster({5: 90.0}, committed=5, refuses="990019.consent.courier")).look({}, {}, lambda: NOW)

    assert PLACE in look.seen and ("consent", "courier") not in look.members and 2 == look.members["coordination", "coordination"]


@pytest.mark.parametrize(("cluster", "whole"), [
    (Cluster({5: 90.0}), True), (Cluster({5: 90.0}, refuses="990019.coordination.coordination"), False), (Cluster(slow=True), False), (Cluster(empty=True), False),
])
def test_a_look_is_whole_where_every_partition_of_every_worker_was_seen(settings: Settings, monkeypatch: pytest.MonkeyPatch, cluster: Cluster, whole: bool):
    """One refused group is enough: of its worker nothing is known. A broker that shows none of our topics shows nothing."""
    monkeypatch.setattr(broker, "LOOK_S", 0.3)

    assert whole is looking(settings, monkeypatch, cluster).look({}, {}, lambda: NOW).whole


def test_a_broker_that_is_not_there_shows_nothing_whole(settings: Settings, monkeypatch: pytest.MonkeyPatch):
    """Whatever ran to its end."""
    monkeypatch.setattr(broker, "LOOK_S", 0.3)

    assert not Broker(settings).look({}, {}, lambda: NOW).whole


def test_replicas_that_are_not_in_sync_are_counted(settings: Settings, monkeypatch: pytest.MonkeyPatch):
    """In both partitions."""
    assert 2 == looking(settings, monkeypatch, Cluster(isrs=0)).look({}, {}, lambda: NOW).under_replicated


def test_a_broker_that_answers_half_ends_the_look_in_time(settings: Settings, monkeypatch: pytest.MonkeyPatch):
    """It is up, and of what it did not tell nothing is told."""
    monkeypatch.setattr(broker, "LOOK_S", 0.3)  # of a question that is never answered
    began = time.monotonic()
    look = looking(settings, monkeypatch, Cluster({5: 90.0}, committed=5, slow=True)).look({}, {}, lambda: NOW)

    assert (True, {}) == (look.up, look.seen) and time.monotonic() - began < 30


@pytest.mark.parametrize(("cluster", "times"), [
    (Cluster({5: 90.0}, slow=True), 3), (Cluster({5: 90.0}), 1), (Cluster({5: 90.0}, refuses="990019.consent.courier"), 1),
])
def test_a_client_that_was_not_answered_is_replaced(settings: Settings, monkeypatch: pytest.MonkeyPatch, cluster: Cluster, times: int):
    """After a restart of the broker it may wait for ever for what is gone. One that was refused something was answered."""
    made: list[object] = []
    monkeypatch.setattr(broker, "LOOK_S", 0.1)
    monkeypatch.setattr(broker, "AdminClient", lambda options: made.append(options) or cluster)
    looking = Broker(settings)
    for _ in range(3):
        looking.look({}, {}, lambda: NOW)

    assert times == len(made)


def test_a_broker_that_is_not_there_is_told_as_away(settings: Settings, monkeypatch: pytest.MonkeyPatch):
    """By a real client, in time, and without a word to the console."""
    monkeypatch.setattr(broker, "LOOK_S", 0.5)
    look = Broker(settings).look({}, {}, lambda: NOW)

    assert (False, {}, {}) == (look.up, look.seen, look.members)
