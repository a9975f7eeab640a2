"""Passing (一時的な状態): what Kafka answers while it is not ready yet, and the one way to wait until it is.

A broker that was started, or asked for topics, a moment ago leads its partitions and its groups only after it has answered; a busy one answers
late. Neither is anybody's mistake, so neither ends a command before its time is over (Kafka calls them RetriableException).
librdkafka tells ``KafkaError.retriable()`` of transactions alone, so they are named here.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from confluent_kafka import KafkaError, KafkaException

from .refusal import is_refusal

T = TypeVar("T")

WITHIN_S, PAUSE_S = 120.0, 0.2
"""So long a machine on which twenty others work may take."""
_UNANSWERED = frozenset({
    KafkaError._TIMED_OUT, KafkaError._TIMED_OUT_QUEUE, KafkaError._MSG_TIMED_OUT, KafkaError._TRANSPORT, KafkaError._ALL_BROKERS_DOWN,
    KafkaError._AUTHENTICATION, KafkaError._WAIT_COORD, KafkaError._WAIT_CACHE, KafkaError.REQUEST_TIMED_OUT, KafkaError.NETWORK_EXCEPTION,
})
"""Of authentication: where the handshake came to nothing, not where the broker has said no."""
_UNREADY = frozenset({
    KafkaError.NOT_LEADER_FOR_PARTITION, KafkaError.LEADER_NOT_AVAILABLE, KafkaError.FENCED_LEADER_EPOCH, KafkaError.UNKNOWN_LEADER_EPOCH,
    KafkaError.OFFSET_NOT_AVAILABLE, KafkaError.COORDINATOR_LOAD_IN_PROGRESS, KafkaError.COORDINATOR_NOT_AVAILABLE, KafkaError.NOT_COORDINATOR,
    KafkaError.REBALANCE_IN_PROGRESS, KafkaError.BROKER_NOT_AVAILABLE, KafkaError.REPLICA_NOT_AVAILABLE, KafkaError.NOT_CONTROLLER,
    KafkaError.NOT_ENOUGH_REPLICAS, KafkaError.NOT_ENOUGH_REPLICAS_AFTER_APPEND,
})
_UNKNOWN_YET = frozenset({
    KafkaError.UNKNOWN_TOPIC_OR_PART, KafkaError._UNKNOWN_TOPIC, KafkaError._UNKNOWN_PARTITION, KafkaError.UNKNOWN_TOPIC_ID, KafkaError.TOPIC_ALREADY_EXISTS,
})
"""Of a topic made a moment ago; made already: by the request whose answer came too late."""


def is_passing(error: KafkaError, *, made: bool = False) -> bool:
    """Whether it is gone when the same is asked again a little later. ``made``: the topics have just been made, so they will be known."""
    return error.code() in (_UNANSWERED | _UNREADY | _UNKNOWN_YET if made else _UNANSWERED | _UNREADY) and not is_refusal(error)


def patiently(attempt: Callable[[], T], within_s: float = WITHIN_S, *, made: bool = False) -> T:
    """What ``attempt`` comes to: it is made again while a passing error ends it, and no more after ``within_s`` seconds. It must bear to be repeated.

    Raises what the attempt raises: KafkaException; also TimeoutError as a KafkaException of ``_TIMED_OUT``.
    """
    deadline = time.monotonic() + within_s
    while True:
        try:
            return attempt()
        except TimeoutError as error:
            problem = KafkaException(KafkaError(KafkaError._TIMED_OUT))
            problem.__cause__ = error
        except KafkaException as error:
            problem = error
        if time.monotonic() > deadline or not is_passing(problem.args[0], made=made):
            raise problem
        time.sleep(PAUSE_S)
