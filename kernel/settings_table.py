"""The table of settings: every name that ``tsunagu.toml`` may hold. A new setting is one line here and one field of ``Settings``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kernel import kinds
from kernel.setting import NEEDED, Setting, at

RELEASED = ("release.pub",)
"""The public key that comes with the release."""


def _unless_external(content: Mapping[str, Any]) -> Any:
    return "" if at(content, "kafka.external") is True else NEEDED


def _where_oidc(content: Mapping[str, Any]) -> Any:
    return "" if at(content, "api.oidc") is NEEDED else NEEDED


TABLE = (
    Setting("municipality.code", "municipality", kinds.CODE),
    Setting("municipality.policy", "policy", kinds.TEXT),
    Setting("municipality.policy_keys", "policy_keys", kinds.FILES, RELEASED),
    Setting("municipality.towns", "towns", kinds.CODES, ()),
    Setting("kafka.external", "kafka_external", kinds.FLAG, False),
    Setting("kafka.bootstrap", "bootstrap", kinds.ADDRESSES),
    Setting("kafka.controller", "controller", kinds.ADDRESS, _unless_external),
    Setting("kafka.security_protocol", "security_protocol", kinds.one_of("SASL_PLAINTEXT", "SASL_SSL", "PLAINTEXT", "SSL")),
    Setting("kafka.ca", "ca", kinds.TEXT, ""),
    Setting("kafka.agency_listener", "agency_listener", kinds.ADDRESS, ""),
    Setting("kafka.mtls", "mtls", kinds.ADDRESS, ""),
    Setting("kafka.partitions", "partitions", kinds.COUNT),
    Setting("kafka.agency_partitions", "agency_partitions", kinds.COUNT),
    Setting("database.external", "database_external", kinds.FLAG, False),
    Setting("database.host", "database_host", kinds.TEXT),
    Setting("database.port", "database_port", kinds.PORT),
    Setting("database.sslmode", "database_sslmode", kinds.one_of("disable", "prefer", "require", "verify-ca", "verify-full"), "prefer"),
    Setting("database.ca", "database_ca", kinds.TEXT, ""),
    Setting("keys.host", "keys_host", kinds.TEXT, ""),
    Setting("keys.port", "keys_port", kinds.PORT, 0),
    Setting("keys.ca", "keys_ca", kinds.TEXT, ""),
    Setting("http.schema_window", "schema_window", kinds.ADDRESS),
    Setting("http.ports", "http_ports", kinds.PORTS),
    Setting("http.host", "http_host", kinds.TEXT, "127.0.0.1"),
    Setting("observer.disks", "disks", kinds.WORDS, lambda _: {}),
    Setting("otel.endpoint", "otel_endpoint", kinds.URL, ""),
    Setting("otel.share", "otel_share", kinds.SHARE, 1.0),
    Setting("api", "api", kinds.TABLE, lambda _: {}),
    Setting("api.host", "", kinds.TEXT, ""),
    Setting("api.oidc.issuer", "", kinds.TEXT, _where_oidc),
    Setting("api.oidc.audience", "", kinds.TEXT, _where_oidc),
    Setting("api.oidc.jwks", "", kinds.TEXT, _where_oidc),
    Setting("api.oidc.algorithms", "", kinds.texts("a list of at least one algorithm, for instance [\"RS256\"]", least=1), ()),
    Setting("api.oidc.role_claim", "", kinds.TEXT, ""),
    Setting("api.oidc.agency_claim", "", kinds.TEXT, ""),
    Setting("api.oidc.roles", "", kinds.WORDS, _where_oidc),
)
"""Every setting that there is: name in the file, field of Settings, what it may be, default. ``docs/operators.md`` lists them."""
