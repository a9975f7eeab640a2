"""What librdkafka calls an authentication error: refused by the broker, or a handshake that came to nothing."""

from __future__ import annotations

import pytest
from confluent_kafka import KafkaError

from deploy.local.refusal import is_refusal

BUSY = (
    "sasl_ssl://127.0.0.1:22491/1: SASL SCRAM-SHA-512 mechanism handshake failed: Local: Timed out in queue: "
    "broker's supported mechanisms: (n/a) (after 0ms in state DOWN)"
)
WRONG = "sasl_ssl://127.0.0.1:22491/1: SASL authentication error: Authentication failed during authentication due to invalid credentials"


@pytest.mark.parametrize(("code", "text", "refused"), [
    (KafkaError._AUTHENTICATION, WRONG, True), (KafkaError._AUTHENTICATION, BUSY, False), (KafkaError._TRANSPORT, WRONG, False),
])
def test_only_the_brokers_own_no_is_a_refusal(code: int, text: str, refused: bool):
    """A busy broker must not send anybody to look for a wrong password."""
    assert refused is is_refusal(KafkaError(code, text))
