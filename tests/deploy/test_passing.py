"""Passing errors of Kafka: the same is asked again, until the time is over; a refusal is told at once."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from confluent_kafka import KafkaError, KafkaException

from deploy.local import passing
from deploy.local.passing import is_passing, patiently

NO = "SASL authentication error: Authentication failed during authentication due to invalid credentials"
SOON = (
    KafkaError.NOT_LEADER_FOR_PARTITION, KafkaError.LEADER_NOT_AVAILABLE, KafkaError.COORDINATOR_LOAD_IN_PROGRESS, KafkaError.COORDINATOR_NOT_AVAILABLE,
    KafkaError.NOT_COORDINATOR, KafkaError.REQUEST_TIMED_OUT, KafkaError._TIMED_OUT, KafkaError._TRANSPORT,
)


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test waits."""
    monkeypatch.setattr(passing, "PAUSE_S", 0.0)


def failing(times: int, problem: Exception) -> tuple[Callable[[], str], list[int]]:
    """An attempt that ends so often by this, and then comes to something; and each time that it was made."""
    made: list[int] = []

    def attempt() -> str:
        made.append(len(made))
        if len(made) <= times:
            raise problem
        return "done"

    return attempt, made


@pytest.mark.parametrize("code", SOON)
def test_what_passes_is_asked_again(code: int):
    """A first start does not end by the first answer of a broker that leads its new topics a moment later."""
    attempt, made = failing(3, KafkaException(KafkaError(code)))

    assert ("done", 4) == (patiently(attempt), len(made))


def test_an_answer_that_is_late_is_asked_for_again():
    """As the client's futures tell it."""
    attempt, made = failing(1, TimeoutError())

    assert ("done", 2) == (patiently(attempt), len(made))


@pytest.mark.parametrize("error", [
    KafkaError(KafkaError.TOPIC_AUTHORIZATION_FAILED), KafkaError(KafkaError.DUPLICATE_RESOURCE), KafkaError(KafkaError._AUTHENTICATION, NO),
])
def test_what_does_not_pass_is_told_at_once(error: KafkaError):
    """Nobody waits two minutes to hear that a password is wrong."""
    attempt, made = failing(9, KafkaException(error))

    with pytest.raises(KafkaException):
        patiently(attempt)
    assert 1 == len(made)


@pytest.mark.parametrize("problem", [KafkaException(KafkaError(KafkaError.NOT_LEADER_FOR_PARTITION)), TimeoutError()])
def test_patience_has_an_end(problem: Exception):
    """Then it is told, as one kind of exception."""
    attempt, made = failing(9, problem)

    with pytest.raises(KafkaException):
        patiently(attempt, within_s=-1.0)
    assert 1 == len(made)


def test_a_topic_that_is_not_known_passes_only_where_it_was_made_a_moment_ago():
    """Elsewhere it is not there."""
    error = KafkaError(KafkaError.UNKNOWN_TOPIC_OR_PART)

    assert (True, False) == (is_passing(error, made=True), is_passing(error))
