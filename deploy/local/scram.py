"""SCRAM: what the broker knows of accounts and their passwords. It has one for each of the two mechanisms, and never the password itself.

A place is never emptied: it is shut, by a password that nobody knows. Where one is emptied (RemoveUserScramCredentialRecord), a broker that starts
again may forget all others of that mechanism (KAFKA-20774; 0030).
"""

from __future__ import annotations

import secrets

from confluent_kafka.admin import AdminClient, ScramCredentialInfo, ScramMechanism, UserScramCredentialUpsertion

from kernel.settings import MECHANISMS

TIMEOUT_S = 30.0
ROUNDS = 4096
SHUT = ROUNDS + 1
"""Rounds of a place that is shut: by them the broker itself tells it from one that opens, and whoever asks twice shuts it once."""


def places(admin: AdminClient) -> dict[str, frozenset[str]]:
    """Every account that the broker lets in, with the mechanisms by which a password opens it. Raises KafkaException."""
    found = admin.describe_user_scram_credentials().result(TIMEOUT_S)
    named = {_kafkas(mechanism): mechanism for mechanism in MECHANISMS}
    opened = {user: frozenset(named[info.mechanism] for info in each.scram_credential_infos if info.iterations != SHUT) for user, each in found.items()}
    return {user: mechanisms for user, mechanisms in opened.items() if mechanisms}


def given(principal: str, password: str, mechanism: str) -> UserScramCredentialUpsertion:
    """The wish that this password opens this account by this mechanism."""
    return _wish(principal, password, mechanism, ROUNDS)


def shut(principal: str, mechanism: str) -> UserScramCredentialUpsertion:
    """The wish that nothing opens it by this mechanism."""
    return _wish(principal, secrets.token_urlsafe(48), mechanism, SHUT)


def _wish(principal: str, password: str, mechanism: str, rounds: int) -> UserScramCredentialUpsertion:
    return UserScramCredentialUpsertion(principal, ScramCredentialInfo(_kafkas(mechanism), rounds), password.encode())


def _kafkas(mechanism: str) -> ScramMechanism:
    return ScramMechanism[mechanism.replace("-", "_")]
