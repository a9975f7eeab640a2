"""Account (接続): one account's clients of the broker, which tell a password that it does not accept from a broker that does not answer.

What waits for a connection says only that it took too long; why is told aside.
"""

from __future__ import annotations

import time
from typing import Any

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition

from deploy.local.passing import patiently
from deploy.local.refusal import is_refusal
from kernel.settings import Settings

PATIENCE_S = 5.0
"""So long an account may be refused: one that was made a moment ago is not known everywhere at once."""


class Account:
    """Options of an account's clients, and what the broker says of it."""

    def __init__(self, settings: Settings, principal: str) -> None:
        """Raises SettingsMissing."""
        self._refused: KafkaError | None = None
        self.options: dict[str, Any] = {**settings.account(principal), "error_cb": self._told}

    def ends(self, consumer: Consumer, place: TopicPartition, timeout: float) -> tuple[int, int]:
        """First offset of a partition, and its end. Raises KafkaException: of ``_AUTHENTICATION`` where the account is refused."""
        self._refused = None

        def ask() -> tuple[int, int]:
            try:
                return consumer.get_watermark_offsets(place, timeout=min(PATIENCE_S, timeout))
            except KafkaException as error:
                consumer.poll(0)  # lets it tell why
                if self._refused is not None:
                    raise KafkaException(self._refused) from error
                raise

        return patiently(ask, timeout)

    def flush(self, producer: Producer, timeout: float) -> None:
        """Wait until the broker has everything, or the time is over. Raises KafkaException of ``_AUTHENTICATION`` where the account is refused."""
        self._refused, deadline = None, time.monotonic() + timeout
        while producer.flush(min(PATIENCE_S, timeout)) and time.monotonic() < deadline:
            if self._refused is not None:
                producer.purge()  # or closing would wait for it
                raise KafkaException(self._refused)

    def _told(self, error: KafkaError) -> None:
        self._refused = error if is_refusal(error) else self._refused


def is_refused(error: KafkaException) -> bool:
    """Whether it is the account that the broker does not accept."""
    return is_refusal(error.args[0])


def why(error: KafkaException, principal: str) -> str:
    """Why a topic could not be read, and what to do about it."""
    if is_refused(error):
        return f"(authentication failed); check the password of {principal}: secrets/{principal}.password"
    return f"({error.args[0].name()}); start the system: tsunagu run up"
