"""A first start and the registry bear one passing error of Kafka wherever it meets them; what escapes a command is one sentence all the same."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from confluent_kafka import KafkaError, KafkaException

from cli import main, reading, registry, stating
from cli.agency.client import NotAccepted
from deploy.local import broker_admin, certificates, databases, enrolled, passing
from deploy.local.layout import CannotRun, Layout
from deploy.local.lifecycle import Installation
from deploy.local.progress import Silent

HERE: Any = SimpleNamespace(municipality="990019", bootstrap="127.0.0.1:1", encrypted=False, kafka_external=False)
NOT_YET = KafkaException(KafkaError(KafkaError.NOT_LEADER_FOR_PARTITION))
NEVER = KafkaException(KafkaError(KafkaError.TOPIC_AUTHORIZATION_FAILED))


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test waits."""
    monkeypatch.setattr(passing, "PAUSE_S", 0.0)


def first(problem: Exception, then: Any) -> Callable[..., Any]:
    """Something that ends by this problem the first time that it is asked."""
    asked: list[object] = []

    def ask(*_: Any, **__: Any) -> Any:
        asked.append(None)
        if len(asked) == 1:
            raise problem
        return then

    return ask


def test_the_registry_is_read_again_when_its_new_topic_has_no_leader_yet(monkeypatch: pytest.MonkeyPatch):
    """By whoever publishes, and by whoever looks up who is enrolled."""
    monkeypatch.setattr(reading, "whole", first(NOT_YET, ()))
    monkeypatch.setattr(enrolled, "_values", first(NOT_YET, ()))

    assert ([], {}) == (registry._told(HERE, SimpleNamespace(registry="990019.registry.log")), enrolled.known(HERE))


def test_the_registrys_facts_are_sent_again_under_the_same_ids(monkeypatch: pytest.MonkeyPatch):
    """A batch of which the broker did not take all."""
    sent: list[Any] = []
    refuse = first(NOT_YET, None)
    monkeypatch.setattr(stating, "_send", lambda settings, account, records: (sent.append(records), refuse()))

    stating.send(HERE, "registry", [("topic", 0, "fact")])  # type: ignore[list-item]

    assert [[("topic", 0, "fact")]] * 2 == sent


def test_what_the_broker_will_never_take_is_told_as_before(monkeypatch: pytest.MonkeyPatch):
    """As its own answer, once."""
    monkeypatch.setattr(stating, "_send", first(NEVER, None))
    monkeypatch.setattr(enrolled, "_values", first(NEVER, ()))

    with pytest.raises(NotAccepted, match="TOPIC_AUTHORIZATION_FAILED"):
        stating.send(HERE, "registry", [("topic", 0, "fact")])  # type: ignore[list-item]
    with pytest.raises(CannotRun, match="the registry's log cannot be read at 127.0.0.1:1"):
        enrolled.known(HERE)


def test_provisioning_is_begun_anew_where_the_broker_answers_too_early(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """It does only what is missing, so nothing is done twice."""
    apply = first(NOT_YET, [])
    monkeypatch.setattr(broker_admin, "BrokerAdmin", lambda *_: SimpleNamespace(apply=apply, reach=lambda within: None))
    monkeypatch.setattr(databases, "apply", lambda settings: asyncio.sleep(0))
    monkeypatch.setattr(enrolled, "town", lambda settings: ())

    found = Installation(Layout(tmp_path))
    found.layout.create()
    found._provision(HERE, Silent())


def test_a_busy_broker_has_minutes_to_take_up_its_new_certificate():
    """At a load of forty it has taken more than fifteen seconds."""
    assert 120.0 <= certificates.TAKEN_UP_WITHIN_S


@pytest.mark.parametrize("problem", [KafkaException(KafkaError(KafkaError.DUPLICATE_RESOURCE)), NEVER, TimeoutError()])
def test_what_kafka_says_and_no_command_has_caught_is_one_sentence(problem: Exception, capsys: pytest.CaptureFixture[str]):
    """Exit code 3, what it was, what to do; never a traceback."""
    with pytest.raises(SystemExit) as left:
        main._stopped(problem)
    told = capsys.readouterr().err

    assert (3, 1) == (left.value.code, len(told.splitlines()))
    assert "run the command again" in told
