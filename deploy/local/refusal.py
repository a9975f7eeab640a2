"""Refusal (認証の拒否): whether the broker has refused an account, or a client only says so."""

from __future__ import annotations

from confluent_kafka import KafkaError

_OWN = "Local: "
"""How librdkafka begins the text of what it found out itself."""


def is_refusal(error: KafkaError) -> bool:
    """Whether the broker does not accept the account. A handshake that came to nothing because it took too long or the connection broke has the same
    code and is none: librdkafka tries again by itself."""
    return bool(error.code() == KafkaError._AUTHENTICATION) and _OWN not in error.str()
