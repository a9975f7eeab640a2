"""Secrets by name: which there are, which key of each holds the value, and as which file a process finds it. Manifests hold nothing more.

One Secret for each account, so that a process mounts its own and no other. Database roles are of the type that CloudNativePG asks for.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex, token_urlsafe
from typing import Any

from deploy.local import access, databases
from deploy.local.first_start import write_secret
from deploy.local.town import Agency

ADMIN = "admin"
STORE = "tsunagu"
"""Name of the ClusterSecretStore from which External Secrets fetches; it is made once for each cluster, by whoever runs the vault."""
_BASIC = "kubernetes.io/basic-auth"


@dataclass(frozen=True, slots=True)
class Secret:
    """One Secret: its name, the key that holds the value, the file below ``secrets/`` in which our code looks for it, the login that goes with it."""

    name: str
    key: str
    file: str
    login: str = ""
    immutable: bool = False

    def manifest(self, value: str) -> dict[str, Any]:
        """The Secret itself. Only ever printed, for ``kubectl create`` or ``kubeseal``."""
        data = {self.key: value, **({"username": self.login} if self.login else {})}
        return {
            "apiVersion": "v1", "kind": "Secret", "metadata": {"name": self.name}, "type": _BASIC if self.login else "Opaque",
            **({"immutable": True} if self.immutable else {}), "stringData": data,
        }

    def external(self) -> dict[str, Any]:
        """How External Secrets (external-secrets.io/v1) makes it from the entry ``tsunagu/<name>`` of the vault, field ``value``."""
        template = {"type": _BASIC if self.login else "Opaque", "data": {self.key: "{{ .value }}", **({"username": self.login} if self.login else {})}}
        return {
            "apiVersion": "external-secrets.io/v1", "kind": "ExternalSecret", "metadata": {"name": self.name},
            "spec": {
                "refreshInterval": "1h", "secretStoreRef": {"kind": "ClusterSecretStore", "name": STORE},
                "target": {
                    "name": self.name, "creationPolicy": "Owner", "deletionPolicy": "Retain",
                    **({"immutable": True} if self.immutable else {}), "template": template,
                },
                "data": [{"secretKey": "value", "remoteRef": {"key": f"tsunagu/{self.name}", "property": "value"}}],
            },
        }


KEK = Secret("kek", "kek", "kek", immutable=True)
"""The municipality's key over all keys: lost or changed, nothing that was sealed is ever opened again. So it cannot be changed by accident."""


def of_account(principal: str) -> Secret:
    """The password of an account at the broker."""
    return Secret(f"account-{principal}", "password", f"{principal}.password")


def of_role(role: str) -> Secret:
    """The password of a database role; ``postgres-keys`` is the superuser of the key store's server."""
    login = databases.SUPERUSER if role == databases.SUPERUSER_OF_KEYS else role
    return Secret(f"role-{role.replace('_', '-')}", "password", f"{role}.password", login)


def needed(agencies: Iterable[Agency], towns: Iterable[str] = ()) -> tuple[Secret, ...]:
    """Every Secret of a town, or of a prefecture's site with its ``towns``."""
    roles = (databases.SUPERUSER, databases.SUPERUSER_OF_KEYS, *databases.ROLES)
    return (*(of_account(each) for each in (ADMIN, *access.principals(agencies, towns))), *(of_role(each) for each in roles), KEK)


def filled(secret: Secret, folder: Path) -> dict[str, Any]:
    """The Secret with what its file in ``folder`` holds; a file that is not there is made, with a fresh value."""
    write_secret(folder / secret.file, fresh(secret))
    return secret.manifest((folder / secret.file).read_text("utf-8").strip())


def fresh(secret: Secret) -> str:
    """A random value: 256 bits in hexadecimal digits for the key, 192 bits for a password."""
    return token_hex(32) if secret is KEK else token_urlsafe(24)
