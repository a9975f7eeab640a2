"""The observer and the verifier on the whole system: a service that is away is seen by the clock, from outside; the logs are checked without anybody's asking."""

from __future__ import annotations

import math
import time
import urllib.request
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest
from confluent_kafka import Producer
from prometheus_client.parser import text_string_to_metric_families

from deploy.local.progress import Silent
from kernel.ticks import ticks
from kernel.topics import Topics
from tests.installation import Broker

SERVICE, PARTITION = "coordination", 3
LIMIT_S = 60.0
SLACK_S = 1.5
"""Two scrapes are not taken at the very moments at which their times are noted."""
Labels = dict[str, str]


def scraped(stack: Broker, process: str) -> Callable[..., list[float]]:
    """A scrape: the values of a metric by its name and some of its labels."""
    with urllib.request.urlopen(f"http://127.0.0.1:{stack.settings.http_ports[process]}/metrics", timeout=10) as answer:
        samples = [each for family in text_string_to_metric_families(answer.read().decode()) for each in family.samples]

    def values(name: str, **labels: str) -> list[float]:
        return [each.value for each in samples if each.name == f"tsunagu_{name}" and labels.items() <= each.labels.items()]

    return values


def lag(stack: Broker, name: str = "consumer_lag_seconds", **more: str) -> float:
    """What the observer says of the service's worker; not a number while it says nothing."""
    return next(iter(scraped(stack, "observer")(name, group_service=SERVICE, worker=SERVICE, **more)), math.nan)


def until(condition: Callable[[], bool], what: str) -> None:
    """Wait for it."""
    deadline = time.monotonic() + LIMIT_S
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.25)


def publish(stack: Broker) -> None:
    """Something that the service will have to do: a tick in one partition of its inbox, which changes nothing."""
    processor = SimpleNamespace(function=SimpleNamespace(name=SERVICE), partitions=lambda: [PARTITION])
    (tick,) = ticks([processor], Topics(stack.settings.municipality), everywhere=True)  # type: ignore[list-item]
    producer = Producer(stack.confluent(SERVICE))
    producer.produce(tick.topic, tick.value, tick.key, tick.partition, headers=list(tick.headers))
    assert 0 == producer.flush(LIMIT_S)


@pytest.fixture
def away(stack: Broker) -> Iterator[None]:
    """The service is stopped, and is back at the end."""
    until(lambda: 0.0 == lag(stack), "the service had something to do from the beginning")
    stack.installation.stop(SERVICE)
    yield
    stack.installation.start(SERVICE, progress=Silent())


def test_who_is_away_lags_by_the_clock_and_is_back_at_0_when_it_has_caught_up(stack: Broker, away: None):
    """In seconds since the broker took in what waits; also by partition, and as commits that do not move; nobody else is late."""
    began = time.monotonic()
    publish(stack)
    until(lambda: lag(stack) > 0, "what waits is not seen")
    before, first, at = time.monotonic(), lag(stack), time.monotonic()
    assert first <= at - began + SLACK_S

    time.sleep(4)
    then, second, now = time.monotonic(), lag(stack), time.monotonic()
    assert then - at - SLACK_S < second - first < now - before + SLACK_S
    assert 1.0 == lag(stack, "consumer_lag_records")
    until(lambda: 1 == sum(value > 0 for value in scraped(stack, "observer")("partition_lag_seconds")), "others are late too")
    assert lag(stack, "commit_age_seconds") > then - at
    assert lag(stack, "partition_lag_seconds", partition=str(PARTITION)) > first

    stack.installation.start(SERVICE, progress=Silent())
    until(lambda: 0.0 == lag(stack) == lag(stack, "commit_age_seconds"), "it does not return to 0")
    until(lambda: 1.0 == lag(stack, "group_members"), "it is not in its group again")


def test_the_stores_are_well(stack: Broker):
    """As seen by accounts that may open no record and no table of a projection."""
    found = scraped(stack, "observer")

    assert [[1.0], [1.0, 1.0], [0.0]] == [found(name) for name in ("broker_up", "database_up", "under_replicated_partitions")]
    assert found("database_connections")[0] >= 1 and len(found("disk_free_bytes")) == 2
    assert time.time() - found("observer_last_round_timestamp_seconds")[0] < 20
    assert found("consumer_lag_seconds", group_service="reporting", worker="live")


def test_the_logs_have_been_checked(stack: Broker):
    """At once after the start, up to the end that every log had then."""
    until(lambda: scraped(stack, "verifier")("verifier_last_run_timestamp_seconds")[0] > 0, "no check has ended")
    found = scraped(stack, "verifier")
    registry = Topics(stack.settings.municipality).registry

    assert found("verified_up_to", topic=registry)[0] > 0 and len(found("verified_up_to")) == 8
    assert len(found("verifier_findings")) == len(found("chain_verification_failures_total")) == 1
