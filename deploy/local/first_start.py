"""What exists only after a first start: free ports in ``tsunagu.toml``, and one random credential per account.

Nothing that exists is ever overwritten: the files are the user's to edit.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import tempfile
from pathlib import Path

from kernel.settings import FILE_NAME

from . import ports
from .layout import Layout

DECIDING = ("intake", "coordination", "participation", "consent", "reporting")
"""Services that decide: what they cannot read, they bury."""
SERVICES = DECIDING
API = "api"
"""The read API's process."""
OBSERVER, VERIFIER = "observer", "verifier"
"""Who looks on from outside: at how far each worker is, and at whether the logs fit together."""
ONLOOKERS = (OBSERVER, VERIFIER)
DATABASE_ROLES = ("postgres", "tsunagu_owner", "tsunagu_projector", "tsunagu_reader", "tsunagu_api", "tsunagu_keys", "tsunagu_observer")

TEMPLATE = '''\
# Settings of this Tsunagu installation. Edit and run `tsunagu run up` again.

[municipality]
code = "990019"                     # 市町村コード, prefix of every topic (this one is fictional)
policy = "national-2"               # policy pack below policies/
policy_keys = ["release.pub"]       # public keys below policies/, or by their whole path: one of them must have signed that pack

[kafka]
external = false                    # true: use the cluster below; put its administrator's password into secrets/admin.password
bootstrap = "127.0.0.1:{kafka}"
controller = "127.0.0.1:{controller}"      # only for the broker started here
security_protocol = "SASL_SSL"
ca = "secrets/ca.pem"               # whose certificates the broker may show; this one signs that of the broker started here. Agencies are given it
# mtls = "127.0.0.1:{mtls}"         # a second listener, for agencies that show a certificate of this installation instead of a password
partitions = 12                     # of every inbox and log; fixed for ever at the first start
agency_partitions = 1               # of every agency's outbox and inbox

[database]
external = false                    # true: use the server below; put its superuser's password into secrets/postgres.password
host = "127.0.0.1"
port = {postgres}
# [keys]                            # where the key store has a server of its own: its superuser's password is secrets/postgres-keys.password
# host = "keys.example.jp"
# port = 5432

[http]
schema_window = "127.0.0.1:{schemas}"   # read API of a schema registry over our schemas
ports = {{ {services} }}   # /metrics /livez /readyz of each service and of who looks on; the read API

[api]
host = "127.0.0.1"                  # who reads from elsewhere comes through a proxy with TLS
# [api.oidc]                        # readers known by an identity provider, beside `tsunagu token add`
# issuer = "https://id.example.jp/"
# audience = "tsunagu"
# jwks = "https://id.example.jp/jwks.json"   # or a file in this folder
# algorithms = ["RS256"]
# role_claim = "roles"
# agency_claim = "agency"
# roles = {{ "tsunagu-caseworker" = "CASEWORKER" }}
'''


def prepare(layout: Layout, principals: tuple[str, ...]) -> None:
    """Make folders, settings and credentials that are not there yet. Raises CannotRun."""
    layout.create()
    settings = layout.home / FILE_NAME
    if not settings.exists():
        settings.write_text(_settings(), "utf-8")
    write_credentials(layout.secrets, principals)


def write_credentials(folder: Path, principals: tuple[str, ...]) -> None:
    """One random password for each account at the broker and each role in the database, and the town's key, unless they are there."""
    for principal in (*principals, *DATABASE_ROLES):
        write_secret(folder / f"{principal}.password", secrets.token_urlsafe(24))
    write_secret(folder / "kek", secrets.token_hex(32))


def write_secret(path: Path, value: str) -> None:
    """Write one secret file, readable by its owner alone, unless it exists; whole or not at all, whenever this is broken off."""
    if path.exists():
        return
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w") as file:
            file.write(value)
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
    finally:
        os.unlink(draft)


def _settings() -> str:
    kafka, controller, mtls, postgres, schemas, *rest = ports.free_block(5 + len(SERVICES) + 1 + len(ONLOOKERS))
    services = ", ".join(f"{name} = {port}" for name, port in zip((*SERVICES, API, *ONLOOKERS), rest, strict=True))
    return TEMPLATE.format(kafka=kafka, controller=controller, mtls=mtls, postgres=postgres, schemas=schemas, services=services)
