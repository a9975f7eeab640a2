"""What the desk states reaches the broker whole, or the command says that it did not."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from confluent_kafka import KafkaError

from cli import stating
from cli.agency.client import NotAccepted
from cli.registry import News
from contracts.registry import PolicyActivated
from kernel import serde
from kernel.settings import Settings

SETTINGS: Any = SimpleNamespace(municipality="990019", account=lambda principal: {"sasl.username": principal})
NEWS = News("national-2", PolicyActivated(pack="national-2", hash="ab"), 0)


class Broker:
    """A producer whose broker answers so; ``left``: what it has not taken when the time is over."""

    def __init__(self, error: KafkaError | None = None, left: int = 0) -> None:
        self.error, self.left = error, left
        self.options: dict[str, Any] = {}
        self.sent: list[tuple[str, dict[str, Any]]] = []

    def __call__(self, options: dict[str, Any]) -> Broker:
        self.options = options
        return self

    def produce(self, topic: str, *, on_delivery: Any, **record: Any) -> None:
        """Take a record, and answer at once."""
        self.sent.append((topic, record))
        on_delivery(self.error, None)

    def flush(self, timeout: float) -> int:
        """How many are not answered."""
        return self.left


def test_a_fact_is_stated_under_the_account_and_its_id(monkeypatch: pytest.MonkeyPatch):
    """In the partition that is named, acknowledged by every replica."""
    broker = Broker()
    monkeypatch.setattr(stating, "Producer", broker)
    stating.send(SETTINGS, "registry", [("990019.registry.log", 0, NEWS), ("990019.consent.inbox", 7, NEWS)])
    ((first, record), (second, _)) = broker.sent
    headers = dict(record["headers"])

    assert ("registry", "all", True) == tuple(broker.options[each] for each in ("sasl.username", "acks", "enable.idempotence"))
    assert ("990019.registry.log", 0, b"national-2", "990019.consent.inbox") == (first, record["partition"], record["key"], second)
    assert (NEWS.id.encode(), b"registry", b"990019") == tuple(headers[each] for each in ("ce_id", "ce_source", "ce_municipality"))
    assert NEWS.fact == serde.decode(record["value"])


@pytest.mark.parametrize("broker", [Broker(error=KafkaError(KafkaError.TOPIC_AUTHORIZATION_FAILED)), Broker(left=1)])
def test_what_is_not_taken_is_told(monkeypatch: pytest.MonkeyPatch, broker: Broker):
    """Refused, or not answered in time, however often it was tried."""
    monkeypatch.setattr(stating.passing, "patiently", lambda attempt, **_: attempt())
    monkeypatch.setattr(stating, "Producer", broker)
    with pytest.raises(NotAccepted):
        stating.send(SETTINGS, "registry", [("990019.registry.log", 0, NEWS)])


def test_where_there_is_nothing_to_state_nobody_is_asked():
    """No connection, no account."""
    settings: Settings = None  # type: ignore[assignment]
    stating.send(settings, "registry", [])
