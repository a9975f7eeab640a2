"""SCRAM: what the broker knows of accounts and their passwords. It has one for each of the two mechanisms, and never the password itself."""

from __future__ import annotations

from confluent_kafka.admin import (
    AdminClient,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialDeletion,
    UserScramCredentialUpsertion,
)

from kernel.settings import MECHANISMS

TIMEOUT_S = 30.0
ROUNDS = 4096


def places(admin: AdminClient) -> dict[str, frozenset[str]]:
    """Every account that the broker knows, with the mechanisms by which it has a password. Raises KafkaException."""
    found = admin.describe_user_scram_credentials().result(TIMEOUT_S)
    named = {_kafkas(mechanism): mechanism for mechanism in MECHANISMS}
    return {user: frozenset(named[info.mechanism] for info in each.scram_credential_infos) for user, each in found.items()}


def given(principal: str, password: str, mechanism: str) -> UserScramCredentialUpsertion:
    """The wish that this password opens this account by this mechanism."""
    return UserScramCredentialUpsertion(principal, ScramCredentialInfo(_kafkas(mechanism), ROUNDS), password.encode())


def taken(principal: str, mechanism: str) -> UserScramCredentialDeletion:
    """The wish that nothing opens it by this mechanism."""
    return UserScramCredentialDeletion(principal, _kafkas(mechanism))


def _kafkas(mechanism: str) -> ScramMechanism:
    return ScramMechanism[mechanism.replace("-", "_")]
