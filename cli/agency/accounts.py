"""Connection settings of confluent-kafka for one account, from the installation's settings and that account's own password."""

from __future__ import annotations

from kernel.settings import Settings


def connection(settings: Settings, principal: str) -> dict[str, str | int]:
    """Settings for a producer, consumer or admin client of ``principal``. Raises SettingsMissing."""
    return {
        "bootstrap.servers": settings.bootstrap,
        "security.protocol": settings.security_protocol,
        "sasl.mechanism": "SCRAM-SHA-512",
        "sasl.username": principal,
        "sasl.password": settings.password(principal),
        "log_level": 0,
    }
